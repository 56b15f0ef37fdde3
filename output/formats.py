"""Export formats: rows as a file for other programs, in memory that does not grow with the rows."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import IO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from output.writer import COMPRESSION, GROUP_ROWS, searched

Batches = Iterable[pa.RecordBatch]
Write = Callable[[Batches, pa.Schema, IO[bytes]], None]

_FORMULA = "[=+@\uff1d\uff0b\uff20\uff0d-]"
"""Regex of the first characters of formulas, also in the full width of East Asian signs, beside tab
and CR (OWASP, CSV Injection)."""
_APOSTROPHE = "''"
"""An apostrophe in SQL."""
ASKED_ROWS = 2000
"""Rows for each DuckDB query, whose planning takes 30 ms."""


def write_csv(
    batches: Batches, schema: pa.Schema, file: IO[bytes], *, spreadsheet: bool = False
) -> None:
    """Write CSV with a header: texts in quotes, so that an empty text is not a null; instants as in
    `write_jsonl`; a list or struct as JSON.

    :param spreadsheet: begin with a byte order mark, without which Excel does not read UTF-8, and
        put an apostrophe before each text, also in a list, that a spreadsheet would take for a
        formula
    """
    texts = {f.name for f in schema if _is_nested(f) or _is_instant(f)}
    cells = pa.schema(
        [pa.field(f.name, pa.string() if f.name in texts else f.type) for f in schema]
    )
    columns = [_flat(f) for f in schema]
    if spreadsheet:
        file.write(codecs.BOM_UTF8)
        columns = [_as_text(f, column) for f, column in zip(schema, columns, strict=True)]
    query = f"SELECT {', '.join(columns)} FROM batch"
    with pa.csv.CSVWriter(file, cells) as writer:
        for table in _answers(query, batches):
            writer.write_table(table.rename_columns(cells.names).cast(cells))


def write_jsonl(batches: Batches, schema: pa.Schema, file: IO[bytes]) -> None:
    """Write a JSON object a line, with every column; instants are ISO 8601 in UTC:
    2023-09-01T05:00:00.000000Z."""
    columns = ", ".join(f"{_spelt(f)} AS {f.name}" for f in schema)
    query = f"SELECT to_json(row)::VARCHAR FROM (SELECT {columns} FROM batch) AS row"
    for table in _answers(query, batches):
        for line in table.column(0).to_pylist():
            file.write(f"{line}\n".encode())


def write_parquet(batches: Batches, schema: pa.Schema, file: IO[bytes]) -> None:
    """Write a Parquet file with the dataset's schema, meanings included."""
    with pq.ParquetWriter(file, schema, write_statistics=searched(schema), **COMPRESSION) as writer:
        for group in grouped(batches, GROUP_ROWS):
            writer.write_table(group.cast(schema))


write_spreadsheet: Write = partial(write_csv, spreadsheet=True)
FORMATS: dict[str, Write] = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


def flat(batches: Batches, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows with JSON in place of a list or struct, and instants as in `write_jsonl`."""
    yield from _answers(f"SELECT {', '.join(map(_flat, schema))} FROM batch", batches)


def grouped(batches: Batches, rows: int) -> Iterator[pa.Table]:
    """Yield `batches` in tables of at least `rows` rows; the last may have fewer."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= rows:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _answers(query: str, batches: Batches) -> Iterator[pa.Table]:
    """Yield DuckDB's results of `query`: DuckDB makes JSON five times as fast as Python."""
    import duckdb  # here: `write_parquet` does without

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for group in grouped(batches, ASKED_ROWS):
            connection.register("batch", group)
            yield connection.sql(query).to_arrow_table()


def _spelt(field: pa.Field[pa.DataType]) -> str:
    instant = "strftime({} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    return instant.format(field.name) if _is_instant(field) else field.name


def _flat(field: pa.Field[pa.DataType]) -> str:
    return f"to_json({field.name})::VARCHAR" if _is_nested(field) else _spelt(field)


def _as_text(field: pa.Field[pa.DataType], column: str) -> str:
    """Return the SQL for `column` with an apostrophe before texts that begin like a formula."""
    if _is_nested(field):
        # Before an opening quote of JSON is one of four marks, without a backslash between.
        begins = rf"([\[{{,:]\")({_FORMULA}|\\[tr])"
        return rf"regexp_replace({column}, '{begins}', '\1{_APOSTROPHE}\2', 'g')"
    if pa.types.is_string(field.type):
        return rf"regexp_replace({column}, '^({_FORMULA}|[\t\r])', '{_APOSTROPHE}\1')"
    return column


def _is_instant(field: pa.Field[pa.DataType]) -> bool:
    return pa.types.is_timestamp(field.type)


def _is_nested(field: pa.Field[pa.DataType]) -> bool:
    return pa.types.is_nested(field.type)
