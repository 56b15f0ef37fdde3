"""The dataset's readers: exact also while runs write to the dataset and compact it."""

from __future__ import annotations

import json
import resource
from collections import defaultdict
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from output.filesystem import Root, beside
from output.schema import KEYS, MONTH_FROM, PARAGRAPH, SCHEMAS, SMALL

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from datetime import datetime

    Location = str | os.PathLike[str]

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)
Result = TypeVar("Result")

_EMPTY = "file size is 0 bytes"  # pyarrow's words; such a file is a mark of output.replacement
_TRIES = 20
"""Listings of files that are replaced at once, after which a reader gives up."""

_PARTITIONS: list[pa.Field[pa.DataType]] = [
    pa.field("outlet", pa.string(), False, {"meaning": "The spider's name"}),
    pa.field("month", pa.string(), False, {"meaning": "The row's month in WIB, YYYY-MM"}),
]
PARTITIONS = pa.schema(_PARTITIONS)
"""The columns that only the path holds."""

_CONTENTS = ("published_hash", "content_hash")
"""The columns of which the first that is filled tells contents of an article apart."""
INDEX = "search"
"""Folder, beside the state or the tables, in which search keeps an index."""
MERGED = "merged-"
"""Begins the names of files that compaction wrote; only their footers can name replaced files."""
REPLACES = b"wartatek.replaces"
"""Footer key of a merged file: a JSON list of the names of the replaced files."""


def again(work: Callable[[], Result]) -> Result:
    """Return the result of `work`, called again while files that it has listed are replaced."""
    for _ in range(_TRIES):
        try:
            return work()
        except FileNotFoundError:
            continue
        except pa.ArrowInvalid as error:
            if _EMPTY not in str(error):
                raise
    return work()


def is_replaced(root: Root, path: str) -> bool:
    """Return True if the file at the full path `path`, which was listed, is no longer there."""
    return not root.filesystem.get_file_info(path).size


def holds_dataset(root: Root) -> bool:
    """Return True if a table of a dataset, with an outlet, is at `root`.

    :raises OSError: the place cannot be listed.
    """
    return any(_holds_outlet(root, root.at(table)) for table in SCHEMAS)


def _holds_outlet(root: Root, folder: str) -> bool:
    """Return True if a folder of an outlet is in `folder`, a full path."""
    below = root.filesystem.get_file_info(fs.FileSelector(folder, allow_not_found=True))
    return any(info.base_name.startswith("outlet=") for info in below)


def check_place(root: Root) -> None:
    """Check that `root` may be a dataset's folder, and is not the folder of a table.

    :raises FileNotFoundError: nothing is there, or a table, whose rows would not be found.
    """
    if root.filesystem.get_file_info(root.path).type is fs.FileType.NotFound:
        raise FileNotFoundError(f"there is no dataset at {root.location}")
    if _holds_outlet(root, root.path):
        raise FileNotFoundError(f"{root.location} is a table: name the folder of the dataset")


def live_files(root: Root, table: str, outlet: str | None = None) -> list[str]:
    """Return the paths of the table's files, without those that a merged file replaces."""
    return again(lambda: _live_files(root, table, outlet))


def _live_files(root: Root, table: str, outlet: str | None) -> list[str]:
    folder = f"{table}/outlet={outlet}" if outlet else table
    paths = _listed(root, folder)
    replaced: set[str] = set()
    # Newest first: a file that it replaces may vanish at any moment.
    for path in reversed(paths):
        if path not in replaced:
            replaced.update(replaced_by(root, path))
    return [path for path in paths if path not in replaced]


def _listed(root: Root, folder: str) -> list[str]:
    """Return the paths of the files in `folder`, listed until two listings agree.

    A listing that has begun before a compaction exchanges a folder, and goes on behind, sees the
    old folder while the files leave it.
    """
    paths = [info.path for info in root.files(folder)]
    for _ in range(_TRIES if root.local else 0):
        before, paths = paths, [info.path for info in root.files(folder)]
        if paths == before:
            break
    return paths


