"""Notices printed as official documents (.docx)."""

from services.supervision.letters.answers import notice_letter
from services.supervision.letters.projections import UNIT_NAMES

__all__ = ["UNIT_NAMES", "notice_letter"]
