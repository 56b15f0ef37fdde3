"""The words that rules for mentions look for, all found in one pass over a text."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from crawler.extraction.mentions.forms import HEADS, SUFFIXES
from crawler.extraction.mentions.gazetteer import gazetteer
from crawler.extraction.mentions.people import TRIGGERS


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
    lower = text.lower()
    if len(lower) != len(text):  # a character whose small form is longer: places must hold
        lower = "".join([c.lower() if len(c.lower()) == 1 else c for c in text])
    automaton, ends, capitals = _search()
    found: tuple[list[Place], ...] = ([], [], [], [])
    size = len(text)
    for number, start, end in automaton.find_matches_as_indexes(lower, overlapping=True):
        if end < size and lower[end].isalnum():
            continue
        first = start + (lower[start] == " ")
        if first and lower[first - 1].isalnum():
            continue
        if capitals[number] and not text[first].isupper():
            continue
        part = (number >= ends[0]) + (number >= ends[1]) + (number >= ends[2])
        found[part].append(Place(number - (0, *ends)[part], start, end))
    return Words(found[0], *(_longest(places) for places in found[1:]))


@cache
def _search() -> tuple[AhoCorasick, tuple[int, ...], list[bool]]:
    """Return the automaton of all lists, where each list ends, and which words need a capital."""
    names = [alias.text for _, alias in gazetteer().names]
    words = [name.lower() for name in names] + [*TRIGGERS, *HEADS, *SUFFIXES]
    ends = (len(names), len(names) + len(TRIGGERS), len(words) - len(SUFFIXES))
    capitals = [name[0].isupper() for name in names] + [
        number >= len(TRIGGERS) for number in range(len(words) - len(names))
    ]
    return AhoCorasick(words, MatchKind.Standard), ends, capitals


def _longest(places: list[Place]) -> list[Place]:
    """Return `places` in order, without those in another."""
    apart: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if not apart or place.start >= apart[-1].end:
            apart.append(place)
    return apart
