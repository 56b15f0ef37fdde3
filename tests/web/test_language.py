"""The pages in both languages: none shows a text of the other language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from crawler.web.browse.languages import accepted
from crawler.web.browse.site import serve_on
from crawler.web.report.page import write_page
from crawler.wording import DOMAIN, LOCALE, language, number, speaking
from output.summary import Summary
from tests.datasets import NOON, library_of, row, run, write

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOGUE = LOCALE / "id" / "LC_MESSAGES" / f"{DOMAIN}.po"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    changed = row(1, fetched_at=NOON.replace(hour=20), content_hash="c2", title="Judul baru")
    plain = [row(n, topics=["ai"], tags=["kabel"]) for n in range(2, 40)]
    write(folder, kontan=[row(1), changed, *plain], tirto=[row(90, "tirto", published_at=None)])
    write(folder, "runs", kontan=[run()])
    return folder


def pages(folder, name: str) -> Iterator[tuple[str, str]]:
    """Each page in a language, by its address."""
    client = TestClient(serve_on(library_of(folder)), base_url="http://127.0.0.1")
    addresses = (
        "/", "/?words=berita", "/?words=tidakada", "/?words=(berita&page=2", "/?since=kemarin",
        "/?words=berita+topik:", "/article/kontan:1", "/article/tirto:90",
        "/article/kontan:1?capture=1", "/nothing",
    )  # fmt: skip
    for address in addresses:
        yield address, client.get(address, headers={"accept-language": name}).text
    summary = Summary(folder)
    with speaking(name):
        yield "report", write_page(summary, {"kontan": ("Kontan", "verified")})
    summary.close()


def shown(html: str) -> set[str]:
    """The stretches of text on a page, and what is read out in place of it."""
    tree = LexborHTMLParser(html)
    for node in tree.css("script, style, svg, [dir=auto], code, option"):
        node.decompose()  # texts of the dataset, and names
    found = {
        node.text_content.strip()
        for node in tree.root.traverse(include_text=True)
        if node.tag == "-text" and node.text_content
    }
    for node in tree.css("[title], [alt], [placeholder], [aria-label]"):
        found |= {
            node.attributes.get(name) or ""
            for name in ("title", "alt", "placeholder", "aria-label")
        }
    return {" ".join(each.split()).strip("·:.,() ") for each in found}


def test_pages_in_indonesian_hold_no_english_text_and_the_reverse(folder):
    with CATALOGUE.open("rb") as file:
        known = {one.id: one.string for one in read_po(file) if one.id and isinstance(one.id, str)}
    english = {a.strip("·:.,() ") for a, b in known.items() if a != b} - {*known.values()}
    indonesian = {b.strip("·:.,() ") for a, b in known.items() if a != b} - {*known}
    seen = 0
    for address, html in pages(folder, "id"):
        assert '<html lang="id">' in html, address
        assert shown(html) & english == set(), address
        seen += len(shown(html) & indonesian)
    for address, html in pages(folder, "en"):
        assert '<html lang="en">' in html, address
        assert shown(html) & indonesian == set(), address
        seen += len(shown(html) & english)
    assert seen > 200


def test_the_switch_on_the_page_keeps_the_search_and_is_remembered(folder):
    client = TestClient(serve_on(library_of(folder)), base_url="http://127.0.0.1")
    page = client.get("/?words=berita&outlet=kontan", headers={"accept-language": "en"})
    switch = LexborHTMLParser(page.text).css_first('.switches a[lang="id"]').attributes["href"]
    assert switch == "?words=berita&outlet=kontan&lang=id"
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="id">' in client.get(f"/{switch}").text
    assert '<html lang="id">' in client.get("/", headers={"accept-language": "en"}).text
    assert '<html lang="id">' in client.get("/?lang=xx%0d%0a").text


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("id", "id"), ("id-ID,id;q=0.9,en;q=0.8", "id"), ("en;q=0.8,id;q=0.9", "id"),
        ("en-GB,en;q=0.9", "en"), ("de,en;q=0.5,id;q=0.4", "en"), ("id;q=0,en;q=0.1", "en"),
        ("in-ID", "id"), ("de, *;q=0.1", None), ("", None), (";;,q=,id;q=x", None), ("ide", None),
    ],
)  # fmt: skip
def test_the_language_that_a_browser_prefers_is_taken(header, chosen):
    assert accepted(header) == chosen


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({"LANG": "id_ID.UTF-8"}, "id"), ({"LANG": "C"}, "en"), ({}, "en"),
        ({"LANG": "en_US", "LC_ALL": "id"}, "id"), ({"LANG": "id", "LC_MESSAGES": "en"}, "en"),
    ],
)  # fmt: skip
def test_lang_says_the_language_of_the_terminal(monkeypatch, environment, chosen):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == chosen
    assert number(1234567) == {"id": "1.234.567", "en": "1,234,567"}[chosen]
