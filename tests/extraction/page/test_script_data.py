"""Bodies that stand only in a page's own data, in the forms that editors and frameworks give them."""

# ruff: noqa: E501 - markup reads worse when it is broken

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.extraction.page.editor_trees import as_html
from crawler.extraction.page.script_data import literals, revived
from tests.extraction.pages import PROSE, TITLE, html, read

SLATE = [{"type": "paragraph", "children": [{"text": "Satu "}, {"text": "dua", "bold": True}]}]
FORMS: dict[str, tuple[Any, str]] = {
    "text": ("<p>Satu</p>", "<p>Satu</p>"),
    "Slate": (SLATE, "<p>Satu dua</p>"),
    "Slate with a document": (
        {"document": {"nodes": [{"type": "heading", "nodes": [{"leaves": [{"text": "A < B"}]}]}]}},
        "<h2>A &lt; B</h2>",
    ),
    "ProseMirror": (
        {"type": "doc", "content": [{"type": "blockquote", "content": [{"type": "text", "text": "A"}]}]},
        "<blockquote>A</blockquote>",
    ),
    "Editor.js": (
        {"blocks": [{"type": "paragraph", "data": {"text": "Satu <b>dua</b>"}}, {"type": "image"}]},
        "<p>Satu <b>dua</b></p>",
    ),
    "Draft.js": ({"blocks": [{"type": "unordered-list-item", "text": "A"}]}, "<li>A</li>"),
    "paragraphs": (["Satu", "Dua"], "<p>Satu</p><p>Dua</p>"),
    "an advert": ([{"type": "advertisement", "children": [{"text": "Iklan"}]}], ""),
    "none of these": ({"id": 7}, ""),
    "nothing": (None, ""),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_blocks_of_an_editor_s_tree(form: str) -> None:
    content, expected = FORMS[form]
    assert as_html(content) == expected


def test_a_tree_that_goes_on_for_ever_ends() -> None:
    deep: Any = {"text": "dasar"}
    for _ in range(30_000):
        deep = {"children": [deep]}
    assert as_html({"blocks": [deep]}) == ""


NUXT = [["Reactive", 1], {"article": 2}, {"title": 3, "content": 4, "author": 5}, TITLE, "", {"name": 6}, "Sinta"]  # fmt: skip


def test_nuxt_3_refers_to_its_values_by_their_place() -> None:
    assert revived(NUXT, frozenset({"content"})) == [
        {"title": TITLE, "content": "", "author": {"name": "Sinta"}}
    ]
    assert revived([{"content": 0}], frozenset({"content"}))[0]["content"] is not None
    assert revived("x", frozenset({"content"})) == []


def test_nuxt_2_holds_texts_as_literals() -> None:
    script = r'window.__NUXT__={a:[{title:"Satu \"dua\"",body:"\u003Cp\x3EX",author:{id:1,name:"Rara"}}]}'
    assert literals(script) == {"title": ['Satu "dua"'], "body": ["<p>X"], "author": ["Rara"]}


BODY = "".join(f"<p>{text}</p>" for text in PROSE)
NEXT = {"p": {"title": TITLE, "content": [{"type": "p", "children": [{"text": t}]} for t in PROSE]}}
STATE = json.dumps([{"title": 1, "content": 2}, TITLE, BODY])
SCRIPT = f"window.__NUXT__={{data:[{{title:{json.dumps(TITLE)},body:{json.dumps(BODY)}}}]}};"
DATA = {
    "next": f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(NEXT)}</script>',
    "nuxt 3": f'<div id="__nuxt"></div><script id="__NUXT_DATA__" type="application/json">{STATE}</script>',
    "nuxt 2": f'<div id="__nuxt"></div><script>{SCRIPT}</script>',
}


@pytest.mark.parametrize("form", DATA)
def test_the_body_in_the_data_of_a_page_that_shows_none(form: str) -> None:
    article = read(html(DATA[form], head="<meta property=og:type content=article>"))
    assert [block.text for block in article.blocks] == PROSE


def test_another_article_s_data_is_not_this_page_s() -> None:
    other = DATA["nuxt 2"].replace(TITLE, "Judul Berita Lain yang Tidak Dibuka Pembaca")
    article = read(
        html(f"<div class=isi>{BODY}</div>{other}", head="<meta property=og:type content=article>")
    )
    assert article.title == TITLE
    assert article.body_source == "density"
