"""The table clusters/: the stories and their articles, a small table of one file, rewritten whole.

A new file takes the old one's place and name in one step: a plain reader finds a file, and one.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output import clock
from output.dataset import cluster_files
from output.filesystem import Root
from output.schema import CLUSTERS
from output.views import IN_WIB, connect, reading
from output.writer import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from output.dataset import Location

STORIES = (
    "cluster_id", "title", "published_at", "last_published_at", "outlets", "articles",
    "article_ids",
)  # fmt: skip
"""The columns of `stories`."""
FILE = "clusters/clusters.parquet"
_BATCH = 10_000
_AS_OF = CLUSTERS.field("as_of")
_GROUPS = CLUSTERS.remove(CLUSTERS.get_field_index("as_of"))


def stories(location: Location) -> pa.Table:
    """Return a row per story, the latest first: cluster_id; title and published_at of its first
    article; last_published_at; outlets, articles (how many), article_ids, the earliest first.

    Articles stored after the last `compact` belong to the story they were stored with, or else to
    a story of their own.
    """
    return stories_where(location, STORIES)


def stories_where(
    location: Location,
    columns: Sequence[str],
    outlets: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> pa.Table:
    """Return `columns` of `stories`, of those that an article of any of `outlets` tells, and of
    which an article is of `since` or later and one of `until` or earlier, days in WIB."""
    query = f"""SELECT {", ".join(columns) or "NULL"} FROM stories
        WHERE (len($outlets) = 0 OR list_has_any(outlets, $outlets))
        AND ($since IS NULL OR {IN_WIB.format("last_published_at")}::DATE >= $since)
        AND ($until IS NULL OR {IN_WIB.format("published_at")}::DATE <= $until)
        ORDER BY last_published_at DESC, cluster_id"""
    asked = {"outlets": list(outlets), "since": since, "until": until}
    with connect(location) as connection, reading():
        told: pa.Table = connection.sql(query, params=asked).to_arrow_table()
    return told


def publish(location: Location, groups: Iterable[tuple[str, str]]) -> pa.Table:
    """Publish `groups` as the table: pairs of article_id and cluster_id, in order of publication.

    An unchanged table is not written again.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    table = _table(groups)
    files = cluster_files(root)
    if len(files) != 1 or not _holds(root, files[0].path, table):
        _write(root, table)
    return table


def found(location: Location) -> None:
    """Publish an empty table unless there is a table, so that views over its folder work.

    :raises OSError: when the dataset cannot be written.
    """
    if not cluster_files(Root(location)):
        publish(location, [])


def remove(root: Root, article_id: str) -> None:
    """Remove an article from the table; the story takes the id of its next article.

    :raises OSError: when the dataset cannot be written.
    """
    files = cluster_files(root)
    if not files:
        return
    table = _read(root, files[-1].path)
    kept = table.filter(pc.field("article_id") != pc.scalar(article_id))
    if len(kept) == len(table) and len(files) == 1:
        return
    its = pc.equal(kept["cluster_id"], pa.scalar(article_id))
    heir = kept["article_id"].filter(its).slice(0, 1)
    clusters = pc.if_else(its, heir[0], kept["cluster_id"]) if len(heir) else kept["cluster_id"]
    place = kept.schema.get_field_index("cluster_id")
    _write(root, kept.set_column(place, kept.schema.field(place), clusters))


def _table(groups: Iterable[tuple[str, str]]) -> pa.Table:
    rest, batches = iter(groups), []
    while rows := list(islice(rest, _BATCH)):
        columns = [pa.array(ids) for ids in zip(*rows, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=_GROUPS))
    return pa.Table.from_batches(batches, _GROUPS)


def _holds(root: Root, path: str, table: pa.Table) -> bool:
    try:
        return bool(_read(root, path).equals(table))
    except pa.ArrowInvalid:  # the file is damaged
        return False


def _read(root: Root, path: str) -> pa.Table:
    return pq.ParquetFile(path, filesystem=root.filesystem).read(_GROUPS.names)


def _write(root: Root, groups: pa.Table) -> None:
    """Publish `groups` as the only file."""
    now = clock.now()
    as_of = pa.array([now] * len(groups), _AS_OF.type)
    content = encode(groups.append_column(_AS_OF, as_of).replace_schema_metadata(CLUSTERS.metadata))
    # Written over the newest file: two files would be two tables to a plain reader.
    *older, newest = [root.relative(info.path) for info in cluster_files(root)] or [FILE]
    root.publish(newest, content)
    for path in older:
        root.remove(root.at(path))
