"""`make setup` where something is missing: one sentence, a code, and no half-made environment taken for whole."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REAL = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what setting up reads, with a lock of one package that no index has."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy/setup.sh", tmp_path / "deploy")
    (tmp_path / "deploy/web.py").touch()  # no pages to build
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text(f"yinuo-is-on-no-index==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    (tmp_path / "tools").mkdir()
    return tmp_path


def program(checkout: Path, name: str, script: str) -> Path:
    file = checkout / "tools" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def setup(checkout: Path, kind: str = "runtime", **environment: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": f"{checkout / 'tools'}{os.pathsep}{os.defpath}", "TMPDIR": str(checkout), "PYTHON": REAL}
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    command: list[str | Path] = [checkout / "deploy/setup.sh", kind]
    everything = base | offline | environment
    return subprocess.run(command, env=everything, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own script


def test_a_python_that_is_too_old_is_named(checkout: Path) -> None:
    pretend = "import sys; sys.version_info = (3, 10, 14); exec(sys.argv[2])"
    old = program(checkout, "python3.10", f"exec {REAL} -c '{pretend}' \"$@\"")
    run = setup(checkout, PYTHON=str(old))
    assert run.returncode == 7
    assert run.stderr == f"Yinuo needs Python 3.11 or newer, and {old} is not: install it, or name one with PYTHON=/path/to/python3.\n"
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_says_what_to_install(checkout: Path) -> None:
    bare = program(checkout, "python3.12", f'case "$*" in *ensurepip*) exit 1 ;; *) exec {REAL} "$@" ;; esac')
    run = setup(checkout, PYTHON=str(bare))
    version = "{}.{}".format(*sys.version_info[:2])
    assert run.returncode == 7
    assert f"apt install python{version}-venv" in run.stderr
    assert run.stderr.count("\n") == 1


def test_the_first_python_that_will_do_is_taken(checkout: Path) -> None:
    program(checkout, "python3.13", "exit 127")
    program(checkout, "python3.12", f'case "$*" in *ensurepip*) exit 1 ;; *) exec {REAL} "$@" ;; esac')
    program(checkout, "python3.11", f'if [ "$1 $2" = "-m venv" ]; then echo "taken" >&2; exit 3; fi; exec {REAL} "$@"')
    run = setup(checkout, PYTHON="")
    assert "The virtual environment could not be made: taken." in run.stderr


def test_a_package_that_cannot_be_fetched_is_a_sentence_and_leaves_nothing(checkout: Path) -> None:
    run = setup(checkout)
    assert run.returncode == 7
    assert "A package could not be installed (No matching distribution found for yinuo-is-on-no-index==1.0)" in run.stderr
    assert run.stderr.count("\n") == 2
    assert not (checkout / ".venv").exists()
    assert [file.name for file in checkout.iterdir() if file.name.startswith(("tmp", "yinuo-setup"))] == []


def test_a_half_made_environment_is_not_taken_for_whole(checkout: Path) -> None:
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/unfinished").touch()
    (checkout / ".venv/bin/python").symlink_to(REAL)
    run = setup(checkout)
    assert "did not finish" in run.stderr
    assert run.returncode == 7
    assert not (checkout / ".venv").exists()


def empty_locks(checkout: Path) -> None:
    """Leave nothing to fetch, and a project of one package to install."""
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (checkout / lock).write_text("")
    text = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "small"\nversion = "1"\n'
    (checkout / "pyproject.toml").write_text(text)
    (checkout / "backend.py").write_text(
        "import pathlib, zipfile\n"
        "def build_editable(directory, config_settings=None, metadata_directory=None):\n"
        "    name = 'small-1-py3-none-any.whl'\n"
        "    with zipfile.ZipFile(pathlib.Path(directory, name), 'w') as wheel:\n"
        "        wheel.writestr('small-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: small\\nVersion: 1\\n')\n"
        "        wheel.writestr('small-1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
        "        wheel.writestr('small-1.dist-info/RECORD', '')\n"
        "    return name\n"
    )


def test_it_is_made_once_and_again_when_the_lock_changes(checkout: Path) -> None:
    empty_locks(checkout)
    hostile = {"PIP_TARGET": str(checkout / "elsewhere"), "PIP_REQUIRE_HASHES": "1", "PIP_NO_BINARY": ":all:", "PYTHONHOME": "/nowhere"}
    first = setup(checkout, "dev", **hostile)
    assert (first.returncode, first.stderr.count("\n")) == (0, 1), first.stderr
    assert not (checkout / "elsewhere").exists()
    for kind in ("dev", "runtime"):  # what tests need holds what the platform needs
        again = setup(checkout, kind, PYTHON="/no/python")
        assert (again.returncode, again.stderr) == (0, "")
    (checkout / "requirements-dev.lock").write_text("# another\n")
    assert "Installing the packages of requirements-dev.lock" in setup(checkout, "dev").stderr
    python = checkout / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/no/python")
    mended = setup(checkout, "dev")
    assert mended.returncode == 0
    assert "its Python is gone" in mended.stderr


def test_pages_that_cannot_be_built_are_its_failure_and_the_environment_stays(checkout: Path) -> None:
    empty_locks(checkout)
    pages = checkout / "deploy/web.py"
    pages.write_text("import sys\nsys.exit(7)\n")
    assert setup(checkout).returncode == 7
    assert (checkout / ".venv/made-from-runtime").exists()
    assert setup(checkout).returncode == 7
    pages.write_text("")
    assert setup(checkout).returncode == 0
