import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from output import clock
from tests import prefork
from tests.crawls import stop_reactor
from tests.moment import NOW

# Trio's plugin for it, loaded after the last test, warns of whoever has set an excepthook by then.
os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")
# No deadline: on a busy machine an example takes as long as other processes let it.
settings.register_profile("wartatek", deadline=None)
settings.load_profile("wartatek")


@pytest.fixture(scope="session", autouse=True)
def _reactor_that_ends() -> Iterator[None]:
    """Its threads are no daemons: left alone, they keep the process alive after the last test."""
    yield
    stop_reactor()


@pytest.fixture(scope="session", autouse=True)
def _prefork_server_that_ends() -> Iterator[None]:
    yield
    prefork.stop()


@pytest.fixture(scope="module", autouse=True)
def _clock_at_the_moment() -> Iterator[None]:
    """Begin every module at tests.moment.NOW; processes that its tests start live then too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(clock.OFFSET, clock.offset_to(NOW))
        yield
