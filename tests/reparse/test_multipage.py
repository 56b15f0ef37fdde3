"""Articles on several pages, put together from an archive as a crawl does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from crawler.reparse.job import Job
from crawler.reparse.outlet_reader import outlet_readers
from crawler.reparse.task import reparse
from output.dataset import read
from spiders.kontan import KontanSpider
from tests.archive.warcs import NOW, Snap, pages, write_warc
from tests.crawls import crawl
from tests.moment import newsroom

LINKS = '.halaman a:not([href*="all"])'
URL = "https://keuangan.kontan.co.id/news/kapal-listrik-mulai-berlayar-di-danau"
PARTS = (
    "Kapal listrik pertama di danau itu mulai berlayar pekan ini, kata kepala pelabuhannya.",
    "Ia menyebut baterainya cukup untuk empat perjalanan sehari dengan sembilan puluh orang.",
    "Tahun depan dua kapal lagi menyusul, dan dermaga di seberang akan diperpanjang dulu.",
)


@pytest.fixture(autouse=True)
def split(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kontan as an outlet whose pages have to be followed."""
    monkeypatch.setattr(KontanSpider, "whole", "")
    monkeypatch.setattr(KontanSpider, "next_page", LINKS)
    outlet_readers.cache_clear()
    yield
    outlet_readers.cache_clear()


def part(number: int, links: str, url: str = URL) -> Snap:
    """A page of the article, whose pager holds `links`."""
    ends = "".join(f'<a href="{url}{link.strip("-")}">x</a>' for link in links.split())
    title = "Aplikasi Kecerdasan Buatan Memandu Kapal Listrik di Danau"
    body = (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'></head>"
        f"<body><h1 class='detail-desk'>{title}</h1><div class='tmpt-desk-kon'>"
        f"<p>{PARTS[number - 1]}</p><p>{PARTS[number - 1].replace('i', 'e')}</p></div>"
        f"<div class='halaman'>{ends}</div></body></html>"
    )
    where = url if number == 1 else url + links.split()[-1].replace("-", "")
    return Snap(where, body.encode(), NOW + timedelta(minutes=number))


def three(style: str) -> list[Snap]:
    """Three pages, each with links to all, or to the next one only; `style` gives their ends."""
    ends = [style.format(number) for number in (2, 3)]
    numbered = " ".join(["-", *ends])
    snaps = [part(number, numbered) for number in (1, 2, 3)]
    return [replace(snap, url=URL + end) for snap, end in zip(snaps, ["", *ends], strict=True)]


def told(tmp_path: Path, snaps: list[Snap]) -> dict[str, int]:
    path = write_warc(tmp_path / "in.warc.gz", snaps)
    counts = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("style", ["?page={}", "/{}", "?halaman={}"])
@pytest.mark.parametrize("order", range(3))
def test_pages_in_any_order_become_one_article(tmp_path: Path, style: str, order: int):
    snaps = three(style)
    Random(order).shuffle(snaps)
    assert told(tmp_path, snaps) == {"pages": 1, "new": 1, "skipped/further_page": 2}
    [row] = read(tmp_path / "out").to_pylist()
    assert row["url"] == URL
    assert row["paragraphs"][::2] == list(PARTS)
    assert told(tmp_path, snaps[::-1]) == {"pages": 1, "done_before": 1, "skipped/further_page": 2}


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_an_article_that_lacks_a_page_is_not_stored(tmp_path: Path, lost: int):
    snaps = three("?page={}")
    del snaps[lost]
    counts = told(tmp_path, snaps)
    assert counts["rejected/incomplete"] == counts["pages"] >= 1
    assert "new" not in counts


def test_links_that_lead_to_the_next_page_only_are_followed(tmp_path: Path):
    snaps = [part(1, "?page=2"), part(2, "?page=3"), part(3, "-")]
    snaps = [replace(snap, url=f"{URL}?page={n}") for n, snap in enumerate(snaps, 1)]
    assert told(tmp_path, snaps)["new"] == 1
    [row] = read(tmp_path / "out").to_pylist()
    assert row["paragraphs"][::2] == list(PARTS)


def test_each_capture_is_put_together_from_the_pages_of_its_time(tmp_path: Path):
    early = three("?page={}")
    late = [
        replace(snap, at=snap.at + timedelta(days=1), body=snap.body.replace(b"dermaga", b"jeti"))
        for snap in early
    ]
    assert told(tmp_path, [early[0], late[0], late[2], early[1], early[2], late[1]])["new"] == 2
    first, second = sorted(read(tmp_path / "out").to_pylist(), key=lambda row: row["fetched_at"])
    assert "dermaga" in first["body"] and "jeti" in second["body"]


def test_what_a_crawl_joined_comes_out_of_its_archive_the_same(tmp_path: Path):
    data, again = tmp_path / "data", tmp_path / "again"
    with newsroom(seed=3, outlets=["kontan"], recent=0, past=40, older=0) as room:
        crawl(KontanSpider, room, data, {"since": "2023-09-01", "until": "2023-09-30"})
    [warc] = data.glob("archive/*/*.warc.gz")
    counts = reparse(Job(str(again), "r"), [str(warc)]).counts
    assert counts["skipped/further_page"] > 0
    columns = ["article_id", "url", "fetched_at", "content_hash", "discovered_via"]
    crawled, reread = (read(place, columns=columns).to_pylist() for place in (data, again))
    assert sorted(map(str, crawled)) == sorted(map(str, reread))
    assert reparse(Job(str(data), "r"), [str(warc)]).counts["done_before"] == len(crawled)


def test_a_further_page_alone_is_no_article_where_outlets_give_all_at_once(tmp_path: Path):
    [snap, *_] = pages("mediaindonesia", 3)
    snap.url += "?page=2"
    assert told(tmp_path, [snap]) == {"skipped/further_page": 1}
