"""What concerns nobody is passed without a word to the database; a second later that is written, and a crash before loses nothing."""

from collections.abc import Sequence
from uuid import UUID

from shared.kernel.checkpoints import Progress
from shared.kernel.events import Event
from shared.kernel.ids import uuid7
from shared.kernel.lanes import Hole
from shared.kernel.policy import Reacting
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Projection
from shared.kernel.records import sort
from shared.kernel.rules import Policy
from tests.support.lab import A, Lab, eventually
from tests.support.things.service import ThingBroken, ThingMade, ThingRenamed, ThingRow

POLICY = "break_when_renamed"


def lazy(lab: Lab) -> Projecting:
    return Projecting(f"{lab.things.contract.service}.projections", [lab.things.board], lab.pool, Progress(lab.pool), at_once=())


async def published(lab: Lab, *events: Event) -> None:
    thing_id: UUID = uuid7()
    for position, event in enumerate(events, 1):
        await lab.produce(lab.body(position, event, stream=f"thing-{thing_id}", version=position))


async def applied(lab: Lab, target: Projecting | Reacting, positions: Sequence[int]) -> Hole | None:
    """Apply records of the lane as they stand on the topic, chosen by position; return the hole that stopped it."""
    lanes, _ = sort(await lab.topic(max(positions)), {lab.things.contract.topic: lab.things.contract})
    (lane,) = lanes
    chosen = [record for record in lanes[lane] if record.envelope.meta.position in positions]
    target.prepare(chosen)
    return await target.apply(lane, chosen)


def events() -> list[Event]:
    """A thing made, then twice what the board does not show, then renamed."""
    made = ThingMade(thing_id=uuid7(), name="a")
    broken = ThingBroken(thing_id=made.thing_id)
    return [made, broken, broken, ThingRenamed(thing_id=made.thing_id, name="b")]


async def test_the_lane_goes_on_from_what_was_only_passed(lab: Lab) -> None:
    await published(lab, *events())
    projecting = lazy(lab)
    assert await applied(lab, projecting, [1, 2, 3]) is None
    assert await lab.standing() == 3, "what concerns somebody carries the rest of its batch along"
    fresh = events()
    await lab.produce(*(lab.body(position, fresh[1], stream="thing-x", version=position) for position in (5, 6)))
    assert await applied(lab, projecting, [4]) is None
    assert await applied(lab, projecting, [5, 6]) is None
    assert await lab.standing() == 4, "nobody was concerned"
    assert await applied(lab, projecting, [5, 6]) is None, "they are known to be passed"
    await projecting.settle()
    assert await lab.standing() == 6
    await projecting.settle()
    assert [row["name"] for row in await lab.rows("SELECT name FROM read.thing_board")] == ["b"]


async def test_a_crash_before_that_is_written_shows_as_a_hole_and_loses_nothing(lab: Lab) -> None:
    await published(lab, *events())
    before = lazy(lab)
    await applied(lab, before, [1])
    await applied(lab, before, [2, 3])
    assert await lab.standing() == 1
    after = lazy(lab)
    assert (await applied(lab, after, [4])) == Hole(2, 0)
    async with lab.consuming(after):
        await eventually(lab.standing, 4)
    assert [row["name"] for row in await lab.rows("SELECT name FROM read.thing_board")] == ["b"]


async def test_a_consumer_writes_it_within_seconds_though_nothing_more_comes(lab: Lab) -> None:
    await published(lab, *events()[:1])
    async with lab.consuming(lazy(lab)):
        await eventually(lab.standing, 1)
        await lab.produce(lab.body(2, events()[1], stream="thing-y", version=1))
        await eventually(lab.standing, 2, seconds=5)


async def test_what_it_stood_at_is_written_when_a_consumer_stops(lab: Lab) -> None:
    await published(lab, *events()[:3])
    projecting = lazy(lab)
    await applied(lab, projecting, [1])
    async with lab.consuming(projecting) as consumer:
        await applied(lab, projecting, [2, 3])
        await consumer.stop()
        assert await lab.standing() == 3


async def test_whoever_comes_later_than_the_others_is_not_left_behind(lab: Lab) -> None:
    """A read model added to a service begins at nothing while the others stand far on: what concerns it not must carry it along too."""
    await published(lab, *events()[:3])
    await applied(lab, lazy(lab), [1, 2, 3])
    service, late = lab.things.contract.service, Projection("late", row=ThingRow, key="thing_id")
    late.on(ThingRenamed)(lambda _row, _event, _meta: None)
    both = Projecting(f"{service}.projections", [lab.things.board, late], lab.pool, Progress(lab.pool), at_once=())
    for positions in ([1], [2], [3]):
        assert await applied(lab, both, positions) is None
    await both.settle()
    assert (await lab.standing("late"), await lab.standing()) == (3, 3)


async def test_a_policy_that_comes_later_is_not_left_behind(lab: Lab) -> None:
    await published(lab, *events()[:3])
    service, early = lab.things.contract.service, lab.things.policy
    await applied(lab, Reacting(service, [(early, lab.things.contract)], lab.pool, lab.commands), [1, 2, 3])
    late = Policy("late", on=ThingRenamed, do=lambda _event, _meta: [])
    both = Reacting(service, [(early, lab.things.contract), (late, lab.things.contract)], lab.pool, lab.commands, lazily=True)
    for positions in ([1], [2], [3]):
        assert await applied(lab, both, positions) is None
    await both.settle()
    assert (await lab.standing("late"), await lab.standing(POLICY)) == (3, 3)


async def test_policies_pass_over_what_concerns_none_of_them(lab: Lab) -> None:
    await published(lab, *events())
    service = lab.things.contract.service
    reacting = Reacting(service, [(lab.things.policy, lab.things.contract)], lab.pool, lab.commands, lazily=True)
    assert await applied(lab, reacting, [1, 2, 3]) is None
    assert await lab.standing(POLICY) == 0
    await reacting.settle()
    assert await lab.standing(POLICY) == 3
    assert await applied(lab, reacting, [4]) is None
    assert await lab.standing(POLICY) == 4
    assert await lab.rows("SELECT FROM log.events WHERE type = 'ThingBroken'", county=A) != []
