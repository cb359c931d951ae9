"""Writes a county's campaign down, call by call, before anything is done: the same seed gives the same plan."""

import itertools
from collections.abc import Iterator

from campaigns import DEFAULT_SEED
from campaigns.calls import Phase, Plan, timed
from campaigns.cast import cast_of
from campaigns.county import County, Entry
from campaigns.things import Cast
from campaigns.verbs import VERBS


def plan_of(county: County, seed: int = DEFAULT_SEED) -> Plan:
    """Return the plan; ValueError where the calendar goes back, says what nobody knows, or the numbers do not fit."""
    for before, entry in itertools.pairwise(county.timeline):
        if (entry.start, entry.hours[0]) < (before.end, before.hours[1]):
            raise ValueError(f"{entry.do} begins on {entry.start}, before {before.do} has ended on {before.end}")

    def written() -> Iterator[Phase]:
        cast = cast_of(county, seed)
        return (_phase(cast, entry) for entry in county.timeline)

    return Plan(county.county, county.name, county.timeline[0].start, sum(phase.size for phase in written()), written)


def _phase(cast: Cast, entry: Entry) -> Phase:
    if entry.do not in VERBS:
        raise ValueError(f"the calendar says '{entry.do}', which is none of {', '.join(VERBS)}")
    name, verb = VERBS[entry.do]
    part = verb(cast, entry)
    return Phase(name, timed(part.steps, entry.start, entry.end, entry.hours), part.before, part.after)
