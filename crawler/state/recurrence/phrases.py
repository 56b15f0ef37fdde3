"""Phrases of words.toml, found in the words of a line."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    Phrase = tuple[frozenset[str], ...]

ANYWHERE = (
    "asking", "house", "medium", "itself", "making", "disclaiming", "nouns", "reader", "speech",
)  # fmt: skip
"""Groups that count wherever they stand in a line; the others begin or end one."""
SAYING = ("opening", "question", "house", "medium", "itself", "disclaiming")
"""Groups of which a notice has one; the others alone are in any advice or report."""
_ANY = "*"


class Group(NamedTuple):
    """A group of phrases by first word, with the points that a line has by one of them.

    :param address: whether the group speaks to the reader, or for the outlet
    """

    by_first: dict[str, list[Phrase]]
    points: int
    address: bool

    def stands_at(self, words: Sequence[str], place: int) -> int:
        """Return the number of words of the longest phrase at `place`; 0 without one."""
        if place >= len(words) or words[place] not in self.by_first:
            return 0
        phrases = self.by_first[words[place]]
        return max((len(phrase) for phrase in phrases if _fits(phrase, words, place)), default=0)

    def ends(self, words: Sequence[str]) -> bool:
        """Return whether `words` end with a phrase."""
        last = range(max(0, len(words) - 4), len(words))
        return any(place + self.stands_at(words, place) == len(words) for place in last)


def _fits(phrase: Phrase, words: Sequence[str], place: int) -> bool:
    if place + len(phrase) > len(words):
        return False
    return all(
        words[place + step] in part or _ANY in part for step, part in enumerate(phrase) if step
    )


@cache
def groups() -> dict[str, Group]:
    """Return the groups of words.toml by name."""
    content = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return {name: _group(**values) for name, values in content.items()}


def _group(words: Sequence[str], points: int = 0, *, address: bool = False) -> Group:
    by_first: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in words:
        parts = tuple(frozenset(part.split("|")) for part in phrase.split())
        for first in parts[0]:
            by_first[first].append(parts)
    return Group(dict(by_first), points, address)


def groups_in(words: Sequence[str]) -> set[str]:
    """Return the names of the groups with a phrase anywhere in `words`."""
    anywhere, found = _anywhere(), set[str]()
    if anywhere.keys().isdisjoint(words):
        return found
    for place, word in enumerate(words):
        for name, phrase in anywhere.get(word, ()):
            if name not in found and (len(phrase) == 1 or _fits(phrase, words, place)):
                found.add(name)
    return found


def may_say(words: Collection[str], *, asks: bool) -> bool:
    """Return whether `words` may hold a phrase of SAYING: False for most paragraphs of prose.

    :param asks: whether the line has a question mark, without which no question is one
    """
    saying = _saying(asks)
    begun = saying.keys() & words
    return any(None in saying[first] or not saying[first].isdisjoint(words) for first in begun)


@cache
def _saying(asks: bool) -> dict[str, set[str | None]]:
    """Return the second words of the phrases of SAYING by first word; None: any may follow."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for name in SAYING:
        by_first = {} if name == "question" and not asks else groups()[name].by_first
        for first, phrases in by_first.items():
            for phrase in phrases:
                is_open = len(phrase) == 1 or _ANY in phrase[1]
                found[first] |= {None} if is_open else phrase[1]
    return dict(found)


@cache
def _anywhere() -> dict[str, list[tuple[str, Phrase]]]:
    """Return the phrases that are looked for anywhere in a line, by first word."""
    found: dict[str, list[tuple[str, Phrase]]] = defaultdict(list)
    for name in ANYWHERE:
        for first, phrases in groups()[name].by_first.items():
            found[first] += [(name, phrase) for phrase in phrases]
    return dict(found)
