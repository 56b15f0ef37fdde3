"""The headline as a reader sees it, and the metadata that confirms it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from crawler.extraction.structured import text as property_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page import Page
    from crawler.extraction.rules import Rules

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r"\s+(?:[|•»·–—:-]|::)\s+")
_HOST_NOISE = frozenset("www m amp com co id net org go tv".split())
_MIN_HEADLINE = (
    12  # characters; a shorter heading that metadata does not confirm is a channel's name
)
_MIN_SHARED = 3  # words that two versions of one headline share at least


class Title(NamedTuple):
    """The headline, and the element that shows it; None if only metadata has it."""

    text: str
    node: LexborNode | None


def find_title(page: Page, rules: Rules) -> Title | None:
    """The visible headline that metadata confirms, else metadata's without the site's name."""
    stated = _stated(page)
    shown = [
        Title(text, node)
        for node in _headings(page, rules)
        if (text := " ".join(node.text().split()))
    ]
    confirmed = [title for title in shown if any(_same(title.text, other) for other in stated)]
    if confirmed:
        return max(confirmed, key=lambda title: len(_words(title.text)))
    if stated:
        return Title(_without_site(stated[0], page, rules), None)
    return next((title for title in shown if len(title.text) >= _MIN_HEADLINE), None)


def _headings(page: Page, rules: Rules) -> Iterable[LexborNode]:
    for selector in rules.selectors("title"):
        yield from page.tree.css(selector)
    yield from page.tree.css("h1,h2,[itemprop=headline]")


def _stated(page: Page) -> list[str]:
    """What metadata calls the page, best first."""
    title = page.tree.css_first("title")
    candidates = [
        property_text(page.article.get("headline")),
        page.meta.get("og:title", ""),
        page.meta.get("twitter:title", ""),
        " ".join(title.text().split()) if title else "",
    ]
    return [text for text in candidates if text]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _same(shown: str, stated: str) -> bool:
    """Whether `shown` is the headline in `stated`, which may be cut off or carry a site's name."""
    ours, theirs = _words(shown), _words(stated)
    shared = min(len(ours), len(theirs))
    if ours == theirs:
        return True
    if shared < _MIN_SHARED:
        return False
    if ours[:shared] == theirs[:shared]:
        # A channel's name is the start of many headlines, a headline only of its own.
        return len(theirs) <= shared + 8
    return " ".join(ours) in " ".join(theirs)


def _without_site(text: str, page: Page, rules: Rules) -> str:
    """`text` without the names of site and channel that metadata appends."""
    names = {*rules.own_names, rules.name, page.meta.get("og:site_name", "")}
    known = {word for name in names for word in _words(name)}
    known |= {word for url in [page.url, *page.own_urls()] for word in _words(urlsplit(url).netloc)}
    known -= _HOST_NOISE
    while cuts := list(_SEPARATOR.finditer(text)):
        tail = _words(text[cuts[-1].end() :])
        if len(tail) > 4 or not any(word in known or word in "".join(known) for word in tail):
            break
        text = text[: cuts[-1].start()]
    return text
