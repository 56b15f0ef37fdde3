"""Pages, texts, WARCs, dates and bylines of a stranger: nothing is raised, nothing takes long."""

from __future__ import annotations

import gzip
from collections import Counter
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import strategies as st
from scrapy.utils.project import get_project_settings

from crawler.archive.reader import BadRecordError, read_page
from crawler.archive.scanner import read_pages
from crawler.extraction.indonesian.bylines import parse_byline, split_names
from crawler.extraction.indonesian.dates import find_date, parse_date
from crawler.items import Rejected
from crawler.outlets.documents import Document, UnreadableError
from crawler.outlets.reader import DocumentReader
from pipelines.cleaning.rules import load_rules
from tests.archive.warcs import Snap, write_warc
from tests.fuzz.fuzzing import fuzz, is_soon_done, strings
from tests.moment import NOW

PROSE = "Perusahaan itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun. "
URLS = ["https://contoh.id/tekno/1", "https://inet.detik.com/cyberlife/d-1234567/menara-baru", ""]
RULES = [rule.takes + end for rule in load_rules().rules for end in (" ", "\n")]
# fmt: off
PRINT = [
    PROSE,
    "\n", "\r", "\n\n", "\u2028", "\0", "\u202f", "\u200b", ".", "a", " ", "(", "“", "&#1114112;",
    "â€", "Ã©", "\x80", "\u0301", "\u0316",
]
TAGS = [
    "html", "head", "body", "div", "p", "a href='/1'", "a href='http://[::1'", "b", "li", "ul",
    "table", "tr", "td", "figure", "figcaption", "img src='a.jpg'", "br", "h1", "h2", "article",
    "time datetime='1'", "div itemprop=articleBody", "div class='detail__body-text'",
    "div class='baca-juga'", "script", "script type='application/ld+json'", "template", "svg",
    "style", "blockquote", "span class=author", "meta property='og:title' content='Menara'",
    "link rel=canonical href='https://[::1/x'", "p hidden",
    "meta name=pubdate content='2026-11-20'", "base href='//['", "title", "noscript", "iframe",
    "nav",
]
JSON = [
    '{"@type":"NewsArticle","articleBody":"', '"}', '{"', '":', "[", "]", "{", "}", '"author":',
    '"@graph":', '"datePublished":"2026-11-20T09:00"', ",", "null", "1e999", "\\ud800", "\\u0000",
    '"@id":"#a"', '"image":',
]
DATES = [
    "1", "12", "31", "2026", "0000", "9999", "Januari", "jan", "Jum'at", "Senin,", "WIB", "+07:00",
    "+99:99", "-0000", "T", "Z", "/", "-", ".", ":", " ", ",", "pukul", "jam", "lalu", "yang",
    "kemarin", "se", "tahun", "hari ini", "baru saja", "10:30", "24:00", "PM", "GMT+7", "²", "٣",
    "minggu", "20 November 2026", "st",
]
NAMES = [
    "Reporter:", "Editor:", "Oleh", "Penulis", "|", "/", ",", " dan ", " - ", "•", "(", ")",
    "Sinta Lestari", "S.Kom.", "detikInet", "Laporan Wartawan KabarSolo.com,", "Kontributor",
    "Senin, 1", "©", "A", "a", ".", "\u00a0", "redaksi", "Tim", "Antara", "Diedit oleh",
    "Jurnalis", "Staff Writer", "http://", "@sinta",
]
RECORDS = [
    "WARC/1.0\r\n", "WARC-Type: response\r\n", "WARC-Type: resource\r\n",
    "WARC-Target-URI: https://contoh.id/1\r\n", "WARC-Target-URI: http://[\r\n",
    "WARC-Date: 2023-10-02T03:00:00Z\r\n", "WARC-Date: 9999-99-99\r\n", "Content-Length: 20\r\n",
    "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "\r\n", "\n",
    "Content-Type: application/http; msgtype=response\r\n", "HTTP/1.1 200 OK\r\n",
    "Content-Type: text/html\r\n", "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n",
    "Transfer-Encoding: chunked\r\n", "<html>", "ffffffffff\r\n",
    "WARC-Block-Digest: sha1:AAAA\r\n", "\x1f\x8b\x08", "\0", "\x28\xb5\x2f\xfd",
]
# fmt: on


def _read(reader: DocumentReader, body: bytes, url: str) -> None:
    with suppress(Rejected, UnreadableError):
        reader.read(Document.of(body), url=url, fetched_at=NOW)


@pytest.mark.trial
def test_no_page_raises_or_takes_long() -> None:
    reader = DocumentReader(get_project_settings())
    tags = [f"<{tag}>" for tag in TAGS] + [f"</{tag.split()[0]}>" for tag in TAGS]
    inside = strings([*tags, *PRINT, *JSON, *RULES])
    article = f"<h1>Menara Baru di Pantai Utara</h1><div itemprop=articleBody><p>{PROSE * 3}"
    bodies = inside | inside.map(lambda text: f"<html><body>{article}{text}"[:100_000])

    def check(case: tuple[str, str]) -> None:
        body = case[0].encode("utf-8", "replace")
        assert is_soon_done(lambda: _read(reader, body, case[1]))

    fuzz(st.tuples(bodies, st.sampled_from(URLS)), check)


@pytest.mark.trial
def test_no_text_raises_or_takes_long() -> None:
    reader = DocumentReader(get_project_settings())
    inside = strings([*RULES, *PRINT, *NAMES, *DATES])
    texts = inside | inside.map(lambda text: f"{PROSE}\n\n{text}")

    def check(text: str) -> None:
        assert is_soon_done(lambda: _read(reader, text.encode("utf-8", "replace"), ""))

    fuzz(texts, check)


def _scan(warc: bytes) -> None:
    list(read_pages(BytesIO(warc), lambda _: "contoh", Counter()))
    with suppress(OSError, BadRecordError):
        read_page(BytesIO(warc), 0)


@pytest.mark.trial
def test_no_warc_raises_or_takes_long(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("warcs")
    snaps = [Snap(f"https://contoh.id/{n}", PROSE.encode() * 20) for n in range(3)]
    whole = [
        write_warc(folder / f"{zipped}.warc", snaps, zipped=zipped).read_bytes()
        for zipped in (False, True)
    ]
    made = strings(RECORDS, most=80).map(lambda text: text.encode("latin-1", "replace"))
    zipped = made.map(gzip.compress)
    place = st.integers(0, max(map(len, whole)))
    # Real records with a stretch of them taken out, and something else in its place.
    torn = st.tuples(st.sampled_from(whole), place, place, made | st.just(b"")).map(
        lambda t: t[0][: min(t[1], t[2])] + t[3] + t[0][max(t[1], t[2]) :]
    )

    def check(warc: bytes) -> None:
        assert is_soon_done(lambda: _scan(warc))

    fuzz(made | zipped | torn, check)


@pytest.mark.trial
def test_no_date_raises_or_takes_long() -> None:
    def check(text: str) -> None:
        assert is_soon_done(lambda: (parse_date(text, now=NOW), find_date(text)))

    fuzz(strings(DATES), check)


@pytest.mark.trial
def test_no_byline_raises_or_takes_long() -> None:
    def check(text: str) -> None:
        assert is_soon_done(lambda: (parse_byline(text), split_names(text)))

    fuzz(strings(NAMES), check)
