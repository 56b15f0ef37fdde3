"""Files and folders for their owner and group, whatever the umask: the state and the archive."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from output.filesystem import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

FILE, FOLDER = 0o640, 0o750
"""Permissions: the owner writes, the group reads, for backups and monitoring; others see nothing,
as the archive holds whole pages of outlets, and takedowns must not be undone from a copy."""


def make_private(*folders: Path) -> None:
    """Create `folders`, each with parents as the umask has them, and close each to others.

    :raises OSError: a folder cannot be created.
    """
    for folder in folders:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
        _close(folder, FOLDER)


def touch_private(path: Path) -> None:
    """Create the file, or note that it was used, and close it to others."""
    path.touch(FILE)
    _close(path, FILE)


def private(path: str, flags: int) -> int:
    """Open a file that is closed to others: an opener for `open`."""
    handle = os.open(path, flags, FILE)
    with suppress(PermissionError):  # of another user, who decides
        os.fchmod(handle, FILE)
    return handle


def _close(path: Path, mode: int) -> None:
    with suppress(PermissionError):  # of another user, who decides
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)
