"""Leaders, the units they are tied to (联点), and their visits there."""

from campaigns.calls import TODAY
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast
from campaigns.verbs.part import Part, bulks, call, singles


def register_leaders(cast: Cast, _entry: Entry) -> Part:
    """The office registers the county's leaders in their official order."""
    names, posts = cast.chance("leaders").names(), texts()["posts"]
    calls = []
    for number, leader in enumerate(cast.leaders):
        post = posts[min(number, len(posts) - 1)]
        body = {"account": leader.sub, "name": next(names), "post": post, "unit": None, "order": number + 1}
        calls.append(call("register", "/leaders", REVIEWER, leader.sub, body))
    return Part(bulks(calls))


def tie(cast: Cast, entry: Entry) -> Part:
    """Every unit is the contact point of a leader."""
    calls = []
    for number, unit in enumerate(cast.county.units):
        leader = cast.leaders[number % len(cast.leaders)].sub
        body = {"account": leader, "organisation": unit.code, "tied_from": entry.start.isoformat()}
        calls.append(call("tie", "/leaders/contact-points", REVIEWER, f"contact-point/{unit.code}", body))
    return Part(bulks(calls))


def visit(cast: Cast, entry: Entry) -> Part:
    """Leaders go to their contact points and guide there; the how many-th time this is, `part` says."""
    chance, calls = cast.chance("visits", str(entry.part)), []
    for number, unit in enumerate(cast.county.units):
        body = {"unit": unit.code, "visited_on": TODAY, "guidance": chance.pick(texts()["guidance"])}
        leader = cast.leaders[number % len(cast.leaders)]
        calls.append(call("visit", "/visits", leader, f"visit/{entry.part}/{unit.code}", body))
    return Part(singles(calls))
