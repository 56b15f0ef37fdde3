"""What a run knows when it starts: an index over the dataset, and what Parquet cannot hold.

One SQLite file in WAL mode. The dataset is the truth: the index is compared with its part files
whenever the state is opened, and a state that is lost or damaged is built anew from them. What is
lost then is validators, tries and the times of blocks: politeness, never an article.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from crawler.state import queue as pending
from crawler.state.queue import microseconds
from crawler.state.stories import groups as stories
from output import clock
from output.filesystem import Root, is_shared
from output.takedown import FORGOTTEN

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

logger = logging.getLogger(__name__)

FILE = "state.db"
KEPT_FOR_GOOD = ("gone", FORGOTTEN)
"""Reasons of rejects that no newer rule undoes: the outlet, or a person, took the article away."""
BATCH = 10_000
BUSY_SECONDS = 30.0
LOOKED_OVER = 64 << 20
"""The largest file that is looked over whenever it is opened; larger ones are once a day."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

MIGRATIONS = (
    """
    CREATE TABLE parts (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
    CREATE TABLE captures (
        part INTEGER NOT NULL, article_id TEXT NOT NULL, fetched_at INTEGER NOT NULL,
        version TEXT NOT NULL, content_hash BLOB NOT NULL, published_at INTEGER);
    CREATE INDEX captures_by_part ON captures (part);
    CREATE INDEX captures_by_id ON captures (article_id);
    CREATE TABLE rejects (
        part INTEGER NOT NULL, article_id TEXT NOT NULL, reason TEXT NOT NULL,
        version TEXT NOT NULL, published_at INTEGER);
    CREATE INDEX rejects_by_part ON rejects (part);
    CREATE INDEX rejects_by_id ON rejects (article_id);
    CREATE TABLE pending (
        article_id TEXT PRIMARY KEY, outlet TEXT NOT NULL, candidate TEXT NOT NULL,
        look INTEGER NOT NULL, next_at INTEGER NOT NULL, tries INTEGER NOT NULL, reason TEXT,
        taken_by TEXT);
    CREATE INDEX pending_by_time ON pending (outlet, next_at);
    CREATE TABLE validators (
        url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, body_hash BLOB NOT NULL,
        version TEXT NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE blocks (
        host TEXT PRIMARY KEY, reason TEXT NOT NULL, until INTEGER NOT NULL,
        times INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE days (
        outlet TEXT NOT NULL, day TEXT NOT NULL, source TEXT NOT NULL, listed INTEGER NOT NULL,
        done INTEGER NOT NULL, PRIMARY KEY (outlet, day, source)) WITHOUT ROWID;
    """,
    stories.SCHEMA,
    "ALTER TABLE days ADD COLUMN off_topic INTEGER NOT NULL DEFAULT 0;",
)
"""One script per schema version: a state of version n lacks those from n on."""


class StateError(Exception):
    """The state cannot be kept where it should; the message says why, and what to do."""


def open_state(
    folder: str | os.PathLike[str],
    dataset: str | os.PathLike[str],
    refetch: Sequence[timedelta] = (),
    *,
    thorough: bool = False,
) -> State:
    """The state in `folder`, in step with the dataset; a damaged one is set aside and built anew.

    :param thorough: look it over for damage however large it is.
    :raises StateError: `folder` is no local disk, or the state is a newer Wartatek's.
    :raises sqlite3.OperationalError: another program keeps it locked; the disk is full.
    """
    if "://" in str(folder) or is_shared(folder):
        raise StateError(
            f"{folder} is no local disk, where {FILE} must stand: set STATE_DIR to a local folder"
        )
    Path(folder).mkdir(parents=True, exist_ok=True)
    path = Path(folder) / FILE
    with FileLock(path.with_suffix(".lock")):  # two runs must not both find it damaged
        try:
            state = State(path, dataset, refetch, thorough=thorough)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) not in _DAMAGED:
                raise
            _set_aside(path, str(error))
            state = State(path, dataset, refetch)
            state.was_damaged = str(error)
        state.refresh()
    return state


