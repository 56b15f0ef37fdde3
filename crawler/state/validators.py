"""What servers said of pages, to ask next time only for what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.state.queue import microseconds

if TYPE_CHECKING:
    import sqlite3

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of one page, and the hash of what it sent."""

    etag: str | None
    last_modified: str | None
    body_hash: bytes


def find(db: sqlite3.Connection, url: str, version: str, since: datetime) -> Validators | None:
    """What the server said of `url` when rules of this `version` read it, `since` or later."""
    query = """SELECT etag, last_modified, body_hash FROM validators
               WHERE url = ? AND version = ? AND seen_at >= ?"""
    row = db.execute(query, (url, version, microseconds(since))).fetchone()
    return Validators(*row) if row else None


def keep(db: sqlite3.Connection, url: str, found: Validators, version: str, now: datetime) -> None:
    """Keep what the server says of `url`: all of it anew, since half of it may be a lie."""
    row = (url, found.etag, found.last_modified, found.body_hash, version, microseconds(now))
    db.execute("REPLACE INTO validators VALUES (?, ?, ?, ?, ?, ?)", row)


def tidy(db: sqlite3.Connection, now: datetime) -> None:
    """Let go of those that nobody has asked for in a long time."""
    db.execute("DELETE FROM validators WHERE seen_at < ?", (microseconds(now - KEPT),))
