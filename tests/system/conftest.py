"""Who asks the whole stack, and what it says that it takes and answers."""

from collections.abc import Iterator

import pytest

from deploy.embedded.issuer import ROLES
from tests.support.client import TOWN, Person, Platform
from tests.support.described import Described, Question, described, questions


@pytest.fixture(scope="session")
def everyone(platform: Platform) -> Person:
    """Somebody with every role, so that nothing is refused for want of one."""
    return platform.person(*ROLES, sub="everyone", unit=TOWN, branch=f"{TOWN}-1")


@pytest.fixture(scope="session")
def commands(platform: Platform) -> list[Described]:
    """Every command of every service, as their descriptions have them."""
    found = described(platform)
    assert {command.service for command in found} == set(platform.urls)
    return found


@pytest.fixture(scope="session")
def queries(platform: Platform) -> list[Question]:
    """Every query of every service, as their descriptions have them."""
    found = questions(platform)
    assert {query.service for query in found} == set(platform.urls)
    return found


@pytest.fixture(scope="module")
def _still(platform: Platform) -> None:
    """What earlier tests set going has come to its end."""
    platform.still()


@pytest.fixture
def nothing_written(platform: Platform, _still: None) -> Iterator[None]:
    """Assert that the test leaves every lane of every service as it was."""
    before = platform.written()
    yield
    assert platform.written() == before
