"""The code of docs/analysis.md runs unchanged, and each tool counts the same.

Spark's is run by tests/docs/test_spark.py.
"""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from output.compaction import compact
from output.stories import publish
from tests.datasets import row, write, write_clusters
from tests.moment import NOW
from tests.output.several_runs import write_old, write_runs
from tests.places import CHECKOUT

BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGE = (CHECKOUT / "docs/analysis.md").read_text("utf-8")
SECTIONS = {
    title.strip(): BLOCK.findall(text)
    for title, _, text in (section.partition("\n") for section in PAGE.split("\n## ")[1:])
}
CAPTURES, ARTICLES = 16, 15


@pytest.fixture(params=["as written", "compacted"])
def checkout(request, tmp_path, monkeypatch):
    """A folder that looks like the checkout after some runs, or just after a compaction of them."""
    write_runs(tmp_path / "output/data")
    if request.param == "compacted":
        assert compact(tmp_path / "output/data")
    (tmp_path / "output/sql").symlink_to(CHECKOUT / "output/sql")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(code):
    names = {}
    exec(compile(code, "docs/analysis.md", "exec"), names)
    return names


def rows(table):
    """Return the number of rows of any tool's table."""
    return len(table.fetchall() if hasattr(table, "fetchall") else table)


def assert_counts(names):
    for name, expected in (("articles", CAPTURES), ("newest", ARTICLES)):
        if name in names:
            assert rows(names[name]) == expected


@pytest.mark.parametrize("tool", ["pandas", "polars", "DuckDB", "pyarrow"])
def test_every_tool_counts_the_same(checkout, tool):
    for code in SECTIONS[tool]:
        names = run(code)
        assert "articles" in names
        assert_counts(names)


def test_older_files_are_read_when_the_columns_are_named(checkout):
    write_old(checkout / "output/data")
    [code] = SECTIONS["Files of an older schema version"]
    names = run(code)
    for reader in ("by_pandas", "by_pyarrow", "by_polars"):
        assert names[reader].shape == (CAPTURES + 1, len(names["columns"]))


def test_articles_are_counted_by_the_week_of_indonesia(checkout):
    # on Sunday evening and on Monday morning in WIB: both still Sunday in UTC
    sunday = [datetime(2026, 3, 1, hour, 30, tzinfo=UTC) for hour in (16, 17)]
    rows = [row(n, published_at=moment) for n, moment in enumerate(sunday, 101)]
    write(checkout / "output/data", kontan=[*rows, rows[1] | {"fetched_at": NOW}])
    by_pandas, by_duckdb = map(run, SECTIONS["Articles by outlet and week"])
    counted = {(outlet, week.date()): n for (outlet, week), n in by_pandas["by_pandas"].items()}
    assert counted == {(outlet, week): n for outlet, week, n in by_duckdb["by_duckdb"].fetchall()}
    march = {
        day: n for (outlet, day), n in counted.items() if f"{day:%Y-%m}" in ("2026-02", "2026-03")
    }
    assert {f"{day:%d.%m.}": n for day, n in march.items()} == {"23.02.": 1, "02.03.": 1}


def test_pairs_of_outlets_are_counted_by_story(checkout):
    at = [datetime(2026, 3, 1, 3, minute, tzinfo=UTC) for minute in (0, 10, 30, 40)]
    tellers = ("antara", "kontan", "tirto")
    told = {
        outlet: [
            row(
                n,
                outlet,
                published_at=at[place] + timedelta(days=n),
                agencies=["Antara"] * (n == 101),
            )
            for n in (101, 102)
        ]
        for place, outlet in enumerate(tellers)
    }
    told["kontan"].append(
        row(103, "kontan", published_at=at[3] + timedelta(days=101))
    )  # its repost
    write(checkout / "output/data", **told)
    ids = {n: [f"{outlet}:{n}" for outlet in tellers] for n in (101, 102)}
    groups = {"antara:101": [*ids[101], "kontan:103"], "antara:102": ids[102]}
    write_clusters(checkout / "output/data", groups)
    [code] = SECTIONS["The order in which outlets print a story"]
    assert run(code)["pairs"].fetchall() == [
        ("antara", "kontan", 2, 10.0, 1),
        ("kontan", "tirto", 2, 20.0, 1),
        ("antara", "tirto", 2, 30.0, 1),
    ]


def test_an_agencys_part_of_each_outlet_is_counted_with_the_copies_that_do_not_name_it(checkout):
    data = checkout / "output/data"
    write(
        data,
        detikinet=[row(n, "detikinet") for n in (201, 202, 203)],
        kontan=[row(201, agencies=["Antara"]), row(204, agencies=["Reuters"])],
        kumparan=[row(202, "kumparan", agencies=["Antara", "Reuters"])],
    )
    told = {
        "detikinet:201": ["detikinet:201", "kontan:201"],
        "detikinet:202": ["detikinet:202", "kumparan:202"],
        "detikinet:203": ["detikinet:203"],
    }
    publish(data, [(article, story) for story, articles in told.items() for article in articles])
    [code] = SECTIONS["How much of each outlet is an agency's"]
    counted = {outlet: rest for outlet, *rest in run(code)["shares"].fetchall()}
    assert counted["detikinet"] == [3, 2, 0, 66.7]
    assert counted["kumparan"] == [1, 1, 1, 100.0]
    assert counted["kontan"][1:3] == [1, 1]


def test_excel_gets_every_row_with_times_in_wib_and_without_formulas(checkout):
    moment = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    formula = row(101, title="=1+1 kata pengamat", published_at=moment)
    write(checkout / "output/data", kontan=[formula])
    [code] = SECTIONS["A file for another program"]
    articles = run(code)["articles"]
    assert len(articles) == CAPTURES + 1
    found = articles.set_index("article_id").loc["kontan:101", "published_at"]
    assert found.to_pydatetime() == datetime(2026, 3, 2, 0, 30)  # noqa: DTZ001
    with zipfile.ZipFile(checkout / "berita.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert sheet.count("<row ") == CAPTURES + 2
    assert "=1+1 kata pengamat" in texts
    assert "<f>" not in sheet


def test_every_section_of_analysis_md_is_tested():
    run_here = {
        "pandas",
        "polars",
        "DuckDB",
        "pyarrow",
        "Spark",
        "Articles by outlet and week",
        "The order in which outlets print a story",
        "How much of each outlet is an agency's",
        "A file for another program",
        "Files of an older schema version",
    }
    assert {title for title, blocks in SECTIONS.items() if blocks} == run_here
