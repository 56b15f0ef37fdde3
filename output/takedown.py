"""Takedowns: an article leaves the dataset for good, and only a tombstone stays."""

from __future__ import annotations

import secrets
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output import clock
from output.dataset import in_order, live_files
from output.filesystem import Root
from output.replacement import Replacement, finish_replacing, replace_files
from output.schema import REJECTS
from output.writer import encode, month_of

if TYPE_CHECKING:
    import os

    Location = str | os.PathLike[str]

FORGOTTEN = "forgotten"
"""The reason of a tombstone: a reject with the article's id, and without its URL or any text."""
UNFINISHED, DONE = "forgetting-", "forget-"
"""Prefixes of a tombstone's file name: while rows or pages of the article may remain, and after."""
HOLDING = ("articles", "rejects", "pending")


def ids_of(location: Location, outlet: str, url: str) -> set[str]:
    """Return the ids of the articles that the dataset knows by `url`."""
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


def bury(location: Location, outlet: str, article_id: str) -> str:
    """Publish an unfinished tombstone, after which the article is never fetched; return its path.

    :raises OSError: when the dataset cannot be written.
    """
    now = clock.now()
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    tombstone = {
        "url": "",
        "article_id": article_id,
        "reason": FORGOTTEN,
        "fetched_at": now,
        "run_id": f"{DONE}{name}",
    }
    month = month_of("rejects", tombstone)
    path = f"rejects/outlet={outlet}/month={month}/{UNFINISHED}{name}.parquet"
    Root(location).publish(path, encode(pa.Table.from_pylist([tombstone], schema=REJECTS)))
    return path


def unfinished(location: Location, outlet: str) -> list[tuple[str, str]]:
    """Return the unfinished tombstones: path and article_id."""
    root, found = Root(location), []
    for info in root.files(f"rejects/outlet={outlet}"):
        if info.base_name.startswith(UNFINISHED):
            [row] = pq.ParquetFile(info.path, filesystem=root.filesystem).read().to_pylist()
            found.append((root.relative(info.path), row["article_id"]))
    return found


def settle(location: Location, tombstone: str) -> None:
    """Mark `tombstone` as finished: no row or page of its article is left."""
    root, place = Root(location), PurePosixPath(tombstone)
    done = place.with_name(DONE + place.name.removeprefix(UNFINISHED))
    root.filesystem.move(root.at(tombstone), root.at(str(done)))


def remove_rows(location: Location, outlet: str, article_id: str) -> int:
    """Remove the article from all files; return the number of rows.

    The caller holds the outlet's lock. After a kill, a second call removes the rest.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    finish_replacing(location, outlet)
    rows = 0
    for table in HOLDING:
        of_article = pc.field("article_id") == pc.scalar(article_id)
        if table == "rejects":
            of_article &= pc.field("reason") != pc.scalar(FORGOTTEN)
        by_partition: dict[str, list[Replacement]] = defaultdict(list)
        for path in live_files(root, table, outlet):
            part = pq.ParquetFile(path, filesystem=root.filesystem).read()
            kept = part.filter(~of_article | pc.field("article_id").is_null())
            if gone := len(part) - len(kept):
                rows += gone
                partition = str(PurePosixPath(root.relative(path)).parent)
                by_partition[partition].append(Replacement(in_order(table, kept), [path]))
        for partition, replacements in by_partition.items():
            replace_files(root, partition, replacements, in_steps=True)
    return rows
