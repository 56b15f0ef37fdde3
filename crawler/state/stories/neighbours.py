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
    from collections.abc import Callable, Collection, Iterable, Sequence

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
    SELECT text, packed FROM fingerprints WHERE text IN (
        SELECT DISTINCT text FROM bands
        WHERE stride IN (:first, :last) AND band IN (SELECT value FROM json_each(:keys))
        AND text BETWEEN :since AND :until AND text <> :number LIMIT :most)"""
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


def put(db: Database, number: int, keys: Iterable[int]) -> None:
    """Let a text be found by its bands."""
    stride = _stride(number)
    rows = [(stride, key, number) for key in keys]
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?, ?)", rows)


def remove(db: Database, number: int, keys: Sequence[int]) -> set[tuple[int, int]]:
    """Remove a text's bands; return the pairs that become neighbours by that."""
    rows = ((_stride(number), key, number) for key in keys)
    db.executemany("DELETE FROM bands WHERE stride = ? AND band = ? AND text = ?", rows)
    if len(_sharing(db, number, keys)) <= CROWD:
        return set()
    return {
        (one, other)
        for before, behind in (_nearest(db, number, key) for key in keys)
        for one, other in zip(before[::-1], behind[CROWD - len(before) :], strict=False)
        if other - one <= _WINDOW
    }


def of(db: Database, number: int, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return the neighbours of a text with the bands `keys`: numbers and packed fingerprints."""
    found = _sharing(db, number, keys)
    if len(found) > CROWD:
        nearest = {one for key in keys for side in _nearest(db, number, key) for one in side}
        found = packed(db, nearest)
    return found


def packed(db: Database, numbers: Collection[int]) -> list[tuple[int, bytes]]:
    """Return the packed fingerprints of texts, by number."""
    return db.execute(_PACKED, (json.dumps([*numbers]),)).fetchall()


def _sharing(db: Database, number: int, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return all texts that share a band; of a crowd, CROWD + 1."""
    values = _around(number) | {"keys": json.dumps(keys), "most": CROWD + 1}
    return db.execute(_SHARING, values).fetchall()


def _nearest(db: Database, number: int, key: int) -> list[list[int]]:
    """Return the texts before and the texts behind that share the band `key`, nearest first."""
    values = _around(number) | {"key": key, "most": CROWD}
    return [[other for (other,) in db.execute(query, values)] for query in (_BEFORE, _BEHIND)]


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
