"""The whole stack, all four services under the simulated clock, once a session."""

from collections.abc import Iterator

import httpx
import pytest

from deploy.embedded.stack import Stack
from tests.support.client import COUNTIES, Platform
from tests.support.stack import data_folder, free_port_base


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """Everything, running."""
    with (
        data_folder() as folder,
        Stack(folder, free_port_base(), "simulated", counties=COUNTIES) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,  # loopback traffic must not go through a proxy of the environment
    ):
        yield Platform(stack, http)
