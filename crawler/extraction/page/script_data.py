"""Articles in a page's own data, for its scripts to show (Next.js, Nuxt), in schema.org's words.

JawaPos, since 2025: `props.pageProps.article` with `content` as HTML; there is no JSON-LD article.
Others call things otherwise and nest them deeper, so what has a title and a text is looked for.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler.extraction.page.editor_trees import as_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser

    from crawler.extraction.page.jsonld import Thing

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
_DEEPEST = 6  # references on the way to a value
_MOST_RESOLVED = 2_000  # values of one thing that are followed
# `body:"..."`, `"title":"..."`, and `author:{id:1,name:"..."}` under the name of the outer one.
_LITERAL = re.compile(
    r'(?<![\w$])"?([A-Za-z_]{2,20})"?\s?:\s?(?:\{[^{}"]{0,80}\bname\s?:\s?)?"((?:[^"\\]|\\.)*+)"'
)
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")


def embedded_article(tree: LexborHTMLParser, title: str = "") -> Thing:
    """The article in the page's data; empty if there is none.

    Of several the one that `title`, which is the page's, names; else the longest.
    """
    found = list(_articles(_data(tree, title)))
    if not found:
        return {}
    best = max(found, key=lambda thing: (thing["headline"] in title, len(thing["content"])))
    return {"@type": "NewsArticle", **best}


def _data(tree: LexborHTMLParser, title: str) -> Any:
    """What a page tells its scripts, as far as articles can be in it."""
    place = tree.css_first("#__NEXT_DATA__,#__NUXT_DATA__,#__nuxt")
    name = place.attributes.get("id") if place is not None else None
    if place is None or name == "__NEXT_DATA__":
        return _read(place.text()) if place is not None else None
    if name == "__NUXT_DATA__" or (place := tree.css_first("#__NUXT_DATA__")):
        return revived(_read(place.text()), frozenset(_CALLED["content"]))
    scripts = (script.text() for script in tree.css("script:not([src])"))
    source = next((text for text in scripts if text.lstrip().startswith("window.__NUXT__")), "")
    return _from_literals(literals(source), title)


def _from_literals(found: dict[str, list[str]], title: str) -> dict[str, str]:
    """One thing of texts of which only the order is known; none without the page's `title`."""
    headline = (text for name in _CALLED["headline"] for text in found.get(name, ()))
    if not (named := next((text for text in headline if len(text) > 20 and text in title), None)):
        return {}
    longest = {name: max(texts, key=len) for name, texts in found.items()}
    first = {name: texts[0] for name, texts in found.items() if name not in _CALLED["content"]}
    return longest | first | {"title": named}


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
            title, content = thing["headline"], as_html(thing["content"])
            if isinstance(title, str) and len(content) >= _MIN_TEXT:
                yield thing | {"content": content}
            value = list(value.values())
        if isinstance(value, list) and len(waiting) < _MOST:
            waiting += [inner for inner in value if isinstance(inner, (dict, list))]


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((value[key] for key in keys if value.get(key)), None)


def revived(data: Any, names: frozenset[str]) -> list[Any]:
    """The things of Nuxt 3's array that have one of `names`, with their values in place."""
    values = data if isinstance(data, list) else []
    return [
        _resolved(values, thing, [_MOST_RESOLVED])
        for thing in values
        if isinstance(thing, dict) and not names.isdisjoint(thing)
    ]


def _resolved(values: list[Any], value: Any, left: list[int], depth: int = 0) -> Any:
    left[0] -= 1
    if depth > _DEEPEST or left[0] < 0:
        return None

    def at(place: Any) -> Any:
        known = isinstance(place, int) and 0 <= place < len(values)
        return _resolved(values, values[place], left, depth + 1) if known else None

    if isinstance(value, dict):
        return {name: at(place) for name, place in value.items()}
    if isinstance(value, list):
        return [at(place) for place in value]
    return value


def literals(script: str) -> dict[str, list[str]]:
    """The texts in Nuxt 2's script by the names they are given; in their order."""
    found: dict[str, list[str]] = {}
    for name, raw in _LITERAL.findall(script):
        try:
            text = json.loads('"' + _HEX.sub(r"\\u00\1", raw) + '"', strict=False)
        except ValueError:
            continue
        found.setdefault(name, []).append(text)
    return found
