"""The table clusters/: the stories and their articles, a small table of one file, rewritten whole.

A new file takes the old one's place and name in one step: a plain reader finds a file, and one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output import clock
from output.dataset import again, cluster_files, last_captures, open_clusters, open_dataset
from output.filesystem import Root, held
from output.schema import CLUSTERS, KEYS, outlet_of
from output.views import IN_WIB, connect, reading
from output.writer import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from output.dataset import Location

STORIES = (
    "cluster_id", "title", "published_at", "last_published_at", "outlets", "articles",
    "article_ids", "wire",
)  # fmt: skip
"""The columns of `stories`."""
logger = logging.getLogger(__name__)
FILE = "clusters/clusters.parquet"
_BATCH = 10_000
_AS_OF, _WIRE = CLUSTERS.field("as_of"), CLUSTERS.field("wire")
_PAIRS = pa.schema([CLUSTERS.field(name) for name in ("article_id", "cluster_id")])
_GROUPS = _PAIRS.append(_WIRE)


def stories(location: Location) -> pa.Table:
    """Return a row per story, the latest first: cluster_id; title and published_at of its first
    article; last_published_at; outlets, articles (how many), article_ids, the earliest first;
    wire, the agencies that any of its articles is credited to.

    Articles stored after the last `compact` belong to the story they were stored with, or else to
    a story of their own, whose wire is null.
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

    The wire of each story is read in articles/. An unchanged table is not written again.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    pairs = _table(groups)
    with _held(root):
        table = _with_wires(pairs, wires(root, pairs))
        files = cluster_files(root)
        if len(files) != 1 or not _holds(root, files[0].path, table):
            _write(root, table)
    return table


def credit(location: Location) -> None:
    """Publish the table again if the wire of a story is another by now, after a reparse.

    A damaged table is left as it is: grouping replaces it.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    if not cluster_files(root):
        return
    with _held(root):
        try:
            table = _read(root, cluster_files(root)[-1].path)
        except pa.ArrowInvalid as error:
            logger.warning("clusters/ cannot be read: %s", error)
            return
        credited = _with_wires(table, wires(root, table))
        if not table.equals(credited):
            _write(root, credited)


def wires(
    root: Root, groups: pa.Table, until: datetime | None = None
) -> dict[str, list[str] | None]:
    """Return the agencies that the last captures of each story's articles are credited to, sorted,
    by cluster_id; stories without any are left out.

    The wire is None where an outlet that tells the story has a file that cannot be read, which is
    logged.

    :param groups: article_id and cluster_id
    :param until: captures that were fetched later do not count
    """
    articles: list[Any] = groups["article_id"].to_pylist()
    named, unread = [], set()
    for outlet in sorted({outlet_of(article_id) for article_id in articles}):
        try:
            named.append(again(partial(_agencies, root, outlet, until)))
        except (OSError, pa.ArrowException) as error:
            logger.warning("the agencies of %s cannot be read: %s", outlet, error)
            unread.add(outlet)
    found = _by_story(groups, pa.concat_tables(named)) if named else {}
    if unread:
        stories: list[Any] = groups["cluster_id"].to_pylist()
        told = zip(articles, stories, strict=True)
        found |= {story: None for article_id, story in told if outlet_of(article_id) in unread}
    return found


def _by_story(groups: pa.Table, credited: pa.Table) -> dict[str, list[str] | None]:
    """Return the agencies of `credited` articles by the cluster_id that they have in `groups`."""
    places = pc.index_in(credited["article_id"], value_set=groups["article_id"])
    told: list[Any] = groups["cluster_id"].take(places).to_pylist()
    names: list[Any] = credited["agencies"].to_pylist()
    found: dict[str, set[str]] = defaultdict(set)
    for story, agencies in zip(told, names, strict=True):
        if story is not None:  # else the table does not know the article
            found[story].update(agencies)
    return {story: sorted(agencies) for story, agencies in found.items()}


def wire_of(root: Root, article_id: str) -> set[str]:
    """Return the agencies of the article's story by the table; none where it does not know any."""
    mine = pc.field("article_id") == pc.scalar(article_id)
    rows = again(lambda: open_clusters(root).to_table(["wire"], filter=mine)).to_pylist()
    return {agency for row in rows for agency in row["wire"] or ()}


def wrong_wires(root: Root, clusters: pa.Table) -> int:
    """Return the number of stories of the table `clusters` that have, in any row, another wire than
    the captures had that were fetched before the table was written; a null is unknown."""
    as_of = pc.max(clusters["as_of"]).as_py()
    found = wires(root, clusters, as_of)
    told: Iterable[tuple[Any, Any]] = zip(
        clusters["cluster_id"].to_pylist(), clusters["wire"].to_pylist(), strict=True
    )
    return len({story for story, wire in told if wire not in (None, found.get(story, []))})


