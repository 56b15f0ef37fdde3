"""The cost of hostile input: CPU seconds and memory for each of some inputs.

Run `python -m benchmarks.hostile`, or with `--at FOLDER` for the code of another checkout, which
may raise or take minutes. Each input is read in a process of its own.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIMIT = 120
"""Seconds for an input."""

READ = """
import json, resource, sys, time
from crawler.items import Rejected
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler
from crawler.sources import Feed, Sitemap, SourceError, Window
try:
    from crawler.middlewares.transfer import TransferMiddleware as Transfer
except ImportError:
    from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware as Transfer
try:
    from crawler.outlets.documents import Document
    from crawler.outlets.reader import DocumentReader
except ImportError:
    from crawler.documents import Document
    from crawler.reader import Reader
    DocumentReader = Reader.from_settings
from scrapy.utils.project import get_project_settings
URL = "https://warta.example.co.id/daftar"
DOCUMENTS = DocumentReader(get_project_settings())

def read(kind, body):
    if kind == "document":
        article = DOCUMENTS.read(Document.of(body), url=URL + "/1/a")
        return f"{article.word_count:,} words"
    request = Request(URL)
    if kind == "body":
        response = Response(URL, body=body, headers={"Content-Encoding": "gzip"})
        return len(Transfer.from_crawler(get_crawler()).process_response(request, response).body)
    source = {"feed": Feed, "sitemap": Sitemap}[kind](URL)
    return sum(1 for _ in source.parse(Response(URL, body=body, request=request), Window()))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def answer(kind, body):
    try:
        return str(read(kind, body))
    except SourceError as error:
        return error.reason
    except Rejected as error:
        return error.reason
    except Exception as error:  # of another checkout too
        return type(error).__name__

