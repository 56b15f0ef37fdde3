from __future__ import annotations

from datetime import timedelta

from crawler.state.index import open_state
from crawler.state.validators import KEPT, Validators, find, keep, tidy
from tests.output.rows import NOON

VERSION = "2026.11.22"


def test_they_are_kept_whole_and_per_version(tmp_path):
    url = "https://kontan.example/rss"
    with open_state(tmp_path, tmp_path) as state:
        keep(state.db, url, Validators('"1"', None, b"a"), VERSION, NOON)
        last = Validators(None, "Fri, 01 Sep 2023 05:00:00 GMT", b"b")
        keep(state.db, url, last, VERSION, NOON)
        assert find(state.db, url, VERSION, NOON) == last
        assert find(state.db, url, VERSION, NOON + timedelta(seconds=1)) is None
        assert find(state.db, url, "2027.01.01", NOON) is None
        tidy(state.db, NOON + KEPT + timedelta(days=1))
        assert find(state.db, url, VERSION, NOON) is None
