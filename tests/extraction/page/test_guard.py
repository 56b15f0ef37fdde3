"""Hostile markup is refused before the parser sees it; sloppy markup is not."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.extraction.page.guard import MAX_DEPTH, MAX_NODES, check, check_tree
from crawler.extraction.page.page import parse_html
from crawler.items import Rejected

_MANY_B = b"<p>" + b"".join(b"<b id=%d>" % i for i in range(490))
HOSTILE = {
    "nested div": b"<div>" * 40_000,
    "unclosed formatting": b"".join(b"<p><b id=%d>" % i for i in range(4_500)),
    "formatting left open in blocks": b"<div><b></div>" * 4_000,
    "formatting that paragraphs open again": _MANY_B + b"<p>kata" * 6_000,
    "formatting that end tags do not reach": b"".join(
        b"<font id=%d>" % i + b"<div>" * 9 + b"</font>" + b"</div>" * 9 for i in range(600)
    ),
    "what looks like a comment": b"<!-->" + b"<div>" * 9_000 + b"-->",
    "a comment that ends early": b"<!-- --!>" + b"<div>" * 9_000 + b"-->",
    "end tags in broken tags": b"<div><! </div></ </div>" * 3_000,
    "end tags of scripts in styles": b"<div><style></script></div></style>" * 3_000,
    "deep and closed": b"<div>" * 9_000 + b"</div>" * 9_000,
    "groups of options": b"<optgroup>" * 9_000,
    "upper case": b"<DIV>" * 600,
    "unknown elements": b"<x-y>" * 600,
    "end tags in attributes": b'<div title="</div>">' * 3_000,
    "end tags in single quotes": b"<div title='</div>'>" * 3_000,
    "end tags in scripts": b"<div><script>'</div>'</script>" * 3_000,
    "end tags in comments": b"<div><!-- </div> -->" * 3_000,
    "end tags that a cell stops": (b"<div>" * 499 + b"<table><tr><td>" + b"</div>" * 499) * 5,
    "end tags that a block stops": (b"<span>" * 499 + b"<div>" + b"</span>" * 499) * 5,
    "lists in lists": b"<ul><li>" * 600,
    "tables in tables": b"<table><tr><td>" * 600,
    "svg": b"<svg><g>" * 600,
    "stray quote": b'<b "> ' + b"<div>" * 600 + b'<b ">',
    "equals sign before a name": b'<b ="> ' + b"<div>" * 600 + b'">',
    "behind much that is harmless": b"<p>kata</p>" * 3_000 + b"<div>" * 600,
}
HARMLESS = {
    "unclosed p": b"<p>kalimat" * 10_000,
    "unclosed li and options": b"<ul>" + b"<li>butir" * 5_000 + b"</ul><select>" + b"<option>a" * 900,
    "void elements": b"<br><img src=a><hr><input>" * 2_000,
    "rows and cells": b"<table>" + b"<tr><td>a<td>b" * 2_000 + b"</table>",
    "deep but closed": (b"<div>" * 400 + b"</div>" * 400) * 5,
    "crossed tags": b"<b><i>kata</b></i>" * 3_000,
    "stray end tags": b"</div></b></p>" * 3_000,
    "markup in scripts": b"<script>" + b"'<div>'+" * 3_000 + b"</script>",
    "markup in comments": b"<!-- " + b"<div>" * 3_000 + b" -->",
    "signs that are no tags": b"a < b << c <3 " * 3_000,
    "unclosed in closed blocks": b"<div><span><label></div>" * 3_000,
}  # fmt: skip


@pytest.mark.parametrize("form", HOSTILE)
def test_deep_markup_is_refused(form: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_html(HOSTILE[form])
    assert caught.value.reason == "too_deep"


@pytest.mark.parametrize("form", HARMLESS)
def test_sloppy_markup_is_not_refused(form: str) -> None:
    parse_html(HARMLESS[form])


@pytest.mark.parametrize("unit", [b"<p>", b"<!--", b"<script>", b"<", b'<a b="', b"<b =", b"</p>"])
def test_five_megabytes_of_tags_are_too_many(unit: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        check(unit * (5_000_000 // len(unit)))
    assert caught.value.reason == "too_many_nodes"


@pytest.mark.parametrize("form", HOSTILE)
def test_deep_markup_in_few_tags_is_refused_after_the_parser(form: str) -> None:
    """The shortcut for pages of few tags does not measure depth; the tree is measured."""
    body = HOSTILE[form][:12_000]
    try:
        tree = parse_html(body)
    except Rejected:
        return
    assert _depth(tree) <= MAX_DEPTH


def _depth(tree: LexborHTMLParser) -> int:
    depths: dict[int, int] = {}
    for node in tree.css("*"):
        depths[node.mem_id] = 1 + (depths.get(node.parent.mem_id, 0) if node.parent else 0)
    return max(depths.values()) - 2  # html and body


@pytest.mark.parametrize(
    "body",
    [
        b"<p " + b" ".join(b"a%d" % i for i in range(20_000)) + b">",
        b"".join(b"<p %s>" % b" ".join(b"a%d=''" % i for i in range(300)) for _ in range(300)),
        b"".join(b"<html a%d>" % i for i in range(9_000)),
    ],
)
def test_attributes_are_bounded(body: bytes) -> None:
    """The parser compares each attribute with all previous: 200 KB took lexbor eight seconds."""
    with pytest.raises(Rejected):
        parse_html(body)


def test_depth_is_counted_to_the_element() -> None:
    parse_html(b"<div>" * MAX_DEPTH)
    with pytest.raises(Rejected):
        parse_html(b"<div>" * (MAX_DEPTH + 1))


PIECES = st.sampled_from(
    [b"<div>", b"</div>", b"<p>", b"<b>", b"</b>", b"<table>", b"<td>", b"</table>", b"<span a='>'>",
     b"</span>", b"<!--", b"-->", b"<script>", b"</script>", b'<a href="', b'">', b"=", b"kata", b" ",
     b"<font id=%d>", b"</font>", b"<p %d>", b"<svg>", b"</svg>", b"<style>", b"</style>", b"<!", b"</",
     b"<select>", b"<option>", b"</select>", b"<button>", b"<li>", b"<ul>", b"</ul>", b"<h2>", b"</H2>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30), st.integers(20, 400))
def test_whatever_passes_is_neither_deep_nor_large(unit: list[bytes], times: int) -> None:
    """A page that is parsed at once may be deep; such a tree is small, and refused after parsing."""
    body = b"".join(piece.replace(b"%d", b"%d" % i) for i in range(times) for piece in unit)
    try:
        check(body)
    except Rejected:
        return
    tree = LexborHTMLParser(body)
    assert len(tree.css("*")) <= 14 * MAX_NODES
    depth = _depth(tree)
    assert depth <= 10 * MAX_DEPTH
    if depth > MAX_DEPTH:
        with pytest.raises(Rejected):
            check_tree(tree)
