"""Programs that nobody here wrote, or that only ask libraries nobody here wrote: built once from `tests/strangers`, then kept.

They need the Go module proxy and the Go that is installed beside Python; what is built lies in `dist/`, which no commit holds.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SOURCES = _ROOT / "tests/strangers"
_GO = Path(sys.executable).with_name("go")
_BUILD_SECONDS = 540
_SOUND = "Successfully fsck'd"


@cache
def built(package: str) -> Path:
    """Return the program of a Go package, with the versions and checksums that `go.mod` and `go.sum` pin."""
    stamp = sha256()
    for name in ("go.mod", "go.sum", "main.go"):
        stamp.update((_SOURCES / name).read_bytes() + b"\0")
    program = _ROOT / "dist/strangers" / stamp.hexdigest()[:16] / (package.rpartition("/")[2].strip(".") or "strangers")
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=program.parent) as folder:
            fresh = Path(folder) / program.name
            command = [str(_GO), "build", "-buildvcs=false", "-o", str(fresh), package]
            environment = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
            build = subprocess.run(  # noqa: S603 - a compiler on our own sources
                command, cwd=_SOURCES, env=environment, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False
            )
            if build.returncode:
                raise RuntimeError(f"{package} could not be built: {build.stderr.strip()}")
            fresh.replace(program)
    return program


def ask(*questions: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the strangers' answers, one to each question; bytes go and come in base 64.

    A question names what to `do` and what with, as `tests/strangers/main.go` lists it. An answer that holds `error` says no.
    """
    text = "".join(f"{json.dumps(question, default=_encoded)}\n" for question in questions)
    run = subprocess.run([built(".")], input=text, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603 - built above
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def told(data: object) -> bytes:
    """Return the bytes that an answer holds in base 64; none if it left them out."""
    assert data is None or isinstance(data, str)
    return base64.b64decode(data or "")


def told_all(many: object) -> list[bytes]:
    """Return the lists of bytes that an answer holds in base 64; none if it left them out."""
    assert many is None or isinstance(many, list)
    return [told(data) for data in many or []]


@dataclass(frozen=True)
class Checked:
    """What `fsck` found: whether the log is whole, and what it said."""

    sound: bool
    said: str


def fsck(url: str, vkey: str, *, token: str | None = None, seconds: float = 60) -> Checked:
    """Check a log served below this address, which ends in a slash, with the `fsck` of transparency-dev's Tessera.

    It reads the checkpoint, every tile and every entry bundle, and computes the tree anew. It ends with 0 on a broken log too, and
    was seen to hang with one worker: what counts is the line it prints, within a time.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".vkey") as key:
        key.write(vkey)
        key.flush()
        flags = [f"-storage_url={url}", f"-public_key={key.name}", "-N=4", "-ui=false", "-logtostderr"]
        if token is not None:
            flags.append(f"-bearer_token={token}")
        command = [built("github.com/transparency-dev/tessera/cmd/fsck"), *flags]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603 - built above
        except subprocess.TimeoutExpired as late:
            return Checked(sound=False, said=f"{_decoded(late.stderr)}no end within {seconds} s")
    return Checked(sound=_SOUND in run.stderr, said=run.stderr)


def _encoded(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{value!r} cannot be asked about")


def _decoded(output: bytes | str | None) -> str:
    return output.decode() if isinstance(output, bytes) else output or ""
