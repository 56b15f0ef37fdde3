from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from output.compaction import compact
from output.dataset import latest, read, schema_of
from output.selection import Selection, select
from output.writer import Writer
from tests.output.rows import NOON, article
from tests.output.several_runs import WIB, write_old, write_runs, written


@pytest.fixture(scope="module")
def location(tmp_path_factory):
    return write_old(write_runs(tmp_path_factory.mktemp("dataset")))


def rows(location, table="articles", **chosen):
    batches = select(location, Selection(**chosen), table)
    return in_order(row for batch in batches for row in batch.to_pylist())


def in_order(rows):
    return sorted(rows, key=lambda row: (row.get("article_id", ""), str(row)))


def ids(location, **chosen):
    return [row["article_id"] for row in rows(location, **chosen)]


@pytest.mark.parametrize("table", ["articles", "rejects", "runs"])
def test_an_empty_selection_is_the_whole_dataset(location, table):
    assert rows(location, table) == in_order(written(table))


def test_a_selection_of_latest_agrees_with_latest(location):
    assert rows(location, latest=True) == in_order(latest(location).to_pylist())
    assert len(rows(location, latest=True)) < len(rows(location))


def test_every_batch_has_the_columns_of_the_table(location):
    for batch in select(location, Selection(latest=True)):
        assert batch.schema.equals(schema_of("articles"))


def test_a_selection_by_outlets_and_topic(location):
    assert set(ids(location, outlets=("antara",))) == {"antara:5", "antara:7"}
    assert {row["outlet"] for row in rows(location, outlets=("antara", "tirto"))} == {
        "antara",
        "tirto",
    }
    assert {row["outlet"] for row in rows(location, topic="ai")} == {"tirto"}
    assert ids(location, topic="a") == []
    assert len(rows(location, "runs", outlets=("tirto",), topic="ai")) == 1


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (date(2020, 1, 31), date(2020, 1, 31), ["antara:7"]),
        (date(2020, 1, 30), date(2020, 1, 30), []),
        (date(2023, 12, 31), None, ["kontan:3"]),
        (date(2024, 1, 1), None, []),
        (None, date(2020, 2, 1), ["antara:7"]),
        (date.min, date.max, None),
    ],
)
def test_a_selections_days_are_whole_and_in_wib(location, since, until, found):
    expected = found if found is not None else ids(location)
    assert ids(location, since=since, until=until) == expected


def test_a_selections_days_begin_at_midnight_in_wib(tmp_path):
    writer = Writer(tmp_path, "run-1")
    midnight = datetime(2026, 1, 21, tzinfo=WIB)
    for number, moment in enumerate((midnight - timedelta(microseconds=1), midnight)):
        writer.write("articles", "kontan", article(number, published_at=moment))
    writer.flush()
    assert ids(tmp_path, until=date(2026, 1, 20)) == ["kontan:0"]
    assert ids(tmp_path, since=date(2026, 1, 21)) == ["kontan:1"]


def test_an_undated_article_has_the_day_of_its_capture(location):
    assert "antara:5" in ids(location, since=date(2023, 9, 1), until=date(2023, 9, 1))


def test_an_article_whose_last_capture_is_of_another_month_is_of_that_month(tmp_path):
    """The older capture is not the last, also where only the older month is selected."""
    for run, moved in (("a", NOON), ("b", NOON + timedelta(days=60))):
        writer = Writer(tmp_path, run)
        for number in (2, 1, 3):
            row = article(number, fetched_at=moved)
            writer.write(
                "articles", "kontan", row | ({"published_at": moved} if number == 1 else {})
            )
        writer.flush()
    september = {"since": date(2023, 9, 1), "until": date(2023, 9, 30)}
    assert ids(tmp_path, latest=True, **september) == ["kontan:2", "kontan:3"]
    assert ids(tmp_path, **september) == [
        "kontan:1",
        "kontan:2",
        "kontan:2",
        "kontan:3",
        "kontan:3",
    ]
    assert ids(tmp_path, latest=True, since=date(2023, 10, 1)) == ["kontan:1"]


def test_a_selection_is_the_same_after_compaction(location, tmp_path):
    write_old(write_runs(tmp_path))
    compact(tmp_path)
    assert rows(tmp_path) == rows(location)
    assert rows(tmp_path, latest=True) == rows(location, latest=True)


def test_a_selection_names_no_removed_archive_file(tmp_path):
    writer = Writer(tmp_path, "run-1")
    for number, place in enumerate(("archive/outlet=kontan/x.warc.gz", "s3://bak/y.warc.gz")):
        writer.write("articles", "kontan", article(number, archive={"file": place, "offset": 7}))
    writer.flush()
    gone, kept = rows(tmp_path)
    assert gone["archive"] is None
    assert kept["archive"] == {"file": "s3://bak/y.warc.gz", "offset": 7}
    assert [gone, kept] == in_order(read(tmp_path).to_pylist())
