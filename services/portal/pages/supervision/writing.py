"""Writing a notice: from its kind's template, to ticked units, about what it follows from."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, Told, ask, carry_out, given, known, number, ticked, told, units_of
from services.portal.pages.filters import day, word
from services.portal.pages.supervision.bulletins import draft
from services.portal.pages.supervision.common import NOTICE_KINDS, show
from services.portal.pages.supervision.letters import TEXTS
from services.portal.pages.visit import Visit
from services.portal.queries.desks import held_by, titles

SORTS: Mapping[str, str] = {"town": "乡镇", "department": "县直单位", "county-office": "县委工作机构"}


def _body(visit: Visit) -> Mapping[str, Any]:
    within = {
        name: {"days": number(visit, name), "unit": visit.text(f"{name}_unit") or "working"}
        for name in ("acknowledge_within", "reply_within")
        if visit.text(name)
    }
    finding = visit.text("finding_id")
    named = {name: visit.text(name) for name in ("watch_id", "figures_id")}
    return {
        "kind": visit.text("kind"),
        "title": visit.text("title"),
        "text": visit.text("body"),
        "addressees": _addressees(visit),
        **given(project_ids=ticked(visit, "about"), finding_ids=[finding] if finding else [], **named),
        **within,
    }


ACTS = {
    "issue": Act("/notices", _body, "notice_issued", {"title": "请写标题。", "body": "请写正文。"}, {"text": "body", "addressees": "to"}),
}


async def new_notice(visit: Visit) -> Response:
    """Write a notice from a template and issue it; what it follows from (a watch, a finding, figures) comes filled in."""
    kind = visit.text("kind") or visit.asked("kind")
    kind = kind if kind in NOTICE_KINDS else "work-prompt"
    if visit.text("act") == "issue" and not _addressees(visit):
        errors = Told({"to": visit._("请至少选择一个收文单位。")})
        return await _form(visit, kind, errors, 422)
    if "〔" in visit.text("title") + visit.text("body") and visit.text("act") == "issue":
        errors = Told({"body": visit._("标题或正文里还有〔〕没有填写，请填好或删去后再发出。")})
        return await _form(visit, kind, errors, 422)
    outcome = await carry_out(visit, "supervision", ACTS, "/supervision/notices/{id}")
    if outcome.response is not None:
        return outcome.response
    return await _form(visit, kind, outcome.errors, outcome.status)


async def _form(visit: Visit, kind: str, errors: Told, status: int) -> Response:
    source = {name: visit.text(name) or visit.asked(name) for name in ("watch_id", "finding_id", "figures_id")}
    begun = await _begun(visit, kind, source)
    title, body = TEXTS[kind]
    rule: Mapping[str, Any] = next((rule for rule in visit.names.profile.get("notices", ()) if rule["kind"] == kind), {})
    projects = []
    unit = visit.text("of_unit") or begun.get("unit", "") or visit.asked("unit")
    async with visit.reading() as connection:
        if unit:
            projects = await held_by(connection, visit.county, unit, visit.today)
    typed = told(visit, title=begun.get("title", title), body=begun.get("body", body), **source)
    if not visit.posted:
        typed |= {f"to-{code}": "1" for code in [unit] if code}
        typed |= {f"about-{row['project_id']}": "1" for row in projects if str(row["project_id"]) == begun.get("project")}
    return await show(
        visit,
        "writing.html",
        "/notices",
        status,
        kind=kind,
        kinds=NOTICE_KINDS,
        rule=rule,
        told=typed,
        errors=errors,
        summary=[{"field": name, "text": text} for name, text in errors.items()],
        groups=_groups(visit),
        projects=projects,
        of_unit=unit,
        source=begun.get("source", ""),
        asked={name: value for name, value in source.items() if value},
    )


def _groups(visit: Visit) -> Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]]:
    """Return the units a notice may go to, by sort: its code, what it is called, its units."""
    units = units_of(visit)
    return [(kind, text, found) for kind, text in SORTS.items() if (found := [unit for unit in units if unit["kind"] == kind])]


def _addressees(visit: Visit) -> list[str]:
    """Return the units that were ticked, one by one or as a whole sort, in the official order."""
    one_by_one, sorts = set(ticked(visit, "to")), set(ticked(visit, "all"))
    return [unit["code"] for unit in units_of(visit) if unit["code"] in one_by_one or unit["kind"] in sorts]


async def _begun(visit: Visit, kind: str, source: Mapping[str, str]) -> dict[str, str]:
    """Return how a notice begins that follows from a watch, a finding or compiled figures."""
    if source["watch_id"]:
        found = await ask(visit, "supervision", f"/watches/{source['watch_id']}")
        if found.ok:
            return await _of_watch(visit, kind, found.data)
    if source["finding_id"]:
        findings = await ask(visit, "supervision", "/findings", limit=500, unit=visit.asked("unit"))
        row = next((row for row in findings.data.get("items", ()) if row["id"] == source["finding_id"]), None)
        if row is not None:
            text = visit._("督查发现（{severity}）：\n{text}\n请认真整改，并按期书面回复整改情况。")
            said = text.format(severity=visit._(word(row["severity"])), text=row["text"])
            title = visit._("关于督查发现问题的{kind}").format(kind=visit._(word(kind)))
            source_text = visit._("根据督查发现的问题发出；发出后该问题记为“已发文书”。")
            return {"title": title, "body": said, "unit": row["unit"], "project": row["project_id"] or "", "source": source_text}
    if source["figures_id"]:
        found = await ask(visit, "supervision", f"/figures/compiled/{source['figures_id']}")
        if found.ok:
            title = visit._("关于{first}至{last}“我为群众办实事”进展情况的通报")
            span = {"first": day(found.data["first_on"]), "last": day(found.data["last_on"])}
            source_text = visit._("正文由汇总数据生成，请核对后发出。")
            return {"title": title.format(**span), "body": draft(found.data), "source": source_text}
    return {}


async def _of_watch(visit: Visit, kind: str, watch: Mapping[str, Any]) -> dict[str, str]:
    """Return how a notice about something late begins."""
    subject_id = str(watch["subject_id"]).partition(":")[0]
    async with visit.reading() as connection:
        names = await titles(connection, visit.county, known([watch], "subject_id"))
    name = watch["title"] or names.get(subject_id, "")
    late = visit._("你单位“{name}”应于{due}前办结，至今未办结。\n请说明原因，明确责任人和完成时间，按期办结并书面回复。")
    return {
        "title": visit._("关于“{name}”的{kind}").format(name=name, kind=visit._(word(kind))),
        "body": late.format(name=name, due=day(watch["due_on"])),
        "unit": watch["unit"] or "",
        "project": subject_id if str(watch["subject"]).endswith("project") else "",
        "source": visit._("因{subject}发出；这份文书随阶梯一起计时。").format(subject=visit._(word(watch["subject"]))),
    }
