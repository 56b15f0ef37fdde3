"""What Nuxt leaves on a page for its scripts: an array of values that refer to each other by their
place (Nuxt 3), or a script whose object holds text as literals (Nuxt 2)."""

from __future__ import annotations

import json
import re
from typing import Any

_DEEPEST = 6  # references on the way to a value
_MOST = 2_000  # values of one thing that are followed
# `body:"..."`, `"title":"..."`, and `author:{id:1,name:"..."}` under the name of the outer one.
_LITERAL = re.compile(
    r'(?<![\w$])"?([A-Za-z_]{2,20})"?\s?:\s?(?:\{[^{}"]{0,80}\bname\s?:\s?)?"((?:[^"\\]|\\.)*+)"'
)
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")


def revived(data: Any, names: frozenset[str]) -> list[Any]:
    """The things of Nuxt 3's array that have one of `names`, with their values in place."""
    values = data if isinstance(data, list) else []
    return [
        _resolved(values, thing, [_MOST])
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
