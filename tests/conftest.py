"""What holds for every test: hypothesis draws the same examples each run and minds no clock; steps of state machines are counted."""

import pytest
from hypothesis import settings

from tests.support.steps import count_steps, summed_up

settings.register_profile("yinuo", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("yinuo")
STEPS = count_steps()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many steps there were, where there were any."""
    if STEPS:
        terminalreporter.write_line(summed_up(STEPS))
