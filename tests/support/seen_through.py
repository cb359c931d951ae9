"""A need seen through to its end over all services, told from when the portal's archive has it all."""

from dataclasses import dataclass

from tests.support.cast import GOOD, Cast
from tests.support.client import SHAOYANG, Platform

NAME, PHONE = "司徒秀𠮷", "13900020002"


@dataclass(frozen=True)
class Told:
    """A need that was seen through, and where the project's lane stood before it was approved and after all."""

    need: str
    project: str
    receipt: str
    before: int
    after: int


def seen_through(platform: Platform, unit: str) -> Told:
    """See a need of a unit's through, from the counter to the answer."""
    cast = Cast(platform, SHAOYANG, unit).registered()
    said = cast.submit("桥坏了", {"name": NAME, "phone": PHONE})
    need = str(said["id"])
    receipt = cast.of("clerk").get("intake", f"needs/{need}/receipts", min_position=said["position"]).json()["items"][0]["receipt"]
    cast.of("office").do("intake", f"needs/{need}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"})
    project = cast.propose(need)
    before = platform.written()["projects", SHAOYANG][0]
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, GOOD)
    cast.judge.do("scoring", f"verifications/{project}/sign-off", {})
    cast.of("office").eventually("intake", f"needs/{need}", status="answered")
    written = platform.still()
    return Told(need, project, receipt, before, written["projects", SHAOYANG][0])
