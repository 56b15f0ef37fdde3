"""The words of a search in a text: marked, and with the text around them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from output.search_query import Phrase, Word
from output.word_forms import fold, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Wanted = Callable[[Sequence[str], int], int]

_WORD = re.compile(r"[^\W_][\w\u0300-\u036f]*?(?=[\W_]|$)")
_LONGEST = 240  # characters of an excerpt
_BEFORE = 60  # characters of an excerpt before the first match
_MOST = 1000
"""Matches to look at; a common word has more in a long text."""
_EXCERPTS = 3
"""Excerpts of a text at most, each for words that the ones before do not show."""


@dataclass(frozen=True, slots=True)
class ExcerptPart:
    """A part of a text; `found` where the part is a word of the search."""

    text: str
    found: bool = False


class _Place(NamedTuple):
    """Start and end of a match, and the number of what was wanted."""

    start: int
    end: int
    wanted: int


def wanted(asked: Word | Phrase, roots: Sequence[str] = ()) -> Wanted:
    """Return a function that tells how many words, from a place of a text's folded words on, are
    `asked`.

    :param roots: of the forms that a word stands for
    """
    match asked:
        case Phrase(words):
            return partial(_phrase, words)
        case Word(text, begins=True):
            return lambda words, place: int(words[place].startswith(text))
        case Word(text, exact=exact):
            forms = frozenset(() if exact else roots)
            return lambda words, place: int(
                words[place] == text or (bool(forms) and root_of(words[place]) in forms)
            )


def _phrase(asked: tuple[str, ...], words: Sequence[str], place: int) -> int:
    return len(asked) if tuple(words[place : place + len(asked)]) == asked else 0


def marked(text: str, asked: Sequence[Wanted]) -> list[ExcerptPart]:
    """Return `text` in parts, of which some are what is `asked` for."""
    pieces, end = [], 0
    for start, stop, _ in _places(text, asked):
        pieces += [ExcerptPart(text[end:start]), ExcerptPart(text[start:stop], found=True)]
        end = stop
    return [piece for piece in (*pieces, ExcerptPart(text[end:])) if piece.text]


def excerpt(text: str, asked: Sequence[Wanted]) -> list[ExcerptPart]:
    """Return excerpts of `text`, as one, that show as much of what is `asked` for as they can;
    empty without a match."""
    text = " ".join(text.split())
    places = _places(text, asked)
    spans: list[tuple[int, int]] = []
    while places and len(spans) < _EXCERPTS:
        start, end = _span(text, _fullest(places))
        spans.append((start, end))
        shown = {place.wanted for place in places if start <= place.start and place.end <= end}
        left = [place for place in places if place.wanted not in shown]
        if len(left) == len(places):
            break
        places = left
    shown_text, last = "", 0
    for start, end in _joined(spans):
        shown_text += ("… " if last else "…") if start else ""
        shown_text += text[start:end]
        last = end
        if end < len(text):
            shown_text += "…"
    return marked(shown_text, asked) if spans else []


def _span(text: str, first: int) -> tuple[int, int]:
    """Return the bounds of an excerpt that shows the match at `first`, at blanks."""
    start = max(0, first - _BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or first
    end = start + _LONGEST
    if end < len(text):
        end = max(text.rfind(" ", first, end), first + 1)
    return start, min(end, len(text))


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield `spans` in order, those that overlap as one."""
    held: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if held and start <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _places(text: str, asked: Sequence[Wanted]) -> list[_Place]:
    """Return each match."""
    found = list(_WORD.finditer(text)) if asked else []
    words = [fold(match[0]) for match in found]

    def places() -> Iterator[_Place]:
        place = 0
        while place < len(words):
            lengths = ((each(words, place), number) for number, each in enumerate(asked))
            count, number = max(lengths, key=lambda one: (one[0], -one[1]))
            if count:
                yield _Place(found[place].start(), found[place + count - 1].end(), number)
            place += max(1, count)

    return list(islice(places(), _MOST))


def _fullest(places: list[_Place]) -> int:
    """Return the start of the first excerpt that holds the most of what is wanted."""
    held: Counter[int] = Counter()
    best, most, last = places[0].start, 0, 0
    for start, _, number in places:
        while last < len(places) and places[last].end <= start + _LONGEST - _BEFORE:
            held[places[last].wanted] += 1
            last += 1
        if len(+held) > most:
            best, most = start, len(+held)
        held[number] -= 1
    return best