def files(location: Location, table: str = "articles") -> list[str]:
    """Return the files to read, for tools that take a list: each row is in exactly one file.

    A tool that opens a file after a compaction has replaced it finds no such file.
    """
    root = Root(location)
    return [beside(root.location, root.path, path) for path in live_files(root, table)]


def outlets(root: Root, table: str) -> list[str]:
    """Return the outlets of which the table has files."""
    folders = {root.relative(info.path).split("/")[1] for info in root.files(table)}
    return sorted(name.removeprefix("outlet=") for name in folders if name.startswith("outlet="))


def replaced_by(root: Root, path: str) -> list[str]:
    """Return the files that the merged file at `path` replaces, also those removed since."""
    folder, _, name = path.rpartition("/")
    if not name.startswith(MERGED):
        return []
    metadata = pq.read_metadata(path, filesystem=root.filesystem).metadata or {}
    return [f"{folder}/{name}" for name in json.loads(metadata.get(REPLACES, b"[]"))]


def in_order(table: str, rows: pa.Table) -> pa.Table:
    """Return `rows` in the order of a merged file: by time, then by primary key."""
    return rows.sort_by([(name, "ascending") for name in (*MONTH_FROM[table], *KEYS[table])])


def open_dataset(
    location: Location, table: str = "articles", outlet: str | None = None
) -> ds.FileSystemDataset:
    """Return the table as a pyarrow dataset, of which a scan reads what it selects.

    Files of older schema versions have nulls where a column did not exist. On a local disk the
    dataset stays as it is now: its files are open already, up to half of the number that the
    process may open. A file that was not, and is replaced before a scan, is a FileNotFoundError.
    """
    root = Root(location)
    return again(lambda: _open_dataset(root, table, outlet))


def _open_dataset(root: Root, table: str, outlet: str | None) -> ds.FileSystemDataset:
    partitioning = ds.partitioning(PARTITIONS, flavor="hive")
    paths = live_files(root, table, outlet)
    places = [partitioning.parse(path.removeprefix(root.path)) for path in paths]
    return _fragments(root, paths, places, schema_of(table))


def _fragments(
    root: Root, paths: Sequence[str], places: Sequence[pc.Expression | None], schema: pa.Schema
) -> ds.FileSystemDataset:
    form = ds.ParquetFileFormat()
    may_open = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
    held = root.local and len(paths) <= may_open
    fragments = [
        form.make_fragment(_opened(path), None, place)
        if held
        else form.make_fragment(path, root.filesystem, place)
        for path, place in zip(paths, places, strict=True)
    ]
    return ds.FileSystemDataset(fragments, schema, form, root.filesystem)


def _opened(path: str) -> IO[Any]:
    """Return a local file opened: it stays readable when it is replaced.

    :raises OSError: when it is no Parquet file, which errors of a scan would not name; a
        FileNotFoundError when it has been replaced.
    """
    file = pa.OSFile(path, mode="r")
    size = file.size()
    if not size:
        raise FileNotFoundError(path)
    file.seek(max(size - 4, 0))
    if file.read(4) != b"PAR1":
        raise OSError(f"{path} is not a Parquet file")
    return cast("IO[Any]", file)


def open_small(root: Root, table: str) -> ds.FileSystemDataset:
    """Return a small table, clusters/ or boilerplate/, as a pyarrow dataset."""
    return again(lambda: _open_small(root, table))


def _open_small(root: Root, table: str) -> ds.FileSystemDataset:
    newest = [info.path for info in small_files(root, table)[-1:]]
    return _fragments(root, newest, [None] * len(newest), SMALL[table])


def small_files(root: Root, table: str) -> list[fs.FileInfo]:
    """Return the files of a small table, of which the last counts."""
    return [info for info in root.files(table) if info.path.endswith(".parquet")]


