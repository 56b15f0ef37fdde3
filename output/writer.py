"""Rows in, finished Parquet files out."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from output import clock
from output.filesystem import Root
from output.row_check import RowCheck
from output.schema import MONTH_FROM, SCHEMAS, Row

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

WIB = timezone(timedelta(hours=7), "WIB")  # Jakarta has kept +07:00 since 1964


COMPRESSION: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "write_page_checksum": True,  # so that `verify` can tell a flipped bit
}
GROUP_ROWS = 10_000
"""Rows a row group: what a reader has to hold at a time."""


def new_run_id(now: datetime | None = None) -> str:
    """A name that no other run has, and that sorts by time."""
    return f"{now or clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def month_of(table: str, row: Mapping[str, Any]) -> str:
    """The month, YYYY-MM in WIB, whose partition `row` belongs to."""
    moment = next(filter(None, (row.get(column) for column in MONTH_FROM[table])))
    return f"{moment.astimezone(WIB):%Y-%m}"


def encode(table: pa.Table) -> pa.Buffer:
    """`table` as the bytes of a Parquet file, as all files of the dataset are written."""
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
    """The columns whose least and greatest value a footer gives. Those of texts and lists help no
    reader to skip anything, and would be a third of a small file."""
    wordy = (pa.ListType, pa.StructType)
    return [
        field.name
        for field in schema
        if field.name == "article_id"
        or not (pa.types.is_string(field.type) or isinstance(field.type, wordy))
    ]


class Part(NamedTuple):
    """A file that readers now see: its path below the root, its table, the rows in it."""

    path: str
    table: str
    rows: list[Row]


class Writer:
    """Collects rows and publishes them as parts, one file per partition.

    What is not published yet is lost when the process is killed.

    :param run_id: begins the name of every file; no two live writers may share it for one outlet.
    :param part_rows: `full` when this many rows wait,
    :param part_bytes: or about this many bytes.
    """

    def __init__(
        self,
        location: str | os.PathLike[str],
        run_id: str,
        *,
        part_rows: int = 1000,
        part_bytes: int = 32 << 20,
    ) -> None:
        self.root = Root(location)
        self.run_id = run_id
        self.part_rows = part_rows
        self.part_bytes = part_bytes
        self.rows = 0
        self.bytes = 0
        self._parts = 0
        self._checks = {table: RowCheck(schema) for table, schema in SCHEMAS.items()}
        self._waiting: dict[tuple[str, str, str], list[Row]] = {}

    def write(self, table: str, outlet: str, row: Row) -> None:
        """Take one row of `table`; columns it does not name are null.

        :raises RowError: and nothing of it was taken.
        """
        self.bytes += self._checks[table].weigh(row)
        self.rows += 1
        self._waiting.setdefault((table, outlet, month_of(table, row)), []).append(row)

    @property
    def full(self) -> bool:
        """Whether enough rows wait for a part."""
        return self.rows >= self.part_rows or self.bytes >= self.part_bytes

    def waiting(self, table: str) -> int:
        """How many rows of `table` are not published yet."""
        return sum(len(rows) for key, rows in self._waiting.items() if key[0] == table)

    def publish(self) -> Part | None:
        """Publish the rows of one partition; None when no row waits.

        :raises OSError: the rows still wait, and publishing may be tried again.
        """
        if not self._waiting:
            return None
        (table, outlet, month), rows = next(iter(self._waiting.items()))
        path = f"{table}/outlet={outlet}/month={month}/{self.run_id}-{self._parts:05}.parquet"
        self.root.publish(path, encode(pa.Table.from_pylist(rows, schema=SCHEMAS[table])))
        del self._waiting[table, outlet, month]
        self._parts += 1
        self.rows -= len(rows)
        self.bytes = self.bytes if self.rows else 0
        return Part(path, table, rows)

    def flush(self) -> list[Part]:
        """Publish all rows that wait.

        :raises OSError: as `publish`.
        """
        return list(iter(self.publish, None))
