"""The state's file: SQLite in WAL mode, on a local disk."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.state.schema import MIGRATIONS
from output import clock
from output.filesystem import is_shared
from output.private import make_private, touch_private

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Values = Sequence[Any] | Mapping[str, Any]

logger = logging.getLogger(__name__)

FILE = "state.db"
HORIZON = timedelta(days=60)
"""The longest time that the state keeps anybody waiting; a later instant was written by a clock
that was far ahead."""

BUSY_SECONDS = 30.0  # of waiting for another process to end a transaction
_ALWAYS_CHECKED = 64 << 20
"""Bytes of the largest file that is checked for damage at every opening: that takes under a second.
A larger file is checked once a day."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class StateError(Exception):
    """The state cannot be kept in its folder; the message says why, and what to do."""


def microseconds(moment: datetime) -> int:
    """Return `moment` as the state keeps it: microseconds since 1970 in UTC."""
    return int(moment.timestamp() * 1_000_000)


def instant(count: int) -> datetime:
    """Return the inverse of `microseconds`, in UTC."""
    return datetime.fromtimestamp(count / 1_000_000, UTC)


class Database:
    """An open state file. Each statement is a transaction; `transaction()` makes one of several.

    :param thorough: check the file for damage, however large it is
    :raises StateError: a newer Wartatek wrote the file.
    :raises sqlite3.DatabaseError: the file is damaged, or locked; the disk is full.
    """

    damage: str | None = None
    """The damage of the file that was set aside for this one."""

    def __init__(self, path: Path, *, thorough: bool = False) -> None:
        self.path = path
        if not path.exists():
            for left in ("-wal", "-shm"):  # of a deleted file: SQLite would replay them
                path.with_name(path.name + left).unlink(missing_ok=True)
        touch_private(path)  # SQLite gives -wal and -shm the permissions of the file
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            self.execute("PRAGMA journal_mode = WAL")
            self.execute("PRAGMA synchronous = NORMAL")  # after a power cut a part is read again
            self.execute("PRAGMA cache_size = -32768")  # 32 MB, however many articles
            self._migrate()
            self._check(thorough=thorough)
        except BaseException:
            self.close()
            raise

    def execute(self, statement: str, values: Values = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Values]) -> None:
        """Run one statement for each of `rows`."""
        self._connection.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block or nothing; inside another transaction, as a part of that one."""
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")
            raise

    def overwrite_deleted(self) -> None:
        """Rewrite the file, in which deleted rows stay legible until their place is used again."""
        self.execute("VACUUM")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _migrate(self) -> None:
        [version] = self.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StateError(
                f"a newer Wartatek wrote {self.path}: update this one, or move the file away"
            )
        self.is_new = version == 0
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;"
            )

    def _check(self, *, thorough: bool) -> None:
        """Find damage now rather than in the middle of a run.

        :raises sqlite3.DatabaseError: the file is damaged.
        """
        mark = self.path.with_suffix(".checked")
        is_large = self.path.stat().st_size > _ALWAYS_CHECKED
        if is_large and not thorough and _is_of_today(mark):
            return
        [verdict] = self.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            error = sqlite3.DatabaseError(verdict)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        touch_private(mark)


def state_path(folder: str | os.PathLike[str]) -> Path:
    """Return the path of the state's file in `folder`, which is made if need be.

    :raises StateError: `folder` is no local disk.
    """
    if "://" in str(folder) or is_shared(folder):
        raise StateError(
            f"{folder} is no local disk, where {FILE} must stand: set STATE_DIR to a local folder"
        )
    if not Path(folder).is_dir():  # an older folder may be the dataset's, which others may read
        make_private(Path(folder))
    return Path(folder) / FILE


def open_database(path: Path, *, thorough: bool = False) -> Database:
    """Open the file at `path`; rename a damaged file and begin an empty one.

    :param thorough: as for `Database`
    :raises StateError: a newer Wartatek wrote the file.
    :raises sqlite3.OperationalError: another program keeps the file locked; the disk is full.
    """
    try:
        return Database(path, thorough=thorough)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) not in _DAMAGED:
            raise
        damage = str(error)
    aside = path.with_name(f"{FILE}.damaged-{clock.now():%Y%m%dT%H%M%SZ}")
    logger.error("%s is damaged (%s): kept as %s and built anew", path, damage, aside.name)
    path.rename(aside)
    database = Database(path)
    database.damage = damage
    return database


def _is_of_today(mark: Path) -> bool:
    """Return whether `mark` was touched within a day, and not by a clock that was ahead."""
    return mark.exists() and 0 <= clock.file_time() - mark.stat().st_mtime < 86_400
