"""The people of one unit, put on the register, and the steps of a story as they take them over HTTP."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.client import SHAOYANG, Person, Platform

PRINCIPLES = ("urgent-need", "within-power", "rooted-in-post")
LEVELS = {"430523": "member", "610330": "member"}
"""A level of each county that ordinary members claim; in Shaoyang their branch signs off, in Feng their unit."""
MATERIALS = {"430523": ("实施方案", "过程资料", "群众反馈", "前后对比照片"), "610330": ("承诺书", "佐证资料", "群众评价")}
"""What each county wants to have seen before a sign-off."""
GOOD, POOR = 92, 60
_HEARD_SECONDS = 15


@dataclass(frozen=True)
class Cast:
    """Who takes part: everyone acts for the same unit or branch, or for the county."""

    platform: Platform
    county: str
    unit: str

    @property
    def branch(self) -> str:
        """The branch's code."""
        return f"{self.unit}-1"

    def of(self, role: str, sub: str | None = None) -> Person:
        """Return somebody in a role, with the unit or branch that goes with it."""
        unit = self.unit if role in ("unit", "branch", "member") else None
        branch = self.branch if role in ("branch", "member") else None
        return self.platform.person(role, county=self.county, sub=sub or f"{role}-{self.unit}", unit=unit, branch=branch)

    def registered(self, name: str = "刘𡈽生") -> "Cast":
        """Put unit, branch and member on the register, and wait until everybody has heard of them; again, it changes nothing."""
        office = self.of("office")
        office.do("projects", "organisations", {"code": self.unit, "name": f"单位{self.unit}", "kind": "department", "order": 7})
        branch = {"code": self.branch, "name": f"支部{self.branch}", "kind": "branch", "parent": self.unit}
        office.do("projects", "organisations", branch)
        member = {"account": f"member-{self.unit}", "name": name, "unit": self.unit, "branch": self.branch}
        office.do("projects", "members", member)
        self.platform.level()
        return self

    def submit(
        self, title: str = "村口路灯坏了", petitioner: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Submit a need at the counter."""
        detail = "三盏路灯坏了两个月，老人夜里不敢出门。𠮷𡈽"
        body = {
            "kind": "need",
            "channel": "counter",
            "title": title,
            "detail": detail,
            "town": f"{self.county}100",
            "petitioner": petitioner,
        }
        return self.of("clerk").do("intake", "needs", body, headers)

    def wish(self, title: str) -> str:
        """Submit, publish, claim and fulfil a micro-wish, as the member; return its id."""
        body = {
            "kind": "micro-wish",
            "channel": "counter",
            "title": title,
            "detail": title,
            "town": f"{self.county}100",
            "petitioner": None,
        }
        wish = str(self.of("clerk").do("intake", "needs", body)["id"])
        self.of("office").do("intake", f"wishes/{wish}/publish")
        self.of("member").do("intake", f"wishes/{wish}/claim")
        self.of("member").do("intake", f"wishes/{wish}/fulfil", {"text": "已实现。"})
        return wish

    def propose(self, *need_ids: str, level: str | None = None, headers: Mapping[str, str] | None = None) -> str:
        """Propose a project for needs; return its id."""
        body: dict[str, Any] = {"title": "修好村口路灯", "level": level or LEVELS[self.county], "unit": self.unit, "branch": self.branch}
        body |= {"need_ids": list(need_ids), "planned_completion": "2999-12-31"}
        proposer, deadline = self.of("unit", "proposer"), time.monotonic() + _HEARD_SECONDS
        while need_ids and time.monotonic() < deadline:  # projects may not have heard of the need yet, as any client must reckon with
            answer = proposer.post("projects", "projects", body, headers)
            if answer.status_code == 201 or answer.json()["code"] != "need_not_known":
                break
        else:
            answer = proposer.post("projects", "projects", body, headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def approve(self, project: str, headers: Mapping[str, str] | None = None, *, by: Person | None = None) -> dict[str, Any]:
        """Find the three principles met."""
        verdicts = [{"principle": principle, "met": True, "reason": "属实。"} for principle in PRINCIPLES]
        return (by or self.of("unit")).do("projects", f"projects/{project}/review", {"verdicts": verdicts}, headers)

    def pledge(self, project: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Claim and promise, as the member."""
        member = self.of("member")
        member.do("projects", f"projects/{project}/claim", {}, headers)
        promise = {"promise": "年底前全部修好。", "complete_by": "2999-12-31", "venue": "television"}
        return member.do("projects", f"projects/{project}/pledge", promise, headers)

    def complete(self, project: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Report that all is done, and declare it, as the member."""
        member = self.of("member")
        member.do("projects", f"projects/{project}/progress", {"percent": 100, "text": "已全部修好。"}, headers)
        return member.do("projects", f"projects/{project}/completion", {"summary": "三盏路灯全部修好。"}, headers)

    def score(self, project: str, points: int, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """See the county's materials and give the same points for every item, as who signs off; where two score, as their deputy too."""
        items = ["materials", "satisfaction", "quality", *(["awareness"] if self.county == SHAOYANG else [])]
        path, judge = f"verifications/{project}", self.judge
        seen = [{"material": material, "remark": "齐全。"} for material in MATERIALS[self.county]]
        judge.do("scoring", f"{path}/materials", {"seen": seen}, headers)
        said = judge.do("scoring", f"{path}/score", {"points": dict.fromkeys(items, points)}, headers)
        if self.county == SHAOYANG:
            return said
        deputy = self.of("unit", f"deputy-{self.unit}")
        return deputy.do("scoring", f"{path}/score", {"points": dict.fromkeys(items, points)}, headers)

    @property
    def judge(self) -> Person:
        """Who signs a member's project off in this county."""
        return self.of("branch" if self.county == SHAOYANG else "unit")


def at(moment: str) -> dict[str, str]:
    """Return the header that says when it is, in the county's own time zone."""
    return {"Simulated-Time": f"{moment}+08:00"}