def _set_aside(path: Path, why: str) -> None:
    aside = path.with_name(f"{FILE}.damaged-{clock.now():%Y%m%dT%H%M%SZ}")
    logger.error("%s is damaged (%s): kept as %s and built anew", path, why, aside.name)
    path.rename(aside)


def _is_of_today(mark: Path) -> bool:
    """Whether `mark` was set within a day; one from a clock that was ahead was not."""
    return mark.exists() and 0 <= clock.file_time() - mark.stat().st_mtime < 86_400


class State:
    """The open state. Each method is a transaction; `transaction()` makes one of several.

    :param dataset: what it indexes.
    :param refetch: ages of an article at which it is worth a second look.
    """

    was_damaged = ""
    """What was wrong with the file that this one was built anew in place of."""

    def __init__(
        self,
        path: Path,
        dataset: str | os.PathLike[str],
        refetch: Sequence[timedelta] = (),
        *,
        thorough: bool = False,
    ) -> None:
        self.root = Root(dataset)
        self.path = path
        self.refetch = refetch
        if not path.exists():
            for left in ("-wal", "-shm"):  # of a deleted state: SQLite would take them for its own
                path.with_name(path.name + left).unlink(missing_ok=True)
        self.db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = NORMAL")  # after a power cut a part is read again
            self.db.execute("PRAGMA cache_size = -32768")  # 32 MB, however many articles
            self._migrate()
            self._look_over(thorough=thorough)
        except BaseException:
            self.db.close()
            raise

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is done inside; inside another transaction, a part of that one."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def _migrate(self) -> None:
        [version] = self.db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StateError(
                f"a newer Wartatek wrote {self.path}: update this one, or move the file away"
            )
        self.is_new = version == 0
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self.db.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;"
            )

    def _look_over(self, *, thorough: bool) -> None:
        """Meet damage now rather than amid the run; of a large file, once a day.

        :raises sqlite3.DatabaseError: the file is damaged.
        """
        mark = self.path.with_suffix(".checked")
        if self.path.stat().st_size > LOOKED_OVER and not thorough and _is_of_today(mark):
            return
        [verdict] = self.db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            error = sqlite3.DatabaseError(verdict)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        mark.touch()

    # -- the index

    def refresh(self) -> None:
        """Compare the index with the dataset's files, both ways; a new one takes in pending/."""
        indexed = {path: part for part, path in self.db.execute("SELECT id, path FROM parts")}
        standing = [path for table in ("articles", "rejects") for path in self._files(table)]
        missing = [path for path in standing if path not in indexed]
        for path in [*self._files("pending"), *missing] if self.is_new else missing:
            try:
                self.add(path)
            except (pa.ArrowException, OSError, KeyError) as error:
                # Whose business the dataset is sets such a file aside; here it is only left out.
                logger.error("cannot read %s: %s", path, error)
        for path in indexed.keys() - set(standing):
            self._drop(indexed[path])

    def add(self, path: str) -> None:
        """Take in the part file at `path`, below the dataset's root, unless that was done.

        :raises OSError, pa.ArrowException, KeyError: it cannot be read, or is no file of ours.
        """
        table, partition, *_ = path.split("/")
        outlet = partition.removeprefix("outlet=")
        columns, take_in = _TABLES[table]
        with self.transaction(), self.root.filesystem.open_input_file(self.root.at(path)) as source:
            if self.db.execute("SELECT 1 FROM parts WHERE path = ?", (path,)).fetchone():
                return
            new = "INSERT INTO parts (path, told) VALUES (?, ?)"
            part = self.db.execute(new, (path, table != "articles")).lastrowid
            file = pq.ParquetFile(source)
            if lacking := set(columns) - set(file.schema_arrow.names):
                raise KeyError(f"no column {', '.join(sorted(lacking))}")
            for batch in file.iter_batches(BATCH, columns=columns):
                take_in(self, outlet, part, batch.to_pylist())

    def _files(self, table: str) -> list[str]:
        prefix = len(self.root.path) + 1
        return [info.path[prefix:] for info in self.root.files(table)]

    def _drop(self, part: int) -> None:
        """Forget a file that is gone; articles that went with it are asked for anew."""
        lost = """SELECT article_id FROM captures AS gone WHERE part = :part AND NOT EXISTS
                  (SELECT 1 FROM captures WHERE article_id = gone.article_id AND part <> :part)"""
        with self.transaction():
            if articles := self.db.execute(lost, {"part": part}).fetchall():
                self.db.execute("DELETE FROM validators")  # so that lists name them again
                again = "UPDATE pending SET look = 0, next_at = 0 WHERE article_id = ?"
                self.db.executemany(again, articles)
            stories.drop_part(self.db, part)
            self.db.execute("DELETE FROM captures WHERE part = ?", (part,))
            self.db.execute("DELETE FROM rejects WHERE part = ?", (part,))
            self.db.execute("DELETE FROM parts WHERE id = ?", (part,))

    def _add_articles(self, outlet: str, part: int | None, rows: list[Row]) -> None:
        self.db.executemany(
            "INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    part,
                    row["article_id"],
                    microseconds(row["fetched_at"]),
                    row["extractor_version"],
                    bytes.fromhex(row["content_hash"]),
                    row["published_at"] and microseconds(row["published_at"]),
                )
                for row in rows
            ),
        )
        now = clock.now()
        for row in rows:
            pending.look_again(self.db, outlet, row, now, self.refetch)

    def _add_rejects(self, outlet: str, part: int | None, rows: list[Row]) -> None:
        named = [row for row in rows if row["article_id"]]
        self.db.executemany(
            "INSERT INTO rejects VALUES (?, ?, ?, ?, ?)",
            (
                (
                    part,
                    row["article_id"],
                    row["reason"],
                    row["rule_version"] or "",
                    row["published_at"] and microseconds(row["published_at"]),
                )
                for row in named
            ),
        )
        pending.settle(self.db, (row["article_id"] for row in named))

    def _add_pending(self, outlet: str, part: int | None, rows: list[Row]) -> None:
        pending.restore(self.db, outlet, rows)
        self.db.execute("DELETE FROM parts WHERE id = ?", (part,))  # it is no index of that file

    def known(self, article_id: str, version: str) -> str | None:
        """Why it needs no download: `stored`, or the reason of its reject; None if it does.

        :param version: of the rules now in force; a reject by an older one is judged again.
        """
        query = """SELECT 'stored', '' FROM captures WHERE article_id = :id
                   UNION ALL SELECT reason, version FROM rejects WHERE article_id = :id"""
        for reason, judged_by in self.db.execute(query, {"id": article_id}):
            if reason in ("stored", *KEPT_FOR_GOOD) or judged_by >= version:
                return str(reason)
        return None

    def content_hash(self, article_id: str) -> str | None:
        """The content hash of its last capture, None if it was never stored."""
        query = """SELECT content_hash FROM captures WHERE article_id = ?
                   ORDER BY fetched_at DESC, version DESC LIMIT 1"""
        row = self.db.execute(query, (article_id,)).fetchone()
        return bytes(row[0]).hex() if row else None


Row = dict[str, Any]
_TABLES: dict[str, tuple[list[str], Callable[[State, str, int | None, list[Row]], None]]] = {
    "articles": (
        [
            "article_id",
            "url",
            "fetched_at",
            "extractor_version",
            "content_hash",
            "published_at",
            "discovered_via",
        ],
        State._add_articles,
    ),
    "rejects": (["article_id", "reason", "rule_version", "published_at"], State._add_rejects),
    "pending": (
        ["article_id", "candidate", "look", "next_at", "tries", "reason"],
        State._add_pending,
    ),
}
"""What is read of the part files of each table, and what takes it in."""
