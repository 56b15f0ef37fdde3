"""Verify that the dataset keeps its contract, and set foreign files aside."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output import boilerplate, mentions, stories
from output.dataset import MERGED, is_replaced, live_files, open_dataset, outlets
from output.filesystem import Root
from output.lifted import BODY, restored
from output.replacement import LISTING
from output.schema import (
    BOILERPLATE,
    CLUSTERS,
    KEYS,
    MONTH_FROM,
    SCHEMA_VERSION,
    SCHEMAS,
    Row,
    content_hash,
)
from output.takedown import UNFINISHED
from output.writer import month_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    Location = str | os.PathLike[str]

QUARANTINE = "quarantine"
READ_ERRORS = (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError)
_PLACE = re.compile(r"outlet=(?P<outlet>[^/=]+)/month=(?P<month>\d{4}-\d{2})/[^/]+\.parquet")

_ARTICLE = ("article_id", "published_hash", "published_at", *BODY)
_LOOKED_AT = {
    table: list({*KEYS[table], *MONTH_FROM[table], *(_ARTICLE if table == "articles" else ())})
    for table in SCHEMAS
}


class Finding(NamedTuple):
    """A problem of the file at `path`, relative to the root."""

    path: str
    what: str


def foreign_files(location: Location, table: str, outlet: str | None = None) -> list[Finding]:
    """Return the files in the table's folder that readers would fail on, by their footers alone."""
    root = Root(location)
    folder = f"{table}/outlet={outlet}" if outlet else table
    paths = (root.relative(info.path) for info in root.files(folder, marks=True))
    return [Finding(path, what) for path in paths if (what := _foreign(root, table, path))]


def quarantine(location: Location, outlet: str | None = None) -> list[Finding]:
    """Move foreign files, of all outlets or of `outlet`, below quarantine/; return the findings.

    Nothing is deleted, and paths stay the same below quarantine/.
    """
    root, moved = Root(location), []
    for table in SCHEMAS:
        for finding in foreign_files(location, table, outlet):
            target = root.at(QUARANTINE, finding.path)
            root.filesystem.create_dir(str(PurePosixPath(target).parent))
            root.filesystem.move(root.at(finding.path), target)
            moved.append(finding)
    return moved


def verify(location: Location) -> list[Finding]:
    """Return every breach of the contract: foreign files; if there are none, schema versions,
    partitions, ids, hashes, order and damaged pages, file by file, and rows with the same primary
    key; in a sound dataset, the problems of clusters/, boilerplate/ and
    mentions/."""
    root, findings = Root(location), []
    for table in SCHEMAS:
        foreign = foreign_files(location, table)
        findings += foreign
        if not foreign:  # foreign files have to be set aside first
            for outlet in outlets(root, table):
                findings += _verify_outlet(root, table, outlet)
    if findings:
        return findings
    return [*_verify_clusters(root), *_verify_boilerplate(root), *_verify_mentions(root)]


def _verify_outlet(root: Root, table: str, outlet: str) -> Iterator[Finding]:
    keys: Counter[tuple[Any, ...]] = Counter()
    for path in live_files(root, table, outlet):
        name = root.relative(path)
        if PurePosixPath(name).name.startswith(UNFINISHED):
            yield Finding(name, "a takedown was cut short; the outlet's next run finishes it")
        try:
            for what in _contents(root, table, name, keys):
                yield Finding(name, what)
        except READ_ERRORS as error:
            if not _has_left(root, path):
                yield Finding(name, f"damaged: {error}")
    if twice := [key for key, count in keys.items() if count > 1]:
        what = f"stand more than once, until `scrapy compact`: {len(twice)} rows, as {twice[0]}"
        yield Finding(f"{table}/outlet={outlet}", what)


def _verify_mentions(root: Root) -> Iterator[Finding]:
    """Yield the problems of the table mentions/ of a dataset that is sound otherwise."""
    for info in root.files("mentions"):
        try:
            for what in mentions.problems(root, info.path):
                yield Finding(root.relative(info.path), what)
        except READ_ERRORS as error:
            yield Finding(root.relative(info.path), f"damaged: {error}")


def _verify_clusters(root: Root) -> Iterator[Finding]:
    """Yield the problems of the table clusters/ of a dataset that is sound otherwise."""
    files = [root.relative(info.path) for info in root.files("clusters")]
    for path in files:
        try:
            schema = pq.read_schema(root.at(path), filesystem=root.filesystem)
        except READ_ERRORS as error:
            yield Finding(path, f"unreadable: {error}")
            return
        if not _is_small(schema, CLUSTERS):
            yield Finding(path, "not written as clusters")
            return
    for path in files[-1:]:  # the newest counts
        table = pq.ParquetFile(
            root.at(path), filesystem=root.filesystem, page_checksum_verification=True
        ).read()
        articles, clusters = table["article_id"], table["cluster_id"]
        if pc.count_distinct(articles).as_py() != len(table):
            yield Finding(path, "names an article twice")
        first = articles.filter(pc.equal(articles, clusters))
        if lost := len(clusters.filter(pc.invert(pc.is_in(clusters, first)))):
            yield Finding(path, f"{lost} articles are in clusters without their first")
        stored = open_dataset(root.location).to_table(["article_id"])["article_id"]
        if lost := len(articles.filter(pc.invert(pc.is_in(articles, stored)))):
            yield Finding(path, f"names {lost} articles that are not stored: run `scrapy compact`")
        if "wire" in table.column_names and (wrong := stories.wrong_wires(root, table)):
            what = f"{wrong} stories have another wire than their articles: run `scrapy compact`"
            yield Finding(path, what)


