"""How far a backfill has walked: of each outlet's days, what each source has listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from crawler.sources.window import Window

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from crawler.sources import Candidate
    from crawler.sources.wanted import Decision


@dataclass(frozen=True, slots=True)
class IndexPage:
    """One index page of a day: how many of the day's articles it names that no page of its source
    had named before, and how many of them were off topic by their headline."""

    listed: int
    off_topic: int
    is_first: bool
    is_last: bool

    @classmethod
    def of(
        cls,
        day: date,
        judged: Iterable[tuple[Candidate, Decision]],
        *,
        is_first: bool,
        is_last: bool,
    ) -> Self:
        """The page of `day` that names these candidates; it may name some of the day before."""
        window = Window(day, day)
        of_day = [v for found, v in judged if v.is_new and window.holds(found.published)]
        off_topic = sum(verdict.skipped == "off_topic" for verdict in of_day)
        return cls(len(of_day), off_topic, is_first, is_last)


def walked(
    db: sqlite3.Connection,
    outlet: str,
    day: date,
    source: str,
    page: IndexPage,
) -> None:
    """Keep what `source` names on a `page` of `day`."""
    listed, off_topic = (0, 0) if page.is_first else _so_far(db, outlet, day, source)
    counts = (listed + page.listed, page.is_last, off_topic + page.off_topic)
    row = (outlet, day.isoformat(), source, *counts)
    db.execute("REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?)", row)


def is_walked(db: sqlite3.Connection, outlet: str, day: date, source: str) -> bool:
    """Whether `source` has been read to its end for `day`."""
    query = "SELECT 1 FROM days WHERE outlet = ? AND day = ? AND source = ? AND done"
    return bool(db.execute(query, (outlet, day.isoformat(), source)).fetchone())


def named(db: sqlite3.Connection, outlet: str) -> Iterator[tuple[date, int, int]]:
    """The days that were walked; of the source that named most articles, how many, and how many of
    them were off topic by their headline."""
    query = "SELECT day, max(listed), off_topic FROM days WHERE outlet = ? GROUP BY day"
    for text, listed, off_topic in db.execute(query, (outlet,)):
        yield date.fromisoformat(text), listed, off_topic


def _so_far(db: sqlite3.Connection, outlet: str, day: date, source: str) -> tuple[int, int]:
    query = "SELECT listed, off_topic FROM days WHERE outlet = ? AND day = ? AND source = ?"
    row = db.execute(query, (outlet, day.isoformat(), source)).fetchone()
    return row or (0, 0)
