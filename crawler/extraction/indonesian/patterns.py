"""Fast patterns for long lists of words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""All dashes that print uses; first in a class of a pattern, so that "-" is no range."""
DASH = f"[{DASHES}]"
"""A pattern for a dash."""
BULLETS = "•·▪■●◦‣➢➤✓✔○◆◇►▶▸❖\uf0a7\uf0b7\uf0d8\uf0fc"
"""The marks of list items alone; the last four are of the symbol fonts of Word."""


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of `words`, longest first, by initials, to try few of hundreds."""
    by_initial: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words, key=len, reverse=True):
        by_initial[word[0]].append(word[1:])
    patterns = (f"{initial}(?:{'|'.join(rest)})" for initial, rest in by_initial.items())
    return f"(?:{'|'.join(patterns)})"
