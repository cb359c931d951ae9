"""`yinuo` within this process: as fast as its verbs are, with its output as bytes and its exit code."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.exits import Exit
from cli.main import run
from deploy.embedded.stack import Stack
from tests.support.stack import Databases


@dataclass(frozen=True)
class Said:
    """What a verb printed, and how it ended."""

    code: Exit
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        """What stood on stdout."""
        return self.raw.decode()

    @property
    def lines(self) -> list[list[str]]:
        """The columns of every line that --plain printed."""
        return [line.split("\t") for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """What --json printed."""
        return json.loads(self.raw)


def said(*arguments: str | int | Path) -> Said:
    """Run a verb to its end."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    out.flush()
    return Said(code, out.buffer.getvalue(), err.getvalue())  # type: ignore[attr-defined]


def of(stack: Stack) -> tuple[str, ...]:
    """Return the options that name a stack."""
    base = int(stack.info.kafka.rpartition(":")[2]) - 12
    return ("--data", stack.info.data, "--port-base", str(base))


def deployment_file(folder: Path, kafka: str, counties: tuple[str, ...], **services: Databases) -> tuple[str, ...]:
    """Write a file that describes a deployment of these databases; return the options that name it."""
    described = {
        "name": "test.local",
        "kafka": kafka,
        "counties": list(counties),
        "services": {name: {"url": "http://127.0.0.1:9", "dsn": each.app, "owner_dsn": each.owner} for name, each in services.items()},
    }
    file = folder / "deployment.yaml"
    file.write_text(yaml.safe_dump(described), encoding="utf-8")
    return ("--deployment", str(file))
