from collections.abc import Iterator

import pytest

from tests.crawls import stop_reactor
from tests.spark import spark, spark_folder

__all__ = ["spark", "spark_folder"]


@pytest.fixture(scope="session", autouse=True)
def _reactor_that_ends() -> Iterator[None]:
    """Its threads are no daemons: left alone, they keep the process alive after the last test."""
    yield
    stop_reactor()
