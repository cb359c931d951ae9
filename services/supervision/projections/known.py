"""What supervision knows of the county: its rules, units and projects."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.contracts.projects import CountyProfileAdopted, OrganisationRegistered, ProjectProposed
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class ProfileRow:
    """A version of the county's own rules."""

    version_code: str
    position: int | None = None
    effective_from: date | None = None
    profile: dict[str, Any] | None = None


COUNTY_PROFILE = Projection("county_profile", row=ProfileRow, key="version_code")


@COUNTY_PROFILE.on(CountyProfileAdopted, keys=lambda event: [(event.profile.version,)])
def _adopted(row: ProfileRow, event: CountyProfileAdopted, meta: Meta) -> None:
    row.position, row.effective_from = meta.position, event.profile.effective_from
    row.profile = event.profile.model_dump(mode="json")


@dataclass(slots=True)
class UnitRow:
    """A unit on the register."""

    code: str
    name: str | None = None


@dataclass(slots=True)
class ProjectRow:
    """A project on the projects list, and whose it is."""

    code: str
    title: str | None = None
    unit: str | None = None


KNOWN_UNITS = Projection("known_units", row=UnitRow, key="code")
KNOWN_PROJECTS = Projection("known_projects", row=ProjectRow, key="code")


@KNOWN_UNITS.on(OrganisationRegistered)
def _known_unit(row: UnitRow, event: OrganisationRegistered, _meta: Meta) -> None:
    row.name = event.name


@KNOWN_PROJECTS.on(ProjectProposed, keys=lambda event: [(str(event.project_id),)])
def _known_project(row: ProjectRow, event: ProjectProposed, _meta: Meta) -> None:
    row.title, row.unit = event.title, event.unit
