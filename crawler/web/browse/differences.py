"""The changes between two captures of an article, by paragraph and by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = re.compile(r"\s+|[^\s]+")
_ALIKE = 0.4
"""Share of common words from which two paragraphs are the same, changed."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: `same`, `gone` or `new`."""

    kind: str
    text: str


def changes(before: Sequence[str], after: Sequence[str]) -> list[list[Span]]:
    """Return the paragraphs of both texts in spans; an unchanged paragraph is a single span."""
    changed: list[list[Span]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            changed += [[Span("same", text)] for text in after[c:d]]
            continue
        old, new = list(before[a:b]), list(after[c:d])
        while old and new:
            changed += _pair(old.pop(0), new.pop(0))
        changed += [[Span("gone", text)] for text in old] + [[Span("new", text)] for text in new]
    return changed


def _pair(before: str, after: str) -> list[list[Span]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
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
