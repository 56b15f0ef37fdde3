"""Files of a partition, replaced in one step: a reader of the folder sees the old or the new.

On a local disk the new folder is built in staging and exchanged with the partition's own. Object
storage has no such step: the new files are put, their footers name the replaced files, and these
are deleted at once; `output.dataset.live_files` is exact in between.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import secrets
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from output import clock
from output.dataset import MERGED, REPLACES, live_files, replaced_by
from output.filesystem import REPLACED, REPLACING, STAGING, Root, held, sync_folder
from output.schema import SCHEMAS
from output.writer import encode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pyarrow as pa

    from output.dataset import Location

_AT_FDCWD = -100  # <fcntl.h>: paths are relative to the working folder
_RENAME_EXCHANGE = 2  # <linux/fs.h>
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.EXDEV, errno.EMLINK}
"""Errors of filesystems that know no exchange of folders, or no hard links."""
LISTING = 0.1
"""Seconds between an exchange and the removal of its mark, an empty file that has the name of a
replaced file. Arrow lists a folder, then asks for each file's size, and passes over a file that is
gone: between these, 0.1 ms apart, an exchange would be a partition missed in silence. The mark
is found, and is no Parquet file, so that such a reader fails."""
_MARKED = 0
"""Seconds since 1970, the modification time of a mark, which no part that lost its bytes has."""
_DELETES = 16
"""Deletes at a time on object storage, where each is a request of some 30 ms."""


class CannotExchangeError(OSError):
    """The filesystem cannot exchange folders."""

    def __init__(self, partition: str) -> None:
        super().__init__(f"this filesystem cannot exchange folders: {partition} is left as it is")


class Replacement(NamedTuple):
    """A table to write instead of the files at `old`, full paths; no file for a table of no
    rows."""

    table: pa.Table
    old: list[str]


def replace_files(
    root: Root, partition: str, replacements: Sequence[Replacement], *, in_steps: bool = False
) -> None:
    """Replace files of `partition`; other files in it, also those that appear meanwhile, stay.

    The caller holds the outlet's lock. What a kill leaves over, `finish_replacing` removes.

    :param in_steps: where folders cannot be exchanged, publish the new files and then remove the
        old: a plain read may meet both for a moment.
    :raises CannotExchangeError: on a local disk without such an exchange; nothing has changed.
    :raises OSError: when a file cannot be written.
    """
    if root.local:
        try:
            _by_exchange(root, partition, replacements)
            return
        except CannotExchangeError:
            if not in_steps:
                raise
    _by_steps(root, partition, replacements)


def _new_name() -> str:
    """Return a name for a new file that sorts by time."""
    return f"{MERGED}{clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}.parquet"


def _by_exchange(root: Root, partition: str, replacements: Iterable[Replacement]) -> None:
    folder = Path(root.at(partition))
    staged = _stage(root, partition)
    gone: set[str] = set()
    try:
        for table, old in replacements:
            gone.update(PurePosixPath(path).name for path in old)
            if len(table):
                _write(staged / _new_name(), encode(table))
        with held(folder.parent) as is_held:  # nothing is published meanwhile
            for path in folder.iterdir():
                if path.name not in gone:
                    os.link(path, staged / path.name)
            mark = staged / min(gone)
            mark.touch()
            os.utime(mark, (_MARKED, _MARKED))
            sync_folder(staged)
            if not is_held:
                raise CannotExchangeError(partition)
            exchange(staged, folder)
            sync_folder(folder.parent)
    except OSError as error:
        if not _is_exchanged(staged, gone):
            shutil.rmtree(staged)
        if error.errno in _UNKNOWN:
            raise CannotExchangeError(partition) from error
        raise
    _retire(staged)
    time.sleep(LISTING)
    _unmark(folder, [folder / min(gone)])


def _is_exchanged(staged: Path, gone: Collection[str]) -> bool:
    """Return True if `staged` holds the replaced files: they wait for a synced exchange."""
    paths = [staged / name for name in gone]
    return any(path.exists() and path.stat().st_size for path in paths)


def _is_mark(path: Path) -> bool:
    status = path.stat()
    return not status.st_size and status.st_mtime == _MARKED


def _unmark(folder: Path, marks: Iterable[Path]) -> None:
    """Remove the marks of a replacement, and a folder without files."""
    with held(folder.parent):
        for mark in marks:
            mark.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    sync_folder(folder.parent)


def _stage(root: Root, partition: str) -> Path:
    table, outlet, month = PurePosixPath(partition).parts
    name = f"{REPLACING}{outlet}-{table}-{month}-{secrets.token_hex(4)}"
    staged = Path(root.at(STAGING, name))
    staged.mkdir(parents=True)
    return staged


def _write(path: Path, content: pa.Buffer) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one step, by renameat2(2) of Linux.

    :raises OSError: when they cannot be exchanged; ENOSYS where the system has no such call.
    """
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError as error:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from error
    paths = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    if call(*paths, _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _retire(folder: Path) -> None:
    """Free the files of `folder`, which has left the dataset, and leave their names to `sweep`.

    A reader that opened the folder before the exchange may list it only now: a folder without
    names would be rows missed in silence. These names lead nowhere, so that the reader fails.
    """
    empty = folder.with_name(f"{folder.name}.empty")
    for path in list(folder.iterdir()):
        empty.touch()
        empty.replace(path)
    folder.rename(folder.with_name(f"{REPLACED}{secrets.token_hex(8)}"))


def _by_steps(root: Root, partition: str, replacements: Iterable[Replacement]) -> None:
    removed = []
    for table, old in replacements:
        if len(table):
            before = [each for path in old for each in replaced_by(root, path)]
            names = sorted({PurePosixPath(path).name for path in (*old, *before)})
            metadata = {**(table.schema.metadata or {}), REPLACES: json.dumps(names).encode()}
            content = encode(table.replace_schema_metadata(metadata))
            root.publish(f"{partition}/{_new_name()}", content)
        removed += old
    if removed:
        with ThreadPoolExecutor(1 if root.local else _DELETES) as pool:
            list(pool.map(root.remove, sorted(removed)))


def remove_marks(root: Root, outlet: str) -> None:
    """Remove the marks that killed replacements have left, which are in the way of plain readers.

    Other empty files are damaged parts, and stay. The caller holds the outlet's lock.
    """
    for table in SCHEMAS if root.local else ():
        for folder in sorted(Path(root.at(table)).glob(f"outlet={outlet}/month=*")):
            if folder.is_dir():
                marks = [path for path in folder.glob("*.parquet") if _is_mark(path)]
                if marks or not any(folder.iterdir()):
                    _unmark(folder, marks)


def finish_replacing(location: Location, outlet: str) -> int:
    """Remove what killed replacements have left of `outlet`, and the replaced files that version
    0.1 kept for some hours; return the number of files that leave the dataset.

    The caller holds the outlet's lock.

    :raises OSError: when a file cannot be read or removed.
    """
    root, removed = Root(location), 0
    if root.local:
        remove_marks(root, outlet)
        left = sorted(Path(root.at(STAGING)).glob(f"{REPLACING}outlet={outlet}-*"))
        for path in left:
            _retire(path) if path.is_dir() else path.unlink(missing_ok=True)
    for table, schema in SCHEMAS.items():
        files = [info.path for info in root.files(f"{table}/outlet={outlet}")]
        live = {*live_files(root, table, outlet)}
        for folder, paths in groupby(
            (path for path in files if path not in live), lambda path: path.rpartition("/")[0]
        ):
            old = list(paths)
            replacement = Replacement(schema.empty_table(), old)
            replace_files(root, root.relative(folder), [replacement], in_steps=True)
            removed += len(old)
    return removed
