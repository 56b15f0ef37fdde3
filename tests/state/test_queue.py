from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.sources import Candidate, Window
from crawler.state.index import open_index
from crawler.state.queue import MOST_TRIES, Queue, next_look
from tests.output.rows import NOON, article

AGES = [timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
HOUR = timedelta(hours=1)
PRESENT = Window()


@pytest.fixture
def db(tmp_path):
    with open_index(tmp_path, tmp_path) as index:
        yield index.db


def run(db, hours=0.0, outlet="kontan"):
    """Return the queue of a new run, so many hours after noon."""
    return Queue(db, outlet, AGES, clock=lambda: NOON + hours * HOUR)


def wait(queue, number):
    url = f"https://{queue.outlet}.example/{number}"
    candidate = Candidate(url=url, title="Gawai", published=NOON)
    queue.wait(f"{queue.outlet}:{number}", candidate)


def taken(queue, most=10):
    return [waiting.article_id for waiting in queue.take(most)]


@pytest.mark.parametrize(
    ("age", "due"),
    [(0, 1), (0.5, 1), (1, 6), (5.9, 6), (6, 24), (23, 24), (24, None), (1000, None)],
)
def test_looks_grow_rare_with_age_and_then_end(age, due):
    look = next_look(NOON, NOON + age * HOUR, AGES)
    assert look == (None if due is None else NOON + due * HOUR)


def test_each_run_is_given_each_article_once(db):
    first, after_a_kill = run(db), run(db)
    wait(first, 1)
    wait(first, 2)
    assert sorted(taken(first)) == ["kontan:1", "kontan:2"]
    assert taken(first) == []
    assert sorted(taken(after_a_kill)) == ["kontan:1", "kontan:2"]


def test_the_article_that_waits_longest_is_asked_for_first(db):
    for number, hours in ((1, 3), (2, 1), (3, 2)):
        wait(run(db, hours), number)
    later = run(db, 5)
    assert taken(later, most=1) == ["kontan:2"]
    assert taken(later, most=1) == ["kontan:3"]


def test_queues_of_outlets_do_not_mix(db):
    wait(run(db), 1)
    wait(run(db, outlet="antara"), 1)
    assert taken(run(db, outlet="antara")) == ["antara:1"]


def test_a_failure_is_tried_again_after_a_growing_pause(db):
    wait(run(db), 1)
    assert run(db).failed("kontan:1", "timeout")
    assert taken(run(db, 0.4)) == []
    assert taken(run(db, 0.6)) == ["kontan:1"]
    assert run(db).failed("kontan:1", "timeout")
    assert taken(run(db, 0.9)) == []
    assert taken(run(db, 1.1)) == ["kontan:1"]


def test_tries_come_to_an_end(db):
    queue = run(db)
    wait(queue, 1)
    tries = 1
    while queue.failed("kontan:1", "timeout"):
        tries += 1
    assert tries == MOST_TRIES


def test_listing_again_does_not_shorten_a_pause(db):
    queue = run(db)
    wait(queue, 1)
    queue.failed("kontan:1", "timeout")
    wait(queue, 1)
    assert taken(queue) == []


def test_a_look_that_finds_nothing_new_plans_the_next(db):
    row = article(1, published_at=NOON, fetched_at=NOON) | {"discovered_via": "feed:x"}
    run(db).look_again(row)
    assert taken(run(db, 1)) == ["kontan:1"]
    run(db, 1).unchanged("kontan:1")
    assert taken(run(db, 5)) == []
    assert taken(run(db, 6)) == ["kontan:1"]
    run(db, 30).unchanged("kontan:1")
    assert not run(db).is_waiting("kontan:1", PRESENT)


def set_aside(queue, number, published=NOON):
    wait(queue, number)
    queue.set_aside(f"{queue.outlet}:{number}", published)


def test_an_article_that_was_set_aside_is_asked_for_in_runs_of_its_own_day_alone(db):
    set_aside(run(db), 1)
    day = (NOON + timedelta(hours=7)).date()
    assert taken(run(db)) == []
    run(db).bring_back(Window(day + timedelta(days=1)))
    assert taken(run(db)) == []
    run(db).bring_back(Window(day, day))
    assert taken(run(db)) == ["kontan:1"]


def test_a_list_of_the_present_brings_an_article_back_that_was_set_aside(db):
    set_aside(run(db), 1)
    assert not run(db).is_waiting("kontan:1", PRESENT)
    wait(run(db), 1)
    assert taken(run(db)) == ["kontan:1"]
    [row] = run(db).rows()
    assert Candidate.from_json(row["candidate"]).published == NOON


def test_an_article_that_was_set_aside_waits_for_runs_of_other_days(db):
    set_aside(run(db), 1)
    day = (NOON + timedelta(hours=7)).date()
    earlier = day - timedelta(days=1)
    assert run(db).is_waiting("kontan:1", Window(earlier, earlier))
    assert not run(db).is_waiting("kontan:1", Window(day, day))


def test_an_article_without_a_time_is_as_old_as_its_capture(db):
    row = article(1, published_at=None, fetched_at=NOON) | {"discovered_via": None}
    run(db).look_again(row)
    [waiting] = run(db, 1).take(10)
    assert waiting.look and waiting.candidate.published == NOON


def test_a_time_in_the_future_does_not_put_off_the_look(db):
    row = article(1, published_at=NOON + 99 * HOUR, fetched_at=NOON) | {"discovered_via": None}
    run(db).look_again(row)
    assert taken(run(db, 1)) == ["kontan:1"]
