"""Surveys: opened with their questions, their rates with both numbers, closed."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, Told, ask, carry_out, given, listed, missing, number, told, units_of
from services.portal.pages.history import history
from services.portal.pages.scoring.answering import INTERVIEWERS, hand_out
from services.portal.pages.scoring.common import own, show
from services.portal.pages.visit import Visit

QUESTIONS = 4
SORTS: Mapping[str, Mapping[str, str]] = {
    "satisfaction": {"kind": "rating", "topic": "satisfaction"},
    "awareness": {"kind": "yes-no", "topic": "awareness"},
    "rating": {"kind": "rating"},
    "yes-no": {"kind": "yes-no"},
}
_DEFAULTS = {
    "question_1": "您对这件事办得满意吗？",
    "sort_1": "satisfaction",
    "question_2": "您知道这件实事是谁办的吗？",
    "sort_2": "awareness",
}


def _body(visit: Visit) -> Mapping[str, Any]:
    questions = [
        {"code": f"q{n}", "text": visit.text(f"question_{n}"), **SORTS.get(visit.text(f"sort_{n}"), SORTS["rating"])}
        for n in range(1, QUESTIONS + 1)
        if visit.text(f"question_{n}")
    ]
    return {
        **{name: visit.text(name) for name in ("title", "unit", "until", "sampling")},
        **given(project_id=visit.text("project_id")),
        "questions": questions,
        "respondents": "codes" if visit.text("respondents") == "codes" else "persons",
        "sample": number(visit, "sample"),
    }


OPENING = {
    "open": Act(
        "/surveys",
        _body,
        "survey_opened",
        {
            "title": "请写明调查名称。",
            "unit": "请选择单位。",
            "question_1": "请至少写一个问题。",
            "sample": "请写明打算问多少人。",
            "until": "请选择截止日。",
        },
        {"questions": "question_1"},
    ),
}
ACTS = {"close": Act("/surveys/{survey_id}/close", lambda visit: given(remark=visit.text("close_remark")), "survey_closed")}


async def surveys(visit: Visit) -> Response:
    """List surveys with their rates."""
    found = await listed(visit, "scoring", "/surveys", unit=own(visit).get("unit", "") or visit.asked("unit"), status=visit.asked("status"))
    return await show(
        visit,
        "surveys.html",
        "/surveys",
        surveys=found,
        rows=list(reversed(found.rows)),
        may_open=bool({"office", "inspector"} & set(visit.roles)),
    )


async def new_survey(visit: Visit) -> Response:
    """Open a survey of a unit, or of one of its projects."""
    outcome = await carry_out(visit, "scoring", OPENING, "/scoring/surveys/{id}")
    if outcome.response is not None:
        return outcome.response
    before = _DEFAULTS | {"unit": visit.asked("unit"), "project_id": visit.asked("project_id")}
    return await show(
        visit,
        "survey_new.html",
        "/surveys",
        outcome.status,
        sorts=tuple(SORTS),
        questions=QUESTIONS,
        choices=units_of(visit),
        told=told(visit, **before),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def survey(visit: Visit) -> Response:
    """Show one survey with all its counts; close it."""
    survey_id = str(visit.request.path_params["survey_id"])
    outcome = await carry_out(visit, "scoring", ACTS, f"/scoring/surveys/{survey_id}")
    if outcome.response is not None:
        return outcome.response
    found = await ask(visit, "scoring", f"/surveys/{survey_id}")
    if not found.ok:
        return await missing(visit, found)
    may_close = bool({"office", "inspector"} & set(visit.roles)) and found.data["status"] == "open"
    errors = outcome.errors
    if may_close and visit.text("act") == "codes":
        handed = await hand_out(visit, found.data)
        if isinstance(handed, Response):
            return handed
        errors = Told(handed)
    texts = {question["code"]: question["text"] for question in found.data["questions"]}
    return await show(
        visit,
        "survey.html",
        "/surveys",
        422 if errors and outcome.status == 200 else outcome.status,  # noqa: PLR2004 - HTTP
        survey=found.data,
        texts=texts,
        may_close=may_close,
        may_answer=bool(INTERVIEWERS & set(visit.roles)) and found.data["status"] == "open",
        told=told(visit),
        errors=errors,
        summary=[{"field": name, "text": text} for name, text in errors.items()],
        history=await history(visit, "scoring", f"/surveys/{survey_id}"),
    )
