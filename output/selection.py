"""A part of the dataset as a stream, exact while others write to it: memory does not grow with it.

What is held is a group of one file's rows, and the keys of one outlet's captures, some 60 bytes
each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from itertools import repeat
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from output.dataset import (
    archived_files,
    last_captures,
    open_dataset,
    outlets,
    single_captures,
    with_pages,
)
from output.filesystem import Root
from output.schema import KEYS, MONTH_FROM
from output.views import open_clusters
from output.writer import WIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from output.dataset import Location

BATCH = 1000
"""The most rows a batch."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`outlets`: none for all. `since` and `until`: days in WIB, both included, of publication, or
    of download where that is unknown; of rejects and runs, their own. `topic` and `latest`, the
    last capture of each article alone, choose articles only."""

    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    topic: str | None = None
    latest: bool = False


def select(
    location: Location, selection: Selection, table: str = "articles"
) -> Iterator[pa.RecordBatch]:
    """The rows chosen, outlet by outlet and month by month, with outlet and month; clusters whole.

    :raises OSError, pa.ArrowInvalid: a file cannot be read.
    """
    root = Root(location)
    if table == "clusters":  # small, and of no outlet or day
        yield from open_clusters(root).to_batches()
        return
    pages = archived_files(root)
    for outlet in selection.outlets or outlets(root, table):
        # Listed when its turn comes: no file has to stay for longer than its outlet takes.
        dataset = open_dataset(location, table, outlet)
        for batch in _rows(dataset, selection, table):
            yield with_pages(batch, pages)


def _rows(
    dataset: ds.FileSystemDataset, selection: Selection, table: str
) -> Iterator[pa.RecordBatch]:
    files = list(dataset.get_fragments())
    choose = last_captures if selection.latest else single_captures
    kept = _kept(dataset, files, choose) if table == "articles" else repeat(None)
    for file, keep in zip(files, kept, strict=False):
        if not _may_hold(file, selection):
            continue
        row = 0
        # By default 16 batches of 4 files each are read ahead: gigabytes, where files are large.
        scanner = file.scanner(
            dataset.schema, batch_size=BATCH, batch_readahead=1, fragment_readahead=1
        )
        for batch in scanner.to_batches():
            mask = _chosen(batch, selection, table)
            if keep is not None:
                mask = pc.and_(mask, keep.slice(row, len(batch)))
            row += len(batch)
            if chosen := batch.filter(mask):
                yield chosen


def _kept(
    dataset: ds.FileSystemDataset,
    files: list[ds.Fragment],
    choose: Callable[[pa.Table], pa.BooleanArray],
) -> Iterator[pa.BooleanArray]:
    """Of each file, which rows are among those chosen by the keys of all."""
    keys = [file.to_table(dataset.schema, list(KEYS["articles"])) for file in files]
    keep, row = choose(pa.concat_tables(keys)), 0
    for held in keys:
        yield keep.slice(row, len(held))
        row += len(held)


def _may_hold(file: ds.Fragment, selection: Selection) -> bool:
    """Whether the file's month is one of those asked for."""
    month = ds.get_partition_keys(file.partition_expression)["month"]
    return (not selection.since or f"{selection.since:%Y-%m}" <= month) and (
        not selection.until or month <= f"{selection.until:%Y-%m}"
    )


def _chosen(batch: pa.RecordBatch, selection: Selection, table: str) -> pa.BooleanArray:
    """Which rows are of the period and the topic."""
    moment = pc.coalesce(*(batch[name] for name in MONTH_FROM[table]))
    mask = pc.is_valid(moment)
    if selection.since:
        first = datetime.combine(selection.since, time.min, WIB)
        mask = pc.and_(mask, pc.greater_equal(moment, pa.scalar(first, moment.type)))
    if selection.until:
        last = datetime.combine(selection.until, time.max, WIB)
        mask = pc.and_(mask, pc.less_equal(moment, pa.scalar(last, moment.type)))
    if selection.topic and table == "articles":
        said = pc.equal(pc.list_flatten(batch["topics"]), pa.scalar(selection.topic))
        rows = pc.list_parent_indices(batch["topics"]).filter(said)
        mask = pc.and_(mask, pc.is_in(pa.array(range(len(batch))), value_set=rows))
    return mask
