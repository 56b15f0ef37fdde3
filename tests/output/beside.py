"""Processes that read a dataset in loops, and others that write to it and compact it meanwhile."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

from output.captures import publish_captures
from output.compaction import compact
from output.dataset import read
from output.filesystem import Root
from output.selection import Selection, select
from output.stories import publish
from output.views import SQL
from output.writer import Writer
from tests.output.rows import NOON, article, reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

OUTLETS = ("antara", "kontan", "selular", "tirto")
VIEWS = (SQL / "views.sql").read_text("utf-8")
GROUPED = 100
LOUD = (
    OSError,
    pa.ArrowInvalid,
    duckdb.Error,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)


class Log:
    """Keys of rows that processes have begun to publish, and have published."""

    def __init__(self, folder: Path) -> None:
        self.begun, self.done = folder / "begun", folder / "done"

    def publish(self, keys: Iterable[str], work: Callable[[], object]) -> None:
        lines = "".join(f"{key}\n" for key in keys).encode()
        _append(self.begun, lines)
        work()
        _append(self.done, lines)

    @staticmethod
    def keys(path: Path) -> set[str]:
        text = path.read_bytes().rpartition(b"\n")[0].decode() if path.exists() else ""
        return set(text.splitlines())


def _append(path: Path, lines: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, lines)
    os.close(handle)


def stop(folder: Path) -> None:
    (folder / "stop").touch()


def is_going_on(folder: Path) -> bool:
    return not (folder / "stop").exists()


# -- writing


def compacting(folder: Path, outlet: str, rounds: range) -> int:
    """Publish a part of articles and one of rejects, and merge each with the rest: a round.

    Return the number of merges of articles.
    """
    log, done = Log(folder), 0
    for number in rounds:
        _run(folder, log, outlet, f"merged-run-{number:05}", 10 * number)
        done += sum(
            merge.partition.startswith("articles/") for merge in compact(folder / "data", outlet)
        )
    return done


def running(folder: Path) -> None:
    """Publish parts as a run does, until told to stop."""
    log, number = Log(folder), 0
    while is_going_on(folder):
        outlet = OUTLETS[number % len(OUTLETS)]
        _run(folder, log, outlet, f"run-{number:06}", 10 * number + 5)
        number += 1
        time.sleep(0.15)


def _run(folder: Path, log: Log, outlet: str, run_id: str, first: int) -> None:
    writer = Writer(folder / "data", run_id)
    rows = [article(first + n, outlet=outlet, published_at=NOON, run_id=run_id) for n in range(3)]
    refused = reject(1) | {"url": f"https://{outlet}.example/{run_id}"}
    for row in rows:
        writer.write("articles", outlet, row)
    writer.write("rejects", outlet, refused)
    log.publish([*map(key_of, rows), refused["url"]], writer.flush)


def reparsing(folder: Path) -> None:
    """Publish captures as a reparse does, each twice, until told to stop."""
    log, root, number = Log(folder), Root(folder / "data"), 0
    while is_going_on(folder):
        outlet = OUTLETS[number % len(OUTLETS)]
        rows = [
            article(
                10 * number + n, outlet=outlet, published_at=NOON, extractor_version="2027.01.01"
            )
            for n in range(2)
        ]
        log.publish(map(key_of, rows), lambda o=outlet, r=rows: publish_captures(root, o, r))
        publish_captures(root, outlet, rows)
        number += 1
        time.sleep(0.15)


def grouping(folder: Path) -> None:
    """Rewrite clusters/ without pause, until told to stop."""
    names = [f"kontan:{number}" for number in range(GROUPED)]
    number = 0
    while is_going_on(folder):
        publish(folder / "data", [(name, names[number % GROUPED]) for name in names])
        number += 1
        time.sleep(0.02)


def key_of(row: dict) -> str:
    return f"{row['article_id']}@{row['extractor_version']}"


# -- reading

ARTICLES, REJECTS, CLUSTERS = ["article_id", "extractor_version"], ["url"], ["as_of"]


def by_pandas(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    frame = pd.read_parquet(folder / table, columns=columns)
    return list(frame.itertuples(index=False, name=None))


def by_polars(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    return pl.read_parquet(folder / table, columns=columns).rows()


def by_duckdb(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    with duckdb.connect() as connection:
        files = f"read_parquet('{folder}/{table}/**/*.parquet', hive_partitioning = true)"
        return connection.sql(f"SELECT {', '.join(columns)} FROM {files}").fetchall()


def by_pyarrow(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    rows = ds.dataset(folder / table, partitioning="hive").to_table(columns)
    return list(zip(*(rows[name].to_pylist() for name in columns), strict=True))


def by_views(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute(VIEWS.replace("output/data", str(folder)))
        return connection.sql(f"SELECT {', '.join(columns)} FROM captures").fetchall()


def _pairs(rows: pa.Table | pa.RecordBatch) -> list[tuple]:
    return list(zip(*(rows[name].to_pylist() for name in ARTICLES), strict=True))


def by_read(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    return _pairs(read(folder, columns=columns))


def by_select(folder: Path, table: str, columns: list[str]) -> list[tuple]:
    return [pair for batch in select(folder, Selection()) for pair in _pairs(batch)]


PLAIN = {"pandas": by_pandas, "polars": by_polars, "DuckDB": by_duckdb, "pyarrow": by_pyarrow}
OURS = {"views.sql": by_views, "read": by_read, "select": by_select}


@dataclass
class Tally:
    """Reads of a tool: `errors` and `wrong` by their first words."""

    tool: str
    exact: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def reads(self) -> int:
        return self.exact + self.errors.total() + self.wrong.total()


def reading(folder: Path, tools: list[str]) -> list[Tally]:
    """Read until told to stop; return a tally for each tool."""
    tallies = [Tally(tool) for tool in tools]
    while is_going_on(folder):
        for tally in tallies:
            _read_all(folder, tally)
    return tallies


def _read_all(folder: Path, tally: Tally) -> None:
    load = (PLAIN | OURS)[tally.tool]
    tables = {"articles": ARTICLES}
    if tally.tool in PLAIN:
        tables |= {"rejects": REJECTS, "clusters": CLUSTERS}
    for table, columns in tables.items():
        before = Log.keys(folder / "done")
        try:
            rows = load(folder / "data", table, columns)
        except LOUD as error:
            tally.errors[f"{type(error).__name__} in {table}"] += 1
            continue
        held = ["@".join(map(str, row)) for row in rows]
        if table == "clusters":
            fault = "" if len(held) == GROUPED and len(set(held)) == 1 else "two generations"
        else:
            fault = _fault(held, before, Log.keys(folder / "begun"), is_article=table == "articles")
        if fault:
            tally.wrong[f"{fault} in {table}"] += 1
        else:
            tally.exact += 1


def _fault(held: list[str], before: set[str], begun: set[str], *, is_article: bool) -> str:
    expected = {key for key in before if ("@" in key) == is_article}
    if len(held) != len(set(held)):
        return "doubled"
    if not expected <= set(held):
        return "missing"
    return "" if set(held) <= begun else "unknown"
