"""Articles in a page's own data, for its scripts to show (Next.js), in schema.org's words.

JawaPos, since 2025: `props.pageProps.article` with `content` as HTML; there is no JSON-LD article.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

    from crawler.extraction.structured import Thing


def embedded_article(tree: LexborHTMLParser) -> Thing:
    """The article in the page's data; empty if there is none."""
    script = tree.css_first("script#__NEXT_DATA__")
    found = _article(script.text()) if script else {}
    if not (isinstance(found.get("title"), str) and isinstance(found.get("content"), str)):
        return {}
    return {
        "@type": "NewsArticle",
        "headline": found["title"],
        "description": found.get("description"),
        "image": found.get("cover"),
        "datePublished": found.get("published_at"),
        "author": found.get("authors"),
        "articleSection": found.get("category"),
        "keywords": found.get("tags"),
        "content": found["content"],
    }


def _article(source: str) -> dict[str, Any]:
    try:
        data = json.loads(source)
    except (ValueError, RecursionError):
        return {}
    for key in ("props", "pageProps", "article"):
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}
