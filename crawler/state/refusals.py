"""Hosts that refused us: how long each is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.state.queue import HORIZON, instant, microseconds

if TYPE_CHECKING:
    import sqlite3

FIRST = timedelta(hours=1)
LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Block:
    """A host that refused us is left alone until then; each time in a row twice as long."""

    reason: str
    until: datetime
    times: int


def refused(
    db: sqlite3.Connection, host: str, reason: str, now: datetime, at_least: timedelta
) -> Block:
    """Leave `host` alone: for `at_least`, and longer each time it refuses us in a row."""
    row = db.execute("SELECT times FROM blocks WHERE host = ?", (host,)).fetchone()
    times = row[0] + 1 if row else 1
    grown = min(FIRST * 2 ** min(times - 1, 10), LONGEST)
    block = Block(reason, now + max(at_least, grown), times)
    values = (host, reason, microseconds(block.until), times)
    db.execute("REPLACE INTO blocks VALUES (?, ?, ?, ?)", values)
    return block


def standing(db: sqlite3.Connection, host: str, now: datetime) -> Block | None:
    """The block that still holds for `host`; one from a clock that was far ahead does not."""
    query = "SELECT reason, until, times FROM blocks WHERE host = ? AND until BETWEEN ? AND ?"
    row = db.execute(query, (host, microseconds(now), microseconds(now + HORIZON))).fetchone()
    return Block(row[0], instant(row[1]), row[2]) if row else None


def served(db: sqlite3.Connection, host: str) -> None:
    """`host` serves us, so the next refusal is a first one again."""
    db.execute("DELETE FROM blocks WHERE host = ?", (host,))
