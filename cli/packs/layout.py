"""How an evidence pack is laid out: its files, what its manifest and trailer say, and how large anything in it may be."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.notes import LONGEST_NOTE
from shared.kernel.proof.tiles import LONGEST_ENTRY
from shared.kernel.proof.tiling import new_bundles, new_tiles

FORMAT: Literal["yinuo-evidence-pack/1"] = "yinuo-evidence-pack/1"
README, MANIFEST, POLICY, SUMS, TRAILER = "README.md", "manifest.json", "trust.policy", "SHA256SUMS", "trailer.json"
_SMALL = 1 << 20
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_SCHEMA = re.compile(r"schemas/[a-z]+/[A-Za-z]+\.[1-9][0-9]*\.json")
_LONGEST_LINE = 512
"""Bytes of a line of SHA256SUMS that are still read; our names have some 60."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Service = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,32}$")]
County = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """What is read out of a pack is nobody's word yet: strict, complete, nothing besides."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Lane(Strict):
    """One lane of a pack: its tree, the positions whose bytes stand in `events.ndjson` (0 to 0: none), where policies stood."""

    service: Service
    county: County
    origin: str
    size: Annotated[int, Field(ge=1, le=LARGEST)]
    root: Digest
    count: Count
    first: Count
    last: Count
    policies: dict[str, dict[str, Count]]
    """How far each of the service's policies had reacted to each source, by which time its commands were in the lane."""

    @property
    def folder(self) -> str:
        """The lane's folder, which is laid out as a static log (c2sp.org/tlog-tiles)."""
        return f"{self.service}/{self.county}"

    def limits(self) -> dict[str, int]:
        """Return every file of the lane with the bytes it may have at most."""
        named = {"checkpoint": LONGEST_NOTE, "vkey": _SMALL, "events.ndjson": self.count * (LONGEST_ENTRY + 1)}
        named |= {tile.path: tile.width * 32 for tile in new_tiles(0, self.size)}
        named |= {bundle.path: bundle.width * (LONGEST_ENTRY + 2) for bundle in new_bundles(0, self.size)}
        return {f"{self.folder}/{name}": limit for name, limit in named.items()}


class Manifest(Strict):
    """What a pack says it holds."""

    format: Literal["yinuo-evidence-pack/1"]
    deployment: str
    county: County
    code_version: str
    lanes: Annotated[list[Lane], Field(min_length=1, max_length=64)]


class LaneEnd(Strict):
    """The end of a lane in a pack: how many events its ndjson has, the first and last position, and the root of its tree."""

    service: Service
    county: County
    count: Count
    first: Count
    last: Count
    root: Digest

    @classmethod
    def of(cls, lane: Lane) -> "LaneEnd":
        """Return the end of a lane."""
        return cls(service=lane.service, county=lane.county, count=lane.count, first=lane.first, last=lane.last, root=lane.root)


class Trailer(Strict):
    """A pack's last file: what is cut off before it is not whole."""

    format: Literal["yinuo-evidence-pack/1"]
    lanes: list[LaneEnd]
    sums: Digest
    """SHA-256 of the file SHA256SUMS, which has that of every other file."""


def written(model: BaseModel) -> bytes:
    """Return a manifest or trailer as the one file it is."""
    return model.model_dump_json(indent=2).encode() + b"\n"


def is_safe(name: str) -> bool:
    """Whether a name in an archive stays in its folder on every system."""
    return _SAFE.fullmatch(name) is not None


def small_limit(name: str, files: int) -> int | None:
    """Return the bytes a file besides the lanes' may have, None where it has no place in a pack."""
    if name == SUMS:
        return files * _LONGEST_LINE
    known = name in {README, MANIFEST, POLICY, TRAILER} or _SCHEMA.fullmatch(name) is not None
    return _SMALL if known else None


README_TEXT = """# Evidence pack of county {county}, deployment {deployment}

What this is: the event history of the services {services}, byte for byte, with what proves that it is the history they signed and
others witnessed. Format {format}, written by yinuo {code_version}.

- `<service>/{county}/` is a transparency log as static files (https://c2sp.org/tlog-tiles): `checkpoint`, `tile/<level>/…`,
  `tile/entries/…`; `vkey` beside it is the public key (https://c2sp.org/signed-note) its checkpoint is signed with. Tiles and entries
  are always those of the checkpoint's whole tree, whatever part of it was asked for.
- `<service>/{county}/events.ndjson` has the events that were asked for, one a line: the very bytes that are hashed, CloudEvents 1.0.
- `trust.policy` is whom that deployment trusts (https://c2sp.org/tlog-policy). A pack vouches for itself with it, which proves only
  that it is whole: to be sure whose it is, take keys or policy from somewhere else and compare.
- `schemas/` has the JSON Schema of every event's data. `manifest.json` says what there is; `SHA256SUMS` has the digest of every file;
  `trailer.json`, the last one, has the digest of `SHA256SUMS`, and of each lane the count, the first and last position, and the root.

Personal data in it is sealed; the keys are not in the pack, and never will be. Files that events name by their digest are not either.

## Checking it with public tools
    unzip pack.zip -d pack && cd pack && sha256sum -c SHA256SUMS
    go run github.com/transparency-dev/tessera/cmd/fsck@v1.0.4 -storage_url=file://$PWD/<service>/{county}/ \\
      -public_key=<service>/{county}/vkey -N=4 -ui=false -logtostderr
It computes every hash anew from the entries, and says "Successfully fsck'd" if the log is whole.

## Checking it with yinuo, without a network
    yinuo events verify-pack pack.zip --policy trust.policy.from-elsewhere
"""
