from __future__ import annotations

from datetime import date, timedelta

import pytest

from crawler.sources import Candidate
from crawler.sources.wanted import Decision
from crawler.state.backfill import IndexPage, is_walked, named, walked
from crawler.state.index import open_state
from tests.output.rows import NOON

DAY = date(2023, 9, 1)


@pytest.fixture
def db(tmp_path):
    with open_state(tmp_path, tmp_path) as state:
        yield state.db


def page(listed, off_topic=0, *, is_first=False, is_last=False):
    return IndexPage(listed, off_topic, is_first, is_last)


def test_a_day_is_walked_per_source_when_its_last_page_is_read(db):
    walked(db, "kontan", DAY, "listing:a", page(20, 2, is_first=True))
    assert not is_walked(db, "kontan", DAY, "listing:a")
    walked(db, "kontan", DAY, "listing:a", page(3, 1, is_last=True))
    assert is_walked(db, "kontan", DAY, "listing:a")
    assert not is_walked(db, "kontan", DAY, "listing:b")
    assert list(named(db, "kontan")) == [(DAY, 23, 3)]


def test_a_walk_that_begins_again_counts_anew(db):
    for _ in range(2):
        walked(db, "kontan", DAY, "listing:a", page(20, 2, is_first=True))
    assert list(named(db, "kontan")) == [(DAY, 20, 2)]


def test_the_source_that_names_most_speaks_for_the_day(db):
    walked(db, "kontan", DAY, "listing:a", page(9, 9, is_first=True))
    walked(db, "kontan", DAY, "listing:b", page(20, 2, is_first=True))
    assert list(named(db, "kontan")) == [(DAY, 20, 2)]
    assert list(named(db, "antara")) == []


def test_what_was_published_on_another_day_or_named_before_is_not_counted():
    def found(published=NOON, skipped="", **more):
        candidate = Candidate(url="https://kontan.example/1", published=published)
        return candidate, Decision(skipped=skipped, **{"is_article": True, "is_new": True} | more)

    judged = [
        found(),
        found(published=None, skipped="off_topic"),
        found(published=NOON - timedelta(days=1), skipped="off_topic"),
        found(skipped="duplicate", is_new=False),
    ]
    made = IndexPage.of(DAY, judged, is_first=True, is_last=True)
    assert made == page(2, 1, is_first=True, is_last=True)
