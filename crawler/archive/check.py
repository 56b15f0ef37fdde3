"""Is the page that a row names still in the archive? Names and sizes of its files tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from crawler.archive.writer import ARCHIVE
from output.dataset import open_dataset, outlets
from output.schema import REPARSE
from output.verification import READ_ERRORS, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from output.filesystem import Root

SHOWN = 20
_OURS = re.compile(
    rf"{ARCHIVE}/outlet=(?P<outlet>[^/]+)/(?P<file>(?P<run_id>\d{{8}}T\d{{6}}Z-\w+)-\d+\.warc\.gz)"
)


class _Named(NamedTuple):
    """How many rows name a file, and the last place in it that one does."""

    rows: int
    last: int


def losses(root: Root, growing: Set[str] = frozenset()) -> Iterator[Finding]:
    """Files of the archive that are not there, or too short, for the rows that name them.

    It is no loss that a file is not finished yet, by a run which goes on or died, on whatever host;
    that ARCHIVE_KEEP removed it, which takes the oldest first; that the whole archive is elsewhere.
    Rows also name files of other people's archives, where nothing is looked for.

    :param growing: files in open/, as rows name them
    """
    ended = _last_crawls(root)  # first: what these had to finish is listed below
    named = _named(root)
    sizes = {root.relative(info.path): info.size or 0 for info in root.files(ARCHIVE)}
    oldest = min((ours["file"] for file in sizes if (ours := _OURS.fullmatch(file))), default="~")
    found: dict[str, str] = {}
    for file in sorted(named.keys() - growing):
        if file not in sizes:
            ours = _OURS.fullmatch(file)
            if ours and ours["file"] > oldest and ours["run_id"] <= ended.get(ours["outlet"], ""):
                found[file] = f"is not there; rows that name a page in it: {named[file].rows}"
        elif sizes[file] <= named[file].last:
            found[file] = f"ends at {sizes[file]}, and a row names a page at {named[file].last}"
    yield from (Finding(file, found[file]) for file in list(found)[:SHOWN])
    if more := list(found)[SHOWN:]:
        rows = sum(named[file].rows for file in more)
        yield Finding(ARCHIVE, f"lost or cut off too: {len(more)} files, {rows} rows")


def _last_crawls(root: Root) -> dict[str, str]:
    """The last crawl of each outlet that has come to its end, by run_id; so have all before it, or
    they died, and it finished what they left."""
    last = {}
    for outlet in outlets(root, "runs"):
        try:
            runs = open_dataset(root.location, "runs", outlet).to_table(["run_id", "command"])
        except READ_ERRORS:  # which `verify` tells
            continue
        crawls = [row["run_id"] for row in runs.to_pylist() if row["command"] != REPARSE]
        last[outlet] = max(crawls, default="")
    return last


def _named(root: Root) -> dict[str, _Named]:
    """What rows say of the files of the archive, by name."""
    named: dict[str, _Named] = {}
    for outlet in outlets(root, "articles"):
        try:
            dataset = open_dataset(root.location, outlet=outlet)
            for fragment in dataset.get_fragments():
                places = fragment.to_table(dataset.schema, ["archive"])["archive"]
                for file, rows, last in _by_file(places):
                    known = named.get(file, _Named(0, 0))
                    named[file] = _Named(known.rows + rows, max(known.last, last))
        except READ_ERRORS:  # which `verify` tells
            continue
    return named


def _by_file(places: pa.ChunkedArray[Any]) -> Iterator[tuple[str, int, int]]:
    columns = {name: pc.struct_field(places, name) for name in ("file", "offset")}
    ours = pa.table(columns).filter(pc.starts_with(pc.field("file"), f"{ARCHIVE}/"))
    grouped = ours.group_by("file").aggregate([("offset", "count"), ("offset", "max")])
    for row in grouped.to_pylist():
        yield row["file"], row["offset_count"], row["offset_max"]
