"""Places that print sets before the dash of a dateline, read from places.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path


def _cities() -> frozenset[str]:
    """Return all names of places.toml."""
    parts = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    lists = [names for part in parts.values() for names in part.values()]
    return frozenset(name for names in lists for name in names.split(", "))


CITIES = _cities()
"""Names of regencies, towns and foreign cities, as prose prints them."""
_UPPER = frozenset(map(str.upper, CITIES))


def is_city(text: str) -> bool:
    """Return whether `text` is a city's name and no more, as prose prints it or in capitals."""
    return text in CITIES or text in _UPPER
