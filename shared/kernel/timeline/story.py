"""The whole story of a thing over the lanes of several services: every event of its streams, and every one that names them."""

import heapq
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import orjson

from shared.kernel.envelope import Envelope

MOST = 60
"""Streams a story follows at most."""
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ID_LENGTH = 36
At = tuple[str, int]
"""A lane's service and a position in it."""


class Finder(Protocol):
    """Finds events of one county in the lanes of all services."""

    async def naming(self, ids: Collection[str]) -> Iterable[Envelope]:
        """Return the events in which one of these ids stands, be it as the stream's."""
        ...

    async def existing(self, streams: Collection[str]) -> Collection[str]:
        """Return those of these streams that there are."""
        ...


@dataclass(frozen=True)
class Story:
    """Events, causes before effects; `streams` were followed, `left` found only after as many were as a story follows."""

    events: Sequence[Envelope]
    streams: Sequence[str]
    left: Sequence[str]

    def cause_of(self, event: Envelope) -> Envelope | None:
        """Return the event of the story that caused one, where it is told."""
        return self._by_id.get(event.meta.causation_id or "")

    @cached_property
    def _by_id(self) -> Mapping[str, Envelope]:
        return {event.meta.event_id: event for event in self.events}


async def story(finder: Finder, start: str, nouns: Collection[str], *, most: int = MOST) -> Story:
    """Return the story that an id belongs to: of a stream, of an event, or of anything else that events name.

    Followed are streams of these nouns: the id's own; downwards those that the events of a stream so reached name (a notice's projects,
    their needs); then upwards those with an event that names one that is followed (a need's projects, their verifications, watches and
    notices), and from there no more downwards. So a story does not go from a bulletin to all the others it is about, nor on through units
    and people. Where the id is of a stream of another noun, the story is its events and those that name it.
    """
    found = {_at(event): event for event in await finder.naming([start])}
    roots = _roots(start, found.values())
    if roots and [_id(stream) for stream in roots] != [start]:
        found |= {_at(event): event for event in await finder.naming([_id(stream) for stream in roots])}
    done = [stream for stream in roots if _noun(stream) in nouns][:most]
    follow = await _named(finder, _of(found.values(), done), nouns) if done else []
    for downwards in (True, False):
        if not downwards:
            follow += [event.meta.stream for event in in_order(found.values()) if done and _noun(event.meta.stream) in nouns]
        while new := [stream for stream in dict.fromkeys(follow) if stream not in done][: most - len(done)]:
            told = list(await finder.naming([_id(stream) for stream in new]))
            found |= {_at(event): event for event in told}
            done += new
            if downwards:
                follow += await _named(finder, _of(told, new), nouns)
            else:
                follow += [event.meta.stream for event in in_order(told) if _noun(event.meta.stream) in nouns]
    return Story(in_order(found.values()), done, [stream for stream in dict.fromkeys(follow) if stream not in done])


def _of(events: Iterable[Envelope], streams: Collection[str]) -> list[Envelope]:
    return [event for event in events if event.meta.stream in streams]


def in_order(events: Iterable[Envelope]) -> list[Envelope]:
    """Return events by the time they were recorded, lane and position, but none before its cause or what came before it in its lane."""
    rest = {_at(event): event for event in sorted(events, key=_rank)}
    by_id = {event.meta.event_id: event for event in rest.values()}
    last: dict[str, Envelope] = {}
    waits: dict[At, int] = defaultdict(int)
    then: dict[At, list[Envelope]] = defaultdict(list)
    for at, event in rest.items():
        for earlier in (last.get(event.meta.service), by_id.get(event.meta.causation_id or "")):
            if earlier is not None and earlier is not event:
                waits[at] += 1
                then[_at(earlier)].append(event)
        last[event.meta.service] = event
    ready = [(_rank(event), event) for at, event in rest.items() if not waits[at]]
    told: list[Envelope] = []
    while ready:
        _, event = heapq.heappop(ready)
        told.append(rest.pop(_at(event)))
        for later in then[_at(event)]:
            waits[_at(later)] -= 1
            if not waits[_at(later)]:
                heapq.heappush(ready, (_rank(later), later))
    return [*told, *rest.values()]  # what waits in a circle, which no honest lanes have, is told all the same


async def _named(finder: Finder, events: Iterable[Envelope], nouns: Collection[str]) -> list[str]:
    """Return the streams of these nouns whose ids stand in events' data."""
    ids = dict.fromkeys(one.decode() for event in events for one in _UUID.findall(orjson.dumps(event.data)))
    wanted = [f"{noun}-{one}" for one in ids for noun in nouns]
    return sorted(await finder.existing(wanted)) if wanted else []


def _roots(start: str, events: Iterable[Envelope]) -> list[str]:
    """Return the streams an id stands for: its own, else that of the event it names, else those with an event that holds it."""
    events = list(events)
    for fits in (
        lambda event: _id(event.meta.stream) == start,
        lambda event: event.meta.event_id == start,
        lambda _event: True,
    ):
        streams = dict.fromkeys(event.meta.stream for event in events if fits(event))
        if streams:
            return list(streams)
    return []


def _rank(event: Envelope) -> tuple[object, ...]:
    return (event.meta.recorded_at, event.meta.service, event.meta.position)


def _at(event: Envelope) -> At:
    return event.meta.service, event.meta.position


def _id(stream: str) -> str:
    return stream[-_ID_LENGTH:]


def _noun(stream: str) -> str:
    return stream[: -_ID_LENGTH - 1]
