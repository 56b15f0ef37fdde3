"""The table at the end of a run: what came in is what came out."""

from __future__ import annotations

import re
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from crawler.runs.outcomes import OUTCOMES
from crawler.terminal.base import tabulate
from crawler.terminal.progress import OutcomeTable, Progress

BUSY = {
    "listed": 1258,
    "resumed": 38,
    "fetched": 64,
    "stored": 24,
    "revised": 3,
    "unchanged": 30,
    "gone": 1,
    "blocked": 2,
    "skipped/offsite": 1032,
    "skipped/off_topic": 200,
    "rejected/gallery": 3,
    "failed/dns": 1,
}


def crawlers(*runs: dict[str, int]) -> dict[str, SimpleNamespace]:
    """Of outlets that have counted so much."""
    stats = [{f"wartatek/{name}": count for name, count in run.items()} for run in runs]
    return {
        f"mediaindonesia{n}": SimpleNamespace(_stats=SimpleNamespace(get_stats=lambda one=one: one))
        for n, one in enumerate(stats)
    }


def report(*runs: dict[str, int]) -> OutcomeTable:
    return OutcomeTable(crawlers(*runs))


def shown(told: OutcomeTable, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(tabulate(told.lines(), told.columns()))
    return [line.strip() for line in capture.get().splitlines()]


def test_a_row_adds_up_and_says_why():
    [row] = report(BUSY).rows()
    assert row["listed"] + row["resumed"] == sum(row[name] for name in OUTCOMES)
    assert row["skipped_by"] == {"offsite": 1032, "off_topic": 200}


def test_the_table_shows_each_outcome_that_came():
    [*_, line, _] = shown(report(BUSY), 140)
    assert line.split(maxsplit=4)[1:4] == ["1,258", "38", "24"]
    otherwise = "3 revised, 30 unchanged, 1,232 skipped, 3 rejected, 1 gone, 1 failed, 2 blocked"
    assert otherwise in line


def test_the_line_tells_what_came_so_far():
    line = Progress(crawlers(*[BUSY] * 29), 33, StringIO()).line()
    assert (
        line
        == "0 of 33 outlets done: 1,856 fetched, 696 stored, 87 rejected, 29 failed, 58 blocked"
    )
    assert (
        Progress(crawlers({}), 1, StringIO()).line() == "0 of 1 outlets done: nothing fetched yet"
    )


def test_what_was_left_to_be_resumed_has_its_column_where_there_was_any():
    assert "resumed" in report({"listed": 1}, BUSY).columns()
    assert "resumed" not in report({"listed": 1}).columns()


@pytest.mark.parametrize("language", ["en", "id"])
def test_80_columns_hold_a_busy_run_in_whole_words(monkeypatch, language):
    monkeypatch.setenv("LC_ALL", language)
    wide, narrow = (shown(report(BUSY, BUSY), width) for width in (160, 80))
    words, wrapped = (sorted(re.findall(r"\w+", " ".join(lines))) for lines in (wide, narrow))
    assert words == wrapped
    assert max(map(len, narrow)) <= 80
