"""What holds for every verb: its options, what it prints for whom, when it may act, how it tells how far it is."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from typer.main import get_command

from cli import console
from cli.consent import Consent, SevereConsent
from cli.exits import CommandError, Exit
from cli.main import app
from cli.output import Output, visible
from tests.support.cli import said

ROWS = [
    {"county": "430523", "name": "邵阳县", "lag": 0, "at": datetime(2021, 11, 12, 1, tzinfo=UTC), "streams": ["a", "b"]},
    {"county": "610330", "name": None, "lag": 12, "at": date(2021, 11, 12), "streams": []},
]
COLUMNS = list(ROWS[0])
OUTPUT = {"--json", "--plain", "--quiet", "-q", "--verbose", "-v"}
DEPLOYMENT = {"--data", "--port-base", "--deployment"}


def verbs() -> dict[str, set[str]]:
    """Every verb that looks into a deployment's state or mends it, with its options."""
    found = {}
    for group, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        for name, verb in getattr(command, "commands", {}).items():
            if group in {"projection", "county", "parked", "relay"} or (group, name) in {("events", "ls"), ("events", "show")}:
                found[f"{group} {name}"] = {option for parameter in verb.params for option in parameter.opts}
    return found


def test_every_operators_verb_has_the_same_options() -> None:
    found = verbs()
    assert {"events ls", "projection show", "county ls", "parked ls", "relay status"} <= set(found)
    assert {name for name, options in found.items() if not options >= OUTPUT | DEPLOYMENT} == set()


def test_every_verb_that_changes_something_shows_it_first_and_asks() -> None:
    changing = {name: options for name, options in verbs().items() if "--apply" in options}
    assert set(changing) >= {"parked redrive", "parked discard", "relay rewind"}
    assert {name for name, options in changing.items() if "--no-input" not in options} == set()
    assert {name for name, options in changing.items() if ("--yes" in options) == ("--confirm" in options)} == set()
    assert "--confirm" in changing["parked discard"]


def test_no_secret_can_be_given_on_the_command_line() -> None:
    assert [
        name for name, options in verbs().items() if any(word in option for option in options for word in ("password", "secret", "key"))
    ] == []


def test_people_get_columns_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    Output().rows(COLUMNS, ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "county  name    lag  at                           streams",
        "430523  邵阳县  0    2021-11-12T01:00:00.000000Z  a,b",
        "610330          12   2021-11-12",
    ]


def test_scripts_get_tabs_and_no_heading(capsys: pytest.CaptureFixture[str]) -> None:
    Output("plain").rows(COLUMNS, ROWS)
    assert capsys.readouterr().out.splitlines() == ["430523\t邵阳县\t0\t2021-11-12T01:00:00.000000Z\ta,b", "610330\t\t12\t2021-11-12\t"]


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    Output("json").rows(COLUMNS, ROWS)
    Output("json").rows(COLUMNS, [])
    first, second = capsys.readouterr().out.splitlines()
    assert [row["at"] for row in json.loads(first)] == ["2021-11-12T01:00:00.000000Z", "2021-11-12"]
    assert json.loads(second) == []


def test_a_record_keeps_its_tables_apart(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"county": "430523", "lanes": [{"service": "intake", "events": 9}]}
    Output("plain").record(record)
    assert capsys.readouterr().out.splitlines() == ["county\t430523", "lanes\tintake\t9"]
    Output().record(record)
    assert capsys.readouterr().out.splitlines() == ["county  430523", "", "lanes", "service  events", "intake   9"]


def test_nothing_printed_moves_the_cursor_or_breaks_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = {"error": "first\nsecond\x1b[2J\u202eend\t"}
    for form in ("text", "plain"):
        Output(form).rows(["error"], [hostile])  # type: ignore[arg-type]
        assert capsys.readouterr().out.splitlines()[-1] == "first\\x0asecond\\x1b[2J\\x202eend\\x09"
    assert visible("　全角𠮷") == "　全角𠮷"


def test_people_get_long_cells_cut_and_scripts_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    Output().rows(["error"], [{"error": "错" * 100}])
    assert capsys.readouterr().out.splitlines()[1] == "错" * 35 + "…"
    Output("plain").rows(["error"], [{"error": "错" * 100}])
    assert capsys.readouterr().out == "错" * 100 + "\n"


