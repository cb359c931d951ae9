"""The command line's small verbs and its exit codes."""

import socket
import time

import pytest

from deploy.embedded.preflight import SERVICES
from tests.support.stack import data_folder, free_port_base
from tests.support.up import yinuo


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["token", "--role", "king", "--county", "430523"], 2, "'king' is no role"),
        (["token", "--role", "office", "--county", "shaoyang"], 2, "'shaoyang' is no county"),
        (["token", "--role", "office", "--county", "430523", "--ttl", "soon"], 2, "'soon' is no length of time"),
        (["token", "--county", "430523"], 2, "Missing option '--role'"),
        (["up", "--port-base", "80"], 2, "--port-base"),
        (["fly"], 2, "No such command 'fly'"),
    ],
)
def test_a_slip_on_the_command_line_is_a_sentence(arguments: list[str], code: int, sentence: str) -> None:
    outcome = yinuo(*arguments)
    assert (outcome.returncode, outcome.stdout) == (code, "")
    assert sentence in outcome.stderr


def test_a_token_stands_alone_on_stdout_and_is_quick() -> None:
    yinuo("token", "--role", "office", "--county", "430523")
    began = time.monotonic()
    outcome = yinuo("token", "--role", "office", "--county", "430523")
    assert time.monotonic() - began < 1  # half a second on an idle machine; this one may be busy
    assert outcome.returncode == 0
    assert outcome.stderr == ""
    assert [len(outcome.stdout.splitlines()), outcome.stdout.count(".")] == [1, 2]


def test_health_names_what_does_not_answer() -> None:
    outcome = yinuo("health", "--plain", "--port-base", str(free_port_base()))
    assert outcome.returncode == 7
    assert [line.split()[0] for line in outcome.stdout.splitlines()] == list(SERVICES)
    assert outcome.stderr == "yinuo: Not ready: intake, projects, supervision, scoring.\n"


def test_the_doctor_says_what_stands_in_the_way() -> None:
    base = free_port_base()
    with socket.socket() as listener, data_folder() as data:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a stack of before may have left connections that linger
        listener.bind(("127.0.0.1", base + 1))
        listener.listen()
        (data / "thesis.doc").touch()
        outcome = yinuo("doctor", "--plain", "--data", data, "--port-base", str(base))
    assert outcome.returncode == 7
    findings = {subject: (found, text) for found, subject, text in (line.split("\t") for line in outcome.stdout.splitlines())}
    assert (findings["python"][0], findings["packages"][0]) == ("ok", "ok")
    assert findings["ports"][1].startswith(f"Port {base + 1}, for intake, is taken")
    assert "holds files that are not yinuo's" in findings["data"][1]
    assert {findings["ports"][0], findings["data"][0]} == {"no"}
