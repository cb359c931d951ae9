"""A county's rules of then and of today, and the figures that depend on which of them judge."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from cli.replaying.asking import Asking
from services.scoring.decider.weighing import weighted
from shared.contracts.profile import Profile, Quota, ScoreSheet
from shared.kernel.workdays import business_day

Under = Literal["then", "today"]
_GOOD = ("very-satisfied", "satisfied")


@dataclass(frozen=True)
class Rules:
    """A version of a county's rules, and by which of two times it was chosen."""

    under: Under
    profile: Profile

    def as_dict(self) -> dict[str, str]:
        """Return which rules these are, for a report."""
        return {"under": self.under, "profile": self.profile.version, "score_sheet": self.profile.score_sheet.version}


async def rules_in_force(asking: Asking, under: Under) -> Rules | None:
    """Return the rules in force on the day of the projects lane's last event, as the services choose them; None before the first."""
    adopted = await asking.items("projects", "/profiles")
    recorded_at = (await asking.get("projects", "/as-of"))["recorded_at"]
    if not adopted or recorded_at is None:
        return None
    day = business_day(datetime.fromisoformat(recorded_at))
    return Rules(under, Profile.recorded(max(adopted, key=lambda row: _precedence(row, day))["profile"]))


def _precedence(row: Mapping[str, Any], day: date) -> tuple[bool, date, int]:
    """Rank a version as the services do: in force before yet to come, the newest first."""
    begins = date.fromisoformat(row["effective_from"])
    return begins <= day, begins, int(row["position"])


async def judged(asking: Asking, rules: Rules | None) -> dict[str, Any]:
    """Return what depends on the rules: good ratings, scores that pass, demonstration quotas; each a count with what it is counted of.

    Under the rules of then ratings and scores count as they were judged when they were recorded.
    """
    today = rules.profile if rules is not None and rules.under == "today" else None
    ratings, scored = await asyncio.gather(asking.items("intake", "/ratings"), asking.items("scoring", "/verifications"))
    verifications = [row for row in scored if row["total"] is not None]
    totals = [_total(row, today) for row in verifications]
    return {
        "satisfaction": {"good": sum(_good(row, today) for row in ratings), "rated": len(ratings)},
        "scores": {
            "pass": sum(_passes(row, total, today) for row, total in zip(verifications, totals, strict=True)),
            "scored": len(totals),
        },
        "quotas": [] if rules is None else [await _quota(asking, quota) for quota in rules.profile.entry.demonstration],
    }


def _good(row: Mapping[str, Any], rules: Profile | None) -> bool:
    if rules is None:
        return bool(row["good"])
    return row["rating"] in _GOOD or (row["rating"] == "basically-satisfied" and rules.needs.basically_is_good)


def _total(row: Mapping[str, Any], rules: Profile | None) -> int:
    """Return a score's total as recorded, or by the sheet of other rules; 0 where that sheet has none of its items."""
    if rules is None:
        return int(row["total"])
    points = {item: given for item, given in row["points"].items() if item in {one.item for one in rules.score_sheet.items}}
    return weighted(rules.score_sheet, points) if points else 0


def _passes(row: Mapping[str, Any], total: int, rules: Profile | None) -> bool:
    """Tell whether a score reaches the pass mark and every minimum; an item the sheet wants and the score lacks has no points."""
    sheet = ScoreSheet.recorded(row["sheet"]) if rules is None else rules.score_sheet
    points: Mapping[str, int] = row["points"]
    enough = all(points.get(item.item, item.minimum if item.optional else 0) >= item.minimum for item in sheet.items)
    return enough and total >= sheet.pass_mark


async def _quota(asking: Asking, quota: Quota) -> dict[str, Any]:
    """Return how many committees or leaders have fewer or more demonstration projects than a quota says."""
    designated: Sequence[Mapping[str, Any]] = await asking.items(
        "projects", "/demonstrations", {"whose": quota.whose, "status": "designated"}
    )
    counts = Counter(row["holder"] for row in designated)
    if quota.whose == "committee":
        kinds = [await asking.items("projects", "/organisations", {"kind": kind}) for kind in ("town", "department")]
        holders = [row["id"] for rows in kinds for row in rows]
    else:
        holders = [row["account"] for row in await asking.items("projects", "/leaders") if row["unit"] is None]
    standing = Counter("below" if counts[one] < quota.least else "above" if counts[one] > quota.most else "within" for one in holders)
    return {"whose": quota.whose, **{name: standing[name] for name in ("below", "within", "above")}, "of": len(holders)}
