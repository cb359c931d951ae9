"""Making a lane whole again: its missing end from the topic or from a pack, held against what was signed."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.packs.importing import trusted
from cli.packs.reading import Pack
from cli.packs.refilling import Refill, Restored
from cli.packs.topics import Signed, events_of, signed_of
from cli.progress import Told
from shared.kernel.envelope import Envelope
from shared.kernel.proof.merkle import HASH_BYTES, leaf_hash
from shared.kernel.proof.trust import Policy
from shared.kernel.tenancy import county_reading, county_transaction

_SIZE = "SELECT coalesce(max(size), 0) FROM proof.trees WHERE county = $1"
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Source:
    """Where a lane's missing end comes from: the history from its beginning, and what was signed of it, by size."""

    name: str
    events: AsyncIterator[Envelope]
    signed: Mapping[int, Signed]

    @property
    def last(self) -> Signed:
        """The largest checkpoint that was signed."""
        return self.signed[max(self.signed)]


async def from_topic(where: Deployment, service: str, county: str, policy: Policy) -> Source:
    """Return the lane as the broker has it; CommandError where no checkpoint of it that the policy accepts was published."""
    async with where.pool(service) as pool, county_reading(pool, county) as connection:
        size = await connection.fetchval(_SIZE, county)
    signed = await signed_of(where, service, county, policy, size - 1)
    if not any(each.accepted for each in signed.values()):
        raise CommandError(
            f"The broker has no checkpoint of {service} in {county} from position {size} on that the policy accepts: recover from a pack.",
            Exit.NOT_FOUND,
        )
    return Source("the topic", events_of(where, service, county), signed)


def from_pack(where: Deployment, pack: Pack, service: str, policy: Policy, told: Told) -> Source:
    """Return the lane as a pack has it, verified; CommandError where the pack has none of it or is not to be trusted."""
    each = next((held for held in trusted(where, pack, policy, told) if held.lane.service == service), None)
    if each is None:
        raise CommandError(f"The pack has no lane of {service}.", Exit.NOT_FOUND)
    signed = Signed(each.accepted.checkpoint, pack.note(each.lane), len(each.accepted.witnesses), accepted=True)
    return Source("the pack", _unbundled(pack.events(each.lane)), {each.lane.size: signed})


async def _unbundled(bundles: Iterator[list[Envelope]]) -> AsyncIterator[Envelope]:
    for events in bundles:
        for event in events:
            yield event


class _TakenBackError(Exception):
    """Ends a transaction whose outcome is known and not wanted."""


async def recover(where: Deployment, service: str, county: str, source: Source, told: Told, *, apply: bool) -> Restored | None:
    """Add a lane's missing end and return what came back; None where nothing is missing. Without `apply` all of it is taken back.

    CommandError where the history is not what was signed, and where the lane has gone another way since (a fork).
    """
    restored: Restored | None = None
    try:
        async with where.pool(service) as pool, county_transaction(pool, county) as connection:
            refill = Refill(connection, county, {size: each.checkpoint.root for size, each in source.signed.items()})
            await refill.begin()
            restored = await _Recovery(service, county, source, refill, told).run()
            if restored is None or not apply:
                raise _TakenBackError  # noqa: TRY301 - the transaction must end without a trace
    except _TakenBackError:
        pass
    return restored


class _Recovery:
    """One reading of a history along a lane that lacks its end."""

    def __init__(self, service: str, county: str, source: Source, refill: Refill, told: Told) -> None:
        self._service, self._county, self._source, self._refill, self._told = service, county, source, refill, told
        self._before = refill.head
        self._due: list[Envelope] = []
        self._tail = bytearray()
        """Leaf hashes of what was added: a topic may hold a record twice."""
        self._page: tuple[int, list[bytes]] = (0, [])
        self._compared = self._foreign = 0

    async def run(self) -> Restored | None:
        """Read all of it; return what was added, None where nothing was missing."""
        target, caught_up = self._source.last.checkpoint, False
        async for event in self._source.events:
            if event.meta.position <= self._before:
                await self._compare(event)
                continue
            if not caught_up:
                await self._refill.catch_up()
                caught_up = True
            self._take(event)
            if len(self._due) == _AT_ONCE:
                await self._flush()
        await self._flush()
        if not caught_up:
            await self._refill.catch_up()
        if not self._refill.added and self._before >= target.size:
            return None
        await self._refill.end(target, self._source.last.note, self._source.last.witnesses)
        head = self._refill.head
        note = (
            f"{self._foreign} records in {self._source.name} are of no history that was signed, and were left out." if self._foreign else ""
        )
        root, beyond = target.root.hex(), head - target.size
        return Restored(self._service, self._county, self._refill.added, self._refill.commands, head, root, beyond, note)

    def _take(self, event: Envelope) -> None:
        """Take what comes next; what came before must be the same again, and what is too far ahead is not reached."""
        number = event.meta.position - self._before - 1
        leaf = leaf_hash(event.body)
        if number * HASH_BYTES == len(self._tail):
            self._due.append(event)
            self._tail += leaf
        elif number * HASH_BYTES > len(self._tail) or self._tail[number * HASH_BYTES : (number + 1) * HASH_BYTES] != leaf:
            self._foreign += 1

    async def _flush(self) -> None:
        if self._due:
            await self._refill.add(self._due)
            self._due = []
            self._told(self._refill.head, max(self._refill.head, self._source.last.checkpoint.size))

    async def _compare(self, event: Envelope) -> None:
        """Hold an event against the log's own of its position, the first time it comes; CommandError where the lane went another way."""
        position = event.meta.position
        if position <= self._compared:
            return
        self._compared = position
        if not self._page[0] < position <= self._page[0] + len(self._page[1]):
            self._page = (position - 1, await self._refill.leaves(position - 1, 16 * _AT_ONCE))
        if self._page[1][position - 1 - self._page[0]] != leaf_hash(event.body):
            raise CommandError(
                f"Position {position} of {self._service} in {self._county} is one event in the log and another in {self._source.name}: "
                "commands were taken after an older backup was put back. Keep what the log has from there on (yinuo events ls), put the "
                "backup back once more, recover, and give those commands again: nothing was written.",
                Exit.CONFLICT,
            )
