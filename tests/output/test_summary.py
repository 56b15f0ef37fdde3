"""The report's figures, over datasets whose answers are known."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from output.stories import publish
from output.summary import FIELDS, Summary
from tests.datasets import NOON, row, run, write, write_clusters


@pytest.fixture
def summary(tmp_path):
    """Three articles of two outlets: a revised article, and an undated article of a later month."""
    removed = [{"rule": "baca-juga:promo", "text": "Baca juga: Lain"}] * 2
    later = NOON + timedelta(days=40)
    write(
        tmp_path,
        kontan=[
            row(1, tags=["AI"], topics=["ai"], removed=removed),
            row(1, paragraphs=["Isi baru."], fetched_at=later, tags=["AI", "Gim"], topics=["ai"]),
            row(2, tags=["ai"], removed=removed),
        ],
        tirto=[row(3, "tirto", published_at=None, fetched_at=later, body_source="generic")],
    )
    rejects = [
        {"url": "u", "reason": reason, "fetched_at": NOON, "run_id": "uji"}
        for reason in ("gallery", "gallery", "video")
    ]
    write(tmp_path, "rejects", tirto=rejects)
    write(tmp_path, "runs", kontan=[run()], tirto=[run("unhealthy")])
    summary = Summary(tmp_path)
    yield summary
    summary.close()


def test_the_summary_counts_each_article_once_by_its_last_capture(summary):
    totals = summary.totals()
    assert (totals["articles"], totals["captures"], totals["outlets"]) == (3, 4, 2)
    assert (totals["rejects"], totals["runs"], totals["undated"]) == (3, 2, 1)
    assert summary.revisions() == [{"contents": 1, "articles": 2}, {"contents": 2, "articles": 1}]
    assert [one["article_id"] for one in summary.revised()] == ["kontan:1"]
    assert summary.removals() == [
        {"rule": "baca-juga:promo", "fragments": 2, "articles": 1, "outlets": 1}
    ]


def test_the_summarys_days_and_hours_are_in_wib(summary):
    assert summary.articles_over_time() == [
        {"day": date(2026, 1, 20), "articles": 2},
        {"day": date(2026, 3, 1), "articles": 1},
    ]
    assert [one["hour"] for one in summary.hours() if one["articles"]] == [12]


def test_each_outlet_has_its_rejects_and_its_last_run(summary):
    kontan, tirto = summary.outlets()
    assert (kontan["articles"], kontan["rejects"], kontan["judgement"]) == (2, 0, "healthy")
    assert (tirto["articles"], tirto["rejects"], tirto["judgement"]) == (1, 3, "unhealthy")
    assert summary.rejects()[0] == {
        "reason": "gallery",
        "pages": 2,
        "outlets": 1,
        "mostly": "tirto",
    }
    [one] = summary.runs()
    assert (one["outlets"], one["listed"], one["unhealthy"]) == (2, 6, ["tirto"])


def test_a_reparse_is_listed_among_runs_but_is_not_the_last_crawl(tmp_path):
    again = run("unhealthy", run_id="lagi", command="reparse", started_at=NOON + timedelta(days=1))
    write(tmp_path, "runs", kontan=[run(), again])
    summary = Summary(tmp_path)
    assert [one["judgement"] for one in summary.outlets()] == ["healthy"]
    assert [one["command"] for one in summary.runs()] == ["reparse", "crawl"]
    summary.close()


def test_fill_rates_are_shares_and_an_empty_list_is_not_filled(summary):
    kontan, tirto = summary.fill_rates()
    assert (kontan["published_at"], kontan["tags"], kontan["topics"]) == (1, 1, 0.5)
    assert (tirto["published_at"], tirto["tags"]) == (0, 0)
    assert [one["body_source"] for one in summary.fill_rates_over_time()] == [1, 1]


def test_a_month_of_nulls_is_a_month_with_nothing_filled(tmp_path):
    later = NOON + timedelta(days=100)
    nulls = dict.fromkeys(FIELDS) | {"published_at": later}
    write(tmp_path, kontan=[row(1, tags=["AI"]), *[row(n) | nulls for n in (2, 3)]])
    summary = Summary(tmp_path)
    before, after = summary.fill_rates_over_time()
    assert (before["tags"], before["word_count"]) == (1, 1)
    assert [name for name in FIELDS if after[name]] == ["published_at"]
    assert summary.body_sources()[-1]["source"] == "?"
    assert summary.totals()["words"] == before["word_count"] * len(row(1)["body"].split())
    summary.close()


def test_tags_that_differ_in_case_are_counted_together(summary):
    assert summary.tags()[0]["articles"] == 2


def test_the_summarys_period_includes_its_first_and_last_day_in_wib(tmp_path):
    last_minute = NOON + timedelta(hours=11, minutes=59)
    write(
        tmp_path,
        kontan=[
            row(1, published_at=last_minute),
            row(2, published_at=last_minute + timedelta(minutes=1)),
        ],
    )
    summary = Summary(tmp_path, date(2026, 1, 20), date(2026, 1, 20))
    assert summary.articles == 1
    summary.close()


def test_the_summarys_stories_come_from_clusters_not_from_articles(tmp_path):
    write(
        tmp_path,
        kontan=[row(1, cluster_id="old"), row(2, cluster_id="old")],
        tirto=[row(3, "tirto")],
    )
    write_clusters(tmp_path, {"c1": ["kontan:1", "tirto:3"]})
    summary = Summary(tmp_path)
    assert summary.has_clusters
    assert summary.copied()[0]["outlets"] == ["kontan", "tirto"]
    summary.close()


def test_the_first_and_the_lags_of_a_copied_story_are_by_all_its_articles(tmp_path):
    def at(hours, **columns):
        return {"published_at": NOON + timedelta(hours=hours), **columns}

    write(
        tmp_path,
        kontan=[row(1, title="Yang pertama", **at(0)), row(4, **at(1))],
        tirto=[row(2, "tirto", agencies=["Antara"], **at(30))],
        uzone=[row(3, "uzone", **at(19, published_source="url (day)"))],
        antara=[row(5, "antara", published_at=None, fetched_at=NOON + timedelta(hours=99))],
    )
    told = ["kontan:1", "kontan:4", "uzone:3", "tirto:2", "antara:5"]
    publish(tmp_path, [(article_id, "kontan:1") for article_id in told])
    summary = Summary(tmp_path, date(2026, 1, 21))
    [copied] = summary.copied()
    summary.close()
    assert copied == {
        "cluster_id": "kontan:1",
        "article_id": "kontan:1",
        "title": "Yang pertama",  # of the day before the period
        "first": "kontan",
        "next_lag": timedelta(hours=30),  # uzone prints no time of day, antara none
        "last_lag": timedelta(hours=30),
        "wire": ["Antara"],
        "outlets": ["antara", "tirto", "uzone"],
        "articles": 3,
    }


@pytest.mark.parametrize("without", ["time", "clusters"])
def test_a_lag_that_nobody_printed_is_unknown(tmp_path, without):
    first = {"published_source": "url (day)"} if without == "time" else {}
    rows = {"cluster_id": "kontan:1"}
    write(tmp_path, kontan=[row(1, **rows, **first)], tirto=[row(2, "tirto", **rows)])
    summary = Summary(tmp_path)
    [copied] = summary.copied()
    summary.close()
    assert (copied["first"], copied["wire"]) == ("kontan", None)
    minute = None if without == "time" else timedelta(minutes=1)
    assert (copied["next_lag"], copied["last_lag"]) == (minute, minute)


def test_the_summary_of_an_empty_dataset_is_empty(tmp_path):
    summary = Summary(tmp_path)
    assert summary.totals()["articles"] == 0
    for section in ("outlets", "articles_over_time", "fill_rates", "removals", "tags", "runs"):
        assert getattr(summary, section)() == []
    summary.close()


def test_files_of_an_older_schema_version_are_read_and_named(tmp_path):
    write(tmp_path, kontan=[row(1)])
    [path] = tmp_path.rglob("*.parquet")
    table = pq.read_table(path, partitioning=None).drop_columns(["tech_score", "archive"])
    old = table.replace_schema_metadata({"wartatek.schema_version": "0"})
    pq.write_table(old, path)
    summary = Summary(tmp_path)
    assert summary.older_columns == {"tech_score": 1, "archive": 1}
    assert summary.fill_rates()[0]["tech_score"] == 0
    summary.close()
