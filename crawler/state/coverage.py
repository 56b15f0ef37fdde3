"""The articles of each day that are stored, and the reasons why others are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from crawler.sources.candidate import Candidate
from crawler.state.backfill import Backfill
from crawler.state.database import HORIZON
from crawler.state.queue import ASIDE
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.sources.window import Window
    from crawler.state.index import DatasetIndex

BY_HEADLINE = "off topic by headline"
NOT_FOLLOWED = "not followed"
"""The reason of an article that lists named, and that the state knows under no day, or another."""
UNLISTED = "in no list"
SET_ASIDE = "set aside for a run of its day, or for a list that names it"
"""The reason of an article that a backfill of other days had to fetch to know its time."""


@dataclass(slots=True)
class Day:
    """A day of an outlet, in WIB.

    :param named: articles that a backfill's source named, of the source that named most
    :param off_topic: those of them that are off topic by their headline
    """

    day: date
    stored: int = 0
    named: int | None = None
    off_topic: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def listed(self) -> int:
        return max(self.stored + self.missing.total(), self.named or 0)

    @property
    def reasons(self) -> Counter[str]:
        """Return the articles that are not stored, by reason."""
        left = self.listed - self.stored - self.missing.total()
        by_headline = min(self.off_topic, left)
        return self.missing + Counter({BY_HEADLINE: by_headline, NOT_FOLLOWED: left - by_headline})

    @property
    def is_listed(self) -> bool:
        """Return whether a list is known to have the day, with or without articles."""
        return bool(self.listed) or self.named is not None

    def row(self) -> dict[str, Any]:
        """Return the day as `scrapy coverage` shows it."""
        why = _reasons_in_words(self.reasons) if self.is_listed else UNLISTED
        return {"day": self.day.isoformat(), **_counts(self.listed, self.stored), "why": why}


def coverage(index: DatasetIndex, outlet: str, window: Window) -> list[Day]:
    """Return each day of `window`, oldest first. Articles without a known time are of no day."""
    days = {day: Day(day) for day in sorted(window.days())}
    for day, count in _stored(index, outlet):
        if day in days:
            days[day].stored = count
    for day, reason, count in _rejected(index, outlet):
        if day in days:
            days[day].missing[reason] += count
    for known, why in _waiting(index, outlet):
        if known in days:
            days[known].missing[why] += 1
    for day, listed, off_topic in Backfill(index.db, outlet).named():
        if day in days:
            days[day].named, days[day].off_topic = listed, off_topic
    return list(days.values())


def elsewhere(index: DatasetIndex, outlet: str, window: Window) -> dict[str, Any] | None:
    """Return a row for the articles that wait and are of no day of `window`, or of no known day;
    None without any."""
    days = set(window.days())
    waiting = Counter(why for day, why in _waiting(index, outlet) if day not in days)
    if not waiting:
        return None
    return {**_counts(waiting.total(), 0), "why": _reasons_in_words(waiting)}


def folded(days: Iterable[Day]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `days`; successive days without a listed article share a row."""
    for _, alike in groupby(days, lambda day: day.day if day.listed else day.is_listed):
        first, *others = alike
        row = first.row()
        if others:
            last = others[-1].day
            row["day"] += f" – {last:%m-%d}" if last.year == first.day.year else f" – {last}"
        yield row


def summed(days: Sequence[Day]) -> dict[str, Any]:
    """Return a row for all `days`: how many of them any list has, and the sums."""
    listed, stored = sum(day.listed for day in days), sum(day.stored for day in days)
    reasons = sum((day.reasons for day in days), Counter[str]())
    known = f"{sum(day.is_listed for day in days)}/{len(days)}"
    return {"days": known, **_counts(listed, stored), "why": _reasons_in_words(reasons)}


def _waiting(index: DatasetIndex, outlet: str) -> Iterator[tuple[date | None, str]]:
    """Yield the day of each article that waits, None if unknown, and the words for its reason and
    its next time."""
    now = index.clock()
    for row in index.queue(outlet).rows():
        if row["look"]:
            continue
        published = Candidate.from_json(row["candidate"]).published
        if row["next_at"] == ASIDE:
            why = SET_ASIDE
        elif now < row["next_at"] < now + HORIZON:
            why = f"waiting until {row['next_at'].astimezone(WIB):%Y-%m-%d %H:%M}"
        else:
            why = "waiting for the next run"
        reason = f" ({row['reason']})" if row["reason"] else ""
        yield published.astimezone(WIB).date() if published else None, why + reason


def _counts(listed: int, stored: int) -> dict[str, int]:
    return {"listed": listed, "stored": stored, "missing": listed - stored}


def _reasons_in_words(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())


def _stored(index: DatasetIndex, outlet: str) -> Iterator[tuple[date, int]]:
    query = """SELECT date(published_at / 1000000 + 7 * 3600, 'unixepoch') AS day,
                      count(DISTINCT article_id) FROM captures
               WHERE article_id BETWEEN ? AND ? AND published_at IS NOT NULL GROUP BY day"""
    for day, count in index.db.execute(query, _span(outlet)):
        yield date.fromisoformat(day), count


def _rejected(index: DatasetIndex, outlet: str) -> Iterator[tuple[date, str, int]]:
    query = """SELECT date(published_at / 1000000 + 7 * 3600, 'unixepoch') AS day, reason,
                      count(DISTINCT article_id) FROM rejects
               WHERE article_id BETWEEN ? AND ? AND published_at IS NOT NULL
                     AND article_id NOT IN (SELECT article_id FROM captures)
               GROUP BY day, reason"""
    for day, reason, count in index.db.execute(query, _span(outlet)):
        yield date.fromisoformat(day), reason, count


def _span(outlet: str) -> tuple[str, str]:
    """Return the first and the last article_id that an outlet can have."""
    return f"{outlet}:", f"{outlet}:\uffff"
