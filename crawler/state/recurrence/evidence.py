"""The decided lines of all outlets, frozen, and a row of the dataset without them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.state.recurrence.bodies import Body
from crawler.state.recurrence.decide import marked
from crawler.state.recurrence.headlines import DOUBTFUL
from crawler.state.recurrence.lines import Shape, key_of
from output.lifted import Cut, lift, restored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from output.schema import Row

RECURS, HEADLINE = "recurs:{}", "known-headline"
"""Rules of `removed`: a line with the number of articles that hold it at least; a promo."""
FEWEST_LEFT = 20
"""Words that an article keeps at least, or nothing is taken from it: evidence takes lines of an
article, never an article."""
_STEPS = (1, 2, 5)


class DecidedLine(NamedTuple):
    """A row of the table boilerplate/, without its times."""

    outlet: str
    line: str
    shape: Shape
    articles: int


@dataclass(frozen=True)
class Evidence:
    """The decided lines; plain values, so that any process can take them over."""

    lines: tuple[DecidedLine, ...] = ()

    @cached_property
    def name(self) -> str:
        """The hash of the lines, without the numbers of articles that change nothing."""
        said = (f"{d.outlet}\t{d.line}\t{d.shape}\t{at_least(d.articles)}\n" for d in self.lines)
        return hashlib.sha256("".join(sorted(said)).encode("utf-8", "replace")).hexdigest()[:16]

    @cached_property
    def _of_outlets(self) -> dict[str, _OutletLines]:
        order = sorted(self.lines)
        return {
            outlet: _OutletLines(lines)
            for outlet, lines in groupby(order, key=lambda line: line.outlet)
        }

    def of(self, outlet: str) -> _OutletLines | None:
        """Return the lines of `outlet`, None without any."""
        return self._of_outlets.get(outlet)

    def clean(self, row: Row, outlet: str) -> Row:
        """Return `row` of articles/ as these lines leave what the outlet published."""
        published, lines = restored(row), self.of(outlet)
        cleaned = lift(published, lines.cuts(published, outlet)) if lines else published
        return (
            row if cleaned.get("lifted") == row.get("lifted") and _same(cleaned, row) else cleaned
        )


def _same(one: Row, other: Row) -> bool:
    return bool(one["body"] == other["body"] and one["removed"] == other["removed"])


class _OutletLines:
    """The decided lines of an outlet, by key."""

    def __init__(self, lines: Iterable[DecidedLine]) -> None:
        self.called: dict[int, int] = {}
        self.chained: dict[int, int] = {}
        self._promos: set[str] = set()
        for _, line, shape, articles in lines:
            if shape == "headline":
                self._promos.add(line)
            elif shape == "chain":
                self.chained[key_of(line, shape)] = articles
            else:
                self.called[key_of(line, shape)] = articles

    def cuts(self, row: Row, outlet: str) -> list[Cut]:
        """Return the parts of a published row that the lines take; none where too little stays."""
        paragraphs, kinds = row["paragraphs"] or [], row.get("kinds")
        body = Body("", outlet, 0, paragraphs, kinds)
        cuts = [*self._recurring(body), *self._ended(row["removed"] or [], paragraphs)]
        merged = _merged(cuts, paragraphs)
        left = sum(map(_words, paragraphs)) - sum(
            _words(paragraphs[cut.paragraph][cut.start : cut.end]) for cut in merged
        )
        return merged if left >= FEWEST_LEFT else []

    def _recurring(self, body: Body) -> Iterable[Cut]:
        taken = [candidate for candidate in body.candidates if candidate.key in self.called]
        for line in taken:
            rule = RECURS.format(at_least(self.called[line.key]))
            yield Cut(line.paragraph, line.start, line.end, rule)
        if taken and self.chained:
            marks = marked(body, self.called, self.chained)
            for part, mark in zip(body.parts, marks, strict=True):
                if mark is not None and part.key in self.chained:
                    rule = RECURS.format(at_least(self.chained[part.key]))
                    yield Cut(part.paragraph, part.start, part.end, rule)

    def _ended(self, removed: Sequence[Any], paragraphs: Sequence[str]) -> Iterable[Cut]:
        """Yield the promos of a known headline that stand in a paragraph."""
        doubtful = [each["text"] for each in removed if each["rule"].startswith(DOUBTFUL)]
        for text in doubtful if self._promos else ():
            ends = [end for end in range(len(text), 0, -1) if text[:end] in self._promos]
            for number, paragraph in enumerate(paragraphs if ends else ()):
                if (start := paragraph.find(text[: ends[0]])) >= 0:
                    yield Cut(number, start, start + ends[0], HEADLINE)
                    break


def _merged(cuts: Iterable[Cut], paragraphs: Sequence[str]) -> list[Cut]:
    """Return `cuts` in order, those that overlap or touch as one, by the rule of the longest."""
    merged: list[Cut] = []
    for cut in sorted(cuts):
        last = merged[-1] if merged and merged[-1].paragraph == cut.paragraph else None
        between = paragraphs[cut.paragraph][last.end : cut.start] if last else "x"
        if last and not between.strip():
            longest = max(last, cut, key=lambda each: each.end - each.start)
            merged[-1] = Cut(cut.paragraph, last.start, max(last.end, cut.end), longest.rule)
        else:
            merged.append(cut)
    return merged


def at_least(articles: int) -> int:
    """Return the greatest of 1, 2, 3, 5, 10, 20, 50, 100, ... that `articles` reaches: a row is
    written again when a line has become much more frequent, not with each article."""
    if articles in (3, 4):
        return 3
    scale = int("1" + "0" * (len(str(articles)) - 1))
    return max(step * scale for step in _STEPS if step * scale <= articles)


def _words(text: str) -> int:
    return len(text.split())
