"""Articles on several pages: which pages are left to read, and how they become one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.extraction.page import Page
    from crawler.extraction.rules import Selectors
    from crawler.items import Article

MAX_PAGES = 20


def further_pages(page: Page, links: Selectors, read: Sequence[str]) -> list[str]:
    """The pages of this article that `links` lead to, in order, without those that are `read`."""
    if len(read) >= MAX_PAGES:
        return []
    done = {_address(url) for url in read}
    found: dict[str, str] = {}
    host = urlsplit(page.url).netloc
    for selector in (links,) if isinstance(links, str) else links:
        for anchor in page.tree.css(selector):
            href = anchor.attributes.get("href")
            if not href:
                continue
            url = urldefrag(urljoin(page.url, href)).url
            if urlsplit(url).netloc == host and _address(url) not in done:
                found.setdefault(_address(url), url)
    return list(found.values())


def join(first: Article, further: Article) -> Article:
    """`first` with the blocks of its `further` page; what both pages print stands once."""
    there = {block.text for block in first.blocks}
    fresh = [block for block in further.blocks if block.text not in there]
    return replace(first, blocks=[*first.blocks, *fresh])


def _address(url: str) -> str:
    """What tells pages of one article apart; a closing slash does not, page 1 is the article."""
    parts = urlsplit(url)
    query = "" if parts.query == "page=1" else parts.query
    return f"{parts.netloc}{parts.path.rstrip('/').removesuffix('/1')}?{query}"
