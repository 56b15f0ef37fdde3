"""Neighbours: the texts that are compared, which share a band within three days; in a crowd, only
the nearest.

A template that is filled a thousand times, or a text under a thousand addresses, would have each
compared with every other. So a band brings a text together with the `CROWD` that were published
before the text and the `CROWD` after it, no more. Which pairs those are follows from the texts that
the index holds now, not from those that it held when either came.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from crawler.state.database import Database

DAYS = timedelta(days=3)
"""The longest time between two texts of a story: a wire is copied within hours, a template filled
again every week."""
CROWD = 40
"""Texts on either side. More than there are outlets: a story that all of them carry is no crowd."""

_MINUTE = 60_000_000  # microseconds
_BITS = 31  # below the minute, so that any year of a datetime has room
_SPAN = DAYS // timedelta(minutes=1)
_WINDOW = _SPAN << _BITS
_STRIDE = 4 * _SPAN
"""Minutes of a stride; the bands of a stride are stored side by side, since they are looked up
together."""

_SHARING = """
    SELECT band, text FROM bands
    WHERE stride IN (:first, :last) AND band IN (SELECT value FROM json_each(:keys))
    AND text BETWEEN :since AND :until AND text <> :number LIMIT :most"""
_PACKED = "SELECT text, packed FROM fingerprints WHERE text IN (SELECT value FROM json_each(?))"
_BEFORE = """
    SELECT text FROM bands
    WHERE stride IN (:first, :here) AND band = :key AND text >= :since AND text < :number
    ORDER BY stride DESC, text DESC LIMIT :most"""
_BEHIND = """
    SELECT text FROM bands
    WHERE stride IN (:here, :last) AND band = :key AND text > :number AND text <= :until
    ORDER BY stride, text LIMIT :most"""
_LARGE = "SELECT stride, band FROM bands GROUP BY stride, band HAVING count(*) > ?"
_HELD = "SELECT text FROM bands WHERE stride = ? AND band = ?"


def number_of(article_id: str, moment: int) -> int:
    """Return the number of a text: numbers follow the time of publication, in microseconds, and
    within a minute depend on the article_id alone."""
    digest = blake2b(article_id.encode(), digest_size=4).digest()
    return (moment // _MINUTE << _BITS) + (int.from_bytes(digest, "big") >> 1)


def put(db: Database, texts: Mapping[int, Iterable[int]]) -> None:
    """Let texts be found by their bands, given by the texts' numbers."""
    rows = sorted((_stride(number), key, number) for number, keys in texts.items() for key in keys)
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?, ?)", rows)


def remove(db: Database, number: int, keys: Sequence[int]) -> set[tuple[int, int]]:
    """Remove a text's bands; return the pairs that become neighbours by that."""
    rows = ((_stride(number), key, number) for key in keys)
    db.executemany("DELETE FROM bands WHERE stride = ? AND band = ? AND text = ?", rows)
    return {
        (one, other)
        for before, behind in _crowds(db, number, keys)[1]
        for one, other in zip(before[::-1], behind[CROWD - len(before) :], strict=False)
        if other - one <= _WINDOW
    }


def of(db: Database, number: int, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return the neighbours of a text with the bands `keys`: numbers and packed fingerprints."""
    few, crowds = _crowds(db, number, keys)
    return packed(db, few or {text for sides in crowds for side in sides for text in side})


def packed(db: Database, numbers: Collection[int]) -> list[tuple[int, bytes]]:
    """Return the packed fingerprints of texts, by number."""
    return db.execute(_PACKED, (json.dumps([*numbers]),)).fetchall()


Sides = tuple[list[int], list[int]]
"""The texts before a text and the texts behind it, the nearest first."""


def _crowds(db: Database, number: int, keys: Sequence[int]) -> tuple[set[int], list[Sides]]:
    """Return the texts that share a band, and no crowd; or of a crowd, for each band, the nearest
    of those that share it."""
    most = 2 * CROWD * len(keys)
    values = _around(number) | {"keys": json.dumps(keys), "most": most}
    rows = db.execute(_SHARING, values).fetchall()
    few = {text for _, text in rows}
    if len(few) <= CROWD:
        return few, []
    if len(rows) == most:  # there may be thousands more: each band is asked for its nearest
        return set(), [_nearest(db, number, key) for key in keys]
    sharing: dict[int, list[int]] = {}
    for band, text in rows:
        sharing.setdefault(band, []).append(text)
    return set(), [_sides(number, texts) for texts in sharing.values()]


def _sides(number: int, texts: list[int]) -> Sides:
    before = sorted((text for text in texts if text < number), reverse=True)
    behind = sorted(text for text in texts if text > number)
    return before[:CROWD], behind[:CROWD]


def _nearest(db: Database, number: int, key: int) -> Sides:
    values = _around(number) | {"key": key, "most": CROWD}
    before, behind = (
        [text for (text,) in db.execute(query, values)] for query in (_BEFORE, _BEHIND)
    )
    return before, behind


def _around(number: int) -> dict[str, Any]:
    """Return the numbers and the strides of three days before and after a text, for queries."""
    since, until = number - _WINDOW, number + _WINDOW
    return {
        "number": number,
        "since": since,
        "until": until,
        "first": _stride(since),
        "here": _stride(number),
        "last": _stride(until),
    }


def _stride(number: int) -> int:
    return (number >> _BITS) // _STRIDE


def reach(db: Database, keys_of: Callable[[int], Collection[int]]) -> Callable[[int, int], bool]:
    """Return a function that says of two texts that were compared whether they are neighbours
    still, now that others may have come between."""
    place = _places_in_crowds(db)
    crowded = {text for places in place.values() for text in places}
    keys = cache(lambda number: frozenset(keys_of(number)))

    def are_near(key: int, one: int, other: int) -> bool:
        places = place.get(key, {})
        if one not in places or other not in places:
            return True
        return abs(places[one] - places[other]) <= CROWD

    def are_neighbours(one: int, other: int) -> bool:
        if not {one, other} <= crowded:
            return True
        return any(are_near(key, one, other) for key in keys(one) & keys(other))

    return are_neighbours


def _places_in_crowds(db: Database) -> dict[int, dict[int, int]]:
    """Return, for each band that a crowd shares, its texts and the place of each in their order."""
    strides: dict[int, set[int]] = defaultdict(set)
    for stride, key in db.execute(_LARGE, (CROWD // 2,)):  # a crowd may lie in two strides
        strides[key] |= {stride - 1, stride, stride + 1}
    places: dict[int, dict[int, int]] = {}
    for key, around in strides.items():
        held = [row for stride in sorted(around) for row in db.execute(_HELD, (stride, key))]
        places[key] = {text: place for place, (text,) in enumerate(held)}
    return places
