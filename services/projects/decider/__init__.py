"""The rules of projects: what a request makes of a project, and of the registry."""

from services.projects.decider.project import PROJECT
from services.projects.decider.registry import COUNTY, MEMBER, ORGANISATION

__all__ = ["COUNTY", "MEMBER", "ORGANISATION", "PROJECT"]
