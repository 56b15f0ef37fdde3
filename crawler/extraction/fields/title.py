"""The visible headline, confirmed by metadata."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.indonesian.dates import find_date
from crawler.extraction.indonesian.patterns import DASHES
from crawler.extraction.indonesian.sentences import is_prose_node
from crawler.extraction.page.jsonld import text as property_text
from crawler.extraction.urls import absolute, split_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(rf"\s+(?:[{DASHES}|•»·:]|::)\s+")
_HOST_NOISE = frozenset("www m amp com co id net org go tv".split())
_MIN_HEADLINE = 12  # characters; a shorter unconfirmed heading is a channel's name
_PAGE = re.compile(
    rf"\s*[{DASHES}|:(]?\s*(?:halaman|page|hal\.?)\s+(?:\d+|all)\)?\s*$", re.IGNORECASE
)
_TITLED = re.compile(r"title|judul|headline|entry-title")
_MIN_ALONE = 4  # words; an only h1 with so many is believed against metadata
_MIN_ABOVE = 2  # words; the same for an h1 right above a byline or a date
_SHORT = 8  # words of a title; a longer title is told from its headline by the first words
_HEAD = 8  # text nodes below an h1, searched for a byline or a date
_BYLINE = re.compile(r"(?:oleh|by|penulis|reporter|pewarta|editor|ditulis oleh)\b", re.IGNORECASE)
_MIN_SHARED = 3  # words; two versions of a headline share so many


class Title(NamedTuple):
    """The headline, and the element with the headline; None for a headline in metadata only."""

    text: str
    node: LexborNode | None


def find_title(page: Page, rules: Rules) -> Title | None:
    """Return the visible headline that metadata confirms, else metadata's without the site."""
    stated = _stated(page)
    names = [_words(text) for text in dict.fromkeys(stated)]
    if len(names) and len(names[-1]) < _SHORT:  # a headline of two words, and the site's name
        names.append(_words(_without_site(stated[-1], page, rules)))
    shown: list[Title] = []
    for selector in (*rules.selectors("title"), "h1", "h2", "[itemprop=headline]"):
        shown += _headings(page, selector)
        confirmed = [t for t in shown if any(_same(_words(t.text), name) for name in names)]
        if confirmed:
            return max(confirmed, key=lambda title: len(_words(title.text)))
    if stated:
        text = _without_site(stated[0], page, rules)
        line = _shown(page, text)
        if any(line == _line(node) for node in page.select("h1") if _is_masthead(node, page)):
            line = ""
        return (
            _alone(page) or (None if line else _above_all(page, rules)) or Title(line or text, None)
        )
    return next((title for title in shown if len(title.text) >= _MIN_HEADLINE), None)


def _alone(page: Page) -> Title | None:
    """Return the only h1, for pages with another title in metadata, for search engines."""
    only = _only_h1(page)
    if only is None or only.node is None:
        return None
    called = only.node.attributes.get("class") or ""
    telling = bool(_TITLED.search(called)) and "site" not in called
    return only if telling and len(_words(only.text)) >= _MIN_ALONE else None


def _only_h1(page: Page) -> Title | None:
    """Return the only h1 that is no masthead and holds neither link nor picture."""
    headings = list(_headings(page, "h1"))
    node = headings[0].node if len(headings) == 1 else None
    return headings[0] if node is not None and node.css_first("a,img") is None else None


def _above_all(page: Page, rules: Rules) -> Title | None:
    """Return the only h1, else the first heading with a telling class, above byline or date.

    The title in metadata is then one for search engines, a slogan, or the site's name.
    """
    only = _only_h1(page)
    shown = [only] if only else [t for tag in ("h2", "h3") for t in _headings(page, tag)]
    known = _site_words(page, rules)
    for title in shown:
        called = (title.node.attributes.get("class") if title.node else None) or ""
        telling = title is only or _TITLED.search(called)
        words = _words(title.text)
        named = all(word in known or word in "".join(known) for word in words)
        if telling and len(words) >= _MIN_ABOVE and not named and _heads(page, title.text):
            return title
    return None


def _heads(page: Page, text: str) -> bool:
    """Return whether a byline or a date is right below the line `text`, above any prose."""
    at = page.runs.index(text) + 1 if text in page.runs else len(page.runs)
    below = takewhile(lambda run: not is_prose_node(run), page.runs[at : at + _HEAD])
    return any(_BYLINE.match(run) or find_date(run, timed=False) for run in below)


def _shown(page: Page, text: str) -> str:
    """Return the line of the page that is most of metadata's `text`, "" without such a line."""
    return max(
        (run for run in page.runs if 2 * len(run) > len(text) and run in text),
        key=len,
        default="",
    )


def _headings(page: Page, selector: str) -> Iterator[Title]:
    for node in page.select(selector):
        if selector == "h1" and _is_masthead(node, page):
            continue
        if text := _line(node):
            yield Title(text, node)


def _line(node: LexborNode) -> str:
    return " ".join(node.text().split())


def _is_masthead(heading: LexborNode, page: Page) -> bool:
    """Return whether `heading` only wraps a link to the site's root, or is in such a link."""
    above = heading.parent
    link = above if above is not None and above.tag == "a" else heading.css_first("a")
    if link is None or len(link.text().strip()) < len(heading.text().strip()):
        return False
    parts = split_url(absolute(page.url, link.attributes.get("href") or "#"))
    return bool(parts.netloc or not page.url) and parts.path in ("", "/") and not parts.fragment


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
    known = _site_words(page, rules)
    text = _PAGE.sub("", text)
    while cuts := list(_SEPARATOR.finditer(text)):
        tail = _words(text[cuts[-1].end() :])
        if len(tail) > 4 or not any(word in known or word in "".join(known) for word in tail):
            break
        text = _PAGE.sub("", text[: cuts[-1].start()])
    return text


def _site_words(page: Page, rules: Rules) -> set[str]:
    """Return the words of the names and hosts of the site, in lower case."""
    names = {*rules.own_names, rules.name, page.meta.get("og:site_name", "")}
    known = {word for name in names for word in _words(name)}
    hosts = (split_url(url).netloc for url in [page.url, *page.own_urls()])
    known |= {word for host in hosts for word in _words(host)}
    return known - _HOST_NOISE
