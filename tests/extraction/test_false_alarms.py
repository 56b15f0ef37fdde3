"""No real article is taken for a wall: other people's pages and thousands of texts."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from crawler.extraction.article import extract
from crawler.extraction.page.page import Page
from crawler.extraction.rules import GENERIC
from crawler.extraction.walls import wall_at, wall_ids
from crawler.items import Rejected
from tests.extraction.pages import NOW
from tests.shared import SHARED

if TYPE_CHECKING:
    from pathlib import Path

WORDLESS = "https://contoh.id/read/123"
"""The hardest address: it cannot tell that a text is about its article."""


def documents() -> list[str]:
    with gzip.open(SHARED / "many" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        many = [json.loads(line)["text"] for line in lines]
    return many + [path.read_text("utf-8") for path in (SHARED / "text").glob("*.txt")]


def saved() -> list[Path]:
    return sorted((SHARED / "pages").glob("*/*.html.gz"))


@pytest.mark.skipif(
    not (SHARED / "many").is_dir(), reason="the thousands of texts (../shared/many) are not here"
)
@pytest.mark.parametrize("length", [None, 1200], ids=["whole", "cut short"])
def test_no_real_text_is_a_wall(length: int | None) -> None:
    found = {}
    texts = documents()
    for text in texts:
        title, *paragraphs = filter(None, map(str.strip, text[:length].splitlines()))
        if wall := wall_at(WORDLESS, [title, f"{title} - Contoh"], paragraphs):
            found[title] = wall
    assert not found
    assert len(texts) > 2000


@pytest.mark.skipif(
    not (SHARED / "pages").is_dir(), reason="the real pages (../shared/pages) are not here"
)
@pytest.mark.parametrize("url", ["", WORDLESS], ids=["the page's own address", "a wordless one"])
def test_no_real_page_is_a_wall(url: str) -> None:
    reasons = {}
    for path in saved():
        try:
            extract(Page(gzip.decompress(path.read_bytes()), url), GENERIC, fetched_at=NOW)
            reasons[path.name] = ""
        except Rejected as reject:
            reasons[path.name] = reject.reason
    assert not wall_ids().intersection(reasons.values()), reasons
    assert len(reasons) >= 18
