"""The visible headline, confirmed by metadata."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.page.jsonld import text as property_text
from crawler.extraction.urls import split_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r"\s+(?:[|•»·–—:-]|::)\s+")
_HOST_NOISE = frozenset("www m amp com co id net org go tv".split())
_MIN_HEADLINE = 12  # characters; a shorter unconfirmed heading is a channel's name
_PAGE = re.compile(r"\s*[-–—|:(]?\s*(?:halaman|page|hal\.?)\s+(?:\d+|all)\)?\s*$", re.IGNORECASE)
_TITLED = re.compile(r"title|judul|headline|entry-title")
_MIN_ALONE = 4  # words; an only h1 with so many is believed against metadata
_MIN_SHARED = 3  # words; two versions of a headline share so many


class Title(NamedTuple):
    """The headline, and the element with the headline; None for a headline in metadata only."""

    text: str
    node: LexborNode | None


def find_title(page: Page, rules: Rules) -> Title | None:
    """Return the visible headline that metadata confirms, else metadata's without the site."""
    stated = _stated(page)
    names = [_words(text) for text in dict.fromkeys(stated)]
    shown: list[Title] = []
    for selector in (*rules.selectors("title"), "h1", "h2", "[itemprop=headline]"):
        shown += _headings(page, selector)
        confirmed = [t for t in shown if any(_same(_words(t.text), name) for name in names)]
        if confirmed:
            return max(confirmed, key=lambda title: len(_words(title.text)))
    if stated:
        return _alone(page) or Title(_shown(page, _without_site(stated[0], page, rules)), None)
    return next((title for title in shown if len(title.text) >= _MIN_HEADLINE), None)


def _alone(page: Page) -> Title | None:
    """Return the only h1, for pages with another title in metadata, for search engines."""
    headings = page.select("h1")
    node = headings[0] if len(headings) == 1 else None
    if node is None or node.css_first("a,img") is not None:
        return None
    text = " ".join(node.text().split())
    called = node.attributes.get("class") or ""
    telling = bool(_TITLED.search(called)) and "site" not in called
    return Title(text, node) if telling and len(_words(text)) >= _MIN_ALONE else None


def _shown(page: Page, text: str) -> str:
    """Return the line of the page that is most of metadata's `text`, else `text`."""
    return max(
        (run for run in page.runs if 2 * len(run) > len(text) and run in text),
        key=len,
        default=text,
    )


def _headings(page: Page, selector: str) -> Iterator[Title]:
    for node in page.select(selector):
        if text := " ".join(node.text().split()):
            yield Title(text, node)


def _stated(page: Page) -> list[str]:
    """Return the titles in metadata, best first."""
    candidates = [
        property_text(page.article.get("headline")),
        page.meta.get("og:title", ""),
        page.meta.get("twitter:title", ""),
        page.title,
    ]
    return [text for text in candidates if text]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _same(ours: list[str], theirs: list[str]) -> bool:
    """Return whether `ours` are the words of a headline in `theirs`, cut or with a site's name."""
    shared = min(len(ours), len(theirs))
    if ours == theirs:
        return True
    if shared < _MIN_SHARED:
        return False
    if ours[:shared] == theirs[:shared]:
        # A channel's name begins many headlines; a headline begins no other.
        return len(theirs) <= shared + 8
    return " ".join(ours) in " ".join(theirs)


def _without_site(text: str, page: Page, rules: Rules) -> str:
    """Return `text` without the names of site and channel that metadata appends."""
    names = {*rules.own_names, rules.name, page.meta.get("og:site_name", "")}
    known = {word for name in names for word in _words(name)}
    hosts = (split_url(url).netloc for url in [page.url, *page.own_urls()])
    known |= {word for host in hosts for word in _words(host)}
    known -= _HOST_NOISE
    text = _PAGE.sub("", text)
    while cuts := list(_SEPARATOR.finditer(text)):
        tail = _words(text[cuts[-1].end() :])
        if len(tail) > 4 or not any(word in known or word in "".join(known) for word in tail):
            break
        text = _PAGE.sub("", text[: cuts[-1].start()])
    return text
