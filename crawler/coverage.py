"""How much of each day is stored, and why the rest is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from crawler import pending
from crawler.sources.candidate import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.sources.candidate import Window
    from crawler.state import State

NOT_FOLLOWED = "not followed"
"""Its lists named it, but its headline, its section or its address spoke against it."""
UNLISTED = "no source lists this day"


@dataclass(slots=True)
class Day:
    """One day of an outlet, in WIB. `named`: by the backfill's source that named most of it."""

    day: date
    stored: int = 0
    named: int | None = None
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def listed(self) -> int:
        return max(self.stored + self.missing.total(), self.named or 0)

    @property
    def why(self) -> str:
        """What became of the articles that are not stored."""
        if not self.listed and self.named is None:
            return UNLISTED
        missing = self.missing + Counter({NOT_FOLLOWED: self._not_followed()})
        return ", ".join(f"{count} {reason}" for reason, count in missing.most_common())

    def _not_followed(self) -> int:
        return self.listed - self.stored - self.missing.total()


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
    query = "SELECT day, max(listed) FROM days WHERE outlet = ? GROUP BY day"
    for text, named in state.db.execute(query, (outlet,)):
        if (day := date.fromisoformat(text)) in days:
            days[day].named = named
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
