"""Copies of articles outside the dataset, exports and training sets, each recorded by its path.

`forget` reaches none of them, and names them. Each has a file of its own in `copies/`, so that
commands that write copies at the same time need no lock.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from output.filesystem import Root

if TYPE_CHECKING:
    from collections.abc import Collection

    from output.dataset import Location

FOLDER = "copies"
EXPORT = "export"


class Copy(NamedTuple):
    """A file or folder at an absolute path of a host, and its kind: `export`, or a set's name."""

    path: str
    kind: str
    host: str

    @property
    def is_here(self) -> bool:
        return self.host == platform.node()

    def __str__(self) -> str:
        if not self.is_here:
            return f"{self.path} on {self.host} ({self.kind})"
        gone = "" if Path(self.path).exists() else ", moved or removed since"
        return f"{self.path} ({self.kind}{gone})"


def record(location: Location, path: Path, kind: str) -> None:
    """Record the copy at `path`, unless it is an export beside the tables, which is found anyway.

    :raises OSError: the dataset cannot be written.
    """
    root, path = Root(location), path.absolute()
    if root.local and kind == EXPORT and path.resolve().parent == Path(root.path).resolve():
        return
    copy = Copy(str(path), kind, platform.node())
    name = hashlib.sha256("\n".join(copy).encode()).hexdigest()[:16]
    said = json.dumps(copy._asdict(), ensure_ascii=False)
    root.publish_changed(f"{FOLDER}/{name}.json", pa.py_buffer(f"{said}\n".encode()))


def recorded(location: Location) -> list[Copy]:
    """Return the recorded copies, by path.

    :raises OSError: the dataset cannot be read.
    :raises ValueError: a record is damaged.
    """
    root, found = Root(location), []
    for info in root.files(FOLDER):
        with root.open_file(info.path) as file:
            try:
                found.append(Copy(**json.loads(file.read())))
            except (ValueError, TypeError) as error:
                raise ValueError(f"{info.path} is damaged: it names no copy") from error
    return sorted(found)


def may_hold(copy: Copy, article_ids: Collection[str]) -> bool:
    """Return False if `copy` is a training set here that has none of the articles."""
    folder = Path(copy.path)
    if not copy.is_here or not folder.is_dir():
        return True
    wanted, files = {*article_ids}, sorted(folder.glob("data/*.parquet"))
    try:
        return not files or any(
            wanted.intersection(pq.read_table(path, columns=["article_id"])[0].to_pylist())
            for path in files
        )
    except (OSError, pa.ArrowInvalid):
        return True
