"""What holds for every test: hypothesis draws the same examples each run and minds no clock; steps of state machines are counted."""

from typing import Any

import pytest
from hypothesis import settings

from tests.support.steps import count_steps, summed_up

settings.register_profile("yinuo", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("yinuo")
STEPS = count_steps()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where several processes share the tests, tell the one that sums up how many steps there were in this one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["steps"] = dict(STEPS)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the steps of a process that has ended."""
    STEPS.update(getattr(node, "workeroutput", {}).get("steps", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many steps there were, where there were any."""
    if STEPS:
        terminalreporter.write_line(summed_up(STEPS))
