"""The sides of a training set: which story is for training, validation and test.

A story is joined with every story of which an article has nearly the same words, and a whole story
is on a side.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from output.clock import WIB
from output.corpus.alike import NEAR, Signatures, likeness, triples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime

Item = TypeVar("Item")

SIDES = ("train", "validation", "test")
_SHARES = (0.8, 0.9)
"""Of all stories: where validation and test begin."""
_BATCH = 500
"""Texts whose signatures are taken at once."""


class Member(NamedTuple):
    """An article of a story: id, story by clusters/, time of publication, else of download, and
    time of the first download, which no later article of the story precedes."""

    article_id: str
    story: str
    moment: datetime
    entered: datetime


class Stories:
    """Stories, joined where articles are nearly the same; a forest with a root per story."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.joined = 0
        self._above: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def add(self, members: Iterable[tuple[Member, str]]) -> None:
        """Add articles with their texts, and join the stories whose texts are nearly the same."""
        signatures = Signatures(seed=1)
        for some in _batches(members):
            signatures.add([text for _, text in some])
            for member, _ in some:
                self._numbers[member.article_id] = len(self.members)
                self.members.append(member)
                self._above.setdefault(member.story, member.story)
        for one, other in signatures.pairs(lambda number: self._root(self.members[number].story)):
            self._join(one, other)

    def join(self, one: str, other: str) -> None:
        """Join the stories of two articles."""
        self._join(self._numbers[one], self._numbers[other])

    def _join(self, one: int, other: int) -> None:
        roots = {self._root(self.members[number].story) for number in (one, other)}
        if len(roots) > 1:
            root, below = sorted(roots)
            self._above[below] = root
            self.joined += 1

    def _root(self, story: str) -> str:
        while (above := self._above[story]) != story:
            self._above[story] = story = self._above[above]
        return story

    def groups(self) -> dict[str, list[Member]]:
        """Return the articles of each story, the earliest first, by the id of the article that the
        dataset held first: a story that grows keeps that id."""
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(self._root(member.story), []).append(member)
        for group in found.values():
            group.sort(key=lambda member: (member.moment, member.article_id))
        return {
            min(group, key=lambda member: (member.entered, member.article_id)).article_id: group
            for group in found.values()
        }


@dataclass(frozen=True)
class Placed:
    """A side and a story_id for each article; what joins moved since the former build."""

    places: Mapping[str, tuple[str, str]]
    joins: list[str]
    moved: list[str]


def by_time(first: date, second: date, moment: datetime) -> str:
    """Return the side of a story whose first article is of `moment`: test from `second` on."""
    day = moment.astimezone(WIB).date()
    return SIDES[(day >= first) + (day >= second)]


def by_hash(story: str) -> str:
    """Return the side of a story by a hash of `story`, the same on each machine."""
    share = int.from_bytes(hashlib.sha256(story.encode()).digest()[:8], "big") / 2**64
    return SIDES[sum(share >= start for start in _SHARES)]


def place(
    stories: Stories,
    days: tuple[date, date] | None,
    former: Mapping[str, tuple[str, str]],
) -> Placed:
    """Place each story on a side: on that of a former build, else by hash, or by `days`.

    A story that joins former stories of several sides takes the side of its earliest article that
    was there; the articles that move are named.

    :param former: story_id and side of each article of the former build
    """
    places: dict[str, tuple[str, str]] = {}
    joins, moved = [], []
    for story, group in stories.groups().items():
        known = [former[one.article_id] for one in group if one.article_id in former]
        name = known[0][0] if known else story
        side = by_time(*days, group[0].moment) if days else known[0][1] if known else by_hash(story)
        if len({each for each, _ in known}) > 1:
            joins.append(name)
        for one in group:
            places[one.article_id] = name, side
            if one.article_id in former and former[one.article_id][1] != side:
                moved.append(one.article_id)
    return Placed(places, sorted(joins), sorted(moved))


def leaks(rows: Callable[[], Iterable[tuple[str, str, str]]]) -> list[tuple[str, str]]:
    """Return the pairs of articles on different sides whose texts are nearly the same.

    :param rows: yields article_id, side and text of each row, the same in each call
    """
    signatures, names, sides = Signatures(seed=7), [], []
    for some in _batches(rows()):
        signatures.add([text for _, _, text in some])
        names += [name for name, _, _ in some]
        sides += [side for _, side, _ in some]
    likely = {(names[one], names[other]) for one, other in signatures.pairs(sides.__getitem__)}
    asked = {name for pair in likely for name in pair}
    words = {name: triples(text) for name, _, text in rows() if name in asked} if asked else {}
    return sorted(
        (one, other) for one, other in likely if likeness(words[one], words[other]) >= NEAR
    )


def _batches(rows: Iterable[Item]) -> Iterator[list[Item]]:
    left = iter(rows)
    while some := list(islice(left, _BATCH)):
        yield some
