from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.runs.health import contradiction, history, rule_shortcoming, shortcomings
from output.writer import Writer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FILLED = {"title": 1.0, "body": 1.0, "published_at": 1.0, "authors": 0.9}


def run(hours_ago, stored=5, judgement="healthy", sources=None, newest=None, **filled):
    started = NOW - timedelta(hours=hours_ago)
    rates = FILLED | filled
    return {
        "started_at": started,
        "stored": stored,
        "revised": 0,
        "newest_published_at": newest or started,
        "fill_rates": [{"field": name, "rate": rate} for name, rate in rates.items()],
        "body_sources": [
            {"source": name, "share": share}
            for name, share in (sources or {"css:div": 1.0}).items()
        ],
        "judgement": judgement,
    }


def usual(first_hour=24):
    """Return four weeks of five articles every six hours, and three at weekends."""
    hours = range(28 * 24, first_hour, -6)
    weekend = {h for h in hours if (NOW - timedelta(hours=h)).weekday() >= 5}
    return [run(h, stored=3 if h in weekend else 5) for h in hours]


def today(**changes):
    return [run(hour, **changes) for hour in (18, 12, 6, 0)]


def test_an_outlet_as_usual_has_no_shortcoming():
    assert shortcomings([*usual(), *today()], NOW) == []


def test_a_quiet_weekend_is_no_shortcoming():
    assert shortcomings([*usual(), *today(stored=2)], NOW) == []


def test_far_fewer_articles_than_usual_are_a_shortcoming():
    [found] = shortcomings([*usual(), *today(stored=1)], NOW)
    assert found == "4 articles in 24 hours, where 19 a day are usual"


def test_a_small_outlet_may_be_silent_for_a_day():
    small = [run(hour, stored=1) for hour in range(28 * 24, 24, -24)]
    assert shortcomings([*small, run(0, stored=0)], NOW) == []


def test_a_new_outlet_has_no_usual_day():
    assert shortcomings([run(30, stored=50), run(0, stored=0)], NOW) == []


def test_a_column_that_empties_is_a_shortcoming_in_the_same_run():
    [found] = shortcomings([*usual(), *today(authors=0.1)], NOW)
    assert found == "authors: 10%, where 90% is usual"


def test_a_single_odd_article_is_no_sample():
    odd = run(0, stored=1, authors=0.0)
    assert shortcomings([*usual(), *today()[:3], odd], NOW) == []


def test_bodies_not_found_by_the_outlet_s_rule_are_a_shortcoming():
    [found] = shortcomings([*usual(), *today(sources={"trafilatura": 0.6, "css:div": 0.4})], NOW)
    assert found == "bodies found by its own rule: 40%, where 100% is usual"


@pytest.mark.parametrize("column", ["title", "body", "published_at"])
def test_an_empty_required_column_is_a_shortcoming_without_history(column):
    [found] = shortcomings([run(0, stored=20, **{column: 0.5})], NOW)
    assert found.startswith(f"{column}: 50%")


def test_unhealthy_runs_do_not_become_usual():
    ill = [run(hour, authors=0.1, judgement="unhealthy") for hour in range(20 * 24, 24, -6)]
    well = [run(hour) for hour in range(28 * 24, 20 * 24, -6)]
    assert shortcomings([*well, *ill, *today(authors=0.1)], NOW)


def test_an_old_newest_article_is_a_shortcoming():
    old = NOW - timedelta(days=9)
    found = shortcomings([run(0, newest=old), run(0, newest=old - timedelta(days=1))], NOW)
    assert found == ["its newest article is 9 days old"]


def test_history_is_read_from_the_runs(tmp_path):
    writer = Writer(tmp_path, "x")
    commands = [None, "crawl", "reparse", "backfill", None]
    for number, crawled in enumerate([run(40 * 24), run(30), run(20), run(10), run(6)]):
        row = crawled | {"run_id": str(number), "command": commands[number]}
        writer.write("runs", "kontan", row)
    writer.flush()
    assert history(str(tmp_path), "kontan", NOW) == [run(30), run(6)]
    assert history(str(tmp_path), "antara", NOW) == []


@pytest.mark.parametrize(
    ("bodies", "share"),
    [({"css:div.isi": 2, "density": 8}, "80%"), ({"density": 5}, "100%"), ({"jsonld": 40}, "100%")],
)
def test_a_first_run_whose_own_rules_gave_under_half_of_the_bodies_is_told(bodies, share):
    found = rule_shortcoming(bodies, has_rule=True)
    total = sum(bodies.values())
    assert found == f"{total} stored, but no rule of its own matched {share} of the bodies"
    assert rule_shortcoming(bodies, has_rule=False) is None


@pytest.mark.parametrize(
    "bodies",
    [
        {}, {"density": 4}, {"css:p": 5, "density": 5}, {"css:p": 9}, {"page-data": 15},
        {"css:p": 2, "page-data": 3, "density": 5},
    ],
)  # fmt: skip
def test_half_of_the_bodies_by_rule_or_too_few_to_tell_are_no_shortcoming(bodies):
    assert rule_shortcoming(bodies, has_rule=True) is None


@pytest.mark.parametrize(
    ("wrong", "articles", "often"), [(1, 9, False), (4, 4, False), (5, 9, True)]
)
def test_times_of_own_rules_that_pages_contradict_are_told_and_judged_if_often(
    wrong, articles, often
):
    found = contradiction({"published": wrong}, articles)
    assert found is not None
    assert found.often is often
    assert found.detail.endswith(f"on {wrong} of {articles}")
    assert contradiction({"published": 0}, articles) is contradiction({}, articles) is None
