"""What each outlet publishes, and when: by a timetable that does not move with the clock.

Whatever is in a slot of it is seeded by the slot's number. The clock only decides which slots are
over, so that a world met later has the same articles, and newer ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from crawler.newsroom.story import BEGINNING, Entry, Kind, list_entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.newsroom.houses import House

RECENT = timedelta(days=2)
YOUNGEST = timedelta(hours=3)
EDITED = 4  # of so many articles, one is edited
EDITED_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time in which one thing happens."""

    number: int
    start: datetime
    length: timedelta

    def moment(self, share: float) -> datetime:
        """When a `share` of it is over, 0 to 1; to the second."""
        return (self.start + self.length * share).replace(microsecond=0)


def slots(key: str, count: int, start: datetime, end: datetime) -> Iterator[Slot]:
    """Slots that are over by `end`, the last one first; `count` of them begin after `start`.

    :param key: seeds where the first begins, so that not all outlets' begin together.
    """
    length = (end - start) / (count + 1)
    first = BEGINNING + length * Random(key).random()
    for number in range((end - first) // length - 1, -1, -1):
        yield Slot(number, first + length * number, length)


def recent(
    house: House, seed: int, count: int, now: datetime, *, edited: bool = False
) -> Iterator[Entry]:
    """What `house` has published, newest first; the first `count` are of the last two days.

    :param edited: with the corrections that its desk has made since.
    """
    key = f"{seed}/{house.name}"
    for slot in slots(key, count, now - RECENT, now - YOUNGEST):
        entry = _entry(house, f"{key}/{slot.number}", slot)
        if edited and entry.kind == "article" and slot.number % EDITED == 0:
            entry.revision = 1
            entry.modified_at = entry.published_at + EDITED_AFTER
        yield entry


def between(house: House, seed: int, count: int, start: datetime, end: datetime) -> Iterator[Entry]:
    """`count` articles of a time that is over, newest first."""
    length = (end - start) / max(count, 1)
    for number in reversed(range(count)):
        slot = Slot(number, start + length * number, length)
        yield _entry(house, f"{seed}/{house.name}/{start:%Y%m%d}/{number}", slot)


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
