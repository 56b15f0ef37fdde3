"""The ids of archived pages: by their addresses, as in a crawl, and never changed needlessly."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.extraction.urls import hashed_id
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from output.dataset import read
from output.writer import Writer
from tests.archive.warcs import Snap, pages, write_warc

CANONICAL = re.compile(rb'(<link rel="canonical" href=")[^"]+')


def stating(snap: Snap, address: str) -> Snap:
    body, count = CANONICAL.subn(rb"\g<1>" + address.encode(), snap.body)
    assert count == 1
    body = re.sub(
        rb'(og:url" content="|"@id": ?")https://selular[^"]+', rb"\g<1>" + address.encode(), body
    )
    return replace(snap, body=body)


def reparsed(folder: Path, *snaps: Snap) -> list[dict]:
    path = write_warc(folder / "pages.warc.gz", list(snaps))
    reparse(Job(str(folder / "data"), "reparse-1"), [str(path)])
    return stored(folder)


def stored(folder: Path) -> list[dict]:
    rows = read(folder / "data").to_pylist()
    return sorted(rows, key=lambda row: row["fetched_at"])


def earlier(folder: Path, article_id: str) -> None:
    """Store the only row as an earlier version did, with the id that it gave."""
    [row] = stored(folder)
    [path] = (folder / "data" / "articles").rglob("*.parquet")
    path.unlink()
    writer = Writer(folder / "data", "earlier")
    dropped = ("outlet", "month")
    kept = {name: value for name, value in row.items() if name not in dropped}
    writer.write(
        "articles", "selular", kept | {"article_id": article_id, "extractor_version": "2020.01.01"}
    )
    writer.flush()


def test_pages_that_state_the_home_page_keep_ids_of_their_own(tmp_path):
    snaps = [stating(snap, "https://selular.id/") for snap in pages("selular", 4)]
    rows = reparsed(tmp_path, *snaps)
    ids = [row["article_id"] for row in rows]
    assert ids == [hashed_id("selular", snap.url.rstrip("/")) for snap in snaps[: len(rows)]]
    assert len(set(ids)) == len(ids) > 2


@pytest.mark.parametrize("kind", ["parameter", "stated"])
def test_a_row_keeps_the_id_that_an_earlier_version_gave_it(tmp_path, kind):
    [snap] = pages("selular", 1)
    old = "https://selular.id/2026/10/alamat-lama"
    if kind == "stated":
        snap = stating(snap, old)
    else:
        old = f"{snap.url.rstrip('/')}?srsltid=x0"
        snap = replace(snap, url=old)
    reparsed(tmp_path, snap)
    earlier(tmp_path, hashed_id("selular", old))
    rows = reparsed(tmp_path, snap)
    assert {row["article_id"] for row in rows} == {hashed_id("selular", old)}
    assert len(rows) == 1


def test_a_row_that_had_the_id_of_the_home_page_gets_one_of_its_own(tmp_path):
    [snap] = pages("selular", 1)
    reparsed(tmp_path, snap)
    earlier(tmp_path, hashed_id("selular", "https://selular.id/"))
    assert hashed_id("selular", snap.url.rstrip("/")) in {
        row["article_id"] for row in reparsed(tmp_path, snap)
    }


def test_a_page_at_another_address_of_a_stored_article_adds_no_row(tmp_path):
    [snap] = pages("selular", 1)
    other = replace(
        snap, url="https://selular.id/2026/10/alamat-lain", at=snap.at + timedelta(hours=1)
    )
    assert len(reparsed(tmp_path, snap, other)) == 1
    assert len(reparsed(tmp_path, other)) == 1
    elsewhere = stating(
        replace(other, url="https://selular.id/2026/10/berita-lain"), "https://selular.id/"
    )
    assert len(reparsed(tmp_path, elsewhere)) == 2
