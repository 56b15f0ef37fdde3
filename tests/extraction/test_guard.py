"""Hostile markup is refused before the parser sees it; sloppy markup is not."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.guard import MAX_DEPTH, check
from crawler.extraction.page import parse_html
from crawler.items import Rejected

HOSTILE = {
    "nested div": b"<div>" * 40_000,
    "unclosed formatting": b"".join(b"<p><b id=%d>" % i for i in range(4_500)),
    "formatting left open in blocks": b"<div><b></div>" * 4_000,
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
        check(HOSTILE[form])
    assert caught.value.reason == "too_deep"


@pytest.mark.parametrize("form", HARMLESS)
def test_sloppy_markup_is_not(form: str) -> None:
    check(HARMLESS[form])
    parse_html(HARMLESS[form])


@pytest.mark.parametrize("unit", [b"<p>", b"<!--", b"<script>", b"<", b'<a b="', b"<b =", b"</p>"])
def test_five_megabytes_of_tags_are_too_many(unit: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        check(unit * (5_000_000 // len(unit)))
    assert caught.value.reason == "too_many_nodes"


def test_depth_is_counted_to_the_element() -> None:
    check(b"<div>" * MAX_DEPTH)
    with pytest.raises(Rejected):
        check(b"<div>" * (MAX_DEPTH + 1))


PIECES = st.sampled_from(
    [b"<div>", b"</div>", b"<p>", b"<b>", b"</b>", b"<table>", b"<td>", b"</table>", b"<span a='>'>",
     b"</span>", b"<!--", b"-->", b"<script>", b"</script>", b'<a href="', b'">', b"=", b"kata", b" "]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map(b"".join), st.integers(20, 60))
def test_whatever_passes_is_parsed_soon(unit: bytes, times: int) -> None:
    """The guard never believes in fewer open elements than the parser then has."""
    body = unit * times
    try:
        node, depth = parse_html(body).body, 0
    except Rejected:
        return
    while node is not None and depth <= MAX_DEPTH + 50:
        node, depth = node.last_child, depth + 1
    assert depth <= MAX_DEPTH + 50