def test_quiet_says_nothing_and_verbose_says_more(capsys: pytest.CaptureFixture[str]) -> None:
    for output in (Output(), Output(quiet=True), Output(verbose=True)):
        output.say("said")
        output.detail("detail")
    assert capsys.readouterr().err.splitlines() == ["said", "said", "detail"]


@pytest.mark.parametrize("pair", [("--json", "--plain"), ("-q", "-v")])
def test_options_that_contradict_each_other_are_a_slip(pair: tuple[str, str]) -> None:
    found = said("county", "ls", *pair)
    assert (found.code, found.out) == (Exit.USAGE, "")
    assert "cannot both be had" in found.err


class Moments:
    """A clock that is told what to say."""

    def __init__(self, *moments: float) -> None:
        self._moments = iter(moments)

    def monotonic(self) -> float:
        return next(self._moments)


def test_a_long_verb_tells_every_ten_seconds_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "time", Moments(0, 1, 9.9, 10, 15, 20))
    with Output().progress("reading", 1_000) as moved:
        for done in (10, 99, 100, 150, 400):
            moved(done)
    assert capsys.readouterr().err.splitlines() == ["reading: 100 of 1000, 10.0/s, 90 s left", "reading: 400 of 1000, 20.0/s, 30 s left"]


def test_a_quiet_one_does_not(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "time", Moments(0, 100))
    with Output(quiet=True).progress("reading", 10) as moved:
        moved(5)
    assert capsys.readouterr().err == ""


def test_without_apply_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert not Consent(apply=False, asks=False).given(Output(), "the cursor is moved")
    assert not SevereConsent(apply=False, asks=False, confirm="430523").given(Output(), "the event is gone", "430523")
    assert capsys.readouterr().err.splitlines() == [
        "Nothing was changed. With --apply, the cursor is moved.",
        "Nothing was changed. With --apply, the event is gone.",
    ]


def test_where_nobody_can_be_asked_apply_is_enough_for_what_can_be_undone() -> None:
    assert Consent(apply=True, asks=False).given(Output(), "the cursor is moved")


@pytest.mark.parametrize(("confirm", "code"), [(None, Exit.USAGE), ("610330", Exit.DENIED)])
def test_what_nothing_takes_back_needs_the_county_s_code(confirm: str | None, code: Exit) -> None:
    with pytest.raises(CommandError) as refusal:
        SevereConsent(apply=True, asks=False, confirm=confirm).given(Output(), "the event is gone", "430523")
    assert refusal.value.code is code
    assert SevereConsent(apply=True, asks=False, confirm="430523").given(Output(), "the event is gone", "430523")


def at_a_terminal(source: str, answer: str) -> tuple[int, str]:
    """Run Python that asks somebody at a terminal, who answers; return its exit code and what the terminal showed."""
    ours, theirs = pty.openpty()
    program = f"import sys\nfrom cli.consent import *\nfrom cli.output import Output\n{source}"
    with subprocess.Popen([sys.executable, "-c", program], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as asked:  # noqa: S603
        os.close(theirs)
        os.write(ours, answer.encode() + b"\n")
        asked.wait(30)
        shown = os.read(ours, 10_000).decode()
    os.close(ours)
    return asked.returncode, shown


@pytest.mark.parametrize(
    ("source", "answer", "done"),
    [
        ("consent_of(apply=True).given(Output(), 'it is moved')", "y", True),
        ("consent_of(apply=True).given(Output(), 'it is moved')", "n", False),
        ("consent_of(apply=True, yes=True).given(Output(), 'it is moved')", "n", True),
        ("consent_of(apply=True, no_input=True).given(Output(), 'it is moved')", "n", True),
        ("severe_consent_of(apply=True).given(Output(), 'it is gone', '430523')", "430523", True),
        ("severe_consent_of(apply=True).given(Output(), 'it is gone', '430523')", "y", False),
        ("severe_consent_of(apply=True, no_input=True).given(Output(), 'it is gone', '430523')", "430523", False),
    ],
)
def test_somebody_at_a_terminal_is_asked(source: str, answer: str, done: Any) -> None:
    code, shown = at_a_terminal(f"sys.exit(0 if {source} else 9)", answer)
    assert (code == 0) is done, shown
