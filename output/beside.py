"""A folder beside a file, where the file is written until it is whole."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from output.filesystem import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = ".wartatek-export-"
_OURS = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}")  # as tempfile ends a name


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; remove it, and those of killed exports, at the end.

    Every export holds the lock of its own folder, which tells others that the export is at work.
    The folder of `target` is not locked: it may be a dataset's, whose writers lock it.

    :raises OSError: when the folder of `target` cannot be written.
    """
    if not is_shared(target.parent):  # locks of other hosts may be invisible
        remove_unfinished(target.parent)
    while True:
        with (
            TemporaryDirectory(prefix=PREFIX, dir=target.parent) as folder,
            _at_work(folder) as is_there,
        ):
            if is_there:
                yield Path(folder)
                return


@contextmanager
def _at_work(folder: str) -> Iterator[bool]:
    """Hold the lock of a new folder; yield False if another export took it for a killed one's."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        with suppress(OSError):  # locks are unknown here: others remove nothing
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield Path(folder).exists()
    finally:
        os.close(handle)


def remove_unfinished(folder: Path) -> bool:
    """Remove what killed exports left in `folder`; return False if an export is at work there."""
    ours = [entry for entry in os.scandir(folder) if _OURS.fullmatch(entry.name)]
    left = [
        entry for entry in ours if entry.is_dir(follow_symlinks=False) and not _remove(entry.path)
    ]
    return not left


def _remove(folder: str) -> bool:
    """Remove the folder of a killed export; return False if its export is at work."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
