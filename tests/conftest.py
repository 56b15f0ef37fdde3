import os
from collections.abc import Iterator

import pytest

from tests.crawls import stop_reactor

# Trio's plugin for it, loaded after the last test, warns of whoever has set an excepthook by then.
os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")


@pytest.fixture(scope="session", autouse=True)
def _reactor_that_ends() -> Iterator[None]:
    """Its threads are no daemons: left alone, they keep the process alive after the last test."""
    yield
    stop_reactor()
