"""Captures are read in the order of their time, whatever the order of records and files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from crawler.reparse.capture_order import CaptureOrder
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from output.dataset import read
from tests.archive.warcs import NOW, Snap, pages, write_warc
from tests.commands.test_reparse import reparse as typed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def captures() -> list[Snap]:
    """Five captures of one article: its text, another text twice, and its first text twice."""
    [snap, *_] = [each for each in pages("mediaindonesia", 8) if "/teknologi/" in each.url]
    edited = replace(snap, body=snap.body.replace(b"<p>", b"<p>Kabar ini diperbarui. "))
    texts = [snap, edited, edited, snap, snap]
    return [replace(each, at=snap.at + timedelta(days=n)) for n, each in enumerate(texts)]


def contents(out: Path) -> list[tuple]:
    rows = read(out).sort_by("fetched_at").to_pylist()
    return [(row["fetched_at"], row["content_hash"]) for row in rows]


@pytest.mark.parametrize("order", [*permutations(range(5))][::17])
def test_records_in_any_order_give_the_revisions(
    captures: list[Snap], tmp_path: Path, order: tuple[int, ...]
):
    path = write_warc(tmp_path / "in.warc.gz", [captures[n] for n in order])
    counts = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    assert (counts["new"], counts["unchanged"]) == (3, 2)
    found = contents(tmp_path / "out")
    assert [moment for moment, _ in found] == [captures[n].at for n in (0, 1, 3)]
    assert found[0][1] == found[2][1] != found[1][1]
    again = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    assert not again["new"] and not again["changed"]


def test_few_files_are_read_in_the_order_of_captures(tmp_path: Path, captures: list[Snap]):
    """Without a number of workers, as a person types it."""
    for name, held in (("a", (4, 1)), ("b", (0, 3)), ("c", (2,))):
        write_warc(tmp_path / "in" / f"{name}.warc.gz", [captures[n] for n in held])
    done = typed(tmp_path / "in", out=tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert [moment for moment, _ in contents(tmp_path / "out")] == [
        captures[n].at for n in (0, 1, 3)
    ]


def test_pages_come_back_by_time_and_then_as_they_were_kept():
    with CaptureOrder[str]() as held:
        for name, days in (("c", 2), ("a", 0), ("d", 2), ("b", 1)):
            held.keep(name, NOW + timedelta(days=days))
        assert list(held.pages()) == ["a", "b", "c", "d"]
