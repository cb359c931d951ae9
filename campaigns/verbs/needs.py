"""The needs list: collecting, routing and answering."""

from campaigns.calls import Call
from campaigns.chance import Chance
from campaigns.county import Entry, texts
from campaigns.things import CLERK, REVIEWER, Cast, Need, committee
from campaigns.verbs.part import Part, bulks, call, singles

_WISH = "micro-wish"


def collect(cast: Cast, _entry: Entry) -> Part:
    """People submit; what came in on paper, by phone or at a visit the clerk brings in as sheets."""
    chance = cast.chance("details")
    calls = [call("collect", "/needs", need.submitter, need.thing, _submission(need, chance)) for need in cast.needs]
    return Part(bulks(each for each in calls if each.actor == CLERK) + singles(each for each in calls if each.actor != CLERK))


def route(cast: Cast, _entry: Entry) -> Part:
    """The office routes one by one (wishes by the sheet), each to a handling unit and a responsible leader, or declines."""
    singly, by_sheet = list[Call](), list[Call]()
    for need in cast.needs:
        if need.end == "declined":
            reason = {"outcome": need.outcome, "reason": texts()["declines"][need.outcome]}
            singly.append(call("decline", "/needs/{need_id}/decline", REVIEWER, need.thing, reason))
        elif need.end != "waiting":
            body = {"handling_unit": need.unit, "responsible_leader": need.leader, "note": texts()["note"]}
            routed = call("route", "/needs/{need_id}/route", REVIEWER, need.thing, body)
            (by_sheet if need.kind == _WISH else singly).append(routed)
    return Part(singles(singly) + bulks(by_sheet))


def answer(cast: Cast, entry: Entry) -> Part:
    """The handling units answer what needs no project; of so many parts this is one."""
    mine = [need for need in cast.needs if need.kind == entry.kind and need.end == "answered"]
    first, last = (len(mine) * part // entry.of for part in (entry.part - 1, entry.part))
    calls = [
        call(
            "answer",
            "/needs/{need_id}/answer",
            committee(need.unit),
            need.thing,
            {"outcome": need.outcome, "text": texts()["answers"][need.outcome]},
        )
        for need in mine[first:last]
    ]
    return Part(bulks(calls) if entry.kind == _WISH else singles(calls))


def _submission(need: Need, chance: Chance) -> dict[str, object]:
    return {
        "kind": need.kind,
        "channel": need.channel,
        "title": need.title,
        "detail": chance.filled(chance.pick(texts()["detail"]), need=need.title),
        "town": need.town,
        "petitioner": need.petitioner,
    }
