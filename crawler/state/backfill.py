"""The days of an outlet that a backfill has walked, by source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from crawler.sources.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.sources import Candidate
    from crawler.sources.wanted import Decision
    from crawler.state.database import Database


@dataclass(frozen=True, slots=True)
class IndexPage:
    """An index page of a day.

    :param listed: the day's articles that no earlier page of the source had named
    :param off_topic: those of them that are off topic by their headline
    """

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
        """Return the page of `day` that names the candidates in `judged`, of other days too."""
        window = Window(day, day)
        of_day = [v for found, v in judged if v.is_new and window.holds(found.published)]
        off_topic = sum(verdict.skipped == "off_topic" for verdict in of_day)
        return cls(len(of_day), off_topic, is_first, is_last)


class Backfill:
    """The days of `outlet` that were walked."""

    def __init__(self, db: Database, outlet: str) -> None:
        self.db = db
        self.outlet = outlet

    def add(self, day: date, source: str, page: IndexPage) -> None:
        """Count a `page` of `day`, as `source` has it; a first page begins the count again."""
        listed, off_topic = (0, 0) if page.is_first else self._counts(day, source)
        counts = (listed + page.listed, page.is_last, off_topic + page.off_topic)
        row = (self.outlet, day.isoformat(), source, *counts)
        self.db.execute("REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?)", row)

    def is_walked(self, day: date, source: str) -> bool:
        """Return whether all pages of `day` were read, as `source` has it."""
        query = "SELECT 1 FROM days WHERE outlet = ? AND day = ? AND source = ? AND done"
        row = self.db.execute(query, (self.outlet, day.isoformat(), source)).fetchone()
        return bool(row)

    def named(self) -> Iterator[tuple[date, int, int]]:
        """Yield each day that was walked, with the articles that the source of most articles named,
        and how many of them were off topic by their headline."""
        query = "SELECT day, max(listed), off_topic FROM days WHERE outlet = ? GROUP BY day"
        for text, listed, off_topic in self.db.execute(query, (self.outlet,)):
            yield date.fromisoformat(text), listed, off_topic

    def _counts(self, day: date, source: str) -> tuple[int, int]:
        query = "SELECT listed, off_topic FROM days WHERE outlet = ? AND day = ? AND source = ?"
        row = self.db.execute(query, (self.outlet, day.isoformat(), source)).fetchone()
        return row or (0, 0)
