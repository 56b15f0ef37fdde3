"""A page as it was served: text, tree, metadata; parsed once, read by everything else."""

from __future__ import annotations

from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

from crawler.extraction import guard, structured
from crawler.extraction.charset import decode
from crawler.items import Rejected

_META_KEYS = ("property", "name", "itemprop", "http-equiv")


def parse_html(body: bytes | str) -> LexborHTMLParser:
    """The tree of `body`, mended as browsers do.

    :raises Rejected: `empty_page`, or `too_deep` or `too_many_nodes` for what would hang the parser.
    """
    source = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if not source.strip():
        raise Rejected("empty_page")
    guard.check(source)
    tree = LexborHTMLParser(source)
    if tree.body is None:
        raise Rejected("empty_page", "no body")
    return tree


class Page:
    """One response, parsed.

    :raises Rejected: see `parse_html`.
    """

    def __init__(
        self, body: bytes, url: str, *, content_type: str | None = None, encoding: str = "utf-8"
    ) -> None:
        self.url = url
        self.size = len(body)
        self.text = decode(body, content_type, encoding)
        self.tree = parse_html(self.text)

    @cached_property
    def meta(self) -> dict[str, str]:
        """The content of meta tags by lower-case name; the first of a name wins."""
        found: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):
            attributes = node.attributes
            content = " ".join((attributes["content"] or "").split())
            for key in _META_KEYS:
                name = attributes.get(key)
                if name and content:
                    found.setdefault(name.lower(), content)
        return found

    @cached_property
    def structured(self) -> list[structured.Thing]:
        """The JSON-LD things of the page."""
        scripts = self.tree.css('script[type*="ld+json"]')
        return structured.things(node.text() for node in scripts)

    @cached_property
    def article(self) -> structured.Thing:
        """The JSON-LD thing that is the article; empty if none says so."""
        for thing in self.structured:
            if structured.is_a(thing, structured.ARTICLE_TYPES):
                return thing
        return {}

    def link(self, rel: str) -> str:
        """Where the page's link of that relation points, "" if nowhere."""
        node = self.tree.css_first(f'link[rel="{rel}"][href]')
        return (node.attributes["href"] or "").strip() if node else ""
