"""The rules of the county's profile."""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.projects.commands import AdoptProfile
from services.projects.state.registry import County, evolve_county
from shared.contracts.profile import LADDER_STEPS, Profile
from shared.contracts.projects import PROJECTS, CountyProfileAdopted
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider

_WHOLE = 100


def adopt(command: AdoptProfile, county: County, asked: Asked) -> Sequence[CountyProfileAdopted]:
    """The office adopts rules whose levels and items are each named once and whose weights make a hundred."""
    asked.actor.require("office")
    for level in _twice(level.code for level in command.levels):
        raise Rejected("level_twice", pointer="/levels", level=level)
    for given in command.levels:
        for tier in {given.review_by, given.sign_off_by} & set(given.claimed_by):
            raise Rejected("level_signs_its_own", pointer="/levels", level=given.code, tier=tier)
    items = command.score_sheet.items
    for item in _twice(item.item for item in items):
        raise Rejected("item_twice", pointer="/score_sheet/items", item=item)
    total = sum(item.weight for item in items)
    if total != _WHOLE:
        raise Rejected("weights_not_hundred", pointer="/score_sheet/items", sum=total)
    _check_rules(command)
    profile = Profile.model_validate(command.model_dump())
    if profile in county.profiles:
        return []
    if any(known.version == profile.version for known in county.profiles):
        raise Rejected("profile_version_used", pointer="/version", version=profile.version)
    return [CountyProfileAdopted(profile=profile)]


def _check_rules(profile: Profile) -> None:
    """Refuse rules that name a thing twice or contradict themselves."""
    named: dict[str, Sequence[str]] = {
        "/supervision/ladders": [ladder.subject for ladder in profile.supervision.ladders],
        "/supervision/cadence": [cadence.activity for cadence in profile.supervision.cadence],
        "/entry/demonstration": [quota.whose for quota in profile.entry.demonstration],
        "/annual/items": [item.measure for item in profile.annual.items] if profile.annual else [],
    }
    for pointer, names in named.items():
        for name in _twice(names):
            raise Rejected("rule_twice", pointer=pointer, rule=name)
    for ladder in profile.supervision.ladders:
        steps = [LADDER_STEPS.index(rung.step) for rung in ladder.rungs]
        days = [rung.after.days for rung in ladder.rungs]
        if steps != sorted(set(steps)) or days != sorted(days):
            raise Rejected("rungs_out_of_order", pointer="/supervision/ladders", ladder=ladder.subject)
    for quota in profile.entry.demonstration:
        if quota.least > quota.most:
            raise Rejected("quota_impossible", pointer="/entry/demonstration", whose=quota.whose)
    if profile.annual is not None and (total := sum(item.weight for item in profile.annual.items)) != _WHOLE:
        raise Rejected("weights_not_hundred", pointer="/annual/items", sum=total)


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


COUNTY = Decider(contract=PROJECTS, initial=County(), evolve=evolve_county, decide=adopt)