def open_clusters(root: Root) -> ds.FileSystemDataset:
    """Return the table clusters/ as a pyarrow dataset."""
    return open_small(root, "clusters")


def cluster_files(root: Root) -> list[fs.FileInfo]:
    """Return the files of the table clusters/, of which the last counts."""
    return small_files(root, "clusters")


def clusters_of(root: Root, outlet: str | None = None) -> pa.Table:
    """Return article_id and cluster_id by clusters/, of the articles of `outlet` if given."""
    mine = pc.starts_with(pc.field("article_id"), f"{outlet}:") if outlet else None
    grouped = ["article_id", "cluster_id"]
    return again(lambda: open_clusters(root).to_table(grouped, filter=mine)).combine_chunks()


def stories_of(articles: pa.ChunkedArray[Any], clusters: pa.Table) -> pa.ChunkedArray[Any]:
    """Return the cluster_id of each of `articles`; null for those that `clusters` does not name."""
    return clusters["cluster_id"].take(pc.index_in(articles, value_set=clusters["article_id"]))


def in_stories(rows: Rows, stories: pa.ChunkedArray[Any]) -> Rows:
    """Return `rows` with the ids of `stories` in cluster_id, and the stored ids where those are
    null."""
    place = rows.schema.get_field_index("cluster_id")
    if place < 0:
        return rows
    ids = stories.combine_chunks() if isinstance(rows, pa.RecordBatch) else stories
    return rows.set_column(place, rows.schema.field(place), pc.coalesce(ids, rows["cluster_id"]))


def schema_of(table: str) -> pa.Schema:
    """Return the schema that readers see: the table's columns, outlet and month."""
    return pa.unify_schemas([SCHEMAS[table], PARTITIONS])


def read(
    location: Location,
    *,
    outlet: str | None = None,
    columns: Sequence[str] | None = None,
    revisions: bool = False,
) -> pa.Table:
    """Return all captures of all articles, or of the articles of `outlet`.

    :param revisions: adds the column `revision`: an article's first content has 1, each other
        content the next number, in the order in which they were first fetched.
    :raises FileNotFoundError: no dataset can be at `location`.
    """
    root = Root(location)
    check_place(root)
    return again(lambda: _read(root, outlet, columns, revisions=revisions))


def _read(
    root: Root, outlet: str | None, columns: Sequence[str] | None, *, revisions: bool
) -> pa.Table:
    dataset = open_dataset(root.location, outlet=outlet)
    names = _names(dataset, columns)
    keys = [*KEYS["articles"], *(_CONTENTS if revisions else [])]
    table = dataset.to_table(list(dict.fromkeys([*_needed(names), *keys])))
    once = single_captures(table)
    if not pc.all(once).as_py():
        table = table.filter(once)
    numbers = _revisions(table) if revisions else None
    if "cluster_id" in names:
        table = in_stories(table, stories_of(table["article_id"], clusters_of(root, outlet)))
    table = with_pages(with_kinds(table).select(names), archived_files(root))
    return table if numbers is None else table.append_column("revision", numbers)


