"""Stream a part of the dataset, exact while runs write to it.

Memory holds a row group of a file, and the keys of an outlet's captures, some 60 bytes each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from itertools import repeat
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from output.clock import WIB
from output.dataset import (
    archived_files,
    clusters_of,
    in_stories,
    last_captures,
    open_dataset,
    open_small,
    outlets,
    single_captures,
    stories_of,
    with_kinds,
    with_pages,
)
from output.filesystem import Root
from output.mentions import open_mentions
from output.schema import KEYS, MONTH_FROM, SCHEMA_VERSION, SMALL, VERSION_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from output.cursor import Cursor
    from output.dataset import Location

BATCH = 1000
"""Most rows of a batch."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows to read. `outlets`: an empty tuple for all. `since` and `until`: days in WIB, both
    included, of publication, or of download where that is unknown; for rejects and runs, of their
    own time. `topic`, `latest` (only the last capture of each article) and `articles` (ids; None:
    all) restrict articles alone.
    """

    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    topic: str | None = None
    latest: bool = False
    articles: frozenset[str] | None = None


def select(
    location: Location,
    selection: Selection,
    table: str = "articles",
    cursor: Cursor | None = None,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the selected rows, outlet by outlet and month by month; a small table whole,
    and mentions of the outlets selected.

    :param cursor: only the articles' rows that it has not given
    :param columns: of articles, rejects or runs: the columns that are read and given
    :raises OSError, pa.ArrowInvalid: when a file cannot be read.
    """
    root = Root(location)
    if table in SMALL:  # without outlet or day
        yield from open_small(root, table).to_batches()
        return
    if table == "mentions":
        for outlet in selection.outlets or outlets(root, table):
            yield from open_mentions(location, outlet).to_batches()
        return
    pages = archived_files(root) if columns is None or "archive" in columns else None
    for outlet in selection.outlets or outlets(root, table):
        # Opened when its turn comes, so that the files of one outlet at a time are held open.
        dataset = open_dataset(location, table, outlet)
        for batch in _rows(root, dataset, outlet, selection, table, cursor, columns):
            whole = with_kinds(batch if pages is None else with_pages(batch, pages))
            yield whole if columns is None else whole.select(list(columns))


def _rows(
    root: Root,
    dataset: ds.FileSystemDataset,
    outlet: str,
    selection: Selection,
    table: str,
    cursor: Cursor | None,
    columns: Sequence[str] | None,
) -> Iterator[pa.RecordBatch]:
    files = list(dataset.get_fragments())
    articles = table == "articles"
    needed = _needed(columns, selection, table)
    for file in files:
        _check_version(file)
    judged = _judged(root, dataset, files, outlet, selection, cursor) if articles else repeat(None)
    for file, verdict in zip(files, judged, strict=False):
        if not _may_hold(file, selection) or (verdict and not pc.any(verdict[0]).as_py()):
            continue
        row = 0
        # By default 16 batches of 4 files each are read ahead: gigabytes, where files are large.
        scanner = file.scanner(
            dataset.schema, needed, batch_size=BATCH, batch_readahead=1, fragment_readahead=1
        )
        for batch in scanner.to_batches():
            mask = _chosen(batch, selection, table)
            if verdict is not None:
                keep, stories = verdict
                mask = pc.and_(mask, keep.slice(row, len(batch)))
                batch = in_stories(batch, stories.slice(row, len(batch)))
            row += len(batch)
            if chosen := batch.filter(mask):
                yield chosen


def _needed(columns: Sequence[str] | None, selection: Selection, table: str) -> list[str] | None:
    """Return the columns to read for `columns` and for the choice of rows; None for all."""
    if columns is None:
        return None
    asked = [*columns, *MONTH_FROM[table]]
    if table == "articles":
        asked += ["paragraphs"] * ("kinds" in columns) + ["topics"] * (selection.topic is not None)
        asked += ["article_id"] * (selection.articles is not None)
    return list(dict.fromkeys(asked))


def _check_version(file: ds.Fragment) -> None:
    """Check that no newer version wrote `file`.

    :raises OSError: one did: its rows may hold what we would pass over.
    """
    version = (file.physical_schema.metadata or {}).get(VERSION_KEY, b"0").decode()
    if not version.isdecimal() or int(version) > SCHEMA_VERSION:
        place = ds.get_partition_keys(file.partition_expression)
        raise OSError(
            f"a file of outlet={place['outlet']}, month={place['month']} is of schema version"
            f" {version}, and this version of Wartatek reads up to {SCHEMA_VERSION}: upgrade it"
        )


def _judged(
    root: Root,
    dataset: ds.FileSystemDataset,
    files: list[ds.Fragment],
    outlet: str,
    selection: Selection,
    cursor: Cursor | None,
) -> Iterator[tuple[pa.BooleanArray, pa.ChunkedArray[Any]]]:
    """Yield for each file, of its rows, a mask of those to keep by the keys of all files, and the
    cluster_ids."""
    keys = [file.to_table(dataset.schema, list(KEYS["articles"])) for file in files]
    held = pa.concat_tables(keys)
    keep = (last_captures if selection.latest else single_captures)(held)
    if cursor:
        keep = pc.and_(keep, cursor.new(root, outlet, held))
    stories, row = stories_of(held["article_id"], clusters_of(root, outlet)), 0
    for each in keys:
        yield keep.slice(row, len(each)), stories.slice(row, len(each))
        row += len(each)


def _may_hold(file: ds.Fragment, selection: Selection) -> bool:
    """Return True if the file's month overlaps the selected days."""
    month = ds.get_partition_keys(file.partition_expression)["month"]
    return (not selection.since or f"{selection.since:%Y-%m}" <= month) and (
        not selection.until or month <= f"{selection.until:%Y-%m}"
    )


def _chosen(batch: pa.RecordBatch, selection: Selection, table: str) -> pa.BooleanArray:
    """Return a mask of the rows within the selected days and topic."""
    moment = pc.coalesce(*(batch[name] for name in MONTH_FROM[table]))
    mask = pc.is_valid(moment)
    if selection.since:
        first = datetime.combine(selection.since, time.min, WIB)
        mask = pc.and_(mask, pc.greater_equal(moment, pa.scalar(first, moment.type)))
    if selection.until:
        last = datetime.combine(selection.until, time.max, WIB)
        mask = pc.and_(mask, pc.less_equal(moment, pa.scalar(last, moment.type)))
    if selection.articles is not None and table == "articles":
        ids = pa.array(selection.articles, pa.string())
        mask = pc.and_(mask, pc.is_in(batch["article_id"], value_set=ids))
    if selection.topic and table == "articles":
        said = pc.equal(pc.list_flatten(batch["topics"]), pa.scalar(selection.topic))
        rows = pc.list_parent_indices(batch["topics"]).filter(said)
        mask = pc.and_(mask, pc.is_in(pa.array(range(len(batch))), value_set=rows))
    return mask
