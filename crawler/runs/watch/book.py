"""The watches, what each has told, and what waits to be sent: a file of their own in STATE_DIR.

The file holds secrets, the URLs of notifications, and is open to its owner alone. Unlike state.db
it cannot be rebuilt from the dataset.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Self

    from scrapy.settings import BaseSettings

    from output.schema import Row

FILE = "watch.db"
KEPT = 200
"""Entries of a feed; older ones leave the feed once they are sent."""
_MODE = 0o600
_BUSY = 30.0  # seconds of waiting for another process to end a transaction
_VERSION = 1
_TABLES = """
CREATE TABLE watches (
    name TEXT PRIMARY KEY, query TEXT, digest INTEGER NOT NULL, quiet TEXT,
    begun INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE targets (id INTEGER PRIMARY KEY, watch TEXT NOT NULL, url TEXT NOT NULL);
CREATE TABLE told (
    watch TEXT NOT NULL, article_id TEXT NOT NULL, capture INTEGER NOT NULL,
    moment INTEGER NOT NULL, is_gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (watch, article_id)) WITHOUT ROWID;
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, watch TEXT NOT NULL, article_id TEXT NOT NULL,
    kind TEXT NOT NULL, moment INTEGER NOT NULL, row TEXT NOT NULL,
    UNIQUE (watch, article_id, kind, moment));
CREATE TABLE waiting (
    target INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (target, entry)) WITHOUT ROWID;
"""


class Watch(NamedTuple):
    """A search that is watched; of the outlets' health if `query` is None.

    :param digest: hours that lie between two notifications at least
    :param quiet: hours of the day in WIB without notifications, as 22-6; None: no such hours
    :param begun: when the watch was added
    :param sent: when the last notification was sent, None if never
    """

    name: str
    query: str | None
    digest: int
    quiet: str | None
    begun: datetime
    sent: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Return False in quiet hours, and before the digest's time."""
        if self.sent and now < self.sent + timedelta(hours=self.digest):
            return False
        if self.quiet is None:
            return True
        first, end = map(int, self.quiet.split("-"))
        hour = (now + timedelta(hours=7)).hour
        return not (first <= hour < end if first < end else hour >= first or hour < end)


class Told(NamedTuple):
    """The capture of an article that a watch has told of last, by name and microsecond."""

    capture: int
    moment: int
    is_gone: bool = False


class Entry(NamedTuple):
    """A line of a feed: an article, or an outlet, and what has become of it.

    :param kind: new, revised or gone; of an outlet unhealthy or healthy
    :param moment: microsecond of the capture, or of the news
    """

    article_id: str
    kind: str
    moment: int
    row: Row


class Target(NamedTuple):
    """A URL that is told; the URL is a secret, the scheme is not."""

    id: int
    url: str

    @property
    def masked(self) -> str:
        return f"{self.url.partition('://')[0]}://***"


