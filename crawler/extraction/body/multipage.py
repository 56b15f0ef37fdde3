"""Articles on several pages: which pages are left to read, and how they become one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from crawler.extraction.body.body import find_body, guess_body
from crawler.extraction.urls import canonical_url
from crawler.items import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules, Selectors
    from crawler.items import Article

MAX_PAGES = 20
_FURTHER = re.compile(r"(?:^|&)page(?:_num)?=0*(?:[2-9]|[1-9]\d{1,2})(?:&|$)")


def further_pages(page: Page, links: Selectors, read: Sequence[str]) -> list[str]:
    """The pages of this article that `links` lead to, in order, without those that are `read`."""
    if len(read) >= MAX_PAGES:
        return []
    done = {address(url) for url in read}
    found: dict[str, str] = {}
    host = urlsplit(page.url).netloc
    for selector in (links,) if isinstance(links, str) else links:
        for anchor in page.tree.css(selector):
            url = _absolute(page.url, anchor.attributes.get("href"))
            if urlsplit(url).netloc == host and address(url) not in done:
                found.setdefault(address(url), url)
    return list(found.values())


def join(first: Article, further: Page, rules: Rules) -> Article:
    """`first` with the body of its `further` page, be it one line; what both print stands once.

    :raises Rejected: `incomplete`, since no text is on that page.
    """
    body = find_body(further, rules) or guess_body(further, rules)
    if body is None:
        raise Rejected("incomplete", f"no text on {further.url}")
    there = {block.text for block in first.blocks}
    fresh = [block for block in body.blocks if block.text not in there]
    return replace(first, blocks=[*first.blocks, *fresh])


def _absolute(base: str, href: str | None) -> str:
    """`href` without its fragment; "" if it leads nowhere."""
    try:
        return urldefrag(urljoin(base, href)).url if href else ""
    except ValueError:
        return ""


def is_further(url: str) -> bool:
    """Whether `url` names a page of its article, and not the first."""
    parts = urlsplit(url)
    if _FURTHER.search(parts.query):
        return True
    last = parts.path.rstrip("/").rpartition("/")[2]
    if not last.isdecimal() or int(last) < 2:
        return False
    return not (canonical_url(url) or url).partition("?")[0].endswith(f"/{last}")


def address(url: str) -> str:
    """What tells pages of one article apart; a closing slash does not, page 1 is the article."""
    parts = urlsplit(url)
    query = "" if parts.query == "page=1" else parts.query
    return f"{parts.netloc}{parts.path.rstrip('/').removesuffix('/1')}?{query}"
