"""The index: the dataset's rows, as the state knows them.

The dataset is the truth. Whenever the index is opened it is compared with the part files, and an
index that is lost or damaged is built again from them. A lost state loses validators, tries and
refusals: politeness, never an article.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock

from crawler.extraction.walls import wall_ids
from crawler.state.database import microseconds, open_database, state_path
from crawler.state.queue import Queue
from crawler.state.recurrence import index as recurrence
from crawler.state.stories import index as stories
from output.clock import now
from output.dataset import is_replaced
from output.filesystem import Root
from output.lifted import BODY, published_hash
from output.private import FILE as PRIVATE
from output.schema import KEYS, PENDING, Row
from output.takedown import FORGOTTEN

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from crawler.state.database import Database


logger = logging.getLogger(__name__)

KEPT_FOR_GOOD = ("gone", FORGOTTEN)
"""Reasons of rejects that no newer rule undoes: the outlet, or a person, took the article away."""
BATCH = 10_000


def open_index(
    folder: str | os.PathLike[str],
    dataset: str | os.PathLike[str],
    refetch: Sequence[timedelta] = (),
    *,
    thorough: bool = False,
) -> DatasetIndex:
    """Open the state in `folder` and bring its index in step with the dataset.

    :param refetch: ages of an article at which the article is worth a second look
    :param thorough: check the state's file for damage, however large it is
    :raises StateError: `folder` is no local disk, or a newer Wartatek wrote the state.
    :raises sqlite3.OperationalError: another program keeps the state locked; the disk is full.
    """
    path = state_path(folder)
    # Two runs must not both find the file damaged.
    with FileLock(path.with_suffix(".lock"), mode=PRIVATE):
        database = open_database(path, thorough=thorough)
        index = DatasetIndex(database, Root(dataset), refetch)
        index.refresh()
    return index


class DatasetIndex:
    """The part files of the dataset at `root`, and the captures and rejects in them."""

    def __init__(
        self,
        db: Database,
        root: Root,
        refetch: Sequence[timedelta] = (),
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.db = db
        self.root = root
        self.refetch = refetch
        self.clock = clock

    @classmethod
    def of(cls, settings: BaseSettings, *, thorough: bool = False) -> DatasetIndex:
        """Open the index of the project's dataset, as `open_index` does."""
        dataset = settings["OUTPUT_DIR"]
        ages = [timedelta(seconds=float(age)) for age in settings.getlist("REFETCH_AFTER")]
        return open_index(settings["STATE_DIR"] or dataset, dataset, ages, thorough=thorough)

    def close(self) -> None:
        """Close the state."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- keeping in step with the dataset

    def refresh(self) -> None:
        """Add files that are not indexed and drop files that are gone; a new index takes pending/
        in too."""
        indexed = {path: part for part, path in self.db.execute("SELECT id, path FROM parts")}
        present = [path for table in ("articles", "rejects") for path in self._files(table)]
        missing = [path for path in present if path not in indexed]
        for path in [*self._files("pending"), *missing] if self.db.is_new else missing:
            try:
                self.add(path)
            except (pa.ArrowException, OSError, KeyError) as error:
                if is_replaced(self.root, self.root.at(path)):  # by a compaction, just now
                    self.refresh()
                    return
                # A crawl sets such a file aside; here the file is only left out.
                logger.error("cannot read %s: %s", path, error)
        for path in indexed.keys() - set(present):
            self._drop(indexed[path])

    def add(self, path: str) -> None:
        """Add the part file at `path`, below the dataset's root; a second time does nothing.

        :raises OSError, pa.ArrowException, KeyError: the file cannot be read, or is none of ours.
        """
        table, partition, *_ = path.split("/")
        columns, add_rows = _TABLES[table]
        queue = self.queue(partition.removeprefix("outlet="))
        file_system, place = self.root.filesystem, self.root.at(path)
        with self.db.transaction(), file_system.open_input_file(place) as source:
            if self.db.execute("SELECT 1 FROM parts WHERE path = ?", (path,)).fetchone():
                return
            file = pq.ParquetFile(source)
            names = file.schema_arrow.names  # converts the whole schema each time
            there = [name for name in columns if name in names]
            if lacking := {*columns} - {*there, *_LATER}:
                raise KeyError(f"no column {', '.join(sorted(lacking))}")
            insert = "INSERT INTO parts (path, is_read) VALUES (?, ?)"
            part = self.db.execute(insert, (path, table != "articles")).lastrowid
            for batch in file.iter_batches(BATCH, columns=there):
                add_rows(self, queue, part, batch.to_pylist())

    def queue(self, outlet: str) -> Queue:
        """Return the queue of `outlet`."""
        return Queue(self.db, outlet, self.refetch, self.clock)

    def _files(self, table: str) -> list[str]:
        return [self.root.relative(info.path) for info in self.root.files(table)]

    def _drop(self, part: int) -> None:
        """Remove a file that is gone; articles that went with it are asked for again."""
        lost = """SELECT article_id FROM captures AS gone WHERE part = :part AND NOT EXISTS
                  (SELECT 1 FROM captures WHERE article_id = gone.article_id AND part <> :part)"""
        with self.db.transaction():
            if articles := self.db.execute(lost, {"part": part}).fetchall():
                self.db.execute("DELETE FROM validators")  # so that lists name them again
                again = "UPDATE pending SET look = 0, next_at = 0 WHERE article_id = ?"
                self.db.executemany(again, articles)
            stories.drop_part(self.db, part)
            recurrence.drop_part(self.db, part)
            self.db.execute("DELETE FROM captures WHERE part = ?", (part,))
            self.db.execute("DELETE FROM rejects WHERE part = ?", (part,))
            self.db.execute("DELETE FROM parts WHERE id = ?", (part,))

    def _add_articles(self, queue: Queue, part: int | None, rows: list[Row]) -> None:
        self.db.executemany(
            "INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    part,
                    row["article_id"],
                    microseconds(row["fetched_at"]),
                    row["extractor_version"],
                    bytes.fromhex(published_hash(row)),
                    row["published_at"] and microseconds(row["published_at"]),
                )
                for row in rows
            ),
        )
        for row in rows:
            queue.look_again(row)

    def _add_rejects(self, queue: Queue, part: int | None, rows: list[Row]) -> None:
        named = [row for row in rows if row["article_id"]]
        walls = [row for row in named if row["reason"] in wall_ids()]
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
        settled = {row["article_id"] for row in named}
        for row in walls:
            if queue.behind_wall(row["article_id"], row["reason"]):
                settled.discard(row["article_id"])
        queue.settle(settled)

    def _add_pending(self, queue: Queue, part: int | None, rows: list[Row]) -> None:
        queue.restore(rows)
        self.db.execute("DELETE FROM parts WHERE id = ?", (part,))  # its rows are not indexed

    # -- asking

    def known(self, article_id: str, version: str) -> str | None:
        """Return `stored`, or the reason of the article's reject; None: the article is unknown, or
        a wall was served in its place.

        :param version: of the rules now in force; a reject by older rules is judged again
        """
        query = """SELECT 'stored', '' FROM captures WHERE article_id = :id
                   UNION ALL SELECT reason, version FROM rejects WHERE article_id = :id"""
        for reason, judged_by in self.db.execute(query, {"id": article_id}):
            if reason in wall_ids():  # the article may be behind it when the wall is gone
                continue
            if reason in ("stored", *KEPT_FOR_GOOD) or judged_by >= version:
                return str(reason)
        return None

    def content_hash(self, article_id: str) -> str | None:
        """Return the hash of what the article's last capture published, None without a capture."""
        query = """SELECT content_hash FROM captures WHERE article_id = ?
                   ORDER BY fetched_at DESC, version DESC LIMIT 1"""
        row = self.db.execute(query, (article_id,)).fetchone()
        return bytes(row[0]).hex() if row else None

    def last_capture(self, article_id: str) -> Row | None:
        """Return the body of the article's last capture as a row; None without a capture, or where
        its file is gone.

        :raises OSError, pa.ArrowInvalid: the file cannot be read.
        """
        query = """SELECT path, fetched_at, version FROM captures JOIN parts ON parts.id = part
                   WHERE article_id = ? ORDER BY fetched_at DESC, version DESC LIMIT 1"""
        found = self.db.execute(query, (article_id,)).fetchone()
        if not found or is_replaced(self.root, self.root.at(found[0])):
            return None
        path, fetched_at, version = found
        file = pq.ParquetFile(self.root.at(path), filesystem=self.root.filesystem)
        names = file.schema_arrow.names  # converts the whole schema each time
        there = [n for n in (*KEYS["articles"], *BODY) if n in names]
        for batch in file.iter_batches(BATCH, columns=there):
            mine = pc.equal(batch["article_id"], pa.scalar(article_id))
            for row in batch.filter(mine).to_pylist():
                key = microseconds(row["fetched_at"]), row["extractor_version"]
                if key == (fetched_at, version):
                    return dict(row)
        return None


_LATER = ("published_hash",)
"""Columns that files of older schema versions lack."""
_TABLES: dict[
    str, tuple[list[str], Callable[[DatasetIndex, Queue, int | None, list[Row]], None]]
] = {
    "articles": (
        [*KEYS["articles"], "url", "content_hash", *_LATER, "published_at", "discovered_via"],
        DatasetIndex._add_articles,
    ),
    "rejects": (
        ["article_id", "reason", "rule_version", "published_at"],
        DatasetIndex._add_rejects,
    ),
    "pending": (PENDING.names, DatasetIndex._add_pending),
}
"""The columns that are read of each table's part files, and the method that adds their rows."""
