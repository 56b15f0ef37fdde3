"""One text at several addresses in an archive: no rows, in any order."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.archive.scanner import read_pages
from crawler.extraction.walls import shared_text
from crawler.reparse.job import Job
from crawler.reparse.outlet_reader import outlet_readers
from crawler.reparse.task import reparse
from crawler.state.suspects import evidence
from output.dataset import read
from tests.archive.warcs import Snap, pages, write_warc
from tests.datasets import write
from tests.test_walls import HOUSE

if TYPE_CHECKING:
    from pathlib import Path


def walled(count: int, first: int = 0) -> list[Snap]:
    """Pages of as many articles, served as one page with each article's headline."""
    found = [each for each in pages("mediaindonesia", 12) if "/teknologi/" in each.url]
    for n, snap in enumerate(found[first : first + count]):
        title = f"Ponsel Baru Nomor {n} Diluncurkan"
        snap.body = (
            f"<html><head><title>{title}</title><meta property='og:type' content='article'></head>"
            f"<body><main><h1>{title}</h1>{HOUSE}</main></body></html>"
        ).encode()
        snap.at += timedelta(minutes=n)
    return found[first : first + count]


@pytest.mark.parametrize("order", [1, -1])
def test_one_text_at_three_addresses_becomes_no_row(tmp_path: Path, order: int):
    articles = [each for each in pages("mediaindonesia", 12) if "/teknologi/" in each.url][3:6]
    snaps = [*walled(3), *articles]
    path = write_warc(tmp_path / "in.warc.gz", snaps[::order])
    counts = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    assert counts["rejected/same_page"] == 3
    assert counts["pages"] == 6
    rows = read(tmp_path / "out").to_pylist()
    assert {row["url"] for row in rows} == {snap.url for snap in articles}


def test_one_text_at_two_addresses_may_be_a_copy(tmp_path: Path):
    path = write_warc(tmp_path / "in.warc.gz", walled(2))
    counts = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    assert counts["new"] == 2
    assert len(read(tmp_path / "out")) == 2


def test_a_wall_that_a_crawl_knows_is_one_at_a_single_address(tmp_path: Path):
    snaps = walled(1)
    path = write_warc(tmp_path / "in.warc.gz", snaps)

    readers = outlet_readers(())
    with path.open("rb") as source:
        [page, *_] = read_pages(source, lambda url: readers.registry.find(url)[0], Counter())
    article = readers["mediaindonesia"].read(page)
    text = shared_text(article.url, [article.title], None, article.paragraphs)
    assert text
    said = evidence(text, ["mediaindonesia:1"])
    rejected = {"url": "https://mediaindonesia.com/1", "reason": "same_page", "evidence": said}
    rejected |= {"fetched_at": snaps[0].at, "run_id": "uji"}
    write(tmp_path / "out", "rejects", mediaindonesia=[rejected])
    counts = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    assert counts["rejected/same_page"] == 1
