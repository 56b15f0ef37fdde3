"""Split articles of outlets that give all pages at once if asked, in archives of those who did not
ask: put together where all their pages are, else rejected; a part never passes for the whole."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.archive.reader import ArchivedPage
from crawler.extraction.body.multipage import further_pages
from crawler.extraction.page.page import Page
from crawler.reparse.job import Job
from crawler.reparse.outlet_reader import outlet_readers
from crawler.reparse.task import reparse
from output.dataset import read
from spiders.detikinet import DetikInetSpider
from spiders.inews import InewsSpider
from spiders.sindonews import SindoNewsSpider
from tests.archive.warcs import NOW, Snap, write_warc
from tests.shared import SHARED, needs_shared

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://keuangan.kontan.co.id/news/kapal-listrik-mulai-berlayar-di-danau"
TITLE = "Aplikasi Kecerdasan Buatan Memandu Kapal Listrik di Danau"
PARTS = (
    "Kapal listrik pertama di danau itu mulai berlayar pekan ini, kata kepala pelabuhannya.",
    "Ia menyebut baterainya cukup untuk empat perjalanan sehari dengan sembilan puluh orang.",
)


def page(end: str, parts: tuple[str, ...], links: str) -> Snap:
    """A page of the article at its URL and `end`, with `parts` of the text."""
    text = "".join(f"<p>{part}</p><p>{part.replace('i', 'e')}</p>" for part in parts)
    anchors = "".join(f'<a href="{link}">x</a>' for link in links.split())
    body = (
        f"<html><head><title>{TITLE}</title><meta property='og:type' content='article'>"
        f"<link rel='canonical' href='{URL}?page=all'></head><body>"
        f"<a href='/news/kapal-lain-berlayar-di-laut?page=all'>Lain</a>"
        f"<h1 class='detail-desk'>{TITLE}</h1><div class='tmpt-desk-kon'>{text}</div>"
        f"<div class='halaman'>{anchors}</div></body></html>"
    )
    return Snap(URL + end, body.encode(), NOW + timedelta(minutes=len(end)))


def split(pager: str = f"{URL}?page=2 {URL}?page=all") -> list[Snap]:
    return [page("", PARTS[:1], pager), page("?page=2", PARTS[1:], URL)]


def told(tmp_path: Path, snaps: list[Snap]) -> dict[str, int]:
    path = write_warc(tmp_path / "in.warc.gz", snaps)
    counts = reparse(Job(str(tmp_path / "out"), "r"), [str(path)]).counts
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("pager", [f"{URL}?page=2", "?page=2", f"?page=all {URL}?page=2&amp;x=1"])
def test_a_first_page_alone_is_incomplete(tmp_path: Path, pager: str):
    assert told(tmp_path, split(pager)[:1]) == {"pages": 1, "rejected/incomplete": 1}


def test_a_last_page_alone_is_incomplete(tmp_path: Path):
    assert told(tmp_path, split()[1:]) == {"pages": 1, "rejected/incomplete": 1}


def test_a_first_page_that_leads_only_to_the_whole_is_incomplete(tmp_path: Path):
    snaps = split(f"{URL}?page=all")
    assert told(tmp_path, snaps[:1]) == {"pages": 1, "rejected/incomplete": 1}


@pytest.mark.parametrize("order", [1, -1])
def test_all_pages_together_are_the_article(tmp_path: Path, order: int):
    assert told(tmp_path, split()[::order])["new"] == 1
    [row] = read(tmp_path / "out").to_pylist()
    assert row["paragraphs"][::2] == list(PARTS)
    assert row["url"] == URL


@pytest.mark.parametrize("order", [1, -1])
def test_the_archived_whole_page_is_taken_instead_of_parts(tmp_path: Path, order: int):
    whole = page("?page=all", PARTS, f"{URL}?page=2")
    counts = told(tmp_path, [whole, split()[0]][::order])
    assert counts == {"pages": 2, "new": 1, "rejected/incomplete": 1}
    [row] = read(tmp_path / "out").to_pylist()
    assert row["paragraphs"][::2] == list(PARTS)


def test_an_article_of_one_page_leads_to_others_only(tmp_path: Path):
    links = f"{URL}#komentar {URL}?page=1 {URL}-lagi?page=2 /indeks?page=2 {URL}?utm_source=x"
    assert told(tmp_path, [page("", PARTS, links)])["new"] == 1


def test_pages_that_cannot_be_found_again_are_not_joined(tmp_path: Path):
    """A file that was compressed as a whole has no places to go back to."""
    path = write_warc(tmp_path / "in.warc", [page("", PARTS, ""), *split()], zipped=False)
    path.with_suffix(".warc.gz").write_bytes(gzip.compress(path.read_bytes()))
    result = reparse(Job(str(tmp_path / "out"), "r"), [str(path.with_suffix(".warc.gz"))])
    assert +result.counts == {"pages": 1, "new": 1, "bad/place": 2}
    assert not result.problems


@pytest.mark.parametrize(
    ("spider", "url", "rest"),
    [
        (DetikInetSpider, "https://inet.detik.com/cyber/d-7654321/kapal-listrik-baru", "/2"),
        (DetikInetSpider, "https://inet.detik.com/cyber/d-7654321/kapal-listrik-baru", "?single=1"),
        (InewsSpider, "https://www.inews.id/techno/internet/kapal-listrik-baru", "/all"),
        (InewsSpider, "https://www.inews.id/techno/internet/kapal-listrik-baru", "/2"),
        (SindoNewsSpider, "https://tekno.sindonews.com/read/1/2/kapal-listrik-baru-1", "/5"),
        (SindoNewsSpider, "https://tekno.sindonews.com/read/1/2/kapal-baru-1", "?showpage=all"),
    ],
)
def test_each_outlet_leads_on_in_its_own_way(spider, url, rest):
    body = f'<body><a href="{url}{rest}">x</a><a href="{url}">y</a></body>'.encode()
    assert further_pages(Page(body, url), spider.rules(), [url]) == [url + rest]
    assert further_pages(Page(body, url + spider.whole), spider.rules(), [url]) == []


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<a href="?page=2">2</a>', ["?page=2"]),
        ("<a class=x href = '?page=2'>2</a>", ["?page=2"]),
        ("<a href=?page=2>2</a>", ["?page=2"]),
        (f"<a href='{URL}?page=2'>2</a>", ["?page=2"]),
        ("? " * 2_000 + "<a href='?page=2'>2</a>", ["?page=2"]),
        ("<script>go('?page=2')</script><a href='/cari?q=kapal'>x</a>", []),
    ],
)
def test_a_look_at_the_bytes_misses_no_link_to_a_part(markup, expected):
    capture = ArchivedPage(URL, NOW, f"<body>{markup}</body>".encode(), None, 0)
    assert outlet_readers(())["kontan"].further_pages(capture) == [URL + end for end in expected]


@needs_shared
@pytest.mark.parametrize(
    ("saved", "name"),
    [
        ("antaranews", "antara"),
        ("detik", "detikinet"),
        ("kompas", "kompastekno"),
        ("okezone", "okezone"),
        ("tribunnews", "tribunnews"),
        ("viva", "viva"),
    ],
)
def test_real_parts_are_told_from_real_wholes(saved: str, name: str):
    """Pages of the house, some of other channels; their labels say which are truncated."""
    spider = outlet_readers(())[name].spider
    labels = sorted((SHARED / "pages" / "gold").glob(f"{saved}__*.json"))
    for label in (json.loads(path.read_text("utf-8")) for path in labels):
        body = gzip.decompress((SHARED / "pages" / label["file"]).read_bytes())
        further = further_pages(Page(body, label["url"]), spider.rules(), [label["url"]])
        assert bool(further) == label["truncated"], label["url"]
    assert labels
