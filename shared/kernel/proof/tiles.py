"""Tiles and entry bundles (c2sp.org/tlog-tiles): their coordinates, paths and bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.errors import ProofError

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
LONGEST_ENTRY = 0xFFFF
"""What the 16 bits before each entry of a bundle can say, in bytes."""

_LAST_LEVEL = 63
_LENGTH_BYTES = 2
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Hashes `index * 256` and following, `width` of them, of those that each stand above 256**level leaves."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= _LAST_LEVEL:
            raise ProofError("tile_path_malformed")
        _check(self.index, self.width)

    @property
    def path(self) -> str:
        """Where the tile is served, below the log's prefix: `tile/0/x001/x234/067.p/8`."""
        return f"tile/{self.level}/{_numbered(self.index, self.width)}"

    def within(self, size: int) -> bool:
        """Whether a tree of this size has every hash of the tile."""
        return self.index * TILE_WIDTH + self.width <= size >> (self.level * TILE_HEIGHT)


@dataclass(frozen=True, slots=True, order=True)
class Bundle:
    """Entries `index * 256` and following, `width` of them."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check(self.index, self.width)

    @property
    def path(self) -> str:
        """Where the bundle is served, below the log's prefix: `tile/entries/067`."""
        return f"tile/entries/{_numbered(self.index, self.width)}"

    @property
    def first(self) -> int:
        """The leaf index of its first entry."""
        return self.index * TILE_WIDTH

    def within(self, size: int) -> bool:
        """Whether a tree of this size has every entry of the bundle."""
        return self.first + self.width <= size


def parse_path(path: str) -> Tile | Bundle:
    """Return what is served at this path, as written in `Tile.path` and in no other way; ProofError `tile_path_malformed`."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ProofError("tile_path_malformed")
    level, number, width = found.groups(default="256")
    index = int(number.replace("x", "").replace("/", ""))
    if level == "entries":
        named: Tile | Bundle = Bundle(index, int(width))
    else:
        named = Tile(int(level), index, int(width))
    if named.path != path:
        raise ProofError("tile_path_malformed")
    return named


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the entries, each behind its length in 16 bits, big-endian.

    ProofError `entry_too_long` for one over 65,535 bytes, `bundle_malformed` for none or more than 256.
    """
    if not 0 < len(entries) <= TILE_WIDTH:
        raise ProofError("bundle_malformed")
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise ProofError("entry_too_long")
    return b"".join(part for entry in entries for part in (len(entry).to_bytes(_LENGTH_BYTES, "big"), entry))


def decode_bundle(data: bytes, width: int = TILE_WIDTH) -> list[bytes]:
    """Return the entries of a bundle that has `width` of them, no byte left over; ProofError `bundle_malformed`."""
    entries: list[bytes] = []
    start = 0
    while start < len(data):
        end = start + _LENGTH_BYTES + int.from_bytes(data[start : start + _LENGTH_BYTES], "big")
        if end > len(data):
            raise ProofError("bundle_malformed")
        entries.append(data[start + _LENGTH_BYTES : end])
        start = end
    if len(entries) != width:
        raise ProofError("bundle_malformed")
    return entries


def _numbered(index: int, width: int) -> str:
    thousands = f"{index:03}"
    thousands = thousands.zfill(-(-len(thousands) // 3) * 3)
    parts = [thousands[start : start + 3] for start in range(0, len(thousands), 3)]
    number = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    return number if width == TILE_WIDTH else f"{number}.p/{width}"


def _check(index: int, width: int) -> None:
    if not (0 <= index <= LARGEST // TILE_WIDTH and 0 < width <= TILE_WIDTH):
        raise ProofError("tile_path_malformed")
