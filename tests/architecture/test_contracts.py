"""The import contracts of pyproject.toml: they hold, and each of them bites."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
NAMES = {contract["id"]: contract["name"] for contract in SETTINGS["contracts"]}
LINTER = Path(sys.executable).with_name("lint-imports")

# What is planted where, and the one contract that has to notice. `planted` and other new names are new files.
VIOLATIONS = [
    ("shape", "services.intake.state", "import services.intake.decider"),
    ("shape", "services.projects.queries", "import services.projects.projections"),
    ("shape", "services.scoring.api", "import services.scoring.settings"),
    ("shape", "services.supervision.handlers", "import services.supervision.settings"),
    ("shape", "services.scoring.helpers", ""),
    ("independence", "services.intake.handlers", "import services.projects.commands"),
    ("independence", "services.scoring.main", "from services.supervision import queries"),
    ("purity", "services.scoring.policies", "import time"),
    ("purity", "services.projects.decider", "def roll() -> None:\n    from random import random"),
    ("purity", "services.supervision.state", "import shared.kernel.ids"),  # which draws bytes from the machine
    ("purity", "shared.contracts.planted", "import asyncpg"),
    ("purity", "shared.kernel.workdays.calendar", "from os import environ"),
    ("purity", "shared.kernel.proof.trust", "from secrets import token_bytes"),
    ("above", "services.intake.main", "import deploy.kafka"),
    ("above", "shared.kernel.planted", "import services.intake"),
    ("shared", "shared.kernel.planted", "import shared.contracts"),
    ("shared", "shared.web.planted", "import shared.contracts"),
    ("shared", "shared.utils", ""),
    ("campaigns", "campaigns.planted", "from services.intake import api"),
    ("campaigns", "campaigns.planted", "import asyncpg"),
]


def broken(tree: Path) -> tuple[set[str], str]:
    """Ids of the contracts that the tree breaks, and what the linter printed."""
    environment = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "PYTHONPATH"}}
    run = subprocess.run(  # noqa: S603 - our own linter on our own tree
        [LINTER, "--no-cache", "--no-logo", "--config", "pyproject.toml"],
        cwd=tree,
        env=environment | {"NO_COLOR": "1", "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    report = run.stdout + run.stderr
    verdicts = {id_: [line for line in report.splitlines() if line.startswith(name)] for id_, name in NAMES.items()}
    assert all(any(line.rstrip().endswith(("KEPT", "BROKEN")) for line in lines) for lines in verdicts.values()), report
    found = {id_ for id_, lines in verdicts.items() if any(line.rstrip().endswith("BROKEN") for line in lines)}
    assert (run.returncode != 0) == bool(found), report
    return found, report


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the project's Python files to a place where they can be spoilt."""
    for package in SETTINGS["root_packages"]:
        for file in (ROOT / package).rglob("*.py"):
            if "node_modules" not in file.parts:
                target = tmp_path / file.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def test_the_project_keeps_every_contract() -> None:
    found, report = broken(ROOT)
    assert found == set(), report


def test_every_contract_has_something_planted_against_it() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(NAMES)


@pytest.mark.parametrize(("contract", "module", "planted"), VIOLATIONS)
def test_a_contract_bites_where_it_is_broken_and_nowhere_else(copy: Path, contract: str, module: str, planted: str) -> None:
    path = copy.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    with file.open("a", encoding="utf-8") as text:
        text.write(f"\n{planted}\n")
    found, report = broken(copy)
    assert found == {contract}, report
