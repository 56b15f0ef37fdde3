"""A served page: text, tree and metadata, parsed once for all fields."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from crawler.extraction.page import guard
from crawler.extraction.page.charset import as_utf8
from crawler.extraction.page.hidden import HIDDEN, HIDDEN_BY_WIDTH, is_hidden
from crawler.extraction.page.jsonld import ARTICLE_TYPES, Thing, is_a, text, things
from crawler.extraction.page.script_data import embedded_article
from crawler.extraction.urls import captured, split_url
from crawler.items import Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from selectolax.lexbor import LexborNode

BETWEEN = "\x02"  # in no page, and no white space to any pattern
_BEGIN, _END = "\x03", "\x04"  # around what no reader sees; in no page
_UNSEEN_TAGS = ("script", "style", "noscript")
_LONGEST_RUN = 500  # characters; scripts and paragraphs are longer
_INSIDE = re.compile(r"([\w.#*^=~\[\]-]+) ([^,>+~][^,]*)")  # "ul.tags li a"
_META_KEYS = ("property", "name", "itemprop", "http-equiv")


def _is_address(url: str) -> bool:
    """Return whether `url` is absolute and can be taken apart."""
    return split_url(url).scheme in ("http", "https")


@lru_cache
def _steps(selector: str) -> tuple[str, str]:
    """Return `selector` as an outer and an inner selector; "" for the inner of a single step.

    lexbor by itself would begin with all matches of the inner, and climb up from each.
    """
    match = _INSIDE.fullmatch(selector)
    return (match[1], match[2]) if match else (selector, "")


def parse_html(body: bytes | str) -> LexborHTMLParser:
    """Return the tree of `body`, mended as browsers do.

    :raises Rejected: `empty_page`; `too_deep` or `too_many_nodes` when parsing would hang.
    """
    source = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if not source or source.isspace():
        raise Rejected("empty_page")
    guard.check(source)
    tree = LexborHTMLParser(source, options=LexborDocumentOptions.WO_EVENTS)
    guard.check_tree(tree)
    if tree.body is None:
        raise Rejected("empty_page", "no body")
    return tree


def _is_unseen(node: LexborNode) -> bool:
    """Return whether `node` has text, and no headline: a page hidden until a script ran is seen."""
    if node.first_child is None:
        return False
    return node.tag not in _UNSEEN_TAGS and node.css_first("h1") is None


def _is_hidden_by_class(node: LexborNode) -> bool:
    attributes = node.attributes
    return is_hidden((attributes.get("class") or "").lower(), attributes)


def _seen(text: str) -> str:
    """Return `text` without all between marks, which may be nested."""
    first, *rest = text.split(_BEGIN)
    seen, depth = [first], 0
    for piece in rest:
        ends = piece.split(_END)
        depth = max(0, depth + 2 - len(ends))
        if not depth and len(ends) > 1:
            seen.append(ends[-1].removeprefix(BETWEEN))
    return "".join(seen)


def _marked(node: LexborNode) -> list[LexborNode]:
    """Return the two marks put right before and behind `node`."""
    node.insert_before(_BEGIN)
    node.insert_after(_END)
    return [mark for mark in (node.prev, node.next) if mark is not None]


class Page:
    """A parsed page.

    :raises Rejected: see `parse_html`.
    """

    def __init__(
        self, body: bytes, url: str, *, content_type: str | None = None, encoding: str = "utf-8"
    ) -> None:
        self.url = url
        self.size = len(body)
        self._source = as_utf8(body, content_type, encoding)
        self.tree = parse_html(self._source)

    @cached_property
    def text(self) -> str:
        """The page as served, with markup."""
        return self._source.decode()

    def select(self, selector: str) -> list[LexborNode]:
        """Return the elements that match `selector`, in the order of the page."""
        if selector.isalnum():  # a tag: ten times as fast as any other selector
            return self.tree.tags(selector)
        outer, inner = _steps(selector)
        if not inner:
            return self.tree.css(outer)
        inside = (node for box in self.tree.css(outer) for node in box.css(inner))
        return list({node.mem_id: node for node in inside}.values())

    @cached_property
    def meta(self) -> dict[str, str]:
        """The content of meta tags by lower-case name; the first content of a name counts."""
        found: dict[str, str] = {}
        for node in self.select("meta"):
            attributes = node.attributes
            content = " ".join((attributes.get("content") or "").split())
            for key in _META_KEYS:
                name = attributes.get(key)
                if name and content:
                    found.setdefault(name.lower(), content)
        return found

    @cached_property
    def title(self) -> str:
        """The text of the title element: the headline, often with the site's name."""
        node = self.tree.css_first("title")
        return " ".join(node.text().split()) if node else ""

    @cached_property
    def structured(self) -> list[Thing]:
        """The JSON-LD objects of the page."""
        scripts = ((node.attributes.get("type"), node) for node in self.select("script"))
        return things(node.text() for kind, node in scripts if "ld+json" in (kind or "").lower())

    @cached_property
    def article(self) -> Thing:
        """The JSON-LD object of the article, else the article in the page's data; empty if none."""
        for thing in self.structured:
            if is_a(thing, ARTICLE_TYPES):
                return thing
        return self.embedded

    @cached_property
    def embedded(self) -> Thing:
        """The article in the page's data for scripts; empty if none."""
        return embedded_article(self.tree, self.title)

    @cached_property
    def flow(self) -> str:
        """The visible text nodes of the page in order, without outer blanks, BETWEEN around each.

        Blank text nodes are left out, and those of scripts and hidden elements.
        """
        body = self.tree.body
        if body is None:
            return BETWEEN * 2
        unseen = [node for tag in _UNSEEN_TAGS for node in self.tree.tags(tag) if node.first_child]
        hidden = [*body.css(HIDDEN), *filter(_is_hidden_by_class, body.css(HIDDEN_BY_WIDTH))]
        unseen += filter(_is_unseen, hidden)
        marks = [mark for node in unseen for mark in _marked(node)]
        text = body.text(separator=BETWEEN, strip=True, skip_empty=True)
        for mark in marks:
            mark.decompose()
        return f"{BETWEEN}{_seen(text).strip(BETWEEN)}{BETWEEN}"

    @cached_property
    def runs(self) -> list[str]:
        """The text nodes of the page in order, with single spaces; without long text nodes."""
        short = [node for node in self.flow.split(BETWEEN) if len(node) <= _LONGEST_RUN]
        return list(filter(None, " ".join(BETWEEN.join(short).split()).split(BETWEEN)))

    def own_urls(self) -> list[str]:
        """Return the absolute URLs that the page states for itself, best first."""
        return self._own_urls

    @cached_property
    def _own_urls(self) -> list[str]:
        main = self.article.get("mainEntityOfPage")
        stated = [
            self._canonical,
            self.meta.get("og:url", ""),
            text(self.article.get("url")),
            text(main.get("@id") if isinstance(main, dict) else main),
        ]
        return [address for url in stated if _is_address(address := captured(url)[0])]

    @cached_property
    def _canonical(self) -> str:
        return self.link("canonical")

    @property
    def captured_at(self) -> datetime | None:
        """The instant at which the Wayback Machine captured the page, by the page's canonical."""
        return captured(self._canonical)[1]

    def link(self, rel: str) -> str:
        """Return the target of the page's link with the relation `rel`, "" without such a link."""
        node = self.tree.css_first(f'link[rel="{rel}"][href]')
        return (node.attributes["href"] or "").strip() if node else ""
