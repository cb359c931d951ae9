"""What a witness has seen of each log, kept in a folder so that a crash can lose a cosignature but never give two."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from cli.exits import CommandError, Exit
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import VerifyingKey
from shared.kernel.proof.witnessing import Seen

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Known:
    """A log as it was seen last: where, by which keys if they were trusted on first use, size and root, and the note they stood in."""

    url: str
    seen: Seen
    keys: tuple[VerifyingKey, ...]
    note: bytes


class States:
    """A folder with one folder for each log, named after its origin: `seen.json`, `checkpoint`, `alarms/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder; CommandError where another witness does, or where it cannot be written."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise CommandError(
                f"{self.root} cannot be written ({fault.strerror}): name another folder with --state.", Exit.USAGE
            ) from fault
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"Another witness works on {self.root}: two must not share what they have seen.", Exit.CONFLICT) from None
        else:
            yield
        finally:
            os.close(handle)

    def known(self, origin: str) -> Known | None:
        """Return what was seen of a log, None if nothing was; CommandError where the file is damaged: starting anew would forget."""
        file = self._folder(origin) / "seen.json"
        return _read(file) if file.exists() else None

    def origin_at(self, url: str) -> str | None:
        """Return the origin that an address was first seen with; CommandError as `known`."""
        files = sorted(self.root.glob("*/seen.json"))
        return next((unquote(file.parent.name) for file in files if _read(file).url == url), None)

    def remember(self, origin: str, known: Known) -> None:
        """Keep what is about to be cosigned; it is on the disk when this returns."""
        said: Mapping[str, object] = {
            "origin": origin,
            "url": known.url,
            "size": known.seen.size,
            "root": known.seen.root.hex(),
            "vkeys": [key.vkey for key in known.keys],
            "note": known.note.decode(),
        }
        _write(self._folder(origin) / "seen.json", json.dumps(said, ensure_ascii=False, indent=1).encode())

    def cosigned(self, origin: str, note: bytes) -> Path:
        """Keep the cosigned checkpoint, and return where."""
        file = self._folder(origin) / "checkpoint"
        _write(file, note)
        return file

    def alarm(self, origin: str, code: str, evidence: Mapping[str, bytes]) -> Path:
        """Keep evidence against a log, each piece once, and return the folder it is in."""
        digest = hashlib.sha256(b"\0".join(evidence[name] for name in sorted(evidence))).hexdigest()[:16]
        folder = self._folder(origin) / "alarms" / f"{code}-{digest}"
        for name, content in evidence.items():
            file = folder / name
            if not file.exists():
                _write(file, content)
        return folder

    def _folder(self, origin: str) -> Path:
        name = quote(origin, safe="")
        if name.startswith(".") or len(name) > _LONGEST_NAME:  # what is no name of a folder below this one
            name = hashlib.sha256(origin.encode()).hexdigest()
        return self.root / name


def _read(file: Path) -> Known:
    try:
        said = json.loads(file.read_bytes())
        keys = tuple(VerifyingKey.parse(vkey) for vkey in said["vkeys"])
        return Known(said["url"], Seen(int(said["size"]), bytes.fromhex(said["root"])), keys, said["note"].encode())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ProofError) as fault:
        raise CommandError(
            f"{file} is damaged ({type(fault).__name__}): put it back from a copy; without it what was seen is forgotten.",
            Exit.VERIFICATION_FAILED,
        ) from fault


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, and wait for the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.draft")
    with draft.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    for folder in (file.parent, file.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
