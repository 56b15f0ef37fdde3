"""Hosts that refused us: how long each is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.manners import LONGEST_BLOCK
from crawler.state.database import HORIZON, instant, microseconds
from output.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.state.database import Database

FIRST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal by a host, which is left alone until then. `times`: refusals in a row."""

    reason: str
    until: datetime
    times: int


class Refusals:
    """The refusals of all hosts, as all outlets' runs know them."""

    def __init__(self, db: Database, clock: Callable[[], datetime] = now) -> None:
        self.db = db
        self.clock = clock

    def add(self, host: str, reason: str, at_least: timedelta) -> Refusal:
        """Leave `host` alone for `at_least`, and for longer with each refusal in a row, up to
        LONGEST_BLOCK."""
        row = self.db.execute("SELECT times FROM refusals WHERE host = ?", (host,)).fetchone()
        times = row[0] + 1 if row else 1
        grown = FIRST * 2 ** min(times - 1, 10)
        wait = min(max(at_least, grown), LONGEST_BLOCK)
        refusal = Refusal(reason, self.clock() + wait, times)
        values = (host, reason, microseconds(refusal.until), times)
        self.db.execute("REPLACE INTO refusals VALUES (?, ?, ?, ?)", values)
        return refusal

    def current(self, host: str) -> Refusal | None:
        """Return the refusal that still holds for `host`; never a clock's that was far ahead."""
        now = self.clock()
        query = "SELECT reason, until, times FROM refusals WHERE host = ? AND until BETWEEN ? AND ?"
        values = (host, microseconds(now), microseconds(now + HORIZON))
        row = self.db.execute(query, values).fetchone()
        return Refusal(row[0], instant(row[1]), row[2]) if row else None

    def served(self, host: str) -> None:
        """Forget that `host` refused us, so that the next refusal is a first one again."""
        self.db.execute("DELETE FROM refusals WHERE host = ?", (host,))
