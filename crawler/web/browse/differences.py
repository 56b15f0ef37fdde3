"""The changes between two texts, by paragraph and by word."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = re.compile(r"\s+|[^\s]+")
_ALIKE = 0.4
"""Share of common words from which two paragraphs are the same, changed."""
_MOST_PAIRS = 40_000
"""Pairs of paragraphs among which the most alike are looked for: texts of 200 paragraphs each; in
longer stretches each paragraph is paired with the next in order."""
_MOST_WORDS = 4_000_000
"""Words of a paragraph times words of the other, up to which they are compared word by word: two
paragraphs of 1,000 words each, with their blanks."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Paragraphs that follow each other: all of them unchanged, or all changed."""

    is_same: bool
    paragraphs: list[list[Span]]


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two texts: all paragraphs of both, in spans."""

    paragraphs: list[list[Span]]

    @property
    def stretches(self) -> list[Stretch]:
        """The paragraphs, those unchanged apart from those changed."""
        runs = groupby(self.paragraphs, key=_is_same)
        return [Stretch(is_same, list(paragraphs)) for is_same, paragraphs in runs]

    @property
    def changed(self) -> int:
        """The number of paragraphs that are not the same."""
        return sum(not _is_same(paragraph) for paragraph in self.paragraphs)

    @property
    def words(self) -> Counter[str]:
        """The number of words that are `same`, `gone` and `new`."""
        counts = Counter(same=0, gone=0, new=0)
        for paragraph in self.paragraphs:
            for span in paragraph:
                counts[span.kind] += len(span.text.split())
        return counts

    @property
    def share(self) -> float:
        """The share, 0 to 1, of the words of both texts that are in one of them only."""
        words = self.words
        other = words["gone"] + words["new"]
        return other / (other + 2 * words["same"]) if other else 0.0


def difference(before: Sequence[str], after: Sequence[str]) -> Difference:
    """Return the difference of two texts, given as paragraphs."""
    return Difference(changes(before, after))


def changes(before: Sequence[str], after: Sequence[str]) -> list[list[Span]]:
    """Return the paragraphs of both texts in spans; an unchanged paragraph is a single span."""
    changed: list[list[Span]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            changed += [[Span("same", text)] for text in after[c:d]]
            continue
        for old, new in _aligned(before[a:b], after[c:d]):
            if old is not None and new is not None:
                changed += _pair(old, new)
            elif old is not None:
                changed.append([Span("gone", old)])
            elif new is not None:
                changed.append([Span("new", new)])
    return changed


def _is_same(paragraph: list[Span]) -> bool:
    return [span.kind for span in paragraph] == ["same"]


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """Return the paragraphs of both in order, those in pairs that have most words in common."""
    if len(old) * len(new) > _MOST_PAIRS:
        pairs = min(len(old), len(new))
        rest = [(text, None) for text in old[pairs:]] + [(None, text) for text in new[pairs:]]
        return [*zip(old, new, strict=False), *rest]
    best = _best(old, new)
    aligned: list[tuple[str | None, str | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            aligned.append((old[i], None))
            i += 1
        elif best[i][j] == best[i][j + 1]:
            aligned.append((None, new[j]))
            j += 1
        else:
            aligned.append((old[i], new[j]))
            i, j = i + 1, j + 1
    return aligned + [(text, None) for text in old[i:]] + [(None, text) for text in new[j:]]


def _best(old: Sequence[str], new: Sequence[str]) -> list[list[float]]:
    """Return for each pair of places the greatest sum of likenesses of pairs from there on."""
    bags = [Counter(text.split()) for text in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        bag = Counter(old[i].split())
        for j in range(len(new) - 1, -1, -1):
            words = bag.total() + bags[j].total()
            alike = 2 * (bag & bags[j]).total() / words if words else 0.0
            paired = best[i + 1][j + 1] + alike if alike >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return best


def _pair(before: str, after: str) -> list[list[Span]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if len(old) * len(new) > _MOST_WORDS or matcher.ratio() < _ALIKE:
        return [[Span("gone", before)], [Span("new", after)]]
    spans = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            spans.append(Span("same", "".join(new[c:d])))
            continue
        if a < b:
            spans.append(Span("gone", "".join(old[a:b])))
        if c < d:
            spans.append(Span("new", "".join(new[c:d])))
    return [spans]
