"""A small dataset of several runs, with null columns, old files and hostile texts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from output.dataset import schema_of
from output.filesystem import Root
from output.schema import ARTICLES, SCHEMAS, Row
from output.stories import found
from output.writer import Writer, encode, month_of
from tests.hostile import TITLES
from tests.output.rows import NOON, article, reject

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("articles", "rejects", "runs")
WIB = timezone(timedelta(hours=7))
BARE = {
    name: None
    for name in ARTICLES.names
    if ARTICLES.field(name).nullable and name != "published_at"
}
"""Nulls for every column that an article may lack, except published_at."""
LATER = ["dateline", "agencies", "word_count", "archive"]
"""The columns that the file of an older schema version lacks."""
HOSTILE = [*TITLES, '=1+1;"kutip", koma\nbaris\tbaru', "'; DROP TABLE articles; --", "\\N", " ", ""]

OLD = article(
    7, outlet="antara", published_at=datetime(2020, 1, 31, 20, tzinfo=WIB), fetched_at=NOON
)
RUNS: dict[str, list[tuple[str, str, list[Row]]]] = {
    "run-1": [  # whole columns are null in its file
        ("articles", "kontan", [article(1, **BARE), article(2, **BARE)]),
    ],
    "run-2": [
        ("articles", "kontan", [
            article(3, published_at=datetime(2023, 12, 31, 23, 30, tzinfo=WIB), tech_score=0.5,
                    zone_assumed=True, word_count=9, archive={"file": "a.warc.gz", "offset": 7}),
            article(4, related=[{"title": "Gawai lama", "url": None}], tags=["gawai", "5G"]),
            article(1, title="Gawai ke-1 batal", fetched_at=NOON + timedelta(days=3)),
        ]),
        ("articles", "antara", [article(5, outlet="antara", published_at=None, authors=[])]),
        ("rejects", "kontan", [reject(1), reject(2) | {"evidence": "3 gambar", "title": ""}]),
        ("runs", "kontan", [{
            "run_id": "run-2", "started_at": NOON, "seconds": 4.25, "stored": 2, "revised": 1,
            "rejected_by": [{"reason": "gallery", "count": 2}], "quarantined": [],
            "fill_rates": [{"field": "title", "rate": 1.0}], "judgement": "healthy",
        }]),
    ],
    "run-3": [
        ("articles", "tirto", [
            article(n, outlet="tirto", title=title, section=title, tags=[title], topics=["ai"],
                    removed=[{"rule": title, "text": title}])
            for n, title in enumerate(HOSTILE)
        ]),
        ("runs", "tirto", [{"run_id": "run-3", "started_at": NOON}]),
    ],
}  # fmt: skip


def write_runs(folder: Path) -> Path:
    """Write the rows of RUNS, as three runs; return `folder`."""
    for run_id, parts in RUNS.items():
        writer = Writer(folder, run_id)
        for table, outlet, rows in parts:
            for row in rows:
                writer.write(table, outlet, row)
        writer.flush()
    found(folder)
    return folder


def write_old(folder: Path) -> Path:
    """Write a file of an older schema version, which readers meet first; return `folder`."""
    old = pa.Table.from_pylist([OLD], schema=ARTICLES).drop_columns(LATER)
    old = old.replace_schema_metadata({**ARTICLES.metadata, b"wartatek.schema_version": b"0"})
    Root(folder).publish("articles/outlet=antara/month=2020-01/run-0-00000.parquet", encode(old))
    return folder


def written(table: str) -> list[Row]:
    """Return the rows of `write_runs` and `write_old` in all columns, with outlet and month."""
    parts = [part for run in RUNS.values() for part in run if part[0] == table]
    if table == "articles":
        parts.append((table, "antara", [OLD | dict.fromkeys(LATER)]))
    names = SCHEMAS[table].names
    return [
        {name: row.get(name) for name in names} | {"outlet": outlet, "month": month_of(table, row)}
        for _, outlet, rows in parts
        for row in rows
    ]


def plain(kind: pa.DataType) -> Any:
    """Return `kind` without the details of libraries: widths of offsets, names of items."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [plain(kind.value_type)]
    if pa.types.is_struct(kind):
        return {field.name: plain(field.type) for field in kind}
    text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return "string" if text else str(kind)


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(
        rows,
        key=lambda row: [
            str(row.get(name)) for name in ("article_id", "url", "fetched_at", "run_id")
        ],
    )


def assert_says_what_was_written(found: pa.Table, table: str) -> None:
    """Assert that `found` has the columns, types and rows of `write_runs` and `write_old`."""
    assert {field.name: plain(field.type) for field in found.schema} == {
        field.name: plain(field.type) for field in schema_of(table)
    }
    assert in_order(found.to_pylist()) == in_order(written(table))
