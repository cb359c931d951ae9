"""What waits for this tier's verdict, the longest first; and signs of formality, which say where to look."""

from datetime import datetime

from starlette.responses import Response

from services.portal.pages.desk import known, listed, one_page, together, units_of
from services.portal.pages.scoring.common import TIERS, own, show
from services.portal.pages.visit import Visit
from services.portal.queries.desks import titles
from shared.kernel.workdays import business_day

RULES = {
    "batch-closing": "一个单位在月末三天里一天申报完成十项以上。",
    "reused-photo": "同一张照片用在两个以上项目。",
    "moved-just-before-due": "承诺日期前三天或过期后才改期。",
    "no-bad-rating": "三十条以上评价里没有一条差评。",
    "one-rater-many": "一个账号为同一单位录入十条以上评价。",
}
_STATES = ("open", "scored", "verified", "refused", "revoked", "withdrawn")
_SHOWN = 200


async def queue(visit: Visit) -> Response:
    """Show the verifications that wait for the visitor's tier; others' too where they see the county."""
    mine = own(visit)
    tier = visit.asked("tier") or next((role for role in TIERS if role in visit.roles), "")
    tier = tier if tier in TIERS else ""
    unit = mine.get("unit", "") or visit.asked("unit")
    status = visit.asked("status")
    if status in _STATES:
        lists = [await listed(visit, "scoring", "/verifications", status=status, tier=tier, unit=unit)]
    else:
        status = ""
        lists = await together(
            *(listed(visit, "scoring", "/verifications", status=each, tier=tier, unit=unit) for each in ("open", "scored"))
        )
    rows = [row for found in lists for row in found.rows if not mine.get("branch") or row["branch"] == mine["branch"]]
    rows.sort(key=lambda row: str(row["opened_at"]))
    for row in rows:
        row["waited"] = (visit.today - business_day(datetime.fromisoformat(row["opened_at"]))).days if row["opened_at"] else 0
    trouble = next((found for found in lists if found.away), lists[0])
    return await show(
        visit,
        "queue.html",
        "",
        rows=rows[:_SHOWN],
        total=len(rows),
        scored=sum(row["status"] == "scored" for row in rows),
        again=sum(row["refused"] > 0 for row in rows),
        longest=max((row["waited"] for row in rows), default=0),
        lists=trouble,
        tier=tier,
        tiers=TIERS if not mine else (),
        unit=unit,
        state=status,
        states=_STATES,
        choices=units_of(visit) if not mine else (),
    )


async def signs(visit: Visit) -> Response:
    """Show facts that look like paper rather than work; they accuse nobody."""
    rule = visit.asked("rule")
    rule = rule if rule in RULES else "batch-closing"
    found, following = await one_page(visit, "scoring", "/signs", rule=rule, unit=visit.asked("unit"))
    ids = [{"id": project} for row in found.rows for project in (row.get("project_ids") or ())[:20]]
    async with visit.reading() as connection:
        names = await titles(connection, visit.county, known(ids, "id"))
    return await show(
        visit,
        "signs.html",
        "/signs",
        signs=found,
        following=following,
        rule=rule,
        rules=RULES,
        names=names,
        unit=visit.asked("unit"),
        choices=units_of(visit),
    )