kind = sys.argv[1]
answer(kind, b"<rss><item/></rss>")
body = sys.stdin.buffer.read()
before, begin = peak(), time.process_time()
found = answer(kind, body)
print(json.dumps([found, time.process_time() - begin, peak() - before]))
"""


class Cost(NamedTuple):
    """The cost of an input: what came of it, CPU seconds, MiB above those before."""

    answer: str
    seconds: float
    growth: float


def feed(items: str) -> bytes:
    item = "<item><title>Cip</title><link>https://warta.example.co.id/1/a</link></item>"
    return f'<rss version="2.0"><channel>{item}{items}{item}</channel></rss>'.encode()


def titled(title: str) -> bytes:
    return feed(f"<item><title>{title}</title><link>https://warta.example.co.id/2/b</link></item>")


def sitemap(part: str, count: int) -> bytes:
    return gzip.compress(b"<urlset>" + part.encode() * count + b"</urlset>", 9)


PROSE = "Perusahaan itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun."


def text(lines: Iterable[str], between: str = "\n\n") -> bytes:
    return between.join([PROSE, *lines, PROSE]).encode()


def page(inside: str) -> bytes:
    head = "<html><body><h1>Menara Baru</h1><div itemprop=articleBody>"
    return f"{head}<p>{PROSE}</p>{inside}<p>{PROSE}</p></div></body></html>".encode()


def data(values: dict[str, object]) -> bytes:
    thing = json.dumps({"@type": "NewsArticle", **values})
    return page(f'<script type="application/ld+json">{thing}</script>')


MARKS = "\u0301\u0316"
PARAGRAPH = " ".join([PROSE] * 5)
PROMO = "Baca juga: Menara Baru {} di Pantai Utara Jawa"
UNENDED = "Harga naik. " + PROMO + " milik perusahaan itu Terus naik."
ATTRIBUTES = "".join(f" a{n}=''" for n in range(20_000))
URL = "<url><loc>https://warta.example.co.id/1/a</loc><lastmod>2026-11-20</lastmod></url>"
INPUTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "feed: author of a. 40,000 times": (
        "feed", lambda: feed(f"<item><author>{'a.' * 40_000}</author></item>")),
    "feed: 20,000 attributes": ("feed", lambda: feed(f"<item><a{ATTRIBUTES}/></item>")),
    "feed: 40,000 categories": (
        "feed", lambda: feed(f"<item>{'<category>x</category>' * 40_000}</item>")),
    "feed: <a 100,000 times": ("feed", lambda: feed(f"<item>{'<a ' * 100_000}</item>")),
    "feed: 300,000 empty items": ("feed", lambda: feed("<item></item>" * 300_000)),
    "feed: 16 MB of undeclared prefixes": (
        "feed", lambda: feed(f"<item>{'<q:aaaaaaaaaaaaaaaaaaaaaaaaaaa/>' * 48}</item>" * 9_900)),
    "feed: 16 MB of CDATA": ("feed", lambda: feed(f"<item><![CDATA[{']]' * 8_000_000}]]></item>")),
    "feed: &#1114112; in a title": ("feed", lambda: titled("Cip &#1114112;")),
    "feed: half a surrogate pair": ("feed", lambda: titled("Cip &#55357;")),
    "feed: encoding punycode": (
        "feed", lambda: b'<?xml version="1.0" encoding="punycode"?>' + feed("")),
    "feed: a bad srsName": ("feed", lambda: feed(
        "<item><georss:where xmlns:georss='http://www.georss.org/georss' xmlns:gml="
        "'http://www.opengis.net/gml'><gml:Point srsName='EPSG:abc'><gml:pos>1 2</gml:pos>"
        "</gml:Point></georss:where></item>")),
    "sitemap: 12 million <x/>": ("sitemap", lambda: sitemap("<x/>", 12_000_000)),
    "sitemap: 6 million comments": ("sitemap", lambda: sitemap("<!---->", 6_000_000)),
    "sitemap: 600,000 comments": ("sitemap", lambda: sitemap("<!---->", 600_000)),
    "sitemap: 2 million empty elements": ("sitemap", lambda: sitemap("<url/>", 1_999_000)),
    "sitemap: 50,000 URLs, as it should be": ("sitemap", lambda: sitemap(URL, 50_000)),
    "text: 40,000 paragraphs of Baca juga": (
        "document", lambda: text(PROMO.format(n) for n in range(40_000))),
    "text: 40,000 promos without an end": (
        "document", lambda: text(UNENDED.format(n) for n in range(40_000))),
    "text: 260,000 labels": ("document", lambda: text(["Baca juga"] * 260_000)),
    "text: 49,000 labels": ("document", lambda: text(["Baca juga"] * 49_000)),
    "text: 250,000 short lines": ("document", lambda: text(["Ya saja"] * 250_000, "\n")),
    "text: 49,000 short lines": ("document", lambda: text(["Ya saja"] * 49_000, "\n")),
    "text: 1 million lines of CR": ("document", lambda: text(["a"] * 1_000_000, "\r")),
    "text: 49,000 sign-offs": ("document", lambda: text(["(fyk/ash)"] * 49_000)),
    "text: 5 MB of prose": ("document", lambda: text([PARAGRAPH] * 11_800)),
    "page: a paragraph of 100,000 promos": (
        "document", lambda: page(f"<p>{'Baca juga: Kota ' * 100_000}</p>")),
    "page: 24,500 linked promos": (
        "document", lambda: page(f"<p>{'Baca juga: <a href=/1/a>Kota</a> ' * 24_500}</p>")),
    "page: 24,000 headings of lists": (
        "document", lambda: page(f"<p>Berita Terkait</p><p>{PROSE}</p>" * 12_000)),
    "page: 5 MB of prose": ("document", lambda: page(f"<p>{PARAGRAPH}</p>" * 11_500)),
    "page: 20 KB behind a broken character": (
        "document", lambda: page(f"<p>â€</p><p>{'a' * 20_000}</p>")),
    "page: 40,000 pairs of combining marks": (
        "document", lambda: page(f"<p>a{MARKS * 40_000}</p>")),
    "page: 24,000 links of tags": (
        "document", lambda: page(f"<div>{'<a href=/tag/a>cip</a>' * 24_000}</div>")),
    "page: 100,000 authors in data": ("document", lambda: data(
        {"author": [{"name": f"Budi Santoso {n}"} for n in range(100_000)]})),
    "page: 300,000 keywords in data": ("document", lambda: data(
        {"keywords": [f"cip {n}" for n in range(300_000)]})),
    "feed: 20,000 comments in an unknown section": (
        "feed", lambda: feed(f"<item><![cdata[{'<!--' * 20_000}]]></item>")),
    "sitemap: 40,000 dates of 800 bytes": ("sitemap", lambda: sitemap(
        URL.replace("2026-11-20", "1 " * 400), 40_000)),
    "body: 700,000 gzip members": ("body", lambda: gzip.compress(b"\n") * 700_000),
}  # fmt: skip
"""Inputs by name: the kind of reader, and a maker of the bytes."""


def cost_of(kind: str, body: bytes, checkout: str = ".") -> Cost:
    """Return the cost of `body` for the code in `checkout`."""
    command = [sys.executable, "-c", READ, kind]
    try:
        done = subprocess.run(
            command, input=body, cwd=checkout, capture_output=True, check=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return Cost("none", float(LIMIT), float("nan"))
    return Cost(*json.loads(done.stdout))


def main() -> None:
    """Print a table of all INPUTS."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", default=".", help="a checkout, this one by default")
    parser.add_argument("--only", default="", help="a part of the names of inputs")
    options = parser.parse_args()
    print("| input | bytes | CPU seconds | MiB | answer |\n|---|---|---|---|---|")
    for name, (kind, make) in INPUTS.items():
        if options.only in name:
            body = make()
            cost = cost_of(kind, body, options.at)
            row = f"{len(body):,} | {cost.seconds:.2f} | {cost.growth:.0f} | {cost.answer}"
            print(f"| {name} | {row} |", flush=True)


if __name__ == "__main__":
    main()
