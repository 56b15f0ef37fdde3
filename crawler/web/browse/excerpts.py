"""The words of a search in a text: marked, and with the text around them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")  # as in the search index
_LONGEST = 240  # characters of an excerpt
_BEFORE = 60  # characters of an excerpt before the first match
_MOST = 1000
"""Matches to look at; a common word has more in a long text."""


@dataclass(frozen=True, slots=True)
class ExcerptPart:
    """A part of a text; `found` where the part is a word of the search."""

    text: str
    found: bool = False


def marked(text: str, words: Sequence[str]) -> list[ExcerptPart]:
    """Return `text` in parts; a match begins with any of `words`, in any case.

    :param words: in lower case
    """
    pieces, end = [], 0
    for start, stop, _ in _places(text, words):
        pieces += [ExcerptPart(text[end:start]), ExcerptPart(text[start:stop], found=True)]
        end = stop
    return [piece for piece in (*pieces, ExcerptPart(text[end:])) if piece.text]


def excerpt(text: str, words: Sequence[str]) -> list[ExcerptPart]:
    """Return the first excerpt of `text` with the most of `words`; empty without a match."""
    text = " ".join(text.split())
    places = _places(text, words)
    if not places:
        return []
    first = _fullest(places)
    start = max(0, first - _BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or first
    end = start + _LONGEST
    if end < len(text):
        end = max(text.rfind(" ", first, end), first + 1)
    cut = "…" if end < len(text) else ""
    return marked(f"{'…' if start else ''}{text[start:end]}{cut}", words)


def _places(text: str, words: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return start, end and search word of each match."""
    found = (
        (*match.span(), word)
        for match in _WORD.finditer(text)
        if (word := next((w for w in words if match[0].lower().startswith(w)), ""))
    )
    return list(islice(found, _MOST))


def _fullest(places: list[tuple[int, int, str]]) -> int:
    """Return the start of the first excerpt that holds the most search words."""
    held: Counter[str] = Counter()
    best, most, last = places[0][0], 0, 0
    for start, _, word in places:
        while last < len(places) and places[last][1] <= start + _LONGEST - _BEFORE:
            held[places[last][2]] += 1
            last += 1
        if len(+held) > most:
            best, most = start, len(+held)
        held[word] -= 1
    return best
