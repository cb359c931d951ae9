"""Reading an evidence pack from a stranger: nothing of it is believed before its digests, tree and signatures hold."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, TypeVar

from pydantic import ValidationError

from cli.exits import CommandError, Exit
from cli.packs.layout import MANIFEST, POLICY, SUMS, TRAILER, Lane, LaneEnd, Manifest, Strict, Trailer, is_safe, small_limit
from cli.progress import Told
from shared.kernel.envelope import Envelope, open_body
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.merkle import leaf_hash
from shared.kernel.proof.tiles import TILE_WIDTH, decode_bundle
from shared.kernel.proof.tiling import Edge, new_bundles
from shared.kernel.proof.trust import Accepted, Policy

_LOCAL_HEADER = b"PK\x03\x04"
_ENCRYPTED = 0x1
_UNREADABLE = (zipfile.BadZipFile, EOFError, OSError, NotImplementedError)
"""What `zipfile` raises of a file it cannot read; the last where the file's flags ask for patched data or strong encryption."""
_Model = TypeVar("_Model", bound=Strict)


@dataclass(frozen=True, slots=True)
class Held:
    """A lane of a pack that holds: what the policy accepted of its checkpoint."""

    lane: Lane
    accepted: Accepted


def wrong(sentence: str) -> CommandError:
    """Return the refusal of a pack that is not what it says."""
    return CommandError(f"The pack does not hold: {sentence}.", Exit.VERIFICATION_FAILED)


@contextmanager
def opened(file: Path) -> "Iterator[Pack]":
    """Lend a pack whose outline is right: CommandError where the file is none, is cut short, or must not be unpacked."""
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_LOCAL_HEADER))
        if head != _LOCAL_HEADER:
            raise CommandError(f"{file} is no evidence pack.", Exit.USAGE)
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as fault:
        raise wrong("it is cut short, or its directory is damaged") from fault
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.", Exit.NOT_FOUND) from fault
    with archive:
        yield Pack(archive, file.stat().st_size)


class Pack:
    """An open pack. Names, kinds and sizes of its files are checked before any is read; what is read is checked by its digest."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._infos = _checked_names(archive, size)
        for name in (MANIFEST, POLICY, SUMS, TRAILER):
            if name not in self._infos:
                raise wrong(f"{name} is missing")
        self._check_small()
        self._sums: dict[str, str] = {}
        sums = self.read(SUMS)
        trailer = _parsed(Trailer, self.read(TRAILER), TRAILER)
        if hashlib.sha256(sums).hexdigest() != trailer.sums:
            raise wrong(f"{SUMS} is not what the trailer says")
        self._sums = _digests(sums)
        if self._sums.keys() != self._infos.keys() - {SUMS, TRAILER}:
            raise wrong(f"{SUMS} does not name every file once")
        self.manifest = _parsed(Manifest, self.read(MANIFEST), MANIFEST)
        if [LaneEnd.of(lane) for lane in self.manifest.lanes] != trailer.lanes:
            raise wrong("manifest and trailer disagree")
        self._check_lanes()

    def read(self, name: str) -> bytes:
        """Return a file's bytes, which have the digest that the pack names; CommandError otherwise."""
        try:
            data = self._archive.read(name)
        except _UNREADABLE as fault:
            raise wrong(f"{name} is damaged") from fault
        if name in self._sums and hashlib.sha256(data).hexdigest() != self._sums[name]:
            raise wrong(f"{name} has another digest than {SUMS} says")
        return data

    def policy(self) -> Policy:
        """Return the pack's own policy, which vouches for nothing but that it is whole."""
        return parsed_policy(self.read(POLICY), POLICY)

    def verify(self, policy: Policy, told: Told) -> list[Held]:
        """Return what holds of each lane: every digest, tile and root, and a checkpoint that this policy accepts."""
        total, done, held = sum(lane.size for lane in self.manifest.lanes), 0, []
        for name in sorted(self._infos.keys() - {SUMS}):
            if "/" not in name or name.startswith("schemas/") or name.endswith("/vkey"):
                self.read(name)
        for lane in self.manifest.lanes:
            accepted = self.accepted(lane, policy)
            for envelopes in self.events(lane):
                done += len(envelopes)
                told(done, total)
            held.append(Held(lane, accepted))
        return held

    def accepted(self, lane: Lane, policy: Policy) -> Accepted:
        """Return what a policy makes of a lane's checkpoint; CommandError where it is not signed as the policy asks, or another's."""
        try:
            accepted = policy.accept(self.read(f"{lane.folder}/checkpoint"), origin=lane.origin)
        except ProofError as fault:
            raise wrong(f"the checkpoint of {lane.folder} is not one that this policy trusts ({_why(fault)})") from fault
        if (accepted.checkpoint.size, accepted.checkpoint.root.hex()) != (lane.size, lane.root):
            raise wrong(f"the checkpoint of {lane.folder} is of another tree than the manifest says")
        return accepted

    def note(self, lane: Lane) -> bytes:
        """Return a lane's signed checkpoint."""
        return self.read(f"{lane.folder}/checkpoint")

    def events(self, lane: Lane) -> Iterator[list[Envelope]]:
        """Yield a lane's events in order, 256 at a time, comparing tiles and ndjson on the way; at the end the root must be the signed one.

        CommandError as soon as something does not fit: whoever acts on what was yielded must be able to take it back.
        """
        edge = Edge()
        with _Lines(self._archive, lane) as lines:
            for bundle in new_bundles(0, lane.size):
                bodies = self._bodies(f"{lane.folder}/{bundle.path}", bundle.width)
                yield [_opened(body, lane, bundle.first + number) for number, body in enumerate(bodies, start=1)]
                edge, tiles = edge.append(leaf_hash(body) for body in bodies)
                for tile, hashes in tiles:
                    if tile.width == TILE_WIDTH and self.read(f"{lane.folder}/{tile.path}") != hashes:
                        raise wrong(f"{lane.folder}/{tile.path} is not what the entries hash to")
                lines.compare(bundle.first, bodies)
            if lines.digest() != self._sums[f"{lane.folder}/events.ndjson"]:
                raise wrong(f"{lane.folder}/events.ndjson has another digest than {SUMS} says")
        for tile, hashes in edge.tiles:
            if self.read(f"{lane.folder}/{tile.path}") != hashes:
                raise wrong(f"{lane.folder}/{tile.path} is not what the entries hash to")
        if edge.root.hex() != lane.root:
            raise wrong(f"the entries of {lane.folder} do not hash to the root that was signed")

    def _bodies(self, name: str, width: int) -> list[bytes]:
        try:
            return decode_bundle(self.read(name), width)
        except ProofError as fault:
            raise wrong(f"{name} is no bundle of {width} entries") from fault

    def _check_small(self) -> None:
        """Refuse a file too large for its kind before it is read; those of lanes are looked at when the manifest is known."""
        for name, info in self._infos.items():
            limit = small_limit(name, len(self._infos))
            if limit is not None and info.file_size > limit:
                raise wrong(f"{name} is {info.file_size} bytes, more than its kind may have")

    def _check_lanes(self) -> None:
        county, seen = self.manifest.county, set[str]()
        known: dict[str, int] = {}
        for lane in self.manifest.lanes:
            # Before the files of a tree are listed, it must be one that the pack could hold.
            if lane.county != county or lane.service in seen or lane.size > TILE_WIDTH * len(self._infos):
                raise wrong(f"its manifest names a lane it cannot hold, {lane.folder}")
            if not (lane.count == lane.last - lane.first + 1 and 1 <= lane.first <= lane.last <= lane.size) and (
                (lane.count, lane.first, lane.last) != (0, 0, 0)
            ):
                raise wrong(f"its manifest names positions that are not in the lane, {lane.folder}")
            seen.add(lane.service)
            known |= lane.limits()
        for name, info in self._infos.items():
            if name not in known and small_limit(name, len(self._infos)) is None:
                raise wrong(f"it holds a file that has no place in a pack, {name}")
            if info.file_size > known.get(name, info.file_size):
                raise wrong(f"{name} is {info.file_size} bytes, more than its kind may have")
        for name in known:
            if name not in self._infos:
                raise wrong(f"{name} is missing")


