from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.sources import Candidate
from crawler.state import queue as pending
from crawler.state.index import open_state
from tests.output.rows import NOON, article

AGES = [timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path):
    with open_state(tmp_path, tmp_path) as opened:
        yield opened.db


def wait(db, number, when=NOON, outlet="kontan"):
    candidate = Candidate(url=f"https://{outlet}.example/{number}", title="Gawai", published=NOON)
    pending.wait(db, outlet, f"{outlet}:{number}", candidate, when)


def taken(db, run="run", when=NOON, most=10, outlet="kontan"):
    return [waiting.article_id for waiting in pending.take(db, outlet, run, when, most)]


@pytest.mark.parametrize(
    ("age", "due"),
    [(0, 1), (0.5, 1), (1, 6), (5.9, 6), (6, 24), (23, 24), (24, None), (1000, None)],
)
def test_looks_grow_rare_with_age_and_then_end(age, due):
    look = pending.next_look(NOON, NOON + age * HOUR, AGES)
    assert look == (None if due is None else NOON + due * HOUR)


def test_each_run_is_given_each_article_once(db):
    wait(db, 1)
    wait(db, 2)
    assert sorted(taken(db, "run")) == ["kontan:1", "kontan:2"]
    assert taken(db, "run") == []
    assert sorted(taken(db, "the next run, after a kill")) == ["kontan:1", "kontan:2"]


def test_who_waits_longest_goes_first(db):
    for number, hours in ((1, 3), (2, 1), (3, 2)):
        wait(db, number, NOON + hours * HOUR)
    later = NOON + 5 * HOUR
    assert taken(db, when=later, most=1) == ["kontan:2"]
    assert taken(db, when=later, most=1) == ["kontan:3"]


def test_outlets_do_not_mix(db):
    wait(db, 1, outlet="kontan")
    wait(db, 1, outlet="antara")
    assert taken(db, outlet="antara") == ["antara:1"]


def test_a_failure_is_tried_again_after_a_growing_pause(db):
    wait(db, 1)
    assert pending.failed(db, "kontan:1", "timeout", NOON)
    assert taken(db, "soon", NOON + 0.4 * HOUR) == []
    assert taken(db, "later", NOON + 0.6 * HOUR) == ["kontan:1"]
    assert pending.failed(db, "kontan:1", "timeout", NOON)
    assert taken(db, "sooner", NOON + 0.9 * HOUR) == []
    assert taken(db, "at last", NOON + 1.1 * HOUR) == ["kontan:1"]


def test_tries_come_to_an_end(db):
    wait(db, 1)
    tries = 1
    while pending.failed(db, "kontan:1", "timeout", NOON):
        tries += 1
    assert tries == pending.MOST_TRIES


def test_listing_again_does_not_shorten_a_pause(db):
    wait(db, 1)
    pending.failed(db, "kontan:1", "timeout", NOON)
    wait(db, 1)
    assert taken(db) == []


def test_a_look_that_finds_nothing_new_plans_the_next(db):
    row = article(1, published_at=NOON, fetched_at=NOON) | {"discovered_via": "feed:x"}
    pending.look_again(db, "kontan", row, NOON, AGES)
    assert taken(db, "1", NOON + HOUR) == ["kontan:1"]
    pending.looked(db, "kontan:1", NOON + HOUR, AGES)
    assert taken(db, "2", NOON + 5 * HOUR) == []
    assert taken(db, "2", NOON + 6 * HOUR) == ["kontan:1"]
    pending.looked(db, "kontan:1", NOON + 30 * HOUR, AGES)
    assert not pending.is_waiting(db, "kontan:1")


def test_an_article_without_a_time_is_as_old_as_its_capture(db):
    row = article(1, published_at=None, fetched_at=NOON) | {"discovered_via": None}
    pending.look_again(db, "kontan", row, NOON, AGES)
    [waiting] = pending.take(db, "kontan", "run", NOON + HOUR, 10)
    assert waiting.look and waiting.candidate.published == NOON


def test_a_time_in_the_future_does_not_put_off_the_look(db):
    row = article(1, published_at=NOON + 99 * HOUR, fetched_at=NOON) | {"discovered_via": None}
    pending.look_again(db, "kontan", row, NOON, AGES)
    assert taken(db, when=NOON + HOUR) == ["kontan:1"]
