"""The other gates: what the linter bans, how long a file may be, what the locks hold."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
LONGEST = 300
REQUIREMENT = re.compile(r"(?m)^([a-z0-9._-]+)==(\S+)(?: ;[^\\\n]*[^\\\n ])?((?: \\\n    --hash=sha256:[0-9a-f]{64})*)")


def pinned(lock: str) -> dict[str, str]:
    """Every requirement of a lock with its version, all of them with hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = REQUIREMENT.findall(text)
    assert [name for name, _, hashes in found if not hashes] == []
    lines = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert len(lines) == len(found), "a line that is no pinned requirement"
    return {name: version for name, version, _ in found}


def names(requirements: list[str]) -> set[str]:
    matches = [re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements]
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in matches if match}


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n", "TID251"),
        ("from datetime import date\n\nTODAY = date.today()\n", "TID251"),
        ("from uuid import uuid4\n\nID = uuid4()\n", "TID251"),
        ('def query(name: str) -> str:\n    """Build."""\n    return f"SELECT * FROM needs WHERE name = \'{name}\'"\n', "S608"),
        ("def decide():\n    pass\n", "ANN201"),
    ],
)
def test_the_linter_bites(code: str, rule: str) -> None:
    linter = Path(sys.executable).with_name("ruff")
    command: list[str | Path] = [
        linter,
        "check",
        "--no-cache",
        "--output-format=concise",
        "--stdin-filename=services/intake/planted.py",
        "-",
    ]
    run = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False)  # noqa: S603 - our own linter
    assert run.returncode == 1, run.stdout + run.stderr
    assert f" {rule} " in run.stdout


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    files = [file for folder in [*PACKAGES, "tests"] for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts]
    assert len(files) > len(PACKAGES)
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}


def test_what_the_project_needs_is_locked_and_what_tests_need_agrees_with_it() -> None:
    runtime, dev = pinned("requirements.lock"), pinned("requirements-dev.lock")
    optional = PROJECT["project"]["optional-dependencies"]
    assert names(PROJECT["project"]["dependencies"] + optional["embedded"] + PROJECT["build-system"]["requires"]) <= runtime.keys()
    assert names(optional["dev"]) <= dev.keys()
    assert runtime.items() <= dev.items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(?m)^--", text)
