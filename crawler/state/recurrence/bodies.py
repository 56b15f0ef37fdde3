"""Bodies as evidence: the candidates of each, its sentences, and how unlike two bodies are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from crawler.state.recurrence.lines import Candidate, candidates, plain_key, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNLIKE = 0.08
"""The Jaccard index of word triples below which two bodies are unlike: unlike stories share one or
two triples in a hundred, versions of a story more than ten."""
MOST = 4
"""Carriers of a line that are looked for, each unlike all others; more would prove no more."""


class Part(NamedTuple):
    """A sentence of a body, with the key by which the sentence is known again."""

    paragraph: int
    start: int
    end: int
    text: str
    key: int


@dataclass(frozen=True)
class Body:
    """The published body of an article, with `moment` in microseconds since 1970.

    :param triples: of `rest`; None where `rest` is too short to be compared
    """

    article_id: str
    outlet: str
    moment: int
    paragraphs: Sequence[str]
    kinds: Sequence[str] | None = None
    triples: frozenset[int] | None = None

    @cached_property
    def candidates(self) -> list[Candidate]:
        """The parts that have the form of a notice."""
        return list(candidates(self.paragraphs, self.outlet, self.kinds))

    @cached_property
    def parts(self) -> list[Part]:
        """The sentences in reading order."""
        return [
            Part(*each, plain_key(each.text))
            for number, paragraph in enumerate(self.paragraphs)
            for each in sentences(number, paragraph)
        ]

    @property
    def rest(self) -> str:
        """The text without candidates, which would make short bodies alike."""
        return "\n\n".join(
            without(paragraph, [c for c in self.candidates if c.paragraph == number])
            for number, paragraph in enumerate(self.paragraphs)
        )

    @property
    def place(self) -> tuple[int, str]:
        """The place in the order of publication."""
        return self.moment, self.article_id


def without(paragraph: str, spans: Iterable[Candidate]) -> str:
    """Return `paragraph` without `spans`, which may overlap."""
    kept, end = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        kept.append(paragraph[end : max(end, span.start)])
        end = max(end, span.end)
    return " ".join([*kept, paragraph[end:]]).strip()


def are_unlike(one: Body, other: Body) -> bool:
    """Return whether two bodies have hardly a word triple in common; short bodies are alike."""
    if one.triples is None or other.triples is None:
        return False
    common = len(one.triples & other.triples)
    return common < UNLIKE * (len(one.triples) + len(other.triples) - common)


def unlike_ones(bodies: Iterable[Body]) -> list[Body]:
    """Return at most four of `bodies` that are unlike one another, as many as there are; of several
    such choices the first in the order of publication."""
    order = sorted((b for b in bodies if b.triples is not None), key=lambda body: body.place)
    return _extended([], order)


def _extended(chosen: list[Body], left: Sequence[Body]) -> list[Body]:
    """Return `chosen` with as many of `left`, which are unlike all of these, as there can be."""
    best = chosen
    for place, body in enumerate(left):
        if len(chosen) + len(left) - place <= len(best) or len(best) == MOST:
            break
        further = [other for other in left[place + 1 :] if are_unlike(body, other)]
        best = max(best, _extended([*chosen, body], further), key=len)
    return best
