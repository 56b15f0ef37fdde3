"""Articles in a page's data for scripts (Next.js, Nuxt), in schema.org's words.

JawaPos, since 2025: `props.pageProps.article` with `content` as HTML, and no JSON-LD article. Other
outlets use other names and deeper nesting, so the search is for any object with a title and a text.
Nuxt 3 keeps an array of values that refer to each other by index; Nuxt 2 a script with an object
that holds text as literals.
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
_MIN_TEXT = 200  # characters; a shorter text is a teaser
_MOST = 20_000  # values of the data, looked at in all
_DEEPEST = 6  # references; deeper values are left out
_MOST_RESOLVED = 2_000  # values of an object, followed in all
# `body:"..."`, `"title":"..."`, and `author:{id:1,name:"..."}` under the name `author`.
_LITERAL = re.compile(
    r'(?<![\w$])"?([A-Za-z_]{2,20})"?\s?:\s?(?:\{[^{}"]{0,80}\bname\s?:\s?)?"((?:[^"\\]|\\.)*+)"'
)
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")


def embedded_article(tree: LexborHTMLParser, title: str = "") -> Thing:
    """Return the article in the page's data; empty if there is none.

    Of several articles the page's `title` decides, then the length.
    """
    found = list(_articles(_data(tree, title)))
    if not found:
        return {}
    best = max(found, key=lambda thing: (thing["headline"] in title, len(thing["content"])))
    return {"@type": "NewsArticle", **best}


def _data(tree: LexborHTMLParser, title: str) -> Any:
    """Return the part of the page's data for scripts that may hold articles."""
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
    """Return an article from texts by name; empty without the page's `title` among the texts."""
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
    """Yield the objects in `data` with a title and a text, by schema.org's names; breadth first."""
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
    """Return the objects of Nuxt 3's array with a key in `names`, all references resolved; the
    first ones, up to _MOST values in all."""
    values = data if isinstance(data, list) else []
    found: list[Any] = []
    room = _MOST
    for thing in values:
        if room > 0 and isinstance(thing, dict) and not names.isdisjoint(thing):
            left = [_MOST_RESOLVED]
            found.append(_resolved(values, thing, left))
            room -= _MOST_RESOLVED - left[0]
    return found


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
    """Return the texts in Nuxt 2's script by name, in order."""
    found: dict[str, list[str]] = {}
    for name, raw in _LITERAL.findall(script):
        try:
            text = json.loads('"' + _HEX.sub(r"\\u00\1", raw) + '"', strict=False)
        except ValueError:
            continue
        found.setdefault(name, []).append(text)
    return found
