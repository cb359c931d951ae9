"""What holds for every test: hypothesis draws the same examples each run and minds no clock; steps of state machines are counted.

The whole stack, all services and the portal under the simulated clock, is there once a session for whoever asks for it.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import settings

from deploy.embedded.stack import Stack
from tests.support.client import COUNTIES, Platform
from tests.support.stack import PATIENT, data_folder, free_port_base
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


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """All services and the portal, running."""
    with (
        data_folder() as folder,
        Stack(folder, free_port_base(), "simulated", counties=COUNTIES, portal=True, portal_settings=PATIENT) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,  # loopback traffic must not go through a proxy of the environment
    ):
        found = Platform(stack, http)
        found.still()  # everybody has heard of the counties' rules and units
        yield found
