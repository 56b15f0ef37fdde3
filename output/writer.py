"""The writer: rows in, finished Parquet files out."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from output import clock
from output.clock import WIB
from output.filesystem import Root
from output.once import not_stored
from output.row_check import RowCheck
from output.schema import MONTH_FROM, SCHEMAS, Row

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping
    from datetime import datetime


COMPRESSION: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "write_page_checksum": True,  # `verify` finds flipped bits
}
GROUP_ROWS = 10_000
"""Rows of a row group, the least that a reader holds in memory."""


def new_run_id(now: datetime | None = None) -> str:
    """Return a unique run_id that sorts by time."""
    return f"{now or clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def month_of(table: str, row: Mapping[str, Any]) -> str:
    """Return the month of the partition of `row`: YYYY-MM, in WIB."""
    moment = next(filter(None, (row.get(column) for column in MONTH_FROM[table])))
    return f"{moment.astimezone(WIB):%Y-%m}"


def encode(table: pa.Table) -> pa.Buffer:
    """Return `table` as a Parquet file, with the dataset's compression and statistics."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=GROUP_ROWS,
        write_statistics=searched(table.schema),
        **COMPRESSION,
    )
    return sink.getvalue()


def searched(schema: pa.Schema) -> list[str]:
    """Return the columns with column statistics. Those of texts and lists help no reader to skip
    row groups, and would be a third of a small file."""
    wordy = (pa.ListType, pa.StructType)
    return [
        field.name
        for field in schema
        if field.name == "article_id"
        or not (pa.types.is_string(field.type) or isinstance(field.type, wordy))
    ]


class Part(NamedTuple):
    """A published file: path below the root, table, rows.

    The path is None where other files have all of the rows already.
    """

    path: str | None
    table: str
    rows: list[Row]


class Writer:
    """A collector of rows that publishes them as parts, a file for each partition.

    Rows that are not published yet are lost when the process is killed.

    :param run_id: begins the name of every file; two live writers of an outlet may not share it.
    :param part_rows: `full` when this many rows wait,
    :param part_bytes: or about this many bytes.
    :param once: captures that another process has published are not published again.
    """

    def __init__(
        self,
        location: str | os.PathLike[str],
        run_id: str,
        *,
        part_rows: int = 1000,
        part_bytes: int = 32 << 20,
        once: bool = False,
    ) -> None:
        self.root = Root(location)
        self.run_id = run_id
        self.part_rows = part_rows
        self.part_bytes = part_bytes
        self.once = once
        self.rows = 0
        self.bytes = 0
        self._parts = 0
        self._checks = {table: RowCheck(schema) for table, schema in SCHEMAS.items()}
        self._waiting: dict[tuple[str, str, str], list[Row]] = {}

    def write(self, table: str, outlet: str, row: Row) -> None:
        """Add `row` to `table`; missing columns are null.

        :raises RowError: when the row does not fit the table; then it is not added.
        """
        self.bytes += self._checks[table].weigh(row)
        self.rows += 1
        self._waiting.setdefault((table, outlet, month_of(table, row)), []).append(row)

    def take_back(self, table: str, article_ids: Collection[str]) -> list[Row]:
        """Remove and return the rows of these articles that wait to be published in `table`."""
        taken: list[Row] = []
        for key, rows in [(k, rows) for k, rows in self._waiting.items() if k[0] == table]:
            taken += [row for row in rows if row["article_id"] in article_ids]
            self._waiting[key] = [row for row in rows if row["article_id"] not in article_ids]
            if not self._waiting[key]:
                del self._waiting[key]
        self.rows -= len(taken)
        return taken

    @property
    def full(self) -> bool:
        """Return True if enough rows wait for a part."""
        return self.rows >= self.part_rows or self.bytes >= self.part_bytes

    def waiting(self, table: str) -> int:
        """Return the number of rows of `table` that are not published yet."""
        return sum(len(rows) for key, rows in self._waiting.items() if key[0] == table)

    def publish(self) -> Part | None:
        """Publish the rows of a partition; return None when no row waits.

        :raises OSError: when the file cannot be written; the rows wait for the next call.
        """
        if not self._waiting:
            return None
        (table, outlet, month), rows = next(iter(self._waiting.items()))
        folder = f"{table}/outlet={outlet}/month={month}"
        path = f"{folder}/{self.run_id}-{self._parts:05}.parquet"
        is_checked = self.once and table == "articles"
        with not_stored(self.root, folder, rows) if is_checked else nullcontext(rows) as new:
            if new:
                self.root.publish(path, encode(pa.Table.from_pylist(new, schema=SCHEMAS[table])))
        del self._waiting[table, outlet, month]
        self._parts += 1
        self.rows -= len(rows)
        self.bytes = self.bytes if self.rows else 0
        return Part(path if new else None, table, rows)

    def flush(self) -> list[Part]:
        """Publish all rows that wait.

        :raises OSError: as in `publish`.
        """
        return list(iter(self.publish, None))
