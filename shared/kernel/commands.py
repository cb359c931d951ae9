"""How a command becomes events: load the stream, decide, append."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg

from shared.kernel.actor import first_role
from shared.kernel.appender import Append, Appender, NewEvent
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import Clock
from shared.kernel.envelope import Cause, check_size
from shared.kernel.errors import CommandReused, Rejected, VersionConflict
from shared.kernel.event_log import Answer, EventLog, same_request, wrapped_keys
from shared.kernel.events import Event, dump
from shared.kernel.ids import uuid7
from shared.kernel.rows import Rows
from shared.kernel.rules import Asked, Command, Decider
from shared.kernel.sealed import may_hold_sealed, persons_to_seal
from shared.kernel.sealing import Context, Sealer, SealingKey, seal
from shared.kernel.states import Known, States
from shared.kernel.tenancy import county_reading

_LOOK_EVERY_SECONDS = 0.05
_ATTEMPTS = 20
"""How often a command decides anew because another process moved its stream; each time one of them wins."""


S = TypeVar("S")
T = TypeVar("T")
Prepare = Callable[["Facts", Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class CommandHandler(Generic[S]):
    """Which decider takes a command, on which stream, and what must be looked up into the command first."""

    decider: Decider[S]
    stream: Callable[[Any, str], str]
    """From the command and the county."""
    prepare: Prepare | None = None
    opens: bool = False
    """The command starts a stream of its own new id: nothing need be loaded."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a handler may look at before deciding: this service's own log and read models, in the asker's county, and its secrets."""

    log: EventLog
    asked: Asked
    states: States
    rows: Rows
    sealer: Sealer

    async def state(self, decider: Decider[S], stream: str) -> tuple[S, int]:
        """Return the state and version of another stream of this service, a second old at most where another process wrote it."""
        return await self.states.recent(self.asked.county, decider, stream)

    async def find(self, query: str, *arguments: object, seconds: float = 0.0) -> asyncpg.Record | None:
        """Return the first row of a query over read models ($1 is the county), waiting this long for one to appear.

        What another service published a moment ago may still be on its way. Queries that take long go by `search`.
        """
        for last in (*(False for _ in range(int(seconds / _LOOK_EVERY_SECONDS))), True):
            row = await self.rows.find(self.asked.county, query, arguments)
            if row is not None or last:
                return row
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return None

    async def lately(
        self, table: str, query: str, *arguments: Hashable, read: Callable[[asyncpg.Record], T], seconds: float = 0.0
    ) -> T | None:
        """Return what `read` makes of what `find` finds in a read model that seldom changes, a second old at most."""

        async def find() -> T | None:
            row = await self.find(query, *arguments, seconds=seconds)
            return None if row is None else read(row)

        found: T | None = await self.rows.recent.get(self.asked.county, table, (query, *arguments), find)
        return found

    async def search(self, query: str, *arguments: object) -> asyncpg.Record | None:
        """Return the first row of a query that takes its time: in a transaction of its own, nobody waits for it."""
        return await self.rows.search(self.asked.county, query, arguments)


