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

    Every export holds a shared lock on the folder where it writes: only the last export removes
    the folders of others.

    :raises OSError: when the folder of `target` cannot be written.
    """
    place = os.open(target.parent, os.O_RDONLY)
    try:
        if not is_shared(target.parent):  # locks of other hosts may be invisible
            with suppress(OSError):  # another export is at work, or locks are unknown here
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _tidy_up(target.parent)
            with suppress(OSError):
                fcntl.flock(place, fcntl.LOCK_SH)
        with TemporaryDirectory(prefix=PREFIX, dir=target.parent) as folder:
            yield Path(folder)
    finally:
        os.close(place)


def remove_unfinished(folder: Path) -> bool:
    """Remove what killed exports left in `folder`; return False if an export is at work there."""
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _tidy_up(folder)
    except OSError:
        return not any(_OURS.fullmatch(entry.name) for entry in os.scandir(folder))
    finally:
        os.close(place)
    return True


def _tidy_up(folder: Path) -> None:
    for entry in os.scandir(folder):
        if _OURS.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry, ignore_errors=True)
