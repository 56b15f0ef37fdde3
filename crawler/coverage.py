"""How much of each day is stored, and why the rest is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from crawler import pending
from crawler.days import named
from crawler.sources.candidate import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.sources.candidate import Window
    from crawler.state import State

BY_HEADLINE = "off topic by headline"
NOT_FOLLOWED = "not followed"
"""Its lists named it, and what became of it is known of another source only, or of another day."""
UNLISTED = "no source lists this day"


@dataclass(slots=True)
class Day:
    """One day of an outlet, in WIB. `named`, and of these `off_topic` by their headline: by the
    backfill's source that named most of it."""

    day: date
    stored: int = 0
    named: int | None = None
    off_topic: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def listed(self) -> int:
        return max(self.stored + self.missing.total(), self.named or 0)

    @property
    def why(self) -> str:
        """What became of the articles that are not stored."""
        if not self.listed and self.named is None:
            return UNLISTED
        left = self.listed - self.stored - self.missing.total()
        by_headline = min(self.off_topic, left)
        passed_over = Counter({BY_HEADLINE: by_headline, NOT_FOLLOWED: left - by_headline})
        reasons = (self.missing + passed_over).most_common()
        return ", ".join(f"{count} {reason}" for reason, count in reasons)


def coverage(state: State, outlet: str, window: Window) -> list[Day]:
    """Each day of `window`, oldest first. Articles without a known time are of no day."""
    days = {day: Day(day) for day in sorted(window.days())}
    for day, count in _stored(state, outlet):
        if day in days:
            days[day].stored = count
    for day, reason, count in _rejected(state, outlet):
        if day in days:
            days[day].missing[reason] += count
    for waiting in pending.waiting(state.db, outlet):
        published = waiting.candidate.published
        if published and (day := published.astimezone(WIB).date()) in days:
            days[day].missing["waiting"] += 1
    for day, listed, off_topic in named(state.db, outlet):
        if day in days:
            days[day].named, days[day].off_topic = listed, off_topic
    return list(days.values())


def _stored(state: State, outlet: str) -> Iterator[tuple[date, int]]:
    query = """SELECT date(published_at / 1000000 + 7 * 3600, 'unixepoch') AS day,
                      count(DISTINCT article_id) FROM captures
               WHERE article_id BETWEEN ? AND ? AND published_at IS NOT NULL GROUP BY day"""
    for day, count in state.db.execute(query, _span(outlet)):
        yield date.fromisoformat(day), count


def _rejected(state: State, outlet: str) -> Iterator[tuple[date, str, int]]:
    query = """SELECT date(published_at / 1000000 + 7 * 3600, 'unixepoch') AS day, reason,
                      count(DISTINCT article_id) FROM rejects
               WHERE article_id BETWEEN ? AND ? AND published_at IS NOT NULL
                     AND article_id NOT IN (SELECT article_id FROM captures)
               GROUP BY day, reason"""
    for day, reason, count in state.db.execute(query, _span(outlet)):
        yield date.fromisoformat(day), reason, count


def _span(outlet: str) -> tuple[str, str]:
    """The first and the last article_id that an outlet can have."""
    return f"{outlet}:", f"{outlet}:\uffff"
