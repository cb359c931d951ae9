"""Answering surveys: what is open, one answer each; one-time codes drawn and shown once."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, carry_out, listed, missing, number, told
from services.portal.pages.scoring.common import account
from services.portal.pages.visit import Visit
from shared.kernel.crockford import as_meant, encoded

ANSWERING = ("citizen", "clerk", "inspector")
INTERVIEWERS = frozenset({"clerk", "inspector"})
RATINGS = ("very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied")
MOST_CODES = 500
_UNANSWERED = "请回答这个问题。"
_WHO = {"codes": "请填写答题码。", "persons": "请填写对方的电话或账号，只用来防止重复。"}
_CODE_LETTERS = 10


async def questionnaires(visit: Visit) -> Response:
    """List the surveys that may be answered now."""
    found = await listed(visit, "scoring", "/surveys", status="open")
    return await visit.show("scoring/questionnaires.html", surveys=found, rows=list(reversed(found.rows)), today=visit.today)


async def questionnaire(visit: Visit) -> Response:
    """Show a survey's questions; take one answer to them: a citizen's own, or what an interviewer was told."""
    survey_id = str(visit.request.path_params["survey_id"])
    found = await ask(visit, "scoring", f"/surveys/{survey_id}")
    if not found.ok:
        return await missing(visit, found)
    interviewing = bool(INTERVIEWERS & set(visit.roles))
    needed = {f"answer_{question['code']}": _UNANSWERED for question in found.data["questions"]}
    if interviewing:
        needed["respondent"] = _WHO[found.data["respondents"]]
    acts = {
        "answer": Act("/surveys/{survey_id}/answers", lambda asked: _answer(asked, found.data), "survey_answered", needed),
    }
    outcome = await carry_out(visit, "scoring", acts, f"/surveys/{survey_id}")
    if outcome.response is not None:
        return outcome.response
    return await visit.show(
        "scoring/questionnaire.html",
        outcome.status,
        survey=found.data,
        interviewing=interviewing,
        ratings=RATINGS,
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


def _answer(visit: Visit, survey: Mapping[str, Any]) -> Mapping[str, Any]:
    typed = visit.text("respondent")
    if not INTERVIEWERS & set(visit.roles):
        respondent = account(visit)
    elif survey["respondents"] == "codes":
        respondent = as_meant(typed)
    else:
        respondent = typed.replace(" ", "").replace("-", "")
    answers = [{"question": question["code"], "answer": visit.text(f"answer_{question['code']}")} for question in survey["questions"]]
    return {"respondent": respondent, "answers": answers}


async def hand_out(visit: Visit, survey: Mapping[str, Any]) -> Response | Mapping[str, str]:
    """Draw one-time codes and show them once, to be cut out and handed over; or return what is wrong, by field."""
    count = number(visit, "codes")
    if not isinstance(count, int) or not 1 <= count <= MOST_CODES:
        return {"codes": visit._("请填 1 到 {most} 之间的数。").format(most=MOST_CODES)}
    codes = drawn(visit.site.vault.secret("survey codes"), f"{visit.county} {survey['id']} {visit.text('idempotency_key')}", count)
    digests = [hashlib.sha256(f"{survey['id']},{code}".encode()).hexdigest() for code in codes]
    answer = await visit.command("scoring", f"/surveys/{survey['id']}/codes", {"digests": digests})
    if not answer.ok:
        visit.refused(answer)
        return {"codes": answer.title}
    shown = [f"{code[:5]}-{code[5:]}" for code in codes]
    return await visit.show("scoring/survey_codes.html", 201, survey=survey, codes=shown)


def drawn(secret: bytes, place: str, count: int) -> list[str]:
    """Return codes nobody guesses (50 bits each); the same form sent twice shows the same."""
    digests = (hmac.digest(secret, f"{place} {index}".encode(), "sha256") for index in range(count))
    return [encoded(int.from_bytes(each), _CODE_LETTERS) for each in digests]
