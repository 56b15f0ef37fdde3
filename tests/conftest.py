from collections.abc import Iterator

import pytest

from tests.crawls import stop_reactor


@pytest.fixture(scope="session", autouse=True)
def _reactor_that_ends() -> Iterator[None]:
    """Its threads are no daemons: left alone, they keep the process alive after the last test."""
    yield
    stop_reactor()
