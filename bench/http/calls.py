"""Having a server called by a process of its own."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field

from bench.material import command

CREATED = 201
_SLACK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Target:
    """Where needs are posted, how, and with what body (default: the need everybody submits)."""

    port: int
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, object] = field(default_factory=command)
    keyed: bool = False
    """Send an Idempotency-Key with every request, new each time."""


class RefusedError(RuntimeError):
    """The server answered something other than 201, so that its speed says nothing."""


def sample(target: Target, *, connections: int, seconds: float) -> float:
    """Have another process call the target; return answers per second, all of them 201."""
    plan = json.dumps({**asdict(target), "connections": connections, "seconds": seconds})
    program = [sys.executable, "-m", "bench.http.caller"]
    done = subprocess.run(program, check=True, input=plan, stdout=subprocess.PIPE, text=True, timeout=seconds + _SLACK_SECONDS)
    said = json.loads(done.stdout)
    if set(said["answers"]) != {str(CREATED)}:
        raise RefusedError(f"{target.path} answered {said['answers']}, at first {said['refusal']!r}")
    return float(said["answers"][str(CREATED)]) / float(said["seconds"])
