"""The register: units and branches, members, exemptions; figures announced for it."""

from campaigns.calls import Call
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast, branch_code, committee
from campaigns.verbs.part import Part, bulks, call, sheets, singles


def organise(cast: Cast, _entry: Entry) -> Part:
    """The office registers units in their official order, and their branches."""
    county, calls = cast.county, list[Call]()
    for unit in county.units:
        body = {"code": unit.code, "name": unit.name, "kind": unit.kind, "parent": None, "order": unit.order}
        calls.append(call("organise", "/organisations", REVIEWER, unit.code, body))
    for unit in county.units:
        for number in range(1, county.branches + 1):
            code = branch_code(unit.code, number)
            name = f"{unit.name}第{number}党支部" if county.branches > 1 else f"{unit.name}机关党支部"
            body = {"code": code, "name": name, "kind": "branch", "parent": unit.code, "order": unit.order * 10 + number}
            calls.append(call("organise", "/organisations", REVIEWER, code, body))
    return Part(bulks(calls))


def enrol(cast: Cast, _entry: Entry) -> Part:
    """Each unit brings in its own members, as a sheet."""
    return Part(
        bulks(
            call(
                "enrol",
                "/members",
                committee(member.unit),
                member.account,
                {
                    "account": member.account,
                    "name": member.name,
                    "unit": member.unit,
                    "branch": member.branch,
                    "exemption": None if member.later else member.exemption,
                },
            )
            for member in cast.members
        )
    )


def exempt(cast: Cast, _entry: Entry) -> Part:
    """Units exempt some of those they registered as able."""
    return Part(
        sheets(
            call(
                "exempt",
                "/members/exemption",
                committee(member.unit),
                member.account,
                {"account": member.account, "exemption": member.exemption, "reason": texts()["exemption"][member.exemption]},
            )
            for member in cast.members
            if member.later
        )
    )


def announce(cast: Cast, entry: Entry) -> Part:
    """The office records what was announced, so that the register is held against it."""
    told = cast.county.announcement
    if told is None:
        raise ValueError("the calendar announces a figure, but there is none")
    body = {
        "label": told.label,
        "levels": list(told.levels),
        "figure": told.figure,
        "announced_on": entry.start.isoformat(),
        "source": told.source,
    }
    return Part(singles([call("announce", "/announcements", REVIEWER, "announcement", body)]))
