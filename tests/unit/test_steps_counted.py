"""A run says how many steps its state machines took: every rule that was carried out, and no other."""

import subprocess
import sys
from pathlib import Path

from tests.support.steps import summed_up

ROOT = Path(__file__).parents[2]
MACHINE = """
from pathlib import Path
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

class Lamp(RuleBasedStateMachine):
    carried_out = 0

    @initialize()
    def begin(self):
        Lamp.carried_out += 1

    @rule()
    def turn(self):
        Lamp.carried_out += 1

    @precondition(lambda self: False)
    @rule()
    def break_it(self):
        raise AssertionError

    @invariant()
    def shines_or_not(self):
        pass

TestLamp = Lamp.TestCase
TestLamp.settings = settings(max_examples=5, stateful_step_count=7)

def test_something_else():
    Path(__file__).with_suffix(".txt").write_text(f"{Lamp.carried_out}")
"""


def the_end_of_a_run(folder: Path, *chosen: str) -> list[str]:
    """Run these tests of a file with a machine, and return the last two lines."""
    (folder / "test_lamp.py").write_text(MACHINE, encoding="utf-8")
    tests = [f"{folder}/test_lamp.py::{name}" for name in chosen]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", *tests]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tests
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.splitlines()[-2:]


def test_a_run_ends_with_its_steps_before_pytest_s_own_last_line(tmp_path: Path) -> None:
    told, closing = the_end_of_a_run(tmp_path, "TestLamp", "test_something_else")
    steps = int((tmp_path / "test_lamp.txt").read_text(encoding="utf-8"))
    assert steps > 5
    assert told == summed_up({"Lamp": steps})
    assert closing.startswith("2 passed in ")


def test_a_run_without_machines_says_nothing_of_them(tmp_path: Path) -> None:
    told, closing = the_end_of_a_run(tmp_path, "test_something_else")
    assert "state machines" not in told
    assert closing.startswith("1 passed in ")


def test_steps_are_summed_up_in_one_line() -> None:
    assert summed_up({"a": 1_000, "b": 234}) == "state machines: 2 machines, 1,234 steps"
    assert summed_up({"a": 7}) == "state machines: 1 machine, 7 steps"
