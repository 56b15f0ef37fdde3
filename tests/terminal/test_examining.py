"""The lines of doctor's table, in a wide terminal and in a narrow one."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from crawler.outlets.examination import Examination, PageFinding, SourceFinding
from crawler.sources import Feed, Listing
from crawler.terminal.base import tabulate
from crawler.terminal.examining import COLUMNS, lines_of
from tests.moment import NOW

FEED = Feed("https://www.warta.example.co.id/rss")
LISTING = Listing("https://indeks.warta.example.co.id/?page={page}&date={day:%Y-%m-%d}", links="a")
WALL = "403 Forbidden, three in a row"


def examination() -> Examination:
    feed = SourceFinding(FEED, status=200, problem="", items=4, articles=4, newest=NOW)
    feed.pages.append(PageFinding("u", own_body=True, own_time=False))
    return Examination(
        "warta", sources={FEED.label: feed, LISTING.label: SourceFinding(LISTING, problem=WALL)}
    )


def test_a_wide_table_has_a_line_for_the_outlet_and_one_for_each_source():
    lines = lines_of(examination(), NOW, narrow=False)
    assert [line["source"] for line in lines] == [
        "warta",
        "  feed /rss",
        "  listing indeks.warta.example.co.id/?page={page}&date={day:%Y-%m-%d}",
    ]
    assert [line["wall"] for line in lines] == ["", None, WALL]
    assert [(line["body"], line["time"]) for line in lines[1:]] == [
        ("own", "general"),
        (None, None),
    ]


def test_a_narrow_table_has_the_wall_below_its_source():
    lines = lines_of(examination(), NOW, narrow=True)
    assert lines[-1]["source"] == f"    {WALL}"
    assert [line["judgement"] for line in lines] == ["healthy", "healthy", "unhealthy", "unhealthy"]


@pytest.mark.parametrize("width", [80, 100])
def test_the_narrow_table_breaks_no_word_of_a_wall_or_a_number(width: int):
    table = tabulate(lines_of(examination(), NOW, narrow=True), COLUMNS[:-1])
    table.columns[0].no_wrap = False
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, printed.splitlines())) <= width
    for words in (WALL, "general", "100%", "feed /rss", "articles"):
        assert words in " ".join(printed.split())
