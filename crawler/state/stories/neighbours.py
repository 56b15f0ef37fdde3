"""Which tellings are compared: those that share a band within three days; in a crowd, the nearest.

A template that is filled a thousand times, or one text under a thousand addresses, would have each
compared with every other. So a band brings a telling together with the `CROWD` that were published
before it and the `CROWD` after it, no more. Which pairs those are follows from what the index holds
now, not from what it held when either came.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Sequence

DAYS = timedelta(days=3)
"""The longest time between two tellings: a wire is copied within hours, a template filled anew
every week."""
CROWD = 40
"""More than there are outlets: a story that all of them carry is no crowd."""

_MINUTE = 60_000_000  # microseconds
_BITS = 31  # below the minute, so that any year of a datetime has room
_SPAN = DAYS // timedelta(minutes=1)
_WINDOW = _SPAN << _BITS
_STRIDE = 4 * _SPAN
"""Minutes whose bands stand together, as they are looked up together."""

_SHARING = """
    SELECT telling, packed FROM triples WHERE telling IN (
        SELECT DISTINCT telling FROM bands
        WHERE stride IN (:first, :last) AND band IN (SELECT value FROM json_each(:keys))
        AND telling BETWEEN :since AND :until AND telling <> :number LIMIT :most)"""
_TEXTS = "SELECT telling, packed FROM triples WHERE telling IN (SELECT value FROM json_each(?))"
_BEFORE = """
    SELECT telling FROM bands
    WHERE stride IN (:first, :here) AND band = :key AND telling >= :since AND telling < :number
    ORDER BY stride DESC, telling DESC LIMIT :most"""
_BEHIND = """
    SELECT telling FROM bands
    WHERE stride IN (:here, :last) AND band = :key AND telling > :number AND telling <= :until
    ORDER BY stride, telling LIMIT :most"""
_LARGE = "SELECT stride, band FROM bands GROUP BY stride, band HAVING count(*) > ?"
_HELD = "SELECT telling FROM bands WHERE stride = ? AND band = ?"


def number_of(article_id: str, moment: int) -> int:
    """What a telling is called: numbers follow the time of publication, in microseconds, and within
    a minute depend on the article alone."""
    digest = blake2b(article_id.encode(), digest_size=4).digest()
    return (moment // _MINUTE << _BITS) + (int.from_bytes(digest, "big") >> 1)


def put(db: sqlite3.Connection, number: int, keys: Iterable[int]) -> None:
    """Let a telling be found by its bands."""
    stride = _stride(number)
    rows = [(stride, key, number) for key in keys]
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?, ?)", rows)


def remove(db: sqlite3.Connection, number: int, keys: Sequence[int]) -> set[tuple[int, int]]:
    """Let it be found no longer; the pairs that it had kept apart."""
    rows = ((_stride(number), key, number) for key in keys)
    db.executemany("DELETE FROM bands WHERE stride = ? AND band = ? AND telling = ?", rows)
    if len(_sharing(db, number, keys)) <= CROWD:
        return set()
    return {
        (one, other)
        for before, behind in (_nearest(db, number, key) for key in keys)
        for one, other in zip(before[::-1], behind[CROWD - len(before) :], strict=False)
        if other - one <= _WINDOW
    }


def candidates(db: sqlite3.Connection, number: int, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """The tellings that one with these bands is to be compared with, and their triples."""
    found = _sharing(db, number, keys)
    if len(found) > CROWD:
        nearest = {one for key in keys for side in _nearest(db, number, key) for one in side}
        found = texts(db, nearest)
    return found


def texts(db: sqlite3.Connection, numbers: Collection[int]) -> list[tuple[int, bytes]]:
    """These tellings, and their triples."""
    return db.execute(_TEXTS, (json.dumps([*numbers]),)).fetchall()


def _sharing(db: sqlite3.Connection, number: int, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """All that share a band; of a crowd, one more than makes it one."""
    values = _around(number) | {"keys": json.dumps(keys), "most": CROWD + 1}
    return db.execute(_SHARING, values).fetchall()


def _nearest(db: sqlite3.Connection, number: int, key: int) -> list[list[int]]:
    """Those before and those behind that share this band, the nearest first."""
    values = _around(number) | {"key": key, "most": CROWD}
    return [[other for (other,) in db.execute(query, values)] for query in (_BEFORE, _BEHIND)]


def _around(number: int) -> dict[str, Any]:
    """The numbers, and the strides, of what may be told within three days."""
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


def reach(
    db: sqlite3.Connection, keys_of: Callable[[int], Collection[int]]
) -> Callable[[int, int], bool]:
    """Says of two that were compared whether they still would be, now that others stand between."""
    strides: dict[int, set[int]] = defaultdict(set)
    for stride, key in db.execute(_LARGE, (CROWD // 2,)):  # a crowd may stand in two strides
        strides[key] |= {stride - 1, stride, stride + 1}
    places: dict[int, dict[int, int]] = {}
    for key, around in strides.items():
        held = [row for stride in sorted(around) for row in db.execute(_HELD, (stride, key))]
        places[key] = {telling: place for place, (telling,) in enumerate(held)}
    crowded = {telling for place in places.values() for telling in place}
    keys = cache(lambda number: frozenset(keys_of(number)))

    def by(key: int, one: int, other: int) -> bool:
        place = places.get(key, {})
        apart = one in place and other in place and abs(place[one] - place[other]) > CROWD
        return not apart

    def compared(one: int, other: int) -> bool:
        if not {one, other} <= crowded:
            return True
        return any(by(key, one, other) for key in keys(one) & keys(other))

    return compared
