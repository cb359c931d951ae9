"""Stories over several lanes: what belongs to one, what does not, and causes before effects."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import strategies as st

from cli.timeline import masked
from shared.kernel.envelope import Envelope, Meta
from shared.kernel.timeline.story import in_order, story

T0 = datetime(2021, 11, 1, tzinfo=UTC)
LANES = ("intake", "projects", "supervision", "scoring")
NOUNS = ("need", "project", "notice", "watch")


def an_id(number: int) -> str:
    return str(UUID(int=number))


def event(service: str, position: int, stream: str, *, minute: int = 0, cause: str | None = None, **data: Any) -> Envelope:
    """Return an event of a lane; its id follows from where it stands."""
    event_id = an_id(1_000 * (1 + LANES.index(service)) + position)
    meta = Meta(service, "430523", position, stream, 1, event_id, "Told", T0 + timedelta(minutes=minute), "li", "office", None, "c", cause)
    return Envelope(meta, "", data, b"")


@dataclass
class Lanes:
    """Lanes in memory."""

    events: list[Envelope] = field(default_factory=list)

    def add(self, service: str, stream: str, **more: Any) -> Envelope:
        told = event(service, 1 + sum(one.meta.service == service for one in self.events), stream, minute=len(self.events), **more)
        self.events.append(told)
        return told

    async def naming(self, ids: Collection[str]) -> Iterable[Envelope]:
        return [one for one in self.events if any(each in json.dumps([one.meta.stream, one.meta.event_id, one.data]) for each in ids)]

    async def existing(self, streams: Collection[str]) -> Collection[str]:
        return {one.meta.stream for one in self.events} & set(streams)


def streams(events: Sequence[Envelope]) -> list[str]:
    return list(dict.fromkeys(one.meta.stream for one in events))


NEED, OTHER_NEED, PROJECT, OTHER_PROJECT, WATCH, BULLETIN, MEMBER = (an_id(number) for number in range(1, 8))


def a_county() -> Lanes:
    lanes = Lanes()
    lanes.add("projects", f"member-{MEMBER}")
    lanes.add("intake", f"need-{NEED}")
    lanes.add("intake", f"need-{OTHER_NEED}")
    lanes.add("projects", f"project-{PROJECT}", need_ids=[NEED, OTHER_NEED])
    lanes.add("projects", f"project-{PROJECT}", member_id=MEMBER)
    lanes.add("projects", f"project-{OTHER_PROJECT}", member_id=MEMBER)
    lanes.add("supervision", f"watch-{WATCH}", subject_id=PROJECT)
    lanes.add("supervision", f"notice-{BULLETIN}", project_ids=[PROJECT, OTHER_PROJECT])
    lanes.add("supervision", "register-2021", notice_id=BULLETIN)
    return lanes


async def told_of(start: str, **more: Any) -> list[str]:
    return streams((await story(a_county(), start, NOUNS, **more)).events)


async def test_a_need_s_story_has_its_projects_and_what_watches_over_them_and_no_other_need_s() -> None:
    assert await told_of(NEED) == [f"need-{NEED}", f"project-{PROJECT}", f"watch-{WATCH}", f"notice-{BULLETIN}", "register-2021"]


async def test_a_project_s_story_has_its_needs_and_not_what_else_a_bulletin_is_about() -> None:
    expected = [f"need-{NEED}", f"need-{OTHER_NEED}", f"project-{PROJECT}", f"watch-{WATCH}", f"notice-{BULLETIN}", "register-2021"]
    assert await told_of(PROJECT) == expected


async def test_a_notice_s_story_has_its_projects_and_their_needs() -> None:
    assert {f"notice-{BULLETIN}", f"project-{PROJECT}", f"project-{OTHER_PROJECT}", f"need-{NEED}"} <= set(await told_of(BULLETIN))


async def test_a_person_is_no_thread_to_follow() -> None:
    assert await told_of(MEMBER) == [f"member-{MEMBER}", f"project-{PROJECT}", f"project-{OTHER_PROJECT}"]
    assert (await story(a_county(), MEMBER, NOUNS)).streams == []


async def test_an_event_s_story_is_its_stream_s() -> None:
    lanes = a_county()
    of_need = await story(lanes, NEED, NOUNS)
    (submitted,) = (one for one in lanes.events if one.meta.stream == f"need-{NEED}")
    assert (await story(lanes, submitted.meta.event_id, NOUNS)).events == of_need.events


async def test_of_what_nobody_told_there_is_no_story() -> None:
    assert await told_of(an_id(99)) == []


async def test_a_story_says_what_it_does_not_follow() -> None:
    found = await story(a_county(), NEED, NOUNS, most=2)
    assert found.streams == [f"need-{NEED}", f"project-{PROJECT}"]
    assert found.left == [f"watch-{WATCH}", f"notice-{BULLETIN}"]
    assert f"watch-{WATCH}" in streams(found.events)  # the event that names the project is told all the same


async def test_a_cause_in_the_story_is_known() -> None:
    lanes = Lanes()
    cause = lanes.add("intake", f"need-{NEED}")
    effect = lanes.add("supervision", f"watch-{WATCH}", subject_id=NEED, cause=cause.meta.event_id)
    found = await story(lanes, NEED, NOUNS)
    assert [found.cause_of(one) for one in found.events] == [None, cause]
    assert found.events[1] is effect


@st.composite
def histories(draw: st.DrawFn) -> list[Envelope]:
    """Events of two lanes, each no earlier than what came before it in its lane and than its cause, many at the same time."""
    events: list[Envelope] = []
    last = {"intake": (0, 0), "scoring": (0, 0)}
    for _ in range(draw(st.integers(0, 12))):
        service = draw(st.sampled_from(sorted(last)))
        cause = draw(st.none() | st.sampled_from(events)) if events else None
        position, minute = last[service]
        at = max(minute, int((cause.meta.recorded_at - T0).total_seconds() // 60) if cause else 0) + draw(st.integers(0, 1))
        last[service] = (position + 1, at)
        events.append(event(service, position + 1, "s", minute=at, cause=cause.meta.event_id if cause else None))
    return events


@for_all(histories(), st.randoms())
def test_no_event_comes_before_its_cause_or_what_its_lane_told_before_it(events: list[Envelope], chance: Any) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    ordered = in_order(shuffled)
    assert ordered == in_order(events)
    assert sorted(map(str, ordered)) == sorted(map(str, events))
    place = {one.meta.event_id: number for number, one in enumerate(ordered)}
    assert all(place[one.meta.causation_id] < place[one.meta.event_id] for one in events if one.meta.causation_id)
    for service in ("intake", "scoring"):
        positions = [one.meta.position for one in ordered if one.meta.service == service]
        assert positions == sorted(positions)
    assert [one.meta.recorded_at for one in ordered] == sorted(one.meta.recorded_at for one in ordered)


def test_events_that_wait_for_each_other_in_a_circle_are_told_all_the_same() -> None:
    first, second = event("intake", 1, "s"), event("scoring", 1, "s")
    circle = [
        Envelope(one.meta._replace(causation_id=other.meta.event_id), "", {}, b"") for one, other in ((first, second), (second, first))
    ]
    assert in_order(circle) == circle


def test_what_is_sealed_stays_sealed() -> None:
    petitioner = {"name": {"person": "1", "ciphertext": "c2VhbGVk"}, "phones": [{"ciphertext": "c2VhbGVk"}], "share": False}
    assert masked({"petitioner": petitioner, "title": "路灯"}) == {
        "petitioner": {"name": {"state": "sealed"}, "phones": [{"state": "sealed"}], "share": False},
        "title": "路灯",
    }
