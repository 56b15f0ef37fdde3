from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.state.index import open_index
from crawler.state.validators import FULL_READ, KEPT, PageValidators, Validators
from tests.output.rows import NOON

URL = "https://kontan.example/rss"
OLDER, LAST = Validators('"1"', None, b"a"), Validators(None, "Fri, 01 Sep 2023 05:00:00 GMT", b"b")
SECOND = timedelta(seconds=1)


@pytest.fixture
def validators(tmp_path):
    """Give the validators as rules of a version know them, so long after noon."""
    with open_index(tmp_path, tmp_path) as index:
        yield lambda age=timedelta(0), version="2026.11.22": PageValidators(
            index.db, version, clock=lambda: NOON + age
        )


def test_validators_are_kept_whole_and_per_version_of_the_rules(validators):
    validators().keep(URL, OLDER)
    validators().keep(URL, LAST)
    assert validators().find(URL, is_list=False) == LAST
    assert validators(version="2027.01.01").find(URL, is_list=False) is None


def test_a_list_is_read_whole_once_a_day(validators):
    validators().keep(URL, LAST)
    assert validators(FULL_READ).find(URL, is_list=True) == LAST
    assert validators(FULL_READ + SECOND).find(URL, is_list=True) is None
    assert validators(FULL_READ + SECOND).find(URL, is_list=False) == LAST


def test_validators_that_were_not_renewed_for_long_are_removed(validators):
    validators().keep(URL, LAST)
    validators(KEPT).tidy()
    assert validators().find(URL, is_list=False) == LAST
    validators(KEPT + timedelta(days=1)).tidy()
    assert validators().find(URL, is_list=False) is None