class _Lines:
    """The ndjson of a lane, read along with its entries."""

    def __init__(self, archive: zipfile.ZipFile, lane: Lane) -> None:
        self._archive = archive
        self._name = f"{lane.folder}/events.ndjson"
        self._lane = lane
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        try:
            self._stream: IO[bytes] = self._archive.open(self._name)
        except _UNREADABLE as fault:
            raise wrong(f"{self._name} is damaged") from fault
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def compare(self, before: int, bodies: list[bytes]) -> None:
        """Hold the lines of these positions, which follow `before`, against the entries."""
        first, last = max(self._lane.first, before + 1), min(self._lane.last, before + len(bodies))
        expected = b"".join(bodies[position - before - 1] + b"\n" for position in range(first, last + 1)) if self._lane.count else b""
        if self._taken(len(expected)) != expected:
            raise wrong(f"{self._name} is not what the entries say")

    def digest(self) -> str:
        """Return the digest of the file, of which nothing must be left."""
        if self._taken(1):
            raise wrong(f"{self._name} goes on behind the last position")
        return self._digest.hexdigest()

    def _taken(self, size: int) -> bytes:
        try:
            data = self._stream.read(size) if size else b""
        except _UNREADABLE as fault:
            raise wrong(f"{self._name} is damaged") from fault
        self._digest.update(data)
        return data


def parsed_policy(data: bytes, name: object) -> Policy:
    """Return the policy in a file's bytes; CommandError where it is none."""
    try:
        return Policy.parse(data)
    except ProofError as fault:
        raise CommandError(f"{name} is no trust policy ({_why(fault)}).", Exit.USAGE) from fault


def _checked_names(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    infos: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.orig_filename
        if not is_safe(name):
            raise wrong(f"it names a file outside its folder, {name!r}")
        if name in infos:
            raise wrong(f"it names {name} twice")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size or info.flag_bits & _ENCRYPTED:
            raise wrong(f"{name} is compressed or encrypted, and a pack's files are neither")
        infos[name] = info
    if sum(info.file_size for info in infos.values()) > size:
        raise wrong("its files are larger together than the file they are in")
    return infos


def _parsed(model: type[_Model], data: bytes, name: str) -> _Model:
    try:
        return model.model_validate_json(data)
    except ValidationError as fault:
        raise wrong(f"{name} cannot be read ({fault.error_count()} faults)") from fault


def _digests(sums: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in sums.decode("ascii", "replace").splitlines():
        digest, _, name = line.partition("  ")
        if name in found:
            raise wrong(f"{SUMS} names {name} twice")
        found[name] = digest
    return found


def _opened(body: bytes, lane: Lane, position: int) -> Envelope:
    try:
        envelope = open_body(body)
    except (ValueError, RecursionError) as fault:
        raise wrong(f"position {position} of {lane.folder} is no event") from fault
    if (envelope.meta.service, envelope.meta.county, envelope.meta.position) != (lane.service, lane.county, position):
        raise wrong(f"position {position} of {lane.folder} holds an event of another place")
    return envelope


def _why(fault: ProofError) -> str:
    return ", ".join([fault.code, *(f"{name} {value}" for name, value in fault.details.items())])
