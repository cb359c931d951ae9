"""Questions to the register: names, towns, units, the rules in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_UNITS = """
SELECT code, name, kind, parent FROM read.units WHERE county = $1 AND name IS NOT NULL AND NOT dissolved ORDER BY official_order, code
"""
_PROFILES = (
    "SELECT effective_from, profile FROM read.county_profile WHERE county = $1 AND profile IS NOT NULL ORDER BY effective_from, position"
)
_CLAIMING = """
SELECT m.{by} AS code, count(*) AS members, count(*) FILTER (WHERE m.exemption IS NULL) AS must,
  count(*) FILTER (WHERE m.exemption IS NULL AND m.claims > 0) AS have
FROM read.member_cards m WHERE m.county = $1 AND m.unit IS NOT NULL AND ($2::text IS NULL OR m.unit = $2) GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What a county, its organisations and its levels are called."""

    county: str
    units: Mapping[str, Mapping[str, Any]]
    """By code, in the official order: name, kind, parent."""
    profile: Mapping[str, Any]
    """The county's rules adopted last."""

    def of(self, code: str | None) -> str:
        """Return an organisation's name; its code where it is not on the register."""
        known = self.units.get(code or "")
        return str(known["name"]) if known is not None else code or ""

    def level(self, code: str | None) -> str:
        """Return what a level is called."""
        return next((str(level["label"]) for level in self.profile.get("levels", ()) if level["code"] == code), code or "")

    def of_kind(self, *kinds: str) -> list[Mapping[str, Any]]:
        """Return the organisations of some kinds, in the official order."""
        return [unit for unit in self.units.values() if unit["kind"] in kinds]


NAMING = ("units", "county_profile")
"""The read models that names come from."""


async def names(connection: "Connection", county: str) -> Names:
    """Return a county's names."""
    rows = await connection.fetch(_UNITS, county)
    profiles = await connection.fetch(_PROFILES, county)
    profile = profiles[-1]["profile"] if profiles else {}
    return Names(profile.get("name") or county, {row["code"]: dict(row) for row in rows}, profile)


async def rules_on(connection: "Connection", county: str, day: date) -> Mapping[str, Any]:
    """Return the rules in force on a day; nothing before the first."""
    found: Mapping[str, Any] = {}
    for row in await connection.fetch(_PROFILES, county):
        if row["effective_from"] <= day:
            found = row["profile"]
    return found


async def claiming(connection: "Connection", county: str, unit: str | None, *, by_branch: bool) -> list[dict[str, Any]]:
    """Return by unit or branch how many members there are, must claim, and have."""
    rows = await connection.fetch(_BY_BRANCH if by_branch else _BY_UNIT, county, unit)
    return [dict(row) for row in rows]


_BY_UNIT, _BY_BRANCH = _CLAIMING.format(by="unit"), _CLAIMING.format(by="branch")
