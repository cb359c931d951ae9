"""A lane as a database would hold it, with its tree, tiles and checkpoints: made whole, to be damaged by tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.contracts.intake import INTAKE
from shared.kernel.auditing.claims import Claim, signed_claim
from shared.kernel.auditing.lane import BATCH, Audit, Audited, Kept
from shared.kernel.auditing.rows import Row
from shared.kernel.envelope import Cause, seal_body
from shared.kernel.proof.checkpoints import Checkpoint, cosign, sign_checkpoint
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.merkle import leaf_hash
from shared.kernel.proof.tiles import TILE_WIDTH, Tile
from shared.kernel.proof.tiling import Edge
from tests.support.a_log import NOW, ORIGIN, WITNESSES, log_key, policy

_BEGAN = datetime(2021, 11, 1, tzinfo=UTC)
_CAUSE = Cause("li", "clerk", None, "c", None, "d", None)
_STREAMS = 7


def a_row(position: int, *, text: str = "路灯坏了") -> Row:
    """Return the row of an event; every seventh goes on with the same stream."""
    stream, version = f"need-{UUID(int=position % _STREAMS)}", (position - 1) // _STREAMS + 1
    identifier, recorded_at = UUID(int=position), _BEGAN + timedelta(minutes=position, microseconds=position % 3)
    body = seal_body(
        contract=INTAKE,
        county="430523",
        position=position,
        stream=stream,
        version=version,
        event_id=identifier,
        event_type="NeedAccepted",
        recorded_at=recorded_at,
        cause=_CAUSE,
        data=f'{{"text":"{text}"}}'.encode(),
    )
    return Row(position, stream, version, str(identifier), "NeedAccepted", recorded_at, body, leaf_hash(body))


def rewritten(row: Row, **columns: object) -> Row:
    """Return a row with other columns, its leaf hash that of its body, as the database's own generated column would be."""
    changed = row._replace(**columns)  # type: ignore[arg-type]
    return changed._replace(leaf_hash=leaf_hash(changed.body))


@dataclass(frozen=True)
class Lane:
    """Rows, the tree over them, and what was signed and seen."""

    rows: Sequence[Row]
    edge: Edge
    tiles: dict[Tile, bytes]
    claims: Sequence[Claim]
    head: int
    notes: Sequence[bytes] = field(default=())

    def audited(self) -> Audited:
        """Return what an audit finds."""
        running, at = Audit("intake", "430523", Kept(self.head, self.edge), self.claims), 0
        while True:
            wanted = running.wanted(at)
            batch = self.rows[at : at + BATCH]
            kept = {tile: self.tiles[tile] for tile in wanted if tile in self.tiles}
            if not running.take(batch, kept) or len(batch) < BATCH:
                return running.finish()
            at += BATCH

    def grown(self, rows: Sequence[Row], **others: object) -> "Lane":
        """Return the lane with these rows and the tree that belongs to them; the claims stay."""
        edge, tiles = _tree(rows)
        return replace(self, rows=rows, edge=edge, tiles=tiles, head=len(rows), **others)  # type: ignore[arg-type]


def a_lane(size: int, signed_at: Sequence[int], *, witnesses: Sequence[SigningKey] = WITNESSES) -> Lane:
    """Return a whole lane, whose checkpoints at these sizes are cosigned."""
    rows = [a_row(position) for position in range(1, size + 1)]
    edge, tiles = _tree(rows)
    return Lane(rows, edge, tiles, [claim_of(rows[:at], witnesses) for at in signed_at], size)


def claim_of(rows: Sequence[Row], witnesses: Sequence[SigningKey] = WITNESSES) -> Claim:
    """Return what a checkpoint over these rows claims, signed by the log and cosigned."""
    return signed_claim(note_of(rows, witnesses), policy(), ORIGIN, f"checkpoint {len(rows)}")


def note_of(rows: Sequence[Row], witnesses: Sequence[SigningKey] = WITNESSES) -> bytes:
    """Return a checkpoint over these rows, signed by the log and cosigned."""
    checkpoint = Checkpoint(ORIGIN, len(rows), Edge().append([row.leaf_hash for row in rows])[0].root)
    return sign_checkpoint(checkpoint, log_key()).signed(*(cosign(checkpoint, key, NOW) for key in witnesses)).dump()


def _tree(rows: Sequence[Row]) -> tuple[Edge, dict[Tile, bytes]]:
    edge, tiles = Edge().append([row.leaf_hash for row in rows])
    return edge, {tile: data for tile, data in tiles if tile.width == TILE_WIDTH}
