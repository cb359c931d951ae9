"""Who can be signed in as with one click on the embedded stack: some of each role, or those a demonstration has made."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

PEOPLE = "people.json"
KNOWN = {"430523": "邵阳县", "610330": "凤县"}
LABELS = {
    "citizen": "群众",
    "clerk": "窗口工作人员",
    "member": "党员",
    "branch": "支部书记",
    "unit": "单位党组织",
    "office": "县学教办",
    "leader": "县领导",
    "inspector": "督导组",
    "auditor": "审计",
    "operator": "运维",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the embedded stack: role, account, unit and branch."""

    role: str
    sub: str
    unit: str | None = None
    branch: str | None = None

    @property
    def label(self) -> str:
        """What the role is called."""
        return LABELS.get(self.role, self.role)

    @property
    def detail(self) -> str:
        """The account, and where it belongs."""
        return " · ".join(part for part in (self.sub, self.branch or self.unit) if part)

    def claims(self) -> dict[str, str]:
        """Return what a token says of them."""
        told = {"role": self.role, "sub": self.sub, "unit": self.unit, "branch": self.branch}
        return {name: value for name, value in told.items() if value is not None}


def default_people(county: str) -> list[Person]:
    """Return one person of each role, at the town every county's register begins with."""
    unit = f"{county}100"
    belongs = {"member": (unit, f"{unit}-b1"), "branch": (unit, f"{unit}-b1"), "unit": (unit, None)}
    return [Person(role, f"dev-{role}", *belongs.get(role, (None, None))) for role in LABELS]


def people_of(file: Path, county: str) -> list[Person]:
    """Return a county's people: those written down, otherwise one of each role."""
    try:
        written = json.loads(file.read_text(encoding="utf-8")).get(county)
    except (OSError, ValueError):
        written = None
    return [Person(**each) for each in written] if written else default_people(county)


def write_people(file: Path, people: Mapping[str, Iterable[Person]]) -> None:
    """Write down who can be signed in as, by county."""
    file.write_text(json.dumps({county: [asdict(person) for person in each] for county, each in people.items()}), encoding="utf-8")
