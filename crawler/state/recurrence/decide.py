"""The decision which lines of an outlet are no part of its articles.

A call or notice in three articles that are unlike one another is decided, a promo line in four; in
two, a line is suspected. A line beside a decided one, in four unlike articles and in at least half
of those that hold it, goes with that one. The decision depends on the bodies alone, in any order.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from crawler.state.recurrence.bodies import MOST, Body, unlike_ones
from crawler.state.recurrence.lines import Shape, is_chainable, key_of, plain_key, sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from crawler.state.recurrence.bodies import Part
    from crawler.state.recurrence.lines import Candidate

CARRIERS: dict[Shape, int] = {"call": 3, "notice": 3, "promo": 4, "chain": 4}
"""Unlike articles in which a line stands, at least. A promo line has nothing but the form of a
headline, a chained line no form at all."""
SUSPECTED = 2
_ROUNDS = 10
"""Lines of a house text that are found from one line of the text, on either side."""


class Line(NamedTuple):
    """A line as the earliest of its carriers prints it, with its unlike carriers."""

    text: str
    key: int
    shape: Shape
    carriers: tuple[str, ...]

    @property
    def is_decided(self) -> bool:
        """Whether the line has as many unlike carriers as its shape needs."""
        return len(self.carriers) >= CARRIERS[self.shape]


def decide(bodies: Iterable[Body], vetoed: Collection[int] = ()) -> list[Line]:
    """Return the decided and the suspected lines of an outlet's bodies.

    :param vetoed: keys of lines that a person keeps
    """
    known = sorted(bodies, key=lambda body: body.place)
    found = [line for line in _called(known) if line.key not in vetoed]
    taken = {line.key for line in found if line.is_decided}
    found += _chained(known, taken, vetoed)
    decided = {line.key for line in found if line.is_decided}
    return [line for line in found if not _is_told_by_parts(line.text, decided)]


def _is_told_by_parts(text: str, decided: set[int]) -> bool:
    """Return whether `text` is several sentences, and a decided line is each of them."""
    parts = list(sentences(0, text))
    return len(parts) > 1 and all(
        not decided.isdisjoint((key_of(part.text, "call"), plain_key(part.text))) for part in parts
    )


def _called(bodies: Sequence[Body]) -> Iterator[Line]:
    """Yield the lines with the form of a notice that two or more unlike bodies have."""
    holders: dict[int, dict[str, Body]] = defaultdict(dict)
    first: dict[int, tuple[str, Shape]] = {}
    for body in bodies:
        for candidate in body.candidates:
            holders[candidate.key][body.article_id] = body
            first.setdefault(candidate.key, (candidate.text, candidate.shape))
    for key, (text, shape) in first.items():
        carriers = unlike_ones(holders[key].values()) if len(holders[key]) >= SUSPECTED else []
        if len(carriers) >= SUSPECTED:
            yield Line(text, key, shape, tuple(body.article_id for body in carriers))


def _chained(bodies: Sequence[Body], taken: set[int], vetoed: Collection[int]) -> Iterator[Line]:
    """Yield the lines that stand beside those with the keys `taken`, and beside one another."""
    holders: dict[int, set[str]] = defaultdict(set)
    for body in bodies:
        for part in body.parts:
            holders[part.key].add(body.article_id)
    chained: set[int] = set()
    for _ in range(_ROUNDS):
        beside, text = _beside(bodies, taken, chained)
        new: dict[int, Line] = {}
        for (key, _), near in beside.items():
            if key in vetoed or key in new or 2 * len(near) < len(holders[key]):
                continue
            carriers = unlike_ones(near.values())
            if len(carriers) == MOST:
                names = tuple(body.article_id for body in carriers)
                new[key] = Line(text[key], key, "chain", names)
        yield from new.values()
        chained |= new.keys()
        if not new:
            return


def _beside(
    bodies: Sequence[Body], taken: Collection[int], chained: Collection[int]
) -> tuple[Mapping[tuple[int, int], dict[str, Body]], Mapping[int, str]]:
    """Return the bodies in which a line stands beside a taken one, by the keys of both, and the
    line's text."""
    near: dict[tuple[int, int], dict[str, Body]] = defaultdict(dict)
    text: dict[int, str] = {}
    for body in bodies:
        marks = marked(body, taken, chained)
        for place, part in enumerate(body.parts):
            around = (*marks[max(0, place - 1) : place], *marks[place + 1 : place + 2])
            keys = [key for key in around if key is not None]
            if marks[place] is None and keys and is_chainable(part.text):
                text.setdefault(part.key, part.text)
                for key in keys:
                    near[part.key, key][body.article_id] = body
    return near, text


def marked(body: Body, taken: Collection[int], chained: Collection[int]) -> list[int | None]:
    """Return for each sentence of `body` the key of `taken` of a line that holds the sentence, or
    its key of `chained` where the sentence stands beside such a one; None for all others."""
    spans = [c for c in body.candidates if c.key in taken]
    marks = [next((c.key for c in spans if _holds(c, part)), None) for part in body.parts]
    if chained and spans:
        for order in (range(1, len(marks)), range(len(marks) - 2, -1, -1)):
            step = -1 if order.step > 0 else 1
            for place in order:
                if marks[place] is None and marks[place + step] is not None:
                    own = body.parts[place].key
                    marks[place] = own if own in chained else None
    return marks


def _holds(outer: Candidate, part: Part) -> bool:
    within = outer.start <= part.start and part.end <= outer.end
    return within and outer.paragraph == part.paragraph
