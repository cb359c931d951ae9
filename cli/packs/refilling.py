"""Putting events back into a lane, byte for byte: the log, its head, the answers of commands, the tree and its checkpoint."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from cli.exits import CommandError, Exit
from shared.kernel.envelope import Envelope
from shared.kernel.event_log import restored_fingerprint
from shared.kernel.events import load
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.merkle import leaf_hash
from shared.kernel.proof.notes import parse
from shared.kernel.proof.tiles import TILE_WIDTH
from shared.kernel.proof.tiling import Edge
from shared.kernel.proof.witnessing import AddCheckpoint

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_MAKE_HEAD = "INSERT INTO log.heads VALUES ($1, 0, '-infinity') ON CONFLICT DO NOTHING"
_HEAD = "SELECT position FROM log.heads WHERE county = $1 FOR UPDATE"
_TREE = "SELECT edge FROM proof.trees WHERE county = $1 FOR UPDATE"
_LEAVES = "SELECT leaf_hash FROM log.events WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3"
_EVENTS = """
INSERT INTO log.events (county, position, stream, version, event_id, type, recorded_at, body)
SELECT $1, e.* FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::uuid[], $6::text[], $7::timestamptz[], $8::bytea[]) AS e
"""
_COMMANDS = """
INSERT INTO log.commands (county, command_id, fingerprint, stream, version, position)
SELECT $1, c.* FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::integer[], $6::bigint[]) AS c
"""
_MOVE_HEAD = "UPDATE log.heads SET position = $2, recorded_at = $3 WHERE county = $1"
_TILES = "INSERT INTO proof.tiles SELECT $1, t.* FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS t"
_KEEP_TREE = """
INSERT INTO proof.trees VALUES ($1, $2, $3) ON CONFLICT (county) DO UPDATE SET size = EXCLUDED.size, edge = EXCLUDED.edge
"""
_CHECKPOINT = """
INSERT INTO proof.checkpoints (county, size, note, witnesses, signed_at, request)
SELECT $1, $2, $3, $4, recorded_at, $5 FROM log.events WHERE county = $1 AND position = $2
"""
_LEAVES_AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back into a lane: how many events and commands' answers; `beyond`: events past the last one signed."""

    service: str
    county: str
    events: int
    commands: int
    position: int
    root: str
    beyond: int = 0
    note: str = ""


class Refill:
    """Adds what follows a lane's head, in a transaction of its caller's, who takes all of it back where something does not fit.

    `signed` are roots by size that the lane must have had; its tree grows as far as the largest of them.
    """

    def __init__(self, connection: "Connection", county: str, signed: Mapping[int, bytes]) -> None:
        self._connection = connection
        self._county = county
        self._signed = signed
        self._marks = sorted(signed)
        self._command: tuple[str, str, str, int, int] | None = None
        """Command id, actor, stream, version and position of the last event: the last of a command's events is its answer."""
        self.head = 0
        self.edge = Edge()
        self.added = self.commands = 0

    async def begin(self) -> None:
        """Lock the lane's head and tree: nobody appends meanwhile."""
        await self._connection.execute(_MAKE_HEAD, self._county)
        self.head = await self._connection.fetchval(_HEAD, self._county)
        edge = await self._connection.fetchval(_TREE, self._county)
        self.edge = Edge() if edge is None else Edge.load(edge)

    async def leaves(self, after: int, limit: int) -> list[bytes]:
        """Return leaf hashes of the log as it is, from the position after one."""
        return [row[0] for row in await self._connection.fetch(_LEAVES, self._county, after, limit)]

    async def catch_up(self) -> None:
        """Grow the tree over what the log holds already."""
        while self.edge.size < min(self.head, self._marks[-1]):
            await self._grow(await self.leaves(self.edge.size, min(_LEAVES_AT_ONCE, self._marks[-1] - self.edge.size)))

    async def add(self, events: Sequence[Envelope]) -> None:
        """Add events, the first of which follows the head."""
        metas = [event.meta for event in events]
        columns = (
            [meta.position for meta in metas],
            [meta.stream for meta in metas],
            [meta.version for meta in metas],
            [UUID(meta.event_id) for meta in metas],
            [meta.type for meta in metas],
            [meta.recorded_at for meta in metas],
            [event.body for event in events],
        )
        await self._connection.execute(_EVENTS, self._county, *columns)
        await self._answer(events)
        self.head, self.added = metas[-1].position, self.added + len(events)
        await self._connection.execute(_MOVE_HEAD, self._county, self.head, metas[-1].recorded_at)
        due = [leaf_hash(event.body) for event in events if event.meta.position <= self._marks[-1]]
        if due:
            await self._grow(due)

    async def end(self, checkpoint: Checkpoint, note: bytes, witnesses: int) -> None:
        """Keep the tree and the checkpoint over it, to be published anew: a witness that has lost its memory goes on from there."""
        await self._answer(())
        if self.edge.size != checkpoint.size:
            raise CommandError(
                f"What there is ends at position {self.head}, and {checkpoint.size} was signed: nothing was written.",
                Exit.VERIFICATION_FAILED,
            )
        await self._connection.execute(_KEEP_TREE, self._county, self.edge.size, self.edge.dump())
        request = AddCheckpoint.of(0, (), parse(note)).dump()
        await self._connection.execute(_CHECKPOINT, self._county, checkpoint.size, note, witnesses, request)

    async def _grow(self, leaves: Sequence[bytes]) -> None:
        """Grow the tree, holding it against every root that was signed on the way."""
        while leaves:
            mark = next(size for size in self._marks if size > self.edge.size)
            here, leaves = leaves[: mark - self.edge.size], leaves[mark - self.edge.size :]
            self.edge, tiles = self.edge.append(here)
            full = [(tile, hashes) for tile, hashes in tiles if tile.width == TILE_WIDTH]
            if full:
                levels, numbers = [tile.level for tile, _ in full], [tile.index for tile, _ in full]
                await self._connection.execute(_TILES, self._county, levels, numbers, [hashes for _, hashes in full])
            if self.edge.size == mark and self.edge.root != self._signed[mark]:
                raise CommandError(
                    f"These events do not hash to the root that was signed at position {mark}: nothing was written.",
                    Exit.VERIFICATION_FAILED,
                )

    async def _answer(self, events: Iterable[Envelope]) -> None:
        """Keep the answers of the commands whose events have all come; without events, of the last one too.

        Commands that changed nothing left no event, and cannot be known.
        """
        known = [(_command_of(event), event.meta) for event in events]
        ended: list[tuple[str, str, str, int, int]] = []
        for command, meta in known:
            if self._command is not None and self._command[0] != command:
                ended.append(self._command)
            self._command = None if command is None else (command, meta.actor, meta.stream, meta.version, meta.position)
        if not known and self._command is not None:
            ended.append(self._command)
            self._command = None
        if ended:
            await self._connection.execute(
                _COMMANDS,
                self._county,
                [UUID(command) for command, *_ in ended],
                [restored_fingerprint(actor) for _, actor, *_ in ended],
                [stream for _, _, stream, _, _ in ended],
                [version for *_, version, _ in ended],
                [position for *_, position in ended],
            )
            self.commands += len(ended)


def _command_of(event: Envelope) -> str | None:
    """Return the command an event came of, None where its envelope names none by a UUID."""
    command = load(event.body).get("commandid")
    try:
        return str(UUID(command)) if isinstance(command, str) else None
    except ValueError:
        return None
