"""JSON-LD: a page's own data in schema.org's words, mended where broken."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Thing = dict[str, Any]

ARTICLE_TYPES = frozenset(
    "Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle BlogPosting "
    "TechArticle LiveBlogPosting Report Review".split()
)
MAX_VALUES = 100
"""Values of a property: authors, tags; articles have up to twenty."""
_MAX_THINGS = 200
# Properties that may refer by @id to a thing elsewhere on the page, as Yoast's graph does.
_REFERRING = ("author", "creator", "contributor", "editor", "publisher", "image")
_ADDRESS = re.compile(r"\S*(?:://|#)|/|_:|www\.")  # a URL or the @id of a blank node
_WRAPPER = re.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
# A pair on a line, with unescaped quotes in the value.
_PAIR_LINE = re.compile(r'^(\s*"[@\w]{1,40}"\s*:\s*")(.*)("\s*,?\s*)$', re.MULTILINE)
_BARE_QUOTE = re.compile(r'(?<!\\)"')


def things(scripts: Iterable[str]) -> list[Thing]:
    """Return every object in the JSON-LD `scripts`, in order, with lists and @graph flattened.

    A reference by @id to a thing of any of the scripts gives way to the thing.
    """
    found = [thing for script in scripts for thing in _flat(_read(script))]
    by_id = {thing["@id"]: thing for thing in found if isinstance(thing.get("@id"), str)}
    return [_joined(thing, by_id) for thing in found] if by_id else found


def _joined(thing: Thing, by_id: dict[str, Thing]) -> Thing:
    joined = {name: _followed(thing[name], by_id) for name in _REFERRING if name in thing}
    return thing | joined if joined else thing


def _followed(value: Any, by_id: dict[str, Thing]) -> Any:
    """Return the things that `value` refers to, else `value`."""
    if isinstance(value, list):
        return [_followed(item, by_id) for item in value]
    if isinstance(value, str):
        return by_id.get(value, value)
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value


def is_a(thing: Thing, types: frozenset[str]) -> bool:
    """Return whether the type of `thing` is among `types`."""
    kind = thing.get("@type")
    names = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and name.rpartition("/")[2] in types for name in names)


def text(value: Any) -> str:
    """Return a property as text: the first of several values, the name of a thing."""
    for _ in range(4):  # a list of a thing of a list: deeper is nonsense
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("@id") or ""
    if not isinstance(value, (str, int)):
        return ""
    plain = " ".join(str(value).split())
    return " ".join(html.unescape(plain).split()) if "&" in plain else plain


def texts(value: Any) -> list[str]:
    """Return the first MAX_VALUES values of a property as text, without empty values."""
    values = value[:MAX_VALUES] if isinstance(value, list) else [value]
    return [found for found in map(text, values) if found]


def named(value: Any) -> list[str]:
    """Return all values of a property as text, without URLs: that of a person is no name."""
    return [name for name in texts(value) if not _ADDRESS.match(name)]


def _read(script: str) -> Any:
    """Return the data in `script`, mended where broken in a known way; None beyond mending."""
    script = script.strip()
    if not (script.startswith(("{", "[")) and script.endswith(("}", "]"))):
        script = _WRAPPER.sub("", script).strip().rstrip(";")
    for mend in (str, _mend, _mend_quotes):
        try:
            return json.loads(mend(script), strict=False)  # strict refuses control characters
        except (ValueError, RecursionError):
            continue
    return None


def _mend(script: str) -> str:
    return _TRAILING_COMMA.sub("", _BAD_ESCAPE.sub(r"\\\\", script))


def _mend_quotes(script: str) -> str:
    return _PAIR_LINE.sub(_escape_quotes, _mend(script))


def _escape_quotes(match: re.Match[str]) -> str:
    return match[1] + _BARE_QUOTE.sub(r"\\" + '"', match[2]) + match[3]


def _flat(value: Any) -> Iterator[Thing]:
    waiting = [value]
    for _ in range(_MAX_THINGS):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting = value + waiting
        elif isinstance(value, dict):
            if "@type" in value:
                yield value
            for key in ("@graph", "mainEntity"):
                if isinstance(value.get(key), (list, dict)):
                    waiting.insert(0, value[key])
