"""Rows in, finished Parquet files out."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from output.filesystem import Root
from output.rows import Row, RowCheck
from output.schema import MONTH_FROM, SCHEMAS

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

WIB = timezone(timedelta(hours=7), "WIB")  # Jakarta has kept +07:00 since 1964


def new_run_id(now: datetime | None = None) -> str:
    """A name that no other run has, and that sorts by time."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


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
        compression="zstd",
        compression_level=3,
        row_group_size=10_000,
        write_page_checksum=True,
    )
    return sink.getvalue()


class Writer:
    """Collects rows and publishes them as one file per partition and flush.

    What is not flushed yet is lost when the process is killed.

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
        self._files = 0
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

    def flush(self) -> list[str]:
        """Publish all rows that wait; the new files' paths, relative to the root.

        :raises OSError: what is not published yet still waits.
        """
        published = []
        for (table, outlet, month), rows in list(self._waiting.items()):
            path = f"{table}/outlet={outlet}/month={month}/{self.run_id}-{self._files:05}.parquet"
            self.root.publish(path, encode(pa.Table.from_pylist(rows, schema=SCHEMAS[table])))
            self._files += 1
            self.rows -= len(rows)
            del self._waiting[table, outlet, month]
            published.append(path)
        self.bytes = 0
        return published
