"""The front door for programs: what output/door/wartatek.py gives under the name `wartatek`.

Every function reads the dataset as it is at the call, also while runs write to it, and returns a
pyarrow.Table of the columns asked for. docs/python.md is its manual.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from contextlib import ExitStack, closing, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import fs

from output.dataset import INDEX, again, check_place, holds_dataset, outlets, schema_of
from output.extras import MissingExtraError, check
from output.filesystem import Root
from output.selection import Selection, select
from output.stories import STORIES, stories_where
from output.views import older_columns

with suppress(ModuleNotFoundError):  # after `make setup-crawl`: Dataset.search says so
    from output import search as searching

if TYPE_CHECKING:
    import os
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence

    Filter = pc.Expression | list[Any]

__all__ = [
    "VERSION",
    "Dataset",
    "MissingExtraError",
    "QueryError",
    "latest",
    "open_dataset",
    "search",
    "stories",
]

VERSION = "1.0"
"""Of this API: the first number changes when a call that worked must be written otherwise."""


class QueryError(ValueError):
    """A query in which something is not understood, or asks for a value that nothing has."""


def open_dataset(place: str | os.PathLike[str]) -> Dataset:
    """Return the dataset at `place`, a folder or an address such as s3://bucket/folder.

    :raises FileNotFoundError: no dataset is there.
    :raises OSError: the place cannot be read.
    """
    return Dataset(place)


def latest(place: str | os.PathLike[str], **chosen: Any) -> pa.Table:
    """Return the last capture of each article: `open_dataset(place).latest(...)`."""
    return open_dataset(place).latest(**chosen)


def search(place: str | os.PathLike[str], query: str, **chosen: Any) -> pa.Table:
    """Return the articles that a query finds: `open_dataset(place).search(query, ...)`."""
    return open_dataset(place).search(query, **chosen)


def stories(place: str | os.PathLike[str], **chosen: Any) -> pa.Table:
    """Return a row per story: `open_dataset(place).stories(...)`."""
    return open_dataset(place).stories(**chosen)


class Dataset:
    """A dataset at a place.

    `columns`, `outlets`, `since`, `until`, `topic` and `filter` mean the same everywhere. Of the
    files only the columns asked for are read, those of the chosen outlets and months alone.

    - `columns`: names, in the order of the result; without, every column
    - `outlets`: a name or several
    - `since`, `until`: days in WIB, both included, as dates or as 2026-09-01: of publication, or of
      download where that is unknown
    - `topic`: a topic that the articles have
    - `filter`: what a row of the result has to be, as an expression of pyarrow or as
      [("word_count", ">", 300)], where tuples in a list are joined by "and", lists in a list by
      "or"

    A column or outlet that is not there is a ValueError.
    """

    def __init__(self, place: str | os.PathLike[str]) -> None:
        root = Root(place)
        if root.filesystem.get_file_info(root.path).type is fs.FileType.File:
            raise NotADirectoryError(f"{root.location} is a file: name the folder of the dataset")
        check_place(root)
        if not holds_dataset(root):
            raise FileNotFoundError(
                f"there is no dataset at {root.location}: it has no articles/, rejects/ or runs/"
                " of an outlet. The folder of the dataset is that of OUTPUT_DIR, else output/data"
            )
        self.location = root.location
        self._root = root

    def __repr__(self) -> str:
        return f"wartatek.open_dataset({self.location!r})"

    @property
    def schema(self) -> pa.Schema:
        """The columns of articles, their types, and in the metadata of each its meaning."""
        return schema_of("articles")

    @property
    def outlets(self) -> list[str]:
        """The outlets with articles."""
        return outlets(self._root, "articles")

    def older_columns(self) -> Counter[str]:
        """Return the columns that files of an older schema version lack, and in how many files.

        Such columns are null in the rows of those files; `scrapy compact` rewrites the files.
        """
        return older_columns(self.location)

    def captures(
        self,
        *,
        columns: Sequence[str] | None = None,
        outlets: str | Iterable[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        topic: str | None = None,
        filter: Filter | None = None,
    ) -> pa.Table:
        """Return all captures of the articles, each once."""
        chosen = self._selection(outlets, since, until, topic)
        return self._table(chosen, self._columns(columns), filter)

    def latest(
        self,
        *,
        columns: Sequence[str] | None = None,
        outlets: str | Iterable[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        topic: str | None = None,
        filter: Filter | None = None,
    ) -> pa.Table:
        """Return the last capture of each article. `filter` chooses among these captures."""
        chosen = self._selection(outlets, since, until, topic, latest=True)
        return self._table(chosen, self._columns(columns), filter)

    def batches(
        self,
        *,
        latest: bool = True,
        columns: Sequence[str] | None = None,
        outlets: str | Iterable[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        topic: str | None = None,
        filter: Filter | None = None,
    ) -> pa.RecordBatchReader:
        """Return a stream of the rows of `latest`, or of `captures`, of any size in little memory.

        On object storage a file that a compaction replaces meanwhile is a FileNotFoundError.
        """
        chosen = self._selection(outlets, since, until, topic, latest=latest)
        names = self._columns(columns)
        return pa.RecordBatchReader.from_batches(
            _only(self.schema, names), self._batches(chosen, names, filter)
        )

    def search(
        self,
        query: str,
        *,
        columns: Sequence[str] | None = None,
        outlets: str | Iterable[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        topic: str | None = None,
        limit: int | None = None,
        by_date: bool = False,
        index: str | os.PathLike[str] | None = None,
    ) -> pa.Table:
        """Return the last captures of the articles that `query` finds, the most relevant first.

        The query is in the language of docs/search.md; new files are indexed first.

        :param limit: articles at most
        :param by_date: the newest first
        :param index: the folder of the index; without, that of `scrapy search` in the dataset's
            folder, or, with a warning, a passing one where nothing can be written there
        :raises QueryError: a part of the query is not understood, or no article can have it.
        :raises MissingExtraError: the packages of the extra `browse` are not installed.
        """
        check("browse")
        names = self._columns(columns)
        chosen = self._selection(outlets, since, until, topic)
        if limit is not None and limit < 1:
            raise ValueError(f"limit is {limit}, and has to be 1 or more")
        question = searching.Question(
            query,
            outlets=chosen.outlets,
            topics=(topic,) if topic else (),
            since=chosen.since,
            until=chosen.until,
            order="date" if by_date else "relevance",
        )
        with ExitStack() as ends:
            library = searching.Library(self.location, self._index_folder(index, ends))
            ends.enter_context(closing(library))
            library.update()
            if library.problems:
                raise OSError("; ".join(library.problems))
            if mistakes := library.mistakes(question):
                raise QueryError(f"not understood: {', '.join(one.text for one in mistakes)}")
            if library.behind:
                late = ", ".join(library.behind)
                warnings.warn(f"another process is indexing what is new of {late}", stacklevel=2)
            found = list(library.batches(question, names, limit))
        return pa.Table.from_batches(found, _only(self.schema, names))

    def stories(
        self,
        *,
        columns: Sequence[str] | None = None,
        outlets: str | Iterable[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
    ) -> pa.Table:
        """Return a row per story, the latest first: cluster_id; title and published_at of its first
        article; last_published_at; outlets, articles (how many), article_ids, the earliest first;
        wire, the agencies that any of its articles is credited to.

        :param outlets: stories that an article of any of these tells
        :param since: stories of which an article is of this day or later
        :param until: stories of which an article is of this day or earlier
        :raises MissingExtraError: the packages of the extra `corpus` are not installed.
        """
        chosen = self._selection(outlets, since, until, None)
        names = _known(columns, STORIES)
        check("corpus")
        return stories_where(self.location, names, chosen.outlets, chosen.since, chosen.until)

    # -- reading

    def _columns(self, columns: Sequence[str] | None) -> list[str]:
        return _known(columns, self.schema.names)

    def _selection(
        self,
        outlets: str | Iterable[str],
        since: date | str | None,
        until: date | str | None,
        topic: str | None,
        *,
        latest: bool = False,
    ) -> Selection:
        """Return the selection.

        :raises ValueError: an outlet is not in the dataset, or a day is none.
        """
        named = (outlets,) if isinstance(outlets, str) else tuple(outlets)
        if named and (strange := sorted(set(named) - set(self.outlets))):
            raise ValueError(
                f"{self.location} holds nothing of {', '.join(strange)};"
                f" it holds {', '.join(self.outlets) or 'no article'}"
            )
        first, last = _day("since", since), _day("until", until)
        if first and last and first > last:
            raise ValueError(f"since is {first}, after until, {last}")
        return Selection(tuple(dict.fromkeys(named)), first, last, topic, latest)

    def _table(self, chosen: Selection, names: list[str], filter: Filter | None) -> pa.Table:
        found = again(lambda: list(self._batches(chosen, names, filter)))
        return pa.Table.from_batches(found, _only(self.schema, names))

    def _batches(
        self,
        chosen: Selection,
        names: list[str],
        filter: Filter | None,
    ) -> Iterator[pa.RecordBatch]:
        if filter is None:
            yield from select(self.location, chosen, columns=names)
            return
        wanted = filter if isinstance(filter, pc.Expression) else pq.filters_to_expression(filter)
        asked = _columns_of(wanted, self.schema.names)
        for batch in select(self.location, chosen, columns=[*dict.fromkeys([*names, *asked])]):
            rows = pa.Table.from_batches([batch]).filter(wanted).select(names)
            yield from rows.to_batches()

    def _index_folder(self, index: str | os.PathLike[str] | None, ends: ExitStack) -> Path:
        """Return the folder of the index, made where it is not there.

        :raises OSError: the folder that `index` names cannot be made.
        """
        if index is not None:
            Path(index).mkdir(parents=True, exist_ok=True)
            return Path(index)
        if self._root.local:
            folder = Path(self.location, INDEX)
            try:
                folder.mkdir(exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()  # os.access is not asked on every disk
            except OSError:
                pass
            else:
                return folder
        warnings.warn("the index is not kept: name a local folder, index=...", stacklevel=3)
        return Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="wartatek-search-")))


def _known(columns: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    """Return `columns`, or all `names` in place of None.

    :raises ValueError: a column is none of `names`, or is named twice.
    """
    if columns is None:
        return list(names)
    asked = [columns] if isinstance(columns, str) else list(columns)
    if strange := [name for name in asked if name not in names]:
        raise ValueError(f"there is no column {strange[0]}; there are {', '.join(names)}")
    if len(set(asked)) < len(asked):
        raise ValueError("a column is named twice")
    return asked


def _only(schema: pa.Schema, names: list[str]) -> pa.Schema:
    return pa.schema([schema.field(name) for name in names])


def _columns_of(expression: pc.Expression, names: list[str]) -> list[str]:
    """Return the columns that `expression` may name: all, where it names them by their place."""
    text = str(expression)
    if "FieldPath" in text:
        return names
    return [name for name in names if re.search(rf"\b{name}\b", text)]


def _day(name: str, value: date | str | None) -> date | None:
    """Return the day that `value` is.

    :raises ValueError: it is no day; a moment is none, since days are those of WIB.
    """
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{name} is {value!r}, and no day like 2026-09-01") from None
    if isinstance(value, datetime) or not isinstance(value, date | None):
        raise TypeError(f"{name} is {value!r}, and no day: a date, or 2026-09-01 as text")
    return value
