"""The words that rules for mentions look for, all found in one pass over a text."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from crawler.extraction.mentions.forms import HEADS, SUFFIXES
from crawler.extraction.mentions.gazetteer import gazetteer
from crawler.extraction.mentions.people import TRIGGERS
from crawler.extraction.mentions.spoken import lowered

_GLUED_BEFORE = 6  # characters: so long a name counts though a word is glued before it
_GLUED_BEHIND = 12


class Place(NamedTuple):
    """A word of a list in a text: the number in the list, and where."""

    number: int
    start: int
    end: int


class Words(NamedTuple):
    """The words of each list in a text, in order."""

    names: list[Place]
    """Of the gazetteer, also names in others."""
    triggers: list[Place]
    """Offices and verbs of speech: the longest at a place."""
    heads: list[Place]
    """Words that begin names of organisations: the longest at a place."""
    suffixes: list[Place]
    """Words that end names of organisations, each with the space before: the longest."""


def find_words(text: str) -> Words:
    """Return the words of all lists in `text`; names, heads and suffixes with a capital alone."""
    lower = lowered(text)
    automaton, ends, capitals, names = _search()
    found: tuple[list[Place], ...] = ([], [], [], [])
    size = len(text)
    for number, start, end in automaton.find_matches_as_indexes(lower, overlapping=True):
        first = start + (lower[start] == " ")
        if capitals[number] and not text[first].isupper():
            continue
        if (
            end < size
            and lower[end].isalnum()
            and not (number < ends[0] and _is_glued(text, names[number], first, end))
        ):
            continue
        if (
            first
            and lower[first - 1].isalnum()
            and not (number < ends[0] and _is_glued(text, names[number], first, first))
        ):
            continue
        part = (number >= ends[0]) + (number >= ends[1]) + (number >= ends[2])
        found[part].append(Place(number - (0, *ends)[part], start, end))
    return Words(found[0], *(_longest(places) for places in found[1:]))


def _is_glued(text: str, name: str, start: int, at: int) -> bool:
    """Return whether print lost the space at `at`: "olehTelkomsel", "Bank Indonesiamenilai"."""
    if not text.startswith(name, start) or not text[at - 1].islower():
        return False
    if at == start:  # also "dariCNN"
        is_long = len(name) >= _GLUED_BEFORE and name[0].isupper()
        return is_long or (name.isupper() and len(name) > 2 and text[at - 2 : at].islower())
    tail = text[at : at + 4]  # longer than "ku", "mu", "nya"
    return len(name) >= _GLUED_BEHIND and " " in name and len(tail) == 4 and tail.isalpha()


@cache
def _search() -> tuple[AhoCorasick, tuple[int, ...], list[bool], list[str]]:
    """Return the automaton of all lists, where each list ends, which words need a
    capital, and the names as print has them."""
    names = [alias.text for _, alias in gazetteer().names]
    words = [name.lower() for name in names] + [*TRIGGERS, *HEADS, *SUFFIXES]
    ends = (len(names), len(names) + len(TRIGGERS), len(words) - len(SUFFIXES))
    capitals = [name[0].isupper() for name in names] + [
        number >= len(TRIGGERS) for number in range(len(words) - len(names))
    ]
    return AhoCorasick(words, MatchKind.Standard), ends, capitals, names


def _longest(places: list[Place]) -> list[Place]:
    """Return `places` in order, without those in another."""
    apart: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if not apart or place.start >= apart[-1].end:
            apart.append(place)
    return apart
