"""Takedowns: an article leaves the dataset for good, and only a tombstone stays."""

from __future__ import annotations

import secrets
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output import clock
from output.dataset import in_order, live_files
from output.filesystem import STAGING, Root, held
from output.replacement import Replacement, finish_replacing, replace_files
from output.schema import REJECTS
from output.writer import encode, month_of

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator

    Location = str | os.PathLike[str]

FORGOTTEN = "forgotten"
"""The reason of a tombstone: a reject with the article's id, and without its URL or any text."""
UNFINISHED, DONE = "forgetting-", "forget-"
"""Prefixes of a tombstone's file name: while rows or pages of the article may remain, and after."""
HOLDING = ("articles", "rejects", "pending")


class Known(NamedTuple):
    """An article's id in a row of articles or rejects, and an address in the same row."""

    article_id: str
    address: str
    is_stored: bool


def addresses(location: Location, outlet: str) -> set[Known]:
    """Return all pairs of an article's id and an address of the article in the outlet's rows."""
    root = Root(location)
    found: set[Known] = set()
    for table, columns in (("articles", ("url", "canonical_url")), ("rejects", ("url",))):
        for path in live_files(root, table, outlet):
            file = pq.ParquetFile(path, filesystem=root.filesystem)
            for row in file.read(["article_id", *columns]).to_pylist():
                known = (row[column] for column in columns)
                if own := row["article_id"]:
                    found.update(Known(own, url, table == "articles") for url in known if url)
    return found


def ids_of(location: Location, outlet: str, url: str) -> set[str]:
    """Return the ids of the articles that the dataset knows by `url`."""
    return {known.article_id for known in addresses(location, outlet) if known.address == url}


def buried(root: Root, outlet: str) -> set[str]:
    """Return the ids of the articles of `outlet` with a tombstone, finished or not."""
    found: set[str] = set()
    for info in root.files(f"rejects/outlet={outlet}"):
        rows = pq.ParquetFile(info.path, filesystem=root.filesystem).read(["article_id", "reason"])
        gone = rows.filter(pc.field("reason") == pc.scalar(FORGOTTEN))
        found.update(str(article_id) for article_id in gone["article_id"].to_pylist())
    return found


@contextmanager
def takedowns_held(root: Root, outlet: str) -> Iterator[bool]:
    """Keep takedowns of `outlet` from beginning; yield False where that cannot be done.

    A tombstone is published under the same lock, that of the outlet's rejects.
    """
    if not root.local:
        yield False
        return
    folder = Path(root.at("rejects", f"outlet={outlet}"))
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder) as is_held:
        yield is_held


def mentions(location: Location, addresses: Collection[str], titles: Collection[str]) -> list[str]:
    """Return the ids of the articles whose related links name an address or title of others."""
    root, found = Root(location), set[str]()
    for path in live_files(root, "articles"):
        file = pq.ParquetFile(path, filesystem=root.filesystem)
        for row in file.read(["article_id", "related"]).to_pylist():
            for link in row["related"] or ():
                if link["url"] in addresses or link["title"] in titles:
                    found.add(row["article_id"])
    return sorted(found)


def titles_of(location: Location, outlet: str, article_ids: Collection[str]) -> set[str]:
    """Return every headline that the articles have, or had, in the dataset."""
    root, found = Root(location), set[str]()
    for table in ("articles", "rejects"):
        for path in live_files(root, table, outlet):
            rows = pq.ParquetFile(path, filesystem=root.filesystem).read(["article_id", "title"])
            mine = rows.filter(pc.field("article_id").isin(list(article_ids)))
            found.update(title for title in mine["title"].to_pylist() if title)
    return found


def archives_of(location: Location, outlet: str, article_ids: Collection[str]) -> set[str]:
    """Return the files, of any archive, in which rows say that a page of the articles is."""
    root, found = Root(location), set[str]()
    for path in live_files(root, "articles", outlet):
        rows = pq.ParquetFile(path, filesystem=root.filesystem).read(["article_id", "archive"])
        mine = rows.filter(pc.field("article_id").isin(list(article_ids)))
        found.update(place["file"] for place in mine["archive"].to_pylist() if place)
    return found


def clear_staging(root: Root, outlet: str) -> None:
    """Remove what dead writers of `outlet`, whose lock is held, left in staging."""
    with takedowns_held(root, outlet):  # no live reparse publishes meanwhile
        for info in root.files(STAGING):
            if f"outlet={outlet}-" in root.relative(info.path):
                root.remove(info.path)


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
