"""What a letter calls its addressees: names in the county's official order."""

from dataclasses import dataclass

from shared.contracts.projects import OrganisationRegistered
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class UnitNameRow:
    """An organisation's name, and its place in the official order (排序号)."""

    code: str
    name: str | None = None
    official_order: int = 0


UNIT_NAMES = Projection("unit_names", row=UnitNameRow, key="code")


@UNIT_NAMES.on(OrganisationRegistered)
def _registered(row: UnitNameRow, event: OrganisationRegistered, _meta: Meta) -> None:
    row.name, row.official_order = event.name, event.order
