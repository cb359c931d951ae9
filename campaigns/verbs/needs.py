"""The needs list: collecting, routing and answering."""

from campaigns.calls import Call
from campaigns.chance import Chance
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast, Need, committee
from campaigns.verbs.part import Part, call, sheets


def collect(cast: Cast, entry: Entry) -> Part:
    """People submit; what came in on paper, by phone or at a visit the clerk brings in as sheets."""
    chance = cast.chance("details", entry.kind or "")
    needs = (need for need in cast.needs if entry.kind in (None, need.kind))
    return Part(sheets(call("collect", "/needs", need.submitter, need.thing, _submission(need, chance)) for need in needs))


def route(cast: Cast, _entry: Entry) -> Part:
    """The office routes, each to a handling unit and a responsible leader, or declines; wishes are the members'."""
    calls = list[Call]()
    for need in cast.needs:
        if need.end == "declined":
            reason = {"outcome": need.outcome, "reason": texts()["declines"][need.outcome]}
            calls.append(call("decline", "/needs/{need_id}/decline", REVIEWER, need.thing, reason))
        elif need.end not in ("waiting", "claimed"):
            body = {"handling_unit": need.unit, "responsible_leader": need.leader, "note": texts()["note"]}
            calls.append(call("route", "/needs/{need_id}/route", REVIEWER, need.thing, body))
    return Part(sheets(calls))


def answer(cast: Cast, entry: Entry) -> Part:
    """The handling units answer what needs no project."""
    mine = (need for need in cast.needs if need.kind == entry.kind and need.end == "answered")
    calls = [
        call(
            "answer",
            "/needs/{need_id}/answer",
            committee(need.unit),
            need.thing,
            {"outcome": need.outcome, "text": texts()["answers"][need.outcome]},
        )
        for need in mine
    ]
    return Part(sheets(calls))


def _submission(need: Need, chance: Chance) -> dict[str, object]:
    return {
        "kind": need.kind,
        "channel": need.channel,
        "title": need.title,
        "detail": chance.filled(chance.pick(texts()["detail"]), need=need.title),
        "town": need.town,
        "petitioner": need.petitioner,
    }
