"""What was last released: contracts are held to it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def released(path: str) -> str | None:
    """Return a file as the newest tag `v*` has it; None where nothing was released yet, or not this file."""
    tag = _git("tag", "--list", "v*", "--sort=-version:refname", "--merged").split()
    if not tag or not _git("ls-tree", tag[0], "--", path):
        return None
    return _git("show", f"{tag[0]}:{path}")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603, S607
