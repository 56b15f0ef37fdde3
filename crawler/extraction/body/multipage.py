"""Articles on several pages: the URLs of the pages, and the article joined from the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.extraction.body.body import find_body, guess_body
from crawler.extraction.urls import absolute, canonical_url, split_url
from crawler.items import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules
    from crawler.items import Article

MAX_PAGES = 20  # of an article, read at most
_QUOTED = re.compile(r'(["\\])')  # characters to escape in a CSS string
_FURTHER = re.compile(r"(?:^|&)page(?:_num)?=0*(?:[2-9]|[1-9]\d{1,2})(?:&|$)")


def whole_url(url: str, rules: Rules) -> str:
    """Return the URL of all pages of the article at `url` on a single page; `url` without any."""
    if rules.whole.startswith("?"):
        return f"{url}&{rules.whole[1:]}" if split_url(url).query else url + rules.whole
    return url.rstrip("/") + rules.whole if rules.whole else url


def is_whole(url: str, rules: Rules) -> bool:
    """Return whether `url` asks for all pages of an article on a single page."""
    parts = split_url(url)
    if rules.whole.startswith("?"):
        return rules.whole[1:] in parts.query.split("&")
    return bool(rules.whole) and parts.path.rstrip("/").endswith(rules.whole)


def further_pages(page: Page, rules: Rules, read: Sequence[str]) -> list[str]:
    """Return the URLs of the rest of the article on `page`, in order, without the URLs in `read`.

    On a page that should be whole, links to parts of the same article show that the page is not:
    robots.txt refused the whole, or the page comes from another archive.
    """
    if is_whole(page.url, rules):
        return []
    if rules.next_page or not rules.whole:
        return _linked(page, rules.selectors("next_page"), read)
    own = canonical_url(page.url)
    slug = _QUOTED.sub(r"\\\1", (own or "").rpartition("/")[2])
    links = _linked(page, (f'a[href*="{slug}"]', 'a[href^="?"]'), read)
    parts = [url for url in links if canonical_url(url) == own]
    numbered = [url for url in parts if is_further(url)]
    if numbered or is_further(page.url):
        return numbered
    return [url for url in parts if is_whole(url, rules)]


def _linked(page: Page, selectors: Iterable[str], read: Sequence[str]) -> list[str]:
    """Return the targets on the same host of links that match `selectors`, without `read`."""
    if len(read) >= MAX_PAGES:
        return []
    done = {address(url) for url in read}
    found: dict[str, str] = {}
    host = split_url(page.url).netloc
    for selector in selectors:
        for anchor in page.tree.css(selector):
            url = _absolute(page.url, anchor.attributes.get("href"))
            if split_url(url).netloc == host and address(url) not in done:
                found.setdefault(address(url), url)
    return list(found.values())


def join(first: Article, further: Page, rules: Rules) -> Article:
    """Return `first` with the blocks of the `further` page; a block on both pages occurs once.

    :raises Rejected: `incomplete`, when `further` has no text.
    """
    body = find_body(further, rules) or guess_body(further, rules)
    if body is None:
        raise Rejected("incomplete", f"no text on {further.url}")
    there = {block.text for block in first.blocks}
    fresh = [block for block in body.blocks if block.text not in there]
    return replace(first, blocks=[*first.blocks, *fresh])


def _absolute(base: str, href: str | None) -> str:
    """Return `href` joined to `base`, without fragment; "" where the two cannot be joined."""
    url = absolute(base, href).partition("#")[0] if href else ""
    return url if any(split_url(url)) else ""


def is_further(url: str) -> bool:
    """Return whether `url` names a page of an article other than the first page."""
    parts = split_url(url)
    if _FURTHER.search(parts.query):
        return True
    last = parts.path.rstrip("/").rpartition("/")[2]
    if not last.isdecimal() or int(last) < 2:
        return False
    return not (canonical_url(url) or url).partition("?")[0].endswith(f"/{last}")


def address(url: str) -> str:
    """Return the key of the page at `url`, without closing slash and the number of page 1."""
    parts = split_url(url)
    query = "" if parts.query == "page=1" else parts.query
    return f"{parts.netloc}{parts.path.rstrip('/').removesuffix('/1')}?{query}"