class Book:
    """An open file of watches.

    :raises OSError: the file cannot be made.
    :raises sqlite3.DatabaseError: the file is damaged, of a newer version, or locked.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR, _MODE)
        try:
            os.fchmod(handle, _MODE)
        finally:
            os.close(handle)
        self._connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
        try:
            self._connection.execute("PRAGMA secure_delete = ON")  # of forgotten articles
            with self.transaction():
                [version] = self._connection.execute("PRAGMA user_version").fetchone()
                if version > _VERSION:
                    raise sqlite3.DatabaseError(f"{path}: a newer Wartatek wrote it")
                if not version:
                    for statement in filter(str.strip, _TABLES.split(";")):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA user_version = {_VERSION}")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block or nothing; no other process writes meanwhile."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def watches(self) -> list[Watch]:
        """Return all watches, sorted by name."""
        rows = self._connection.execute(
            "SELECT name, query, digest, quiet, begun, sent FROM watches ORDER BY name"
        )
        return [
            Watch(name, query, digest, quiet, _instant(begun), _instant(sent) if sent else None)
            for name, query, digest, quiet, begun, sent in rows
        ]

    def add(self, watch: Watch, urls: Iterable[str]) -> None:
        """Add `watch`, whose name is free, and the URLs that are told."""
        values = (watch.name, watch.query, watch.digest, watch.quiet, _seconds(watch.begun))
        self._connection.execute(
            "INSERT INTO watches (name, query, digest, quiet, begun) VALUES (?, ?, ?, ?, ?)", values
        )
        self._connection.executemany(
            "INSERT INTO targets (watch, url) VALUES (?, ?)", [(watch.name, url) for url in urls]
        )

    def remove(self, name: str) -> bool:
        """Remove a watch and all of it; return False if there is none of this name."""
        execute = self._connection.execute
        with self.transaction():
            execute(
                "DELETE FROM waiting WHERE target IN (SELECT id FROM targets WHERE watch = ?)",
                (name,),
            )
            for table in ("targets", "told", "entries"):
                execute(f"DELETE FROM {table} WHERE watch = ?", (name,))  # noqa: S608
            return bool(execute("DELETE FROM watches WHERE name = ?", (name,)).rowcount)

    def told(self, name: str) -> dict[str, Told]:
        """Return what the watch has told of, by article_id."""
        rows = self._connection.execute(
            "SELECT article_id, capture, moment, is_gone FROM told WHERE watch = ?", (name,)
        )
        return {article: Told(capture, at, bool(gone)) for article, capture, at, gone in rows}

    def note(self, name: str, told: Iterable[tuple[str, Told]]) -> None:
        """Note what the watch has told of, by article_id."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)",
            [(name, article, *one) for article, one in told],
        )

    def enter(self, name: str, entries: Iterable[Entry]) -> int:
        """Add `entries` to a watch's feed, and let them wait for its targets; return how many are
        new. The oldest entries over KEPT leave the feed, unless they wait."""
        count = 0
        execute = self._connection.execute
        for article, kind, moment, row in entries:
            added = execute(
                "INSERT OR IGNORE INTO entries (watch, article_id, kind, moment, row)"
                " VALUES (?, ?, ?, ?, ?)",
                (name, article, kind, moment, json.dumps(row, ensure_ascii=False)),
            )
            if added.rowcount:
                count += 1
                execute(
                    "INSERT INTO waiting SELECT id, ? FROM targets WHERE watch = ?",
                    (added.lastrowid, name),
                )
        execute(
            "DELETE FROM entries WHERE watch = ?1 AND id NOT IN (SELECT entry FROM waiting) AND id"
            " <= (SELECT id FROM entries WHERE watch = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            (name, KEPT),
        )
        return count

    def entries(self, name: str) -> list[Entry]:
        """Return the entries of a watch's feed, the newest first."""
        rows = self._connection.execute(
            "SELECT article_id, kind, moment, row FROM entries WHERE watch = ?"
            " ORDER BY id DESC LIMIT ?",
            (name, KEPT),
        )
        return [Entry(article, kind, at, json.loads(row)) for article, kind, at, row in rows]

    def targets(self, name: str) -> list[Target]:
        """Return the URLs that a watch tells."""
        rows = self._connection.execute(
            "SELECT id, url FROM targets WHERE watch = ? ORDER BY id", (name,)
        )
        return [Target(*row) for row in rows]

    def waiting(self, target: Target) -> dict[int, Entry]:
        """Return the entries that a target has not been told yet, by number, in order."""
        rows = self._connection.execute(
            "SELECT id, article_id, kind, moment, row FROM entries JOIN waiting ON entry = id"
            " WHERE target = ? ORDER BY id",
            (target.id,),
        )
        return {
            number: Entry(article, kind, at, json.loads(row))
            for number, article, kind, at, row in rows
        }

    def sent(self, name: str, target: Target, entries: Collection[int], now: datetime) -> None:
        """Note that `target` has been told `entries`."""
        with self.transaction():
            self._connection.executemany(
                "DELETE FROM waiting WHERE target = ? AND entry = ?",
                [(target.id, entry) for entry in entries],
            )
            self._connection.execute(
                "UPDATE watches SET sent = ? WHERE name = ?", (_seconds(now), name)
            )

    def articles(self) -> set[str]:
        """Return the ids of all articles of which the file says anything."""
        rows = self._connection.execute(
            "SELECT article_id FROM told UNION SELECT article_id FROM entries"
        )
        return {article for (article,) in rows}

    def forget(self, articles: Iterable[str]) -> None:
        """Remove `articles` from feeds and from what waits."""
        for article in articles:
            self._connection.execute(
                "DELETE FROM waiting WHERE entry IN (SELECT id FROM entries WHERE article_id = ?)",
                (article,),
            )
            for table in ("entries", "told"):
                self._connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (article,))  # noqa: S608


def book_path(settings: BaseSettings) -> Path:
    """Return the path of the watches' file."""
    return Path(settings["STATE_DIR"] or settings["OUTPUT_DIR"]) / FILE


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _instant(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
