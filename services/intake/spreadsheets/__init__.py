"""Needs in from sheets and out to sheets."""

from services.intake.spreadsheets.exporting import ExportFilters, export_needs
from services.intake.spreadsheets.importing import ImportParams, import_needs

__all__ = ["ExportFilters", "ImportParams", "export_needs", "import_needs"]
