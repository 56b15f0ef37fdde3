"""The article's body on a page: where it stands, and its blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trafilatura

from crawler.extraction.blocks import Block
from crawler.extraction.generic import prose_container
from crawler.extraction.page import parse_html
from crawler.extraction.walk import Picture, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page import Page
    from crawler.extraction.rules import Rules
    from crawler.extraction.titles import Title

MAX_LAST_RESORT = 1_000_000  # bytes; trafilatura is too slow for larger pages
_MIN_TEXT = 80  # characters; a shorter body is not believed while another source is left
_MIN_OWN = 20  # the same for an outlet's own selector
_BREAK = re.compile(r"\s*\n\s*")


@dataclass(slots=True)
class Body:
    """The blocks of an article, where they were found, and the pictures among them."""

    source: str
    blocks: list[Block]
    pictures: list[Picture]

    @property
    def size(self) -> int:
        """Characters of linkless text that is not taken out yet."""
        return sum(
            len(block.text) - sum(len(anchor.text) for anchor in block.anchors)
            for block in self.blocks
            if not block.rule
        )


def find_body(page: Page, rules: Rules) -> Body | None:
    """The body where it is marked as such: by selectors, else page data, itemprop."""
    sources = (
        (_selected, _MIN_OWN),
        (_embedded, _MIN_TEXT),
        (_itemprop, _MIN_TEXT),
    )
    for source, least in sources:
        for body in source(page, rules):
            if body.size >= least:
                return body
    return None


def guess_body(page: Page, rules: Rules, title: Title | None = None) -> Body | None:
    """The body where nothing marks it: by the density of prose, else as JSON-LD has it."""
    return _density(page, rules, title) or _stated(page)


def last_resort(page: Page) -> Body | None:
    """The body as trafilatura sees it, which takes longer than all else together."""
    if page.size > MAX_LAST_RESORT:
        return None
    text = trafilatura.extract(page.text, include_comments=False, include_tables=False)
    return _plain("trafilatura", (text or "").splitlines())


def _selected(page: Page, rules: Rules) -> Iterator[Body]:
    for selector in rules.selectors("body"):
        if roots := _outermost(page.tree.css(selector)):
            yield _walk(page, rules, f"css:{selector}", roots)


def _embedded(page: Page, rules: Rules) -> Iterator[Body]:
    content = page.article.get("content")
    if isinstance(content, str) and (root := parse_html(content).body):
        yield _walk(page, rules, "page-data", [root])


def _itemprop(page: Page, rules: Rules) -> Iterator[Body]:
    if roots := _outermost(page.tree.css('[itemprop~="articleBody"]')):
        yield _walk(page, rules, "itemprop", roots)


def _density(page: Page, rules: Rules, title: Title | None) -> Body | None:
    root = prose_container(page.tree, title)
    body = _walk(page, rules, "density", [root]) if root else None
    return body if body and body.size >= _MIN_TEXT else None


def _walk(page: Page, rules: Rules, source: str, roots: list[LexborNode]) -> Body:
    size = sum(len(root.text()) for root in roots)
    walk = Walk(page.url, rules, size)
    blocks = walk.run(roots)
    _take_trailing_headings(blocks)
    return Body(source, blocks, walk.pictures)


def _take_trailing_headings(blocks: list[Block]) -> None:
    """A heading that nothing follows headed what is no text: an infographic, a video, a list."""
    for block in reversed(blocks):
        if block.rule:
            continue
        if block.kind != "heading" or block.text.endswith((".", "!", "?")):
            return
        block.kind, block.rule = "widget", "markup:trailing-heading"


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """`nodes` without those that stand inside another of them, and without meta tags."""
    nodes = [node for node in nodes if node.tag != "meta"]
    if len(nodes) < 2:
        return nodes
    chosen = {node.mem_id for node in nodes}
    return [node for node in nodes if not _inside(node, chosen)]


def _inside(node: LexborNode, chosen: set[int]) -> bool:
    above = node.parent
    while above is not None:
        if above.mem_id in chosen:
            return True
        above = above.parent
    return False


def _stated(page: Page) -> Body | None:
    """JSON-LD's articleBody, for pages that build their text by script."""
    text = page.article.get("articleBody")
    return _plain("jsonld", _BREAK.split(text)) if isinstance(text, str) else None


def _plain(source: str, lines: list[str]) -> Body | None:
    texts = [" ".join(line.split()) for line in lines]
    blocks = [Block("paragraph", text) for text in texts if text]
    body = Body(source, blocks, [])
    return body if body.size >= _MIN_TEXT else None
