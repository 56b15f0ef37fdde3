from __future__ import annotations

from datetime import date, timedelta

import pytest

from crawler.sources import Candidate
from crawler.sources.wanted import Decision
from crawler.state.backfill import Backfill, IndexPage
from crawler.state.index import open_index
from tests.output.rows import NOON

DAY = date(2023, 9, 1)


@pytest.fixture
def db(tmp_path):
    with open_index(tmp_path, tmp_path) as index:
        yield index.db


def page(listed, off_topic=0, *, is_first=False, is_last=False):
    return IndexPage(listed, off_topic, is_first, is_last)


def test_a_day_is_walked_per_source_when_its_last_page_is_read(db):
    Backfill(db, "kontan").add(DAY, "listing:a", page(20, 2, is_first=True))
    assert not Backfill(db, "kontan").is_walked(DAY, "listing:a")
    Backfill(db, "kontan").add(DAY, "listing:a", page(3, 1, is_last=True))
    assert Backfill(db, "kontan").is_walked(DAY, "listing:a")
    assert not Backfill(db, "kontan").is_walked(DAY, "listing:b")
    assert list(Backfill(db, "kontan").named()) == [(DAY, 23, 3)]


def test_a_walk_that_begins_again_begins_its_count_again(db):
    for _ in range(2):
        Backfill(db, "kontan").add(DAY, "listing:a", page(20, 2, is_first=True))
    assert list(Backfill(db, "kontan").named()) == [(DAY, 20, 2)]


def test_the_source_that_names_most_speaks_for_the_day(db):
    Backfill(db, "kontan").add(DAY, "listing:a", page(9, 9, is_first=True))
    Backfill(db, "kontan").add(DAY, "listing:b", page(20, 2, is_first=True))
    assert list(Backfill(db, "kontan").named()) == [(DAY, 20, 2)]
    assert list(Backfill(db, "antara").named()) == []


def test_an_index_page_counts_only_new_articles_of_its_day():
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
