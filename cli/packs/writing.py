"""Writing an evidence pack: lanes read from the logs, held against their signed checkpoints, and laid out as static logs."""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.packs.choosing import Signed, Wanted, lane_of
from cli.packs.layout import FORMAT, MANIFEST, POLICY, README, README_TEXT, SUMS, TRAILER, Lane, LaneEnd, Manifest, Trailer, written
from cli.progress import Told
from shared.kernel.checkpoints import CODE_VERSION
from shared.kernel.event_log import EventLog
from shared.kernel.proof.merkle import leaf_hash
from shared.kernel.proof.tiles import TILE_WIDTH, Bundle, encode_bundle
from shared.kernel.proof.tiling import Edge
from shared.kernel.proof.trust import Policy

_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3
_AT_ONCE = 2 * TILE_WIDTH


@dataclass
class Writer:
    """An archive under way: files are stored as they are, in order, with no time in them, so that the same lanes give the same bytes."""

    archive: zipfile.ZipFile
    sums: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        """Add a file."""
        self.archive.writestr(_info(name), data)
        self.sums[name] = hashlib.sha256(data).hexdigest()

    @contextmanager
    def adding(self, name: str) -> "Iterator[Callable[[bytes], None]]":
        """Add a file part by part, by the function that is lent."""
        digest = hashlib.sha256()
        with self.archive.open(_info(name), "w", force_zip64=True) as stream:

            def write(data: bytes) -> None:
                stream.write(data)
                digest.update(data)

            yield write
        self.sums[name] = digest.hexdigest()

    def end(self, manifest: Manifest) -> None:
        """Add the digests of what was added, and the trailer."""
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items())).encode()
        self.add(SUMS, sums)
        ends = [LaneEnd.of(lane) for lane in manifest.lanes]
        self.add(TRAILER, written(Trailer(format=FORMAT, lanes=ends, sums=hashlib.sha256(sums).hexdigest())))


async def export(where: Deployment, wanted: Wanted, out: Path, told: Told) -> Manifest:
    """Write the pack and return what it holds; CommandError, and no file, where a lane is not what was signed or nothing was yet."""
    lanes: list[tuple[Lane, Signed]] = []
    for service in wanted.services:
        async with where.pool(service) as pool:
            found = await lane_of(where, service, pool, wanted)
            if found is not None:
                lanes.append(found)
    if not lanes:
        raise CommandError(f"County {wanted.county} has no events in {', '.join(wanted.services)}.", Exit.NOT_FOUND)
    held = [lane for lane, _ in lanes]
    manifest = Manifest(format=FORMAT, deployment=where.name, county=wanted.county, code_version=CODE_VERSION, lanes=held)
    with _draft(out) as writer:
        _write_about(writer, where, manifest, wanted.policy)
        done, total = 0, sum(lane.size for lane in held)
        for lane, signed in lanes:
            async with where.pool(lane.service) as pool:
                await _write_lane(writer, EventLog(pool), lane, signed, partial(_further, told, done, total))
            done += lane.size
        writer.end(manifest)
    return manifest


def _further(told: Told, before: int, total: int, moved: int) -> None:
    told(before + moved, total)


@contextmanager
def _draft(out: Path) -> Iterator[Writer]:
    """Lend an archive that takes its name when it is whole, and leaves nothing behind otherwise."""
    draft = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            yield Writer(archive)
        draft.replace(out)
    except OSError as fault:
        raise CommandError(f"{out} cannot be written: {fault.strerror}.", Exit.USAGE) from fault
    finally:
        draft.unlink(missing_ok=True)


def _write_about(writer: Writer, where: Deployment, manifest: Manifest, policy: Policy) -> None:
    services = ", ".join(lane.service for lane in manifest.lanes)
    about = {"county": manifest.county, "deployment": manifest.deployment, "services": services}
    writer.add(README, README_TEXT.format(**about, format=FORMAT, code_version=CODE_VERSION).encode())
    writer.add(MANIFEST, written(manifest))
    writer.add(POLICY, policy.dump())
    for lane in manifest.lanes:
        contract = where.parts(lane.service).contract
        for name, event in sorted(contract.events.items()):
            schema = orjson.dumps(contract.schema(name), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
            writer.add(f"schemas/{lane.service}/{name}.{event.VERSION}.json", schema)
        keys = [log.key.vkey for log in policy.logs if log.key.name == lane.origin]
        writer.add(f"{lane.folder}/vkey", "".join(f"{key}\n" for key in keys).encode())


async def _write_lane(writer: Writer, log: EventLog, lane: Lane, signed: Signed, moved: Callable[[int], None]) -> None:
    """Write a lane's checkpoint, entries, tiles and lines; CommandError where its bytes are not what was signed.

    The lines come by a second reading, so that nothing need be kept: an archive takes its files one after another.
    """
    edge, lines = Edge(), hashlib.sha256()
    writer.add(f"{lane.folder}/checkpoint", signed.note)
    async for bodies in _bundles(log, lane.county, 0, lane.size):
        writer.add(f"{lane.folder}/{Bundle(edge.size // TILE_WIDTH, len(bodies)).path}", encode_bundle(bodies))
        lines.update(_lines(lane, edge.size, bodies))
        edge, tiles = edge.append(leaf_hash(body) for body in bodies)
        for tile, hashes in tiles:
            if tile.width == TILE_WIDTH:
                writer.add(f"{lane.folder}/{tile.path}", hashes)
        moved(edge.size)
    for tile, hashes in edge.tiles:
        writer.add(f"{lane.folder}/{tile.path}", hashes)
    name = f"{lane.folder}/events.ndjson"
    with writer.adding(name) as write:
        after = max(0, lane.first - 1)
        async for bodies in _bundles(log, lane.county, after, lane.last):
            write(_lines(lane, after, bodies))
            after += len(bodies)
    if edge.root != signed.checkpoint.root or lines.hexdigest() != writer.sums[name]:
        raise CommandError(
            f"The lane {lane.origin} is not what was signed of it at position {lane.size}: nothing was written. Verify it.",
            Exit.VERIFICATION_FAILED,
        )


async def _bundles(log: EventLog, county: str, after: int, until: int) -> AsyncIterator[list[bytes]]:
    """Yield the bodies of the positions after one up to another, 256 at a time; what is missing leaves a shorter tree."""
    while after < until:
        rows = await log.bodies(county, after=after, limit=min(_AT_ONCE, until - after))
        for start in range(0, len(rows), TILE_WIDTH):
            yield [body for _, body in rows[start : start + TILE_WIDTH]]
        if not rows:
            return
        after += len(rows)


def _lines(lane: Lane, before: int, bodies: list[bytes]) -> bytes:
    """Return the lines of those of these bodies that were asked for; the first has the position after `before`."""
    return b"".join(body + b"\n" for position, body in enumerate(bodies, start=before + 1) if lane.first <= position <= lane.last)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system, info.external_attr, info.compress_type = _UNIX, _READABLE, zipfile.ZIP_STORED
    return info
