"""A page as it was served: text, tree, metadata; parsed once, read by everything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from crawler.extraction import guard, structured
from crawler.extraction.charset import decode
from crawler.items import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

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


@dataclass(frozen=True, slots=True)
class Run:
    """A text node: its text with single spaces, and the node itself."""

    text: str
    node: LexborNode


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

    @cached_property
    def runs(self) -> list[Run]:
        """The visible runs of text in their order, each a text node with what is around it known."""
        return list(_runs(self.tree.body)) if self.tree.body else []

    def own_urls(self) -> list[str]:
        """The addresses that the page says are its own, best first; relative and empty ones left out."""
        main = self.article.get("mainEntityOfPage")
        stated = [
            self.link("canonical"),
            self.meta.get("og:url", ""),
            structured.text(self.article.get("url")),
            structured.text(main.get("@id") if isinstance(main, dict) else main),
        ]
        return [url for url in stated if url.startswith(("http://", "https://"))]

    def link(self, rel: str) -> str:
        """Where the page's link of that relation points, "" if nowhere."""
        node = self.tree.css_first(f'link[rel="{rel}"][href]')
        return (node.attributes["href"] or "").strip() if node else ""


_UNREAD = frozenset(
    {"script", "style", "noscript", "template", "svg", "textarea", "option", "title"}
)


def _runs(body: LexborNode) -> Iterator[Run]:
    for node in body.traverse(include_text=True):
        if node.tag == "-text":
            raw = node.text_content
            if raw and not raw.isspace() and (above := node.parent) and above.tag not in _UNREAD:
                yield Run(" ".join(raw.split()), node)
