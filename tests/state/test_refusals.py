from __future__ import annotations

from datetime import timedelta

from crawler.state import refusals as blocks
from crawler.state.index import open_state
from tests.output.rows import NOON


def test_a_host_that_refuses_us_is_left_alone_for_longer_each_time(tmp_path):
    with open_state(tmp_path, tmp_path) as opened:
        hours = []
        for _ in range(4):
            block = blocks.refused(opened.db, "kontan.example", "403", NOON, timedelta())
            hours.append((block.until - NOON) / timedelta(hours=1))
        assert hours == [1, 2, 4, 8]
        assert blocks.standing(opened.db, "kontan.example", NOON + timedelta(hours=7)) == block
        assert blocks.standing(opened.db, "kontan.example", NOON + timedelta(hours=9)) is None
        blocks.served(opened.db, "kontan.example")
        assert blocks.refused(opened.db, "kontan.example", "403", NOON, timedelta()).times == 1


def test_a_block_lasts_as_long_as_the_host_asks(tmp_path):
    with open_state(tmp_path, tmp_path) as opened:
        block = blocks.refused(opened.db, "kontan.example", "429", NOON, timedelta(hours=5))
        assert block.until == NOON + timedelta(hours=5)