def _agencies(root: Root, outlet: str, until: datetime | None) -> pa.Table:
    """Return article_id and agencies of the articles of `outlet` that have any."""
    early = None if until is None else pc.field("fetched_at") <= pa.scalar(until, _AS_OF.type)
    columns = [*KEYS["articles"], "agencies"]
    rows = open_dataset(root.location, outlet=outlet).to_table(columns, filter=early)
    has_any = pc.list_value_length(pc.field("agencies")) > 0
    credited = rows.filter(has_any)["article_id"]  # few: the captures of others are not compared
    rows = rows.filter(pc.field("article_id").isin(credited.combine_chunks()))
    last = rows.filter(last_captures(rows.select(KEYS["articles"]))).filter(has_any)
    return last.select(["article_id", "agencies"])


def found(location: Location) -> None:
    """Publish an empty table unless there is a table, so that views over its folder work.

    :raises OSError: when the dataset cannot be written.
    """
    if not cluster_files(Root(location)):
        publish(location, [])


def remove(root: Root, article_id: str) -> None:
    """Remove an article, whose rows are gone, from the table; the story takes the id of its next
    article, and loses the agencies that no other of its articles is credited to.

    :raises OSError: when the dataset cannot be written.
    """
    if not cluster_files(root):
        return
    with _held(root):
        _remove(root, article_id)


def _remove(root: Root, article_id: str) -> None:
    files = cluster_files(root)
    table = _read(root, files[-1].path)
    is_it = pc.field("article_id") == pc.scalar(article_id)
    kept = table.filter(~is_it)
    if len(kept) == len(table) and len(files) == 1:
        return
    its = pc.is_in(kept["cluster_id"], table.filter(is_it)["cluster_id"].combine_chunks())
    if len(story := kept.filter(its)):
        first = story["article_id"][0]
        [wire] = wires(root, story).values() or [[]]
        new: dict[str, Any] = {"cluster_id": first, "wire": pa.scalar(wire, _WIRE.type)}
        for name, value in new.items():
            place = kept.schema.get_field_index(name)
            column = pc.if_else(its, value, kept[name])
            kept = kept.set_column(place, kept.schema.field(place), column)
    _write(root, kept)


@contextmanager
def _held(root: Root) -> Iterator[None]:
    """Keep other processes from publishing the table, where that can be done."""
    if not root.local:
        yield
        return
    folder = Path(root.at(FILE)).parent
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        yield


def _table(groups: Iterable[tuple[str, str]]) -> pa.Table:
    rest, batches = iter(groups), []
    while rows := list(islice(rest, _BATCH)):
        columns = [pa.array(ids) for ids in zip(*rows, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=_PAIRS))
    return pa.Table.from_batches(batches, _PAIRS)


def _with_wires(groups: pa.Table, found: Mapping[str, list[str] | None]) -> pa.Table:
    """Return article_id and cluster_id of `groups`, and the wire of each story in `found`."""
    lists = pa.array([*found.values(), []], _WIRE.type)
    places: Any = pc.index_in(groups["cluster_id"], value_set=pa.array([*found], pa.string()))
    wire = lists.take(pc.fill_null(places, len(found)))
    return groups.select(_PAIRS.names).append_column(_WIRE, wire)


def _holds(root: Root, path: str, table: pa.Table) -> bool:
    try:
        return bool(_read(root, path).equals(table))
    except pa.ArrowInvalid:  # the file is damaged
        return False


def _read(root: Root, path: str) -> pa.Table:
    """Return the table but its time; the wire is null where the file is older than the column."""
    table = pq.ParquetFile(path, filesystem=root.filesystem).read(_GROUPS.names)
    if _WIRE.name not in table.column_names:
        table = table.append_column(_WIRE, pa.nulls(len(table), _WIRE.type))
    return table.cast(_GROUPS)


def _write(root: Root, groups: pa.Table) -> None:
    """Publish `groups` as the only file."""
    now = clock.now()
    as_of = pa.array([now] * len(groups), _AS_OF.type)
    table = groups.append_column(_AS_OF, as_of).select(CLUSTERS.names)
    content = encode(table.replace_schema_metadata(CLUSTERS.metadata))
    # Written over the newest file: two files would be two tables to a plain reader.
    *older, newest = [root.relative(info.path) for info in cluster_files(root)] or [FILE]
    root.publish(newest, content)
    for path in older:
        root.remove(root.at(path))