def latest(
    location: Location, *, outlet: str | None = None, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the last capture of each article, as the newest extractor_version read it.

    :raises FileNotFoundError: no dataset can be at `location`.
    """
    root = Root(location)
    check_place(root)
    return again(lambda: _latest(root, outlet, columns))


def _latest(root: Root, outlet: str | None, columns: Sequence[str] | None) -> pa.Table:
    dataset = open_dataset(root.location, outlet=outlet)
    keys = dataset.to_table(list(KEYS["articles"]))
    keep = last_captures(keys)
    names = _names(dataset, columns)
    batches, row = [], 0
    # Batch by batch: old captures are not held.
    for batch in dataset.to_batches(columns=_needed(names)):
        batches.append(with_kinds(batch.filter(keep.slice(row, len(batch)))).select(names))
        row += len(batch)
    schema = pa.schema([dataset.schema.field(name) for name in names])
    rows = pa.Table.from_batches(batches, schema)
    if "cluster_id" in names:
        articles = keys["article_id"].filter(keep)
        rows = in_stories(rows, stories_of(articles, clusters_of(root, outlet)))
    return with_pages(rows, archived_files(root))


def archived_files(root: Root) -> pa.StringArray:
    """Return the archive's files, as rows name them."""
    return pa.array([root.relative(info.path) for info in root.files("archive")], pa.string())


def with_pages(rows: Rows, archived: pa.StringArray) -> Rows:
    """Return `rows` with null in `archive` where the named file has been removed."""
    if "archive" not in rows.schema.names:
        return rows
    places = rows["archive"]
    named = pc.struct_field(places, "file")
    gone = pc.and_(pc.starts_with(named, "archive/"), pc.invert(pc.is_in(named, archived)))
    kept = pc.if_else(pc.fill_null(gone, False), pa.scalar(None, places.type), places)
    place = rows.schema.get_field_index("archive")
    return rows.set_column(place, rows.schema.field(place), kept)


def with_kinds(rows: Rows) -> Rows:
    """Return `rows` with `paragraph` as the kind of each paragraph where kinds is null."""
    place = rows.schema.get_field_index("kinds")
    if place < 0 or not rows["kinds"].null_count:
        return rows
    lengths = pc.list_value_length(rows["paragraphs"]).to_pylist()
    plain = pa.array(
        [None if length is None else [PARAGRAPH] * length for length in lengths],
        rows.schema.field(place).type,
    )
    return rows.set_column(place, rows.schema.field(place), pc.coalesce(rows["kinds"], plain))


def _needed(names: Sequence[str]) -> list[str]:
    """Return `names` and the columns from which those are completed."""
    return [*names, "paragraphs"] if "kinds" in names and "paragraphs" not in names else [*names]


def _names(dataset: ds.Dataset, columns: Sequence[str] | None) -> list[str]:
    return list(columns) if columns is not None else dataset.schema.names


def single_captures(keys: pa.Table) -> pa.BooleanArray:
    """Return a mask of the rows of `keys` that repeat no capture above them.

    Two runs that read the same page at the same time write the same capture in two files.
    """
    rows = pa.array(range(len(keys)), pa.int64())
    by_capture = keys.append_column("row", rows).group_by(list(KEYS["articles"]))
    return pc.is_in(rows, value_set=by_capture.aggregate([("row", "min")])["row_min"])


def last_captures(keys: pa.Table) -> pa.BooleanArray:
    """Return a mask of the rows of `keys` that are the last capture of their article."""
    rows = pa.array(range(len(keys)), pa.int64())
    newest_first = keys.append_column("row", rows).sort_by(
        [
            ("article_id", "ascending"),
            ("fetched_at", "descending"),
            ("extractor_version", "descending"),
        ]
    )
    by_article = newest_first.group_by("article_id", use_threads=False)  # keeps the order
    last = by_article.aggregate([("row", "first")])["row_first"]
    return pc.is_in(rows, value_set=last)


def _revisions(keys: pa.Table) -> pa.Int64Array:
    """Return the revision number of each row of `keys`."""
    contents = pc.coalesce(*(keys[name] for name in _CONTENTS))
    columns = (keys["article_id"], contents, keys["fetched_at"])
    rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
    first_seen: dict[tuple[str, str], datetime] = {}
    for article, content, fetched in rows:
        seen = first_seen.get((article, content), fetched)
        first_seen[article, content] = min(seen, fetched)
    moments = defaultdict(set)
    for (article, _), moment in first_seen.items():
        moments[article].add(moment)
    ranks = {article: sorted(times) for article, times in moments.items()}
    return pa.array(
        [ranks[article].index(first_seen[article, content]) + 1 for article, content, _ in rows],
        pa.int64(),
    )
