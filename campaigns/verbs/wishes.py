"""Micro-wishes: published by the office, each claimed and fulfilled by a member, now and then given back and claimed by another."""

from campaigns.calls import Call, Heard
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast, Need
from campaigns.verbs.part import Part, call, sheets, singles


def publish(cast: Cast, _entry: Entry) -> Part:
    """The office puts wishes up for members to claim."""
    return Part(sheets(call("publish", "/wishes/{need_id}/publish", REVIEWER, wish.thing) for wish in _wishes(cast)))


def claim_wishes(cast: Cast, _entry: Entry) -> Part:
    """Members claim, each for themselves, once intake knows the register: it does where it knows of projects proposed later."""
    taken_up = tuple(need.thing for need in cast.needs if need.project is not None)
    heard = Heard("a project took {} up", "/needs", taken_up, "project_id", None)
    return Part(singles(_claim(wish, 1) for wish in _wishes(cast)), before=(heard,) if taken_up else ())


def give_wishes_back(cast: Cast, _entry: Entry) -> Part:
    """Who finds that they cannot do it gives it back."""
    chance = cast.chance("given back")
    back = (wish for wish in _wishes(cast) if len(wish.claimants) > 1)
    return Part(
        singles(
            call("give-back", "/wishes/{need_id}/give-back", wish.claimants[0], wish.thing, {"reason": chance.pick(texts()["unable"])})
            for wish in back
        )
    )


def claim_wishes_again(cast: Cast, _entry: Entry) -> Part:
    """Another member claims what was given back."""
    return Part(singles(_claim(wish, 2) for wish in _wishes(cast) if len(wish.claimants) > 1))


def fulfil(cast: Cast, entry: Entry) -> Part:
    """Who claimed a wish makes it come true and says so; of so many parts this is one."""
    chance = cast.chance("fulfilments", str(entry.part))
    wishes = _wishes(cast)
    first, last = (len(wishes) * part // entry.of for part in (entry.part - 1, entry.part))
    return Part(
        singles(
            call("fulfil", "/wishes/{need_id}/fulfil", wish.claimants[-1], wish.thing, {"text": chance.pick(texts()["fulfilled"])})
            for wish in wishes[first:last]
        )
    )


def _wishes(cast: Cast) -> list[Need]:
    return [need for need in cast.needs if need.end == "claimed"]


def _claim(wish: Need, nth: int) -> Call:
    return call("claim-wish", "/wishes/{need_id}/claim", wish.claimants[nth - 1], wish.thing, nth=nth)
