"""The sides of a training set: which story is for training, validation and test.

A story is joined with every story of which an article has nearly the same words, found by MinHash
and LSH over word triples, and a whole story is on a side. Memory: some 400 bytes an article.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rensa import RMinHash

from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

SIDES = ("train", "validation", "test")
_SHARES = (0.8, 0.9)
"""Of all stories: where validation and test begin."""
ROWS, BANDS = 4, 24
"""Minima of a band, and bands: a pair with half of its triples in common is met with 79 %, with
0.7 with 99.8 %."""
NEAR = 0.6
"""Share of equal minima of texts that count as nearly the same."""
_MOST_OF_A_BUCKET = 8
"""Unlike texts kept for a band's value; bounds the work where many texts open alike."""


class Member(NamedTuple):
    """An article of a story: id, story by clusters/, and time of publication, else of download."""

    article_id: str
    story: str
    moment: datetime


@dataclass
class NearDuplicates:
    """Texts added one by one, each compared with those that share a band."""

    seed: int = 1
    _buckets: dict[tuple[int, ...], list[tuple[str, tuple[int, ...]]]] = field(default_factory=dict)

    def near(self, name: str, text: str) -> list[str]:
        """Add a text; return the names of earlier texts that are nearly the same."""
        words = text.lower().split()
        triples = [" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))]
        minhash = RMinHash(num_perm=ROWS * BANDS, seed=self.seed)
        minhash.update(sorted(set(triples)))
        minima = tuple(minhash.digest())
        found: dict[str, None] = {}
        for band in range(BANDS):
            key = (band, *minima[band * ROWS : (band + 1) * ROWS])
            held = self._buckets.setdefault(key, [])
            alike = [other for other, theirs in held if _share(minima, theirs) >= NEAR]
            found.update(dict.fromkeys(alike))
            if not alike and len(held) < _MOST_OF_A_BUCKET:
                held.append((name, minima))
        return list(found)


def _share(some: tuple[int, ...], others: tuple[int, ...]) -> float:
    return sum(map(int.__eq__, some, others)) / len(some)


class Stories:
    """Stories, joined where articles are nearly the same; a forest with a root per story."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.joined = 0
        self._above: dict[str, str] = {}

    def add(self, member: Member) -> None:
        self.members.append(member)
        self._above.setdefault(member.story, member.story)

    def root(self, story: str) -> str:
        while (above := self._above[story]) != story:
            self._above[story] = story = self._above[above]
        return story

    def join(self, one: str, other: str) -> None:
        one, other = sorted((self.root(one), self.root(other)))
        if one != other:
            self._above[other] = one
            self.joined += 1

    def groups(self) -> dict[str, list[Member]]:
        """Return the articles of each story, the earliest first, by the story's first id."""
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(self.root(member.story), []).append(member)
        for group in found.values():
            group.sort(key=lambda member: (member.moment, member.article_id))
        return {group[0].article_id: group for group in found.values()}


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


def leaks(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of articles on different sides whose texts are nearly the same.

    :param rows: article_id, side and text of each row
    """
    found, sides = NearDuplicates(seed=7), {}
    pairs = []
    for name, side, text in rows:
        sides[name] = side
        pairs += [(other, name) for other in found.near(name, text) if sides[other] != side]
    return pairs
