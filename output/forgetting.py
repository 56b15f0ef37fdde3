"""Takedowns: an article leaves the dataset for good, and what stays says only that it did."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output.dataset import MERGED, REPLACES, live_files, replaced_by
from output.filesystem import Root
from output.writer import Writer, encode

if TYPE_CHECKING:
    import os

    Location = str | os.PathLike[str]

FORGOTTEN = "forgotten"
"""The reason of a tombstone: a reject with the article's id, and without its URL or any text."""
HOLDING = ("articles", "rejects", "pending")


class Forgotten(NamedTuple):
    """What was removed, and the archive files that still hold a page of it."""

    rows: int
    archives: list[str]


def ids_of(location: Location, outlet: str, url: str) -> set[str]:
    """The articles that the dataset knows by this URL."""
    root = Root(location)
    found: set[str] = set()
    for table, columns in (("articles", ("url", "canonical_url")), ("rejects", ("url",))):
        for info in root.files(f"{table}/outlet={outlet}"):
            file = pq.ParquetFile(info.path, filesystem=root.filesystem)
            rows = file.read(["article_id", *columns])
            for column in columns:
                named = rows.filter(pc.field(column) == pc.scalar(url))["article_id"]
                found.update(article_id for article_id in named.to_pylist() if article_id)
    return found


def forget(location: Location, outlet: str, article_id: str) -> Forgotten:
    """Remove all of the article, files that a merged one replaces included, and leave a tombstone.

    The caller holds the outlet's lock. The tombstone comes first: what a kill leaves over, a second
    call removes. Readers that have just listed a file which is rewritten here may miss it.

    :raises OSError: the dataset cannot be written.
    """
    root = Root(location)
    _bury(location, outlet, article_id)
    rows = 0
    archives: set[str] = set()
    for table in HOLDING:
        its = pc.field("article_id") == pc.scalar(article_id)
        if table == "rejects":
            its &= pc.field("reason") != pc.scalar(FORGOTTEN)
        live = live_files(root, table, outlet)
        for info in root.files(f"{table}/outlet={outlet}"):
            part = pq.ParquetFile(info.path, filesystem=root.filesystem).read()
            gone = part.filter(its)
            if not gone.num_rows:
                continue
            if table == "articles":
                archives |= {page["file"] for page in gone["archive"].to_pylist() if page}
            if info.path in live:
                rows += gone.num_rows
                _rewrite(root, info.path, part.filter(~its | pc.field("article_id").is_null()))
            else:  # a merged file has its other rows
                root.remove(info.path)
    return Forgotten(rows, sorted(archives))


def _bury(location: Location, outlet: str, article_id: str) -> None:
    writer = Writer(location, f"forget-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")
    tombstone = {
        "url": "",
        "article_id": article_id,
        "reason": FORGOTTEN,
        "fetched_at": datetime.now(UTC),
        "run_id": writer.run_id,
    }
    writer.write("rejects", outlet, tombstone)
    writer.flush()


def _rewrite(root: Root, path: str, kept: pa.Table) -> None:
    """Put `kept` in the place of the file at `path`, by the way of compaction."""
    if kept.num_rows:
        names = [PurePosixPath(old).name for old in (path, *replaced_by(root, path))]
        metadata = {**(kept.schema.metadata or {}), REPLACES: json.dumps(sorted(names)).encode()}
        name = f"{MERGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.parquet"
        folder = PurePosixPath(root.relative(path)).parent
        root.publish(f"{folder}/{name}", encode(kept.replace_schema_metadata(metadata)))
    root.remove(path)
