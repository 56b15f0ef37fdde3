"""Articles as a SQLite file with full-text search, for Datasette and all that opens SQLite files.

Its types: texts TEXT, numbers INTEGER and REAL, truth values 0 and 1; instants are TEXT in UTC, ISO
8601 with microseconds, so that they sort and SQLite's datetime() reads them; lists and structs are
JSON, which json_each() reads. The table `columns` has the type and the meaning of each column.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow as pa

from output.formats import flat

if TYPE_CHECKING:
    from pathlib import Path

    from output.formats import Batches

_NUMBERS = (
    (pa.types.is_boolean, "INTEGER"),
    (pa.types.is_integer, "INTEGER"),
    (pa.types.is_floating, "REAL"),
)
_INDEXED = ("article_id", "published_at", "outlet")
_SEARCHED = ("title", "body")
# Datasette finds the index of a table by this very spelling of `content`.
_SEARCH = f"""
CREATE VIRTUAL TABLE articles_fts USING FTS5 (
    {", ".join(_SEARCHED)}, content="articles", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2"
)
"""


def write_sqlite(batches: Batches, schema: pa.Schema, path: Path) -> None:
    """Write the table `articles`, its index `articles_fts`, and `columns`, to a new file at `path`.

    A row has the columns of `schema` after `id`, the number of the row in this file.

    :raises sqlite3.Error: when the file cannot be written, or this SQLite has no FTS5.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # A file that a kill cut short is never renamed into place, so that no journal is needed.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        _describe(connection, schema)
        columns = ", ".join(f'"{field.name}" {_type(field.type)}' for field in schema)
        connection.execute(f"CREATE TABLE articles (id INTEGER PRIMARY KEY, {columns})")
        marks = ", ".join("?" * len(schema))
        names = ", ".join(f'"{name}"' for name in schema.names)
        insert = f"INSERT INTO articles ({names}) VALUES ({marks})"
        for table in flat(batches, schema):
            values = (column.to_pylist() for column in table.columns)
            connection.executemany(insert, zip(*values, strict=True))
        for name in _INDEXED:
            connection.execute(f"CREATE INDEX articles_{name} ON articles ({name})")
        connection.execute(_SEARCH)
        connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
        connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def _describe(connection: sqlite3.Connection, schema: pa.Schema) -> None:
    connection.execute("CREATE TABLE columns (name TEXT PRIMARY KEY, type TEXT, meaning TEXT)")
    rows = [(f.name, str(f.type), (f.metadata or {}).get(b"meaning", b"").decode()) for f in schema]
    connection.executemany("INSERT INTO columns VALUES (?, ?, ?)", rows)


def _type(kind: pa.DataType) -> str:
    return next((name for is_of, name in _NUMBERS if is_of(kind)), "TEXT")
