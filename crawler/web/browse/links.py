"""Links of an article: out to its address, and to searches for articles with the same values."""

from __future__ import annotations

from crawler.extraction.urls import split_url
from output.search_index import words_of


def is_web(address: str | None) -> bool:
    """Return whether `address` is one of http or https with a host, which a page may link to."""
    if not address or not address.isprintable():
        return False
    split = split_url(address)
    return split.scheme in ("http", "https") and bool(split.hostname)


def tag_query(tag: str) -> str:
    """Return the query for the articles with a tag of the same words; empty where it has none."""
    words = words_of(tag)
    return f'tag:"{" ".join(words)}"' if words else ""
