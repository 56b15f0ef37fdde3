"""Time in the newsroom: its zone, its first day, and the slots into which time is cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

WIB = ZoneInfo("Asia/Jakarta")
BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time in which an article is published or a wire is sent."""

    number: int
    start: datetime
    length: timedelta

    def moment(self, share: float) -> datetime:
        """Return the second at which `share` of the slot, 0 to 1, is over."""
        return (self.start + self.length * share).replace(microsecond=0)


def slots(key: str, count: int, start: datetime, end: datetime) -> Iterator[Slot]:
    """Return the slots that are over by `end`, the last first; `count` of them begin after `start`.

    :param key: seeds the beginning of the first slot, so that outlets differ.
    """
    length = (end - start) / (count + 1)
    first = BEGINNING + length * Random(key).random()
    for number in range((end - first) // length - 1, -1, -1):
        yield Slot(number, first + length * number, length)