def _verify_boilerplate(root: Root) -> Iterator[Finding]:
    """Yield the problems of the table boilerplate/."""
    files = [root.relative(info.path) for info in root.files("boilerplate")]
    for path in files:
        try:
            file = pq.ParquetFile(
                root.at(path), filesystem=root.filesystem, page_checksum_verification=True
            )
            if not _is_small(file.schema_arrow, BOILERPLATE):
                yield Finding(path, "not written as boilerplate")
            elif boilerplate.name_of(file.read()) != PurePosixPath(path).stem:
                yield Finding(path, "its lines have another hash than its name")
        except READ_ERRORS as error:
            yield Finding(path, f"unreadable: {error}")
    if len(files) > 1:
        yield Finding("boilerplate", f"{len(files)} files, until `scrapy compact`")


def _is_small(schema: pa.Schema, table: pa.Schema) -> bool:
    """Return True if a file's schema is that of the small table `table`, of any version: older
    files lack columns that may be null."""
    name = b"wartatek.table"
    required = [field for field in table if not field.nullable or field.name in schema.names]
    return (
        schema.equals(pa.schema(required))
        and (schema.metadata or {}).get(name) == table.metadata[name]
    )


def _can_be_restored(row: Row) -> bool:
    """Return True if the row's text, with what was lifted put back, has its published_hash."""
    try:
        return bool(restored(row)["content_hash"] == row["published_hash"])
    except (IndexError, TypeError):  # places that the body does not have
        return False


def _foreign(root: Root, table: str, path: str) -> str:
    if not _PLACE.fullmatch(path.removeprefix(f"{table}/")):
        return "not a Parquet file in a partition"
    try:
        schema = pq.read_schema(root.at(path), filesystem=root.filesystem)
    except READ_ERRORS as error:
        return "" if _has_left(root, root.at(path)) else f"unreadable: {error}"
    if (schema.metadata or {}).get(b"wartatek.table") != table.encode():
        return f"not written as one of {table}"
    for field in schema:
        known = SCHEMAS[table].get_field_index(field.name)
        if known >= 0 and SCHEMAS[table].field(known).type != field.type:
            return f"{field.name} is {field.type}"
    return ""


def _has_left(root: Root, path: str) -> bool:
    """Return True if the file was replaced: it is gone, or is a mark that goes in a moment."""
    if not is_replaced(root, path):
        return False
    time.sleep(2 * LISTING)
    return not root.filesystem.get_file_info(path).is_file


def _contents(root: Root, table: str, path: str, keys: Counter[tuple[Any, ...]]) -> Iterator[str]:
    """Yield the problems inside a file; add the primary keys of its rows to `keys`."""
    place = _PLACE.fullmatch(path.removeprefix(f"{table}/"))
    assert place
    file = pq.ParquetFile(
        root.at(path), filesystem=root.filesystem, page_checksum_verification=True
    )
    version = int(file.schema_arrow.metadata[b"wartatek.schema_version"])
    if version > SCHEMA_VERSION:
        yield f"schema version {version} is newer than this program's, {SCHEMA_VERSION}"
    merged = PurePosixPath(path).name.startswith(MERGED)
    before: Row | None = None
    for row in _rows(file, table):
        keys[tuple(row[name] for name in KEYS[table])] += 1
        if (month := month_of(table, row)) != place["month"]:
            yield f"holds a row of month={month}"
        if table == "articles":
            yield from _article(row, place["outlet"], before)
        before = row if merged else None


def _rows(file: pq.ParquetFile, table: str) -> Iterator[Row]:
    for batch in file.iter_batches(1000):  # of all columns, so that every page is checked
        there = [name for name in _LOOKED_AT[table] if name in batch.schema.names]
        yield from batch.select(there).to_pylist()


def _article(row: Row, outlet: str, before: Row | None) -> Iterator[str]:
    """Yield the problems of an article's row; `before` is the row before it in a merged file."""
    if not row["article_id"].startswith(f"{outlet}:"):
        yield f"{row['article_id']} is not of {outlet}"
    if row["content_hash"] != content_hash(row["title"], row["body"]):
        yield f"{row['article_id']}: content_hash is not that of its title and body"
    kinds = row.get("kinds")  # older files have none
    if kinds is not None and len(kinds) != len(row["paragraphs"] or ()):
        yield f"{row['article_id']}: kinds are not as many as paragraphs"
    if row.get("lifted") and not _can_be_restored(row):
        yield f"{row['article_id']}: published_hash is not that of its text with what was lifted"
    times = [each["published_at"] for each in (before, row) if each and each["published_at"]]
    if times != sorted(times):
        yield f"{row['article_id']} is out of order"
