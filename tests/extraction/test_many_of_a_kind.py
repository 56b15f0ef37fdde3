"""Pages with ten thousands of one thing: of links, tags, names, values of a property.

The cost of a page grows with the page, and not with the square of what is in a single element.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
from scrapy.utils.project import get_project_settings

from crawler.items import Rejected
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader
from tests.growth import TIMES, growth

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 4_000
"""Things of a kind: pages of fewer tags take a shortcut past the guard."""
MOST = 8
"""The cost of TIMES as many at most; 16, where the cost grows with the square."""
URL = "https://contoh.id/tekno/menara-baru"
PROSE = "Perusahaan itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun."
NAMES = ["Budi", "Sinta", "Rahmat", "Lestari", "Wibowo", "Ayu", "Hartono", "Dewi", "Putra", "Sari"]


def name(number: int) -> str:
    """Return a name that no other number has."""
    return " ".join(NAMES[int(digit)] for digit in f"{number:05}")


def page(inside: str, head: str = "") -> bytes:
    body = f"<h1>Menara Baru di Pantai Utara</h1><div itemprop=articleBody><p>{PROSE * 3}</p>"
    return f"<html><head>{head}</head><body>{body}</div>{inside}</body></html>".encode()


def data(**values: object) -> bytes:
    thing = json.dumps({"@type": "NewsArticle", **values})
    return page("", f'<script type="application/ld+json">{thing}</script>')


def nuxt(count: int) -> bytes:
    told: list[object] = [{"title": 1, "content": 2}, "Menara Baru", [0] * count]
    values = json.dumps(told + [{"content": 2}] * count)
    return page("", f"<script id=__NUXT_DATA__>{values}</script>")


MANY: dict[str, Callable[[int], bytes]] = {
    "links of tags in an element": lambda n: page(
        "<div>" + "".join(f"<a href=/tag/{i}>cip {i}</a>" for i in range(n)) + "</div>"
    ),
    "links of tags in items": lambda n: page(
        "<ul>" + "".join(f"<li><a href=/tag/{i}>cip {i}</a>" for i in range(n)) + "</ul>"
    ),
    "links of authors": lambda n: page(
        "".join(f"<a rel=author href=/penulis/{i}>{name(i)}</a>" for i in range(n))
    ),
    "bylines": lambda n: page("".join(f"<p class=author>{name(i)}</p>" for i in range(n))),
    "editors": lambda n: page("".join(f"<p>Editor: {name(i)}</p>" for i in range(n))),
    "roles": lambda n: page("".join(f"<b>{name(i)}</b><b>Editor</b>" for i in range(n))),
    "times": lambda n: page(
        "".join(f"<time datetime='2026-11-20 {i % 24}:{i % 60:02}'>{i}</time>" for i in range(n))
    ),
    "pictures": lambda n: page("".join(f"<img src=/{i}.jpg alt='Menara {i}'>" for i in range(n))),
    "keywords of a tag": lambda n: page(
        "", f"<meta name=keywords content='{','.join(f'cip {i}' for i in range(3 * n))}'>"
    ),
    "meta tags": lambda n: page("", "".join(f"<meta name=a{i} content=b>" for i in range(n))),
    "authors of data": lambda n: data(author=[{"name": name(i)} for i in range(3 * n)]),
    "editors of data": lambda n: data(editor=[name(i) for i in range(3 * n)]),
    "keywords of data": lambda n: data(keywords=[f"cip {i}" for i in range(3 * n)]),
    "keywords in a text of data": lambda n: data(keywords=", ".join(map(str, range(3 * n)))),
    "sections of data": lambda n: data(articleSection=[f"Kanal {i}" for i in range(3 * n)]),
    "pictures of data": lambda n: data(image=[{"url": f"/{i}.jpg"} for i in range(3 * n)]),
    "properties of data": lambda n: data(**{f"a{i}": i for i in range(3 * n)}),
    "articles of Nuxt": nuxt,
}


def read(reader: DocumentReader, body: bytes) -> None:
    try:
        reader.read(Document(body, "html"), url=URL)
    except Rejected:
        return


@pytest.mark.parametrize("kind", MANY)
def test_the_cost_of_many_of_a_kind_grows_with_their_number(kind: str) -> None:
    reader = DocumentReader(get_project_settings())
    small, large = MANY[kind](FEW), MANY[kind](TIMES * FEW)
    assert growth(partial(read, reader, small), partial(read, reader, large)) <= MOST


def test_the_first_hundred_authors_of_data_are_kept() -> None:
    reader = DocumentReader(get_project_settings())
    body = data(author=[name(i) for i in range(9_999)])
    assert reader.read(Document(body, "html"), url=URL).authors == [name(i) for i in range(100)]
