"""Promos glued to the prose behind, which end where a known headline of the outlet ends.

Cleaning leaves such a promo where it is, with a `doubtful:` entry in `removed`, since no page tells
where the headline ends. A headline without a label before it proves nothing: round-ups print the
headlines of others as headings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.indonesian.patterns import DASHES
from crawler.state.recurrence.lines import hashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DOUBTFUL = "doubtful:"
"""The beginning of rules by which cleaning records a promo without a known end."""
FEWEST = 4
"""Words of the shortest headline that ends a promo."""

_LABEL = re.compile(
    r"(?:(?:baca|lihat|simak|tonton|cek)(?: +(?:juga|pula|selengkapnya))?|pilihan editor|artikel"
    r" terkait|berita terkait|menarik dibaca|terkait)"
    rf"(?: *[:：|»>{DASHES}] *| +|(?=[A-Z\"“]))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+?(?:(?<=[a-z])(?=[A-Z])|(?!\w))")  # "BaruPedagang" is two words
_CLOSING = re.compile(r"[\"”’')?!.]*(?= |$|(?<=[a-z\d”\"?!.)])(?=[A-Z“\"]))")


class Promo(NamedTuple):
    """A promo in a body: its label and the words behind, up to the end of the record."""

    text: str
    behind: int  # characters of the label


def promos(removed: Iterable[Mapping[str, str]]) -> Iterator[Promo]:
    """Yield the promos without a known end that cleaning has recorded."""
    for entry in removed:
        label = _LABEL.match(entry["text"]) if entry["rule"].startswith(DOUBTFUL) else None
        if label:
            yield Promo(entry["text"], label.end())


def opening_key(headline: str) -> int | None:
    """Return the key of the first four words of `headline`; None where it has fewer."""
    words = _words(headline)[:FEWEST]
    return hashed("headline " + " ".join(words)) if len(words) == FEWEST else None


def promo_key(promo: Promo) -> int | None:
    """Return the key that the headline behind the label has in common with its article's own."""
    return opening_key(promo.text[promo.behind :])


class Headlines:
    """The headlines of an outlet, with the articles that have them."""

    def __init__(self, titles: Iterable[tuple[str, str]]) -> None:
        """:param titles: pairs of article_id and headline"""
        self._by_opening: dict[int, dict[tuple[str, ...], set[str]]] = defaultdict(dict)
        for article_id, title in titles:
            if key := opening_key(title):
                words = tuple(_words(title))
                self._by_opening[key].setdefault(words, set()).add(article_id)

    @property
    def keys(self) -> frozenset[int]:
        """The keys of all first four words."""
        return frozenset(self._by_opening)

    def end(self, promo: Promo, article_id: str) -> int | None:
        """Return where the longest headline of another article ends in `promo`; None without one.

        The headline is whole words, and behind it a sentence begins.
        """
        key = promo_key(promo)
        known = self._by_opening.get(key, {}) if key is not None else {}
        places = list(_WORD.finditer(promo.text, promo.behind))
        words = _words(promo.text[promo.behind :])
        for title in sorted(known, key=len, reverse=True):
            if tuple(words[: len(title)]) == title and known[title] - {article_id}:
                end = places[len(title) - 1].end()
                closing = _CLOSING.match(promo.text, end)
                behind = promo.text[closing.end() :].lstrip() if closing else ""
                if closing and (not behind or behind[0].isupper() or behind[0] in "\"“‘'("):
                    return closing.end()
        return None


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
