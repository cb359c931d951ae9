"""A lab per test, on one Kafka and one PostgreSQL per session."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from deploy.embedded.stack import Stack
from tests.support.lab import Lab, a_lab, migrated
from tests.support.stack import embedded_stack
from tests.support.written_lanes import written

__all__ = ["embedded_stack", "written"]
_numbers = count(1)


@pytest.fixture
async def lab(embedded_stack: Stack) -> AsyncIterator[Lab]:
    """A kernel with a database and a topic of its own."""
    databases = await migrated(embedded_stack, f"lab{next(_numbers)}")
    async with a_lab(embedded_stack, databases) as made:
        yield made
