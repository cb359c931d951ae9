"""Emmett on Node.js with its PostgreSQL event store: where Node.js is, and its packages can be had."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.lab import Database
from deploy.embedded.events import Event, Listener

_PEERS = Path(__file__).parents[1] / "peers"
_INSTALL_SECONDS = 180
_OLDEST_NODE = 20


class NotHere(Exception):  # noqa: N818 - a reason, not a fault
    """Emmett cannot be measured on this machine; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """Node.js and the script it runs."""

    node: str
    script: Path


def ready(say: Listener) -> Program:
    """Return the program to run, its packages installed from the lock if they were not; NotHere with the reason."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        raise NotHere("no `node` on the PATH")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True, timeout=30).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < _OLDEST_NODE:
        raise NotHere(f"`node` is {version}, and Emmett needs {_OLDEST_NODE}")
    if not (_PEERS / "node_modules" / "@event-driven-io" / "emmett-postgresql").is_dir():
        if npm is None:
            raise NotHere("no `npm` on the PATH to install Emmett with")
        say(Event("started", "emmett", "installing Emmett"))
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=_PEERS, timeout=_INSTALL_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise NotHere(f"`npm ci` did not finish in {_INSTALL_SECONDS} s") from late
        if done.returncode != 0:
            raise NotHere(f"`npm ci` failed: {' '.join(done.stderr.split())[:300]}")
        say(Event("finished", "emmett", "Emmett installed"))
    return Program(node, _PEERS / "emmett.mjs")


def sample(program: Program, where: Database, in_flight: int, seconds: int) -> float:
    """Return events appended per second with so many appends waiting at any time."""
    arguments = [where.socket_folder, where.name, str(in_flight), str(seconds)]
    output = subprocess.run([program.node, str(program.script), *arguments], check=True, capture_output=True, text=True).stdout
    said = json.loads(output)
    return float(said["appended"]) / float(said["seconds"])
