"""The dataset as a DuckDB file: tables, comments on their columns, and the documented views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from output.dataset import schema_of
from output.formats import grouped
from output.mentions import mentions_schema
from output.schema import SMALL
from output.views import SQL, over_tables
from output.writer import GROUP_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from output.formats import Batches

TABLES = {
    **{table: schema_of(table) for table in ("articles", "rejects", "runs")},
    **SMALL,
    "mentions": mentions_schema(),
}
MEMORY = "512MB"  # default 80 % of the machine's memory


def write_database(rows_of: Callable[[str], Batches], path: Path) -> None:
    """Write the tables whose rows `rows_of` gives by name to a new file at `path`.

    The views are those of sql/views.sql and sql/stories.sql, over these tables instead of the
    dataset's folders.

    :raises duckdb.Error: when the file cannot be written.
    """
    with duckdb.connect(path, config={"memory_limit": MEMORY}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        for table in TABLES:
            _create(connection, table, rows_of(table))
        connection.execute(over_tables(documented_views()))


def documented_views() -> str:
    """Return the SQL of sql/views.sql and sql/stories.sql, over the dataset's folders."""
    return "".join((SQL / name).read_text("utf-8") for name in ("views.sql", "stories.sql"))


def _create(connection: duckdb.DuckDBPyConnection, table: str, batches: Batches) -> None:
    connection.register("rows_to_come", TABLES[table].empty_table())
    connection.execute(f"CREATE TABLE {table} AS FROM rows_to_come")
    for group in grouped(batches, GROUP_ROWS):
        connection.register("rows_to_come", group)
        connection.execute(f"INSERT INTO {table} FROM rows_to_come")
    connection.unregister("rows_to_come")
    for field in TABLES[table]:
        meaning = (field.metadata or {})[b"meaning"].decode().replace("'", "''")
        connection.execute(f"COMMENT ON COLUMN {table}.{field.name} IS '{meaning}'")
