"""Evidence packs that somebody has touched: each with a part of the sentence it is refused with."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.client import FENG, SHAOYANG

Files = dict[str, bytes]


def files_of(pack: Path) -> Files:
    with zipfile.ZipFile(pack) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(files: Mapping[str, bytes], file: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file


def summed(files: Files) -> Files:
    """Mend digests and trailer after an edit, as a forger would."""
    kept = {name: data for name, data in files.items() if name not in ("SHA256SUMS", "trailer.json")}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(kept.items())).encode()
    manifest, trailer = json.loads(kept["manifest.json"]), json.loads(files["trailer.json"])
    trailer["sums"] = hashlib.sha256(sums).hexdigest()
    trailer["lanes"] = [
        {name: lane[name] for name in ("service", "county", "count", "first", "last", "root")} for lane in manifest["lanes"]
    ]
    return kept | {"SHA256SUMS": sums, "trailer.json": json.dumps(trailer).encode()}


def turned(data: bytes, at: int = 40) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def another_size(checkpoint: bytes) -> bytes:
    origin, size, rest = checkpoint.split(b"\n", 2)
    return b"\n".join((origin, b"%d" % (int(size) + 1), rest))


INTAKE = f"intake/{SHAOYANG}"


def edited(files: Files, name: str, edit: Callable[[bytes], bytes], *, sums: bool) -> Files:
    changed = files | {name: edit(files[name])}
    return summed(changed) if sums else changed


def without(files: Files, name: str) -> Files:
    return {each: data for each, data in files.items() if each != name}


def manifest_with(files: Files, **changes: Any) -> Files:
    manifest = json.loads(files["manifest.json"])
    manifest["lanes"][0] |= changes
    return summed(files | {"manifest.json": json.dumps(manifest).encode()})


def twice(files: Files) -> Files:
    manifest = json.loads(files["manifest.json"])
    manifest["lanes"].append(manifest["lanes"][0])
    return summed(files | {"manifest.json": json.dumps(manifest).encode()})


HOSTILE: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a bit of an entry": (lambda files: edited(files, f"{INTAKE}/tile/entries/000", turned, sums=False), "another digest"),
    "an entry, digests mended": (
        lambda files: edited(files, f"{INTAKE}/tile/entries/000", partial(turned, at=700), sums=True),
        "tile/0/000",
    ),
    "a tile, digests mended": (lambda files: edited(files, f"{INTAKE}/tile/0/000", turned, sums=True), "not what the entries hash to"),
    "a line, digests mended": (lambda files: edited(files, f"{INTAKE}/events.ndjson", turned, sums=True), "not what the entries say"),
    "a line more": (lambda files: edited(files, f"{INTAKE}/events.ndjson", lambda data: data[:-9], sums=True), "not what the entries say"),
    "a checkpoint": (
        lambda files: edited(files, f"{INTAKE}/checkpoint", another_size, sums=True),
        "policy",
    ),
    "the readme": (lambda files: edited(files, "README.md", turned, sums=False), "another digest"),
    "the digests": (lambda files: edited(files, "SHA256SUMS", turned, sums=False), "not what the trailer says"),
    "a file gone": (lambda files: summed(without(files, f"{INTAKE}/tile/0/000")), "missing"),
    "the trailer gone": (lambda files: without(files, "trailer.json"), "trailer.json is missing"),
    "a file too many": (lambda files: summed(files | {"intake/notes.txt": b"x"}), "no place in a pack"),
    "a path that climbs": (lambda files: files | {"../../evil": b"x"}, "outside its folder"),
    "an absolute path": (lambda files: files | {"/etc/evil": b"x"}, "outside its folder"),
    "a path of another system": (lambda files: files | {"a\\..\\evil": b"x"}, "outside its folder"),
    "a huge tree": (lambda files: manifest_with(files, size=2**62), "cannot hold"),
    "a huge manifest": (lambda files: files | {"manifest.json": b" " * (2 << 20)}, "more than its kind may have"),
    "a huge tile": (lambda files: summed(files | {f"{INTAKE}/tile/0/000": b"x" * 9_000}), "more than its kind may have"),
    "positions beyond": (lambda files: manifest_with(files, first=1, last=10**9, count=10**9), "not in the lane"),
    "a lane of elsewhere": (lambda files: manifest_with(files, county=FENG), "cannot hold"),
    "a lane twice": (twice, "cannot hold"),
}
