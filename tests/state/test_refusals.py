from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.state.index import open_index
from crawler.state.refusals import Refusals
from tests.output.rows import NOON

HOST = "kontan.example"


@pytest.fixture
def refusals(tmp_path):
    """Give the refusals as they are known so many hours after noon."""
    with open_index(tmp_path, tmp_path) as index:
        yield lambda hours=0: Refusals(index.db, clock=lambda: NOON + timedelta(hours=hours))


def test_a_host_that_refuses_us_is_left_alone_for_longer_each_time(refusals):
    added = [refusals().add(HOST, "403", timedelta()) for _ in range(4)]
    assert [(one.until - NOON) / timedelta(hours=1) for one in added] == [1, 2, 4, 8]
    assert refusals(7).current(HOST) == added[-1]
    assert refusals(9).current(HOST) is None
    refusals().served(HOST)
    assert refusals().add(HOST, "403", timedelta()).times == 1


def test_a_refusal_lasts_as_long_as_the_host_asks(refusals):
    assert refusals().add(HOST, "429", timedelta(hours=5)).until == NOON + timedelta(hours=5)