def fingerprint(*parts: bytes) -> bytes:
    """Return what tells two requests under one id apart: SHA-256 over the parts with their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()


@dataclass(slots=True)
class Commands:
    """Carries out commands by the service's table of handlers."""

    handlers: Mapping[type[Command], CommandHandler[Any]]
    log: EventLog
    appender: Appender
    sealer: Sealer
    clock: Clock
    progress: Progress
    _rows: Rows = field(init=False)
    _states: States = field(init=False)
    _locks: "WeakValueDictionary[tuple[str, str], asyncio.Lock]" = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        self._states = States(self.log)
        self._rows = Rows(self.log.pool, self.progress)

    async def execute(self, command: Command, asked: Asked) -> Answer:
        """Decide and append; return what happened, or what the same command id did the first time.

        Raises Rejected (also `stale_version`, `command_reused`) and EventTooLarge; nothing is written then.
        """
        handler = self.handlers[type(command)]
        stream = handler.stream(command, asked.county)
        asked = asked if asked.fingerprint else replace(asked, fingerprint=_own_fingerprint(command, asked))
        try:
            if handler.opens:
                return await self._attempt(handler, command, asked, stream)
            lock = self._locks.get((asked.county, stream))
            if lock is None:
                lock = self._locks[asked.county, stream] = asyncio.Lock()
            async with lock:
                return await self._attempt(handler, command, asked, stream)
        except CommandReused as reused:
            raise Rejected("command_reused") from reused

    async def rehearse(self, command: Command, asked: Asked) -> Answer | None:
        """Decide and append nothing: return what the same command id did the first time, None if it would be new.

        Raises what `execute` would.
        """
        handler = self.handlers[type(command)]
        try:
            first = await self._first_answer(asked)
        except CommandReused as reused:
            raise Rejected("command_reused") from reused
        if first is None:
            await self._made(handler, command, asked, handler.stream(command, asked.county))
        return first

    async def _attempt(self, handler: CommandHandler[Any], command: Command, asked: Asked, stream: str) -> Answer:
        for _ in range(_ATTEMPTS):
            try:
                return await self._once(handler, command, asked, stream)
            except Rejected:
                first = await self._first_answer(asked)
                if first is not None:
                    return first
                raise
            except VersionConflict:
                handler = replace(handler, opens=False)
        raise Rejected("stream_too_busy")

    async def _once(self, handler: CommandHandler[Any], command: Command, asked: Asked, stream: str) -> Answer:
        known, packed, stored = await self._made(handler, command, asked, stream)
        try:
            answer = await self.appender.append(asked.county, packed)
        except VersionConflict:
            self._states.forget(asked.county, stream)
            raise
        if answer.version == known.version + len(stored):
            self._states.moved(asked.county, handler.decider, stream, known, stored)
        return answer

    async def _made(
        self, handler: CommandHandler[Any], command: Command, asked: Asked, stream: str
    ) -> tuple[Known[Any], Append, list[Event]]:
        """Decide on the state at hand; what another process has made of the stream since, a conflict tells when it is appended.

        Refusing and changing nothing leave no conflict behind: for those the state must be the stream's last.
        """
        decider, county = handler.decider, asked.county
        if handler.prepare is not None:
            command = await handler.prepare(Facts(self.log, asked, self._states, self._rows, self.sealer), command)
        known = Known(decider.initial, 0) if handler.opens else await self._states.at_hand(county, decider, stream)
        try:
            events = _decided(decider, command, known, asked)
        except Rejected:
            events = []
        if not events:
            known = await self._states.last(county, decider, stream)
            events = _decided(decider, command, known, asked)
        return known, *await self._pack(events, asked, stream, known.version)

    async def _first_answer(self, asked: Asked) -> Answer | None:
        known = await self.log.answer_of(asked.county, asked.command_id)
        if known is None:
            return None
        if not same_request(known[0], asked.fingerprint, asked.actor.sub):
            raise CommandReused(str(asked.command_id))
        return known[1]

    async def _pack(self, events: Iterable[Event], asked: Asked, stream: str, version: int) -> tuple[Append, list[Event]]:
        """Return what is to be appended, and the events as they are stored."""
        stored: list[Event] = []
        packed: list[NewEvent] = []
        keys: dict[UUID, bytes] = {}
        wrapped: list[SealingKey] = []
        for event in events:
            event_id = uuid7()
            sealed = event
            if may_hold_sealed(type(event)):
                persons = persons_to_seal(event) - keys.keys()
                if persons and version:
                    keys |= await self._kept_keys(asked.county, persons)
                for person in persons - keys.keys():
                    keys[person], sealing_key = self.sealer.new_key(asked.county, person)
                    wrapped.append(sealing_key)
                sealed = seal(event, Context(asked.county, stream, event_id), keys)
            data = dump(sealed)
            check_size(data)
            stored.append(sealed)
            packed.append(NewEvent(event_id, type(event).__name__, data))
        cause = Cause(
            actor=asked.actor.sub,
            role=first_role(asked.actor.roles),
            unit=asked.actor.unit,
            correlation_id=asked.correlation_id,
            causation_id=asked.causation_id,
            command_id=str(asked.command_id),
            traceparent=asked.traceparent,
        )
        after = asked.caused_at or datetime(1970, 1, 1, tzinfo=UTC)
        return Append(stream, version, packed, asked.command_id, asked.fingerprint, cause, after, wrapped), stored

    async def _kept_keys(self, county: str, persons: Collection[UUID]) -> dict[UUID, bytes]:
        """Return the keys of these persons, as far as there are any: a second event about somebody is sealed under the key of the first.

        Where a stream is opened nobody is asked: its persons are as new as it is.
        """
        async with county_reading(self.log.pool, county) as connection:
            wrapped = await wrapped_keys(connection, county, list(persons))
        return {person: self.sealer.unwrap(county, SealingKey(person, key)) for person, key in wrapped.items()}


def _decided(decider: Decider[S], command: Command, known: "Known[S]", asked: Asked) -> Sequence[Event]:
    if asked.expected is not None and asked.expected != known.version:
        raise Rejected("stale_version", expected=asked.expected, actual=known.version)
    return decider.decide(command, known.state, asked)


def _own_fingerprint(command: Command, asked: Asked) -> bytes:
    """Tell commands of policies and timers apart, whose ids are derived: by type, cause and actor."""
    return fingerprint(type(command).__name__.encode(), asked.actor.sub.encode(), (asked.causation_id or "").encode())
