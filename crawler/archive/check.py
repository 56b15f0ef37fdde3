"""Check that pages which rows name are still in the archive, by names and sizes of its files."""

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
    """The number of rows that name a file, and the largest offset in the file that a row names."""

    rows: int
    last: int


def losses(root: Root, growing: Set[str] = frozenset()) -> Iterator[Finding]:
    """Yield the files of the archive that are missing, or too short, for the rows that name them.

    A file is no loss that a run has not finished yet, alive or dead, on any host; or that
    ARCHIVE_KEEP removed, oldest first; or that was moved with the whole archive. Rows that name
    files of other people's archives are left out.

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
    """Return the run_id of the last crawl of each outlet that ended. All crawls before have ended
    too, or died, and the last crawl finished their files."""
    last = {}
    for outlet in outlets(root, "runs"):
        try:
            runs = open_dataset(root.location, "runs", outlet).to_table(["run_id", "command"])
        except READ_ERRORS:  # which `verify` finds
            continue
        crawls = [row["run_id"] for row in runs.to_pylist() if row["command"] != REPARSE]
        last[outlet] = max(crawls, default="")
    return last


def _named(root: Root) -> dict[str, _Named]:
    """Return the files of the archive that rows name."""
    named: dict[str, _Named] = {}
    for outlet in outlets(root, "articles"):
        try:
            dataset = open_dataset(root.location, outlet=outlet)
            for fragment in dataset.get_fragments():
                places = fragment.to_table(dataset.schema, ["archive"])["archive"]
                for file, rows, last in _by_file(places):
                    known = named.get(file, _Named(0, 0))
                    named[file] = _Named(known.rows + rows, max(known.last, last))
        except READ_ERRORS:  # which `verify` finds
            continue
    return named


def _by_file(places: pa.ChunkedArray[Any]) -> Iterator[tuple[str, int, int]]:
    columns = {name: pc.struct_field(places, name) for name in ("file", "offset")}
    ours = pa.table(columns).filter(pc.starts_with(pc.field("file"), f"{ARCHIVE}/"))
    grouped = ours.group_by("file").aggregate([("offset", "count"), ("offset", "max")])
    for row in grouped.to_pylist():
        yield row["file"], row["offset_count"], row["offset_max"]
