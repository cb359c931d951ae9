"""The exit codes, one by one, each on a verb as an operator runs it."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from itertools import accumulate
from pathlib import Path

import pytest
import yaml

from deploy.embedded.stack import Stack
from tests.support.cli import said
from tests.support.lab import A
from tests.support.up import soon, yinuo
from tests.support.written_lanes import DAMAGED, Written

PIPE_BYTES = 4096


def changed(written: Written, folder: Path, **changes: str) -> tuple[str, ...]:
    """Return options that name the same deployment, reached otherwise."""
    described = yaml.safe_load(Path(written.options[1]).read_text())
    described["services"]["intake"] |= changes
    file = folder / "deployment.yaml"
    file.write_text(yaml.safe_dump(described))
    return ("--deployment", str(file))


def test_0_done(written: Written) -> None:
    found = said("county", "ls", "-q", *written.options)
    assert (found.code, found.err) == (0, "")


def test_1_a_fault_nobody_foresaw_shows_its_traceback(written: Written) -> None:
    command = [sys.executable, "-m", "cli.main", "county", "ls", *written.options]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        outcome = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=buffered, text=True, check=False)  # noqa: S603 - our own
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Traceback")
    assert "No space left on device" in outcome.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("events", "ls", "intake"), "Missing argument 'COUNTY'"),
        (("events", "ls", "intake", A, "--from", "0"), "Invalid value for '--from'"),
        (("events", "show", "intake", A, "first"), "'first' is neither a position nor an event's id"),
        (("events", "fly"), "No such command 'fly'"),
    ],
)
def test_2_a_slip(written: Written, arguments: tuple[str, ...], sentence: str) -> None:
    found = said(*arguments, *written.options)
    assert (found.code, found.out) == (2, "")
    assert sentence in found.err


@pytest.mark.parametrize("content", ["name: x", "- a list", "services: {intake: {url: x}}\nname: x\nkafka: y\ncounties: []", "{"])
def test_2_a_file_that_describes_no_deployment(tmp_path: Path, content: str) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text(content)
    found = said("county", "ls", "--deployment", file)
    assert found.code == 2
    assert f"{file} does not describe a deployment" in found.err


def test_3_what_was_looked_at_is_not_as_it_should_be(written: Written) -> None:
    assert said("events", "ls", "intake", DAMAGED, *written.options).code == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("events", "ls", "portal", A), "There is no service portal: it is one of intake, projects."),
        (("events", "ls", "intake", "110000"), "This deployment does not serve county 110000"),
        (("events", "show", "intake", A, "10"), f"The lane of intake in {A} has no event 10."),
        (("projection", "ls", "--projection", "dreams"), "No projection or policy is called dreams"),
        (("projection", "show", "intake", "dreams"), "intake has no projection or policy called dreams"),
        (("county", "show", "110000"), "This deployment does not serve county 110000"),
    ],
)
def test_4_what_is_not_there(written: Written, arguments: tuple[str, ...], sentence: str) -> None:
    found = said(*arguments, *written.options)
    assert (found.code, found.out) == (4, "")
    assert sentence in found.err


def test_4_a_folder_without_a_stack(tmp_path: Path) -> None:
    assert said("county", "ls", "--data", tmp_path).code == 4


def test_5_what_is_asked_contradicts_what_stands(written: Written) -> None:
    found = said("relay", "rewind", "projects", A, "--to", "1", "--apply", *written.options)
    assert (found.code, found.out) == (5, "")
    assert "stands at 0 and is never moved forward" in found.err


def test_6_a_role_that_may_not(written: Written, tmp_path: Path) -> None:
    other = written.intake.app.replace("written_intake_app@", "written_projects_app@")
    found = said("county", "ls", *changed(written, tmp_path, dsn=other))
    assert (found.code, found.out) == (6, "")
    assert "The database of intake refuses this role: permission denied for database" in found.err


def test_7_a_database_that_does_not_answer(written: Written, tmp_path: Path) -> None:
    found = said("county", "ls", *changed(written, tmp_path, dsn="postgresql://intake_app@127.0.0.1:9/intake"))
    assert (found.code, found.out) == (7, "")
    assert found.err == (
        "yinuo: The database of intake does not answer (ConnectionRefusedError): start the stack, or name its folder with --data.\n"
    )


def test_7_a_database_that_is_not_migrated(embedded_stack: Stack, written: Written, tmp_path: Path) -> None:
    empty = embedded_stack.postgres.dsn()
    found = said("county", "ls", *changed(written, tmp_path, dsn=empty))
    assert found.code == 7
    assert "The database of intake lacks what this version needs" in found.err


def test_8_interrupted_while_its_reader_waits_and_says_where_to_go_on(written: Written) -> None:
    sizes = list(accumulate(len(body) + 1 for body in written.bodies))
    whole = sum(size <= PIPE_BYTES for size in sizes)  # a small write is not torn: the next waits until the pipe has room for it
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    command = [sys.executable, "-m", "cli.main", "events", "ls", "intake", A, "--json", *written.options]
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.PIPE, text=True) as verb:  # noqa: S603 - our own program
        os.close(writer)
        try:
            soon(lambda: int.from_bytes(fcntl.ioctl(reader, termios.FIONREAD, bytes(4)), sys.byteorder) == sizes[whole - 1])
            verb.send_signal(signal.SIGINT)
            _, err = verb.communicate(timeout=30)
        finally:
            verb.kill()
    os.close(reader)
    assert verb.returncode == 8
    assert err.splitlines() == [
        f"Stopped after position {whole}: --from {whole + 1} goes on.",
        "yinuo: Interrupted; starting again goes on from here.",
    ]


def test_8_a_reader_that_has_had_enough_ends_it_without_a_word(written: Written) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "cli.main", "events", "ls", "intake", A, "--json", *written.options]
    outcome = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own program
    os.close(writer)
    assert (outcome.returncode, outcome.stderr) == (8, "")


def test_the_help_goes_to_stdout_and_is_no_slip() -> None:
    outcome = yinuo("events", "--help")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert "ls" in outcome.stdout
