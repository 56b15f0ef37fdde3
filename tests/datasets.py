"""Small datasets for tests of readers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from output.schema import Row, content_hash
from output.search import Library
from output.writer import Writer, new_run_id

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 1, 20, 5, tzinfo=UTC)
"""Noon in WIB, in UTC."""


def row(number: int = 1, outlet: str = "kontan", **columns: Any) -> Row:
    """Return an article's row; `columns` replace others."""
    paragraphs = columns.pop("paragraphs", [f"Isi berita nomor {number}.", "Alinea penutupnya."])
    title = columns.pop("title", f"Berita nomor {number}")
    body = "\n\n".join(paragraphs)
    moment = NOON + timedelta(minutes=number)
    return {
        "article_id": f"{outlet}:{number}",
        "url": f"https://contoh.example/{number}",
        "title": title,
        "body": body,
        "paragraphs": paragraphs,
        "kinds": ["paragraph"] * len(paragraphs),
        "word_count": len(body.split()),
        "body_source": "css:div.isi",
        "published_at": moment,
        "fetched_at": moment + timedelta(hours=1),
        "content_hash": content_hash(title, body),
        "run_id": "uji",
        "extractor_version": "2026.11.22",
    } | columns


def write(folder: Path, table: str = "articles", **rows: list[Row]) -> Path:
    """Write the rows of each outlet, as a run; return `folder`."""
    writer = Writer(folder, new_run_id())
    for outlet, of_outlet in rows.items():
        for each in of_outlet:
            writer.write(table, outlet, each)
    writer.flush()
    return folder


def run(outlet_is: str = "healthy", **columns: Any) -> Row:
    """Return a row of runs."""
    counts = dict.fromkeys(("listed", "fetched", "stored", "revised", "rejected", "failed"), 3)
    return {
        "run_id": "uji",
        "started_at": NOON,
        "seconds": 4.5,
        "blocked": 0,
        "judgement": outlet_is,
        "detail": "nothing was stored" if outlet_is != "healthy" else None,
    } | counts | columns  # fmt: skip


def write_clusters(folder: Path, groups: dict[str, list[str]]) -> None:
    """Write the table clusters/: the article ids of each story."""
    rows = [
        {"article_id": article, "cluster_id": cluster, "as_of": NOON}
        for cluster, articles in groups.items()
        for article in articles
    ]
    shutil.rmtree(folder / "clusters", ignore_errors=True)
    (folder / "clusters").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "clusters/clusters.parquet")


def library_of(folder: Path) -> Library:
    """Return the library of a dataset, with an up-to-date index."""
    library = Library(folder, folder / "search")
    library.update()
    return library
