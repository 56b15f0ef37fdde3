"""Articles in a page's own data, for its scripts to show (Next.js), in schema.org's words.

JawaPos, since 2025: `props.pageProps.article` with `content` as HTML; there is no JSON-LD article.
Others call things otherwise and nest them deeper, so what has a title and a text is looked for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser

    from crawler.extraction.structured import Thing

_CALLED = {
    "headline": ("title", "headline", "judul", "post_title", "news_title"),
    "content": ("content", "body", "articleBody", "article_body", "isi", "html", "post_content"),
    "description": ("description", "excerpt", "summary", "lead"),
    "image": ("cover", "image", "thumbnail", "photo"),
    "datePublished": (
        "published_at", "publishedAt", "published_date", "publishDate", "publish_date",
        "datePublished", "date_published", "published", "created_at", "createdAt", "date",
    ),
    "author": ("authors", "author", "reporter", "penulis", "writer"),
    "editor": ("editor", "editors"),
    "articleSection": ("category", "section", "channel", "kanal", "rubrik"),
    "keywords": ("tags", "keywords"),
}  # fmt: skip
_MIN_TEXT = 200  # characters; what is shorter is a teaser
_MOST = 20_000  # values of the data that are looked at


def embedded_article(tree: LexborHTMLParser, title: str = "") -> Thing:
    """The article in the page's data; empty if there is none.

    Of several the one that `title`, which is the page's, names; else the longest.
    """
    script = tree.css_first("script#__NEXT_DATA__")
    found = list(_articles(_read(script.text()))) if script else []
    if not found:
        return {}
    best = max(found, key=lambda thing: (thing["headline"] in title, len(thing["content"])))
    return {"@type": "NewsArticle", **best}


def _read(source: str) -> Any:
    try:
        return json.loads(source)
    except (ValueError, RecursionError):
        return None


def _articles(data: Any) -> Iterator[dict[str, Any]]:
    """What in `data` has a title and a text, under schema.org's names; breadth first."""
    waiting = [data]
    for value in waiting:
        if isinstance(value, dict):
            thing = {name: _first(value, keys) for name, keys in _CALLED.items()}
            title, content = thing["headline"], thing["content"]
            if isinstance(title, str) and isinstance(content, str) and len(content) >= _MIN_TEXT:
                yield thing
            value = list(value.values())
        if isinstance(value, list) and len(waiting) < _MOST:
            waiting += [inner for inner in value if isinstance(inner, (dict, list))]


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((value[key] for key in keys if value.get(key)), None)
