"""Where in a text the words of a search stand: marked, with a line around them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")  # as the index has them
_LONGEST = 240  # letters of an excerpt
_BEFORE = 60  # of these, before the first word found
_MOST = 1000
"""Places that are looked at: a common word stands in a long text more often."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `found`: a word that was searched for."""

    text: str
    found: bool = False


def marked(text: str, words: Sequence[str]) -> list[Piece]:
    """`text` in pieces; a word is found that begins with one of `words`, in any case.

    :param words: in lower case
    """
    pieces, end = [], 0
    for start, stop, _ in _places(text, words):
        pieces += [Piece(text[end:start]), Piece(text[start:stop], found=True)]
        end = stop
    return [piece for piece in (*pieces, Piece(text[end:])) if piece.text]


def excerpt(text: str, words: Sequence[str]) -> list[Piece]:
    """The first stretch of `text` that holds the most of `words`; nothing where none stands."""
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
    """Beginning, end and search word of each that is found."""
    found = (
        (*match.span(), word)
        for match in _WORD.finditer(text)
        if (word := next((w for w in words if match[0].lower().startswith(w)), ""))
    )
    return list(islice(found, _MOST))


def _fullest(places: list[tuple[int, int, str]]) -> int:
    """Where the first stretch begins that holds the most search words."""
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
