"""Each outlet's articles and their times, by a timetable that does not move with the clock.

A slot's number seeds its article. The clock only decides which slots are over, so that a later
world has the same articles, and newer articles.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from crawler.newsroom.clock import Slot, slots
from crawler.newsroom.story import Entry, Kind, list_entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.newsroom.houses import House

RECENT = timedelta(days=2)
YOUNGEST = timedelta(hours=3)
EDITED = 4  # every fourth article is edited
EDITED_AFTER = timedelta(hours=2)


def recent(
    house: House, seed: int, count: int, now: datetime, *, edited: bool = False
) -> Iterator[Entry]:
    """Return the articles of `house`, newest first; the first `count` are of the last two days.

    :param edited: with the corrections that the desk has made since.
    """
    key = f"{seed}/{house.name}"
    for slot in slots(key, count, now - RECENT, now - YOUNGEST):
        entry = _entry(house, f"{key}/{slot.number}", slot)
        if edited and entry.kind == "article" and slot.number % EDITED == 0:
            entry.revision = 1
            entry.modified_at = entry.published_at + EDITED_AFTER
        yield entry


def between(house: House, key: str, count: int, start: datetime, end: datetime) -> Iterator[Entry]:
    """Yield `count` articles from `start` to `end`, newest first, whose seeds begin with `key`."""
    length = (end - start) / max(count, 1)
    for number in reversed(range(count)):
        slot = Slot(number, start + length * number, length)
        yield _entry(house, f"{key}/{number}", slot)


def _entry(house: House, key: str, slot: Slot) -> Entry:
    rng = Random(key)
    published = slot.moment(rng.random() * 0.8)
    return list_entry(house, key, _kind(house, rng), published)


def _kind(house: House, rng: Random) -> Kind:
    lot = rng.random()
    if lot < 0.03:
        return "gallery"
    if lot < 0.05:
        return "video"
    return "article" if rng.random() < house.share else "off_topic"
