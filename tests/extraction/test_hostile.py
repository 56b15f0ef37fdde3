"""No pattern may backtrack badly, whatever stands where on a page.

Every place that is read holds the same piece over and over: what some pattern looks for, or begins
like it. All outlets' own patterns are tried on such addresses.
"""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import html
import json
import re

import pytest
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.project import get_project_settings

from crawler.items import Rejected
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader
from crawler.spider import NewsSpider
from tests.patience import ends

SIZE = 10_000  # characters in every place
ADDRESS = 4_000
PATIENCE = 240  # seconds; all of it takes a dozen, a pattern that backtracks badly takes hours
PIECES = [
    "a", " ", "A", "1", ".", "-", "\n", "\t", ":", "|", "/", "'", "(", "[", "<", "%", "%2", "\u00a0", "é", "“",
    "•", "{", "\\", "***", "..", "a ", "A ", "Aa ", "1 ", "1:", "a,", "Aa, ", "Aa. ", "Aa Bb ", "aA", "A1 ", "dan ",
    "Baca juga: ", "Oleh: ", "Reporter: A ", "Editor: A, ", "Penulis", "Laporan A.com, ", "1/1/", "1 Januari ",
    "Senin, ", "10:10 ", "2023-09-14T", "3 jam yang lalu ", "kemarin ", "Jakarta - ", "(ANTARA) ", "A.com - ",
    "(a/b)", "Foto: ", "© ", "(Foto: ", "| A ", " - A ", "di ", "1 dari 2 ", "[Gambas:", "Simak Video '",
    "display : ", "a\u200b", "https://a.id/", "a-", "a/", "1/", "/amp", "&amp;", "?page=1&",
]  # fmt: skip
PROSE = "Perusahaan itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun."


def page(piece: str, body: str) -> bytes:
    """A page that is `piece` over and over, but for sentences that make it an article."""
    raw = (piece * SIZE)[:SIZE]
    text = html.escape(raw, quote=True)
    names = "author keywords pubdate og:title og:site_name content_author article:section og:image"
    metas = "".join(f'<meta property="{name}" content="{text}">' for name in names.split())
    data = dict.fromkeys("headline author editor datePublished keywords image url".split(), raw)
    nodes = f"<b>{html.escape(piece)}</b>" * (SIZE // 20)
    short = f"<p>{html.escape((piece * 60)[:60])}</p>" * (SIZE // 60)
    links = f'<p><a href="{html.escape(piece)}">{html.escape(piece)}</a></p>' * (SIZE // 100)
    return f"""<html><head><title>{text}</title>{metas}<script type="application/ld+json">
    {json.dumps({"@type": "NewsArticle", "articleBody": raw} | data)}</script></head><body>
    <ul class="breadcrumb"><li><a href="{text}">{text}</a></li></ul><h1>{text}</h1>
    <p class="author byline" id="{text}" style="{text}">{text}</p><time datetime="{text}">{text}</time>
    {nodes}<div {body}>{f"<p>{PROSE}</p>" * 9}<p>{text}</p><p>{"<br>".join([text[:60]] * 99)}</p>
    {short}{links}<figure><img src="{text}"><figcaption>{text}</figcaption></figure>
    <p>{PROSE} <i>{text}</i></p><p>{text}</p></div></body></html>""".encode()


def _read_all() -> None:
    reader = DocumentReader(get_project_settings())
    for piece in PIECES:
        documents = [
            Document(page(piece, kind), "html") for kind in ("itemprop=articleBody", "id=a")
        ]
        lines = [(piece * SIZE)[:SIZE], *[(piece * 60)[:60]] * 200, *[PROSE] * 9, piece * 99]
        documents.append(Document("\n".join(lines).encode(), "text"))
        for document in documents:
            for url in ("https://contoh.id/tekno/menara-baru", f"https://contoh.id/{piece * 99}"):
                try:
                    reader.read(document, url=url)
                except Rejected:
                    continue


def _try_outlets() -> None:
    loader = get_spider_loader(get_project_settings())
    spiders = [loader.load(name) for name in loader.list()]
    for spider in (spider for spider in spiders if issubclass(spider, NewsSpider)):
        patterns = [spider.rules().article_pattern]
        technology = getattr(spider, "technology", None)
        patterns += [re.compile(technology)] if technology else []
        for piece in PIECES:
            for host in spider.allowed_domains:
                for pattern in patterns:
                    pattern.search(f"https://{host}/" + (piece * ADDRESS)[:ADDRESS])


@pytest.mark.trial
def test_pages_and_texts_of_one_piece_are_read_soon() -> None:
    assert ends(PATIENCE, _read_all)


def test_no_outlet_looks_long_at_an_address() -> None:
    assert ends(PATIENCE, _try_outlets)
