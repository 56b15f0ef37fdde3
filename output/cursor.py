"""The cursor of a consumer that takes every published row once.

The file holds the primary keys of the rows that were given, as Parquet; a key without a time is the
id of an article whose takedown was told. Keys outlive what compaction, a reparse of old months and
parts that arrive late do to files, so that no clock and no file name decides what is new.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output.beside import beside
from output.dataset import open_dataset
from output.filesystem import Root, sync_folder
from output.schema import ARTICLES, KEYS
from output.takedown import buried
from output.writer import COMPRESSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from output.dataset import Location

_COLUMNS = KEYS["articles"]
_SCHEMA = pa.schema([(name, ARTICLES.field(name).type) for name in _COLUMNS])


class CursorError(Exception):
    """The file is no cursor."""


class Cursor:
    """The keys of the rows that were given, and of those that are being given.

    :raises CursorError: the file at `path` is no cursor, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._given = _read(path)
        self._new: list[pa.Table] = []

    def is_of(self, location: Location) -> bool:
        """Return False if rows were given, and the dataset at `location` has none of them.

        :raises OSError, pa.ArrowInvalid: when the dataset cannot be read.
        """
        rows = self._given.filter(pc.is_valid(self._given["fetched_at"]))
        given = _joined(rows)
        names = sorted({str(each).partition(":")[0] for each in rows["article_id"].to_pylist()})
        held = (open_dataset(location, outlet=name) for name in names)
        keys = (each.to_table(list(_COLUMNS)) for each in held)
        return not len(rows) or any(
            pc.any(pc.is_in(_joined(each), value_set=given)).as_py() for each in keys
        )

    def new(self, root: Root, outlet: str, keys: pa.Table) -> pa.BooleanArray:
        """Return a mask of the rows of `keys` that were not given, of articles without takedown."""
        mine = self._given.filter(pc.starts_with(self._given["article_id"], f"{outlet}:"))
        given = pc.is_in(_joined(keys), value_set=_joined(mine))
        gone = pa.array(sorted(buried(root, outlet)), pa.string())
        taken_down = pc.is_in(keys["article_id"].combine_chunks(), value_set=gone)
        return pc.invert(pc.or_(given, taken_down))

    def give(self, batch: pa.RecordBatch) -> None:
        """Take the rows of `batch` for given, once the cursor is moved."""
        self._new.append(pa.table(batch.select(list(_COLUMNS)).columns, schema=_SCHEMA))

    def take_down(self, root: Root, outlets: Iterable[str]) -> list[str]:
        """Return the ids of taken down articles that were not told, and take them for told."""
        times = self._given["fetched_at"]
        told = set(self._given.filter(pc.is_null(times))["article_id"].to_pylist())
        found = sorted({each for outlet in outlets for each in buried(root, outlet)} - told)
        rows = [{"article_id": article_id} for article_id in found]
        self._new.append(pa.Table.from_pylist(rows, _SCHEMA))
        return found

    def move(self) -> None:
        """Write the cursor, whole or not at all, also when the power fails.

        Keys of articles that were taken down leave the file.

        :raises OSError: when it cannot be written; then it is as it was.
        """
        keys = pa.concat_tables([self._given, *self._new])
        told = pc.is_null(keys["fetched_at"])
        gone = pc.is_in(keys["article_id"], value_set=keys["article_id"].filter(told))
        kept = keys.filter(pc.or_(told, pc.invert(gone)))
        with beside(self.path) as folder:
            staged = folder / self.path.name
            pq.write_table(
                kept.sort_by([(name, "ascending") for name in _COLUMNS]), staged, **COMPRESSION
            )
            with staged.open("rb") as file:
                os.fsync(file.fileno())
            staged.replace(self.path)
        sync_folder(self.path.parent)


def _read(path: Path) -> pa.Table:
    if not path.exists():
        return _SCHEMA.empty_table()
    try:
        given = pq.ParquetFile(path, page_checksum_verification=True).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise CursorError(f"{path} is no cursor: {error}") from error
    if not given.schema.equals(_SCHEMA):
        raise CursorError(f"{path} is no cursor: it has other columns")
    return given


def _joined(keys: pa.Table) -> pa.StringArray:
    """Return each key as a string."""
    article_id, fetched_at, version = (keys[name].combine_chunks() for name in _COLUMNS)
    times = fetched_at.cast(pa.int64()).cast(pa.string())
    joined: pa.StringArray = pc.binary_join_element_wise(  # type: ignore[call-overload]
        article_id, times, version, "\n", null_handling="replace"
    )
    return joined
