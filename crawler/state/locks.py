"""Locks: a run at a time for each outlet of a dataset. A run that is refused names the holder."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, SoftFileLease, Timeout

from output import clock
from output.filesystem import is_shared
from output.private import FILE, make_private, private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.settings import BaseSettings

FOLDER = "locks"
LEASE = 60.0
"""Seconds without a heartbeat after which another host's lock on a shared folder has ended; a live
holder writes a heartbeat three times as often."""


class HeldError(Exception):
    """Another run holds the outlet."""

    def __init__(self, outlet: str, holder: str) -> None:
        super().__init__(f"{outlet} is being worked on by {holder}")


def place_of_locks(settings: BaseSettings) -> str:
    """Return the dataset's folder, which all writers share; for an object store STATE_DIR."""
    location: str = settings["OUTPUT_DIR"]
    return settings["STATE_DIR"] if "://" in location else location


class Lock:
    """The lock of `outlet` in the dataset at `folder`, which ends with the holder's process.

    On a local disk the lock is the kernel's. On a shared folder the lock is a lease: a file with a
    heartbeat, and it takes up to LEASE seconds to see that another host's holder has died.

    :raises OSError: the lock's file cannot be written.
    """

    def __init__(
        self, folder: str | os.PathLike[str], outlet: str, *, shared: bool | None = None
    ) -> None:
        place = Path(folder) / FOLDER
        make_private(place)
        self.outlet = outlet
        self._note = place / f"{outlet}.json"
        self._path = place / f"{outlet}.lock"
        self._shared = is_shared(place) if shared is None else shared
        self._lock = (
            SoftFileLease(self._path, mode=FILE, lease_duration=LEASE)
            if self._shared
            else FileLock(self._path, mode=FILE)
        )

    def attempts(self) -> Iterator[float]:
        """Take the lock; yield how many seconds to wait before the next attempt.

        :raises HeldError: another run holds the lock, and is alive.
        """
        beat, end = None, time.monotonic() + 2 * LEASE
        while not self._take():
            # Another host's process cannot be asked whether it lives, only watched.
            is_watched = self._shared and _is_elsewhere(self._note) and time.monotonic() < end
            before, beat = beat, _beat(self._path)
            if not is_watched or before not in (None, beat):
                raise HeldError(self.outlet, _holder(self._note))
            yield LEASE / 60

    def _take(self) -> bool:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def __enter__(self) -> None:
        try:
            _write(self._note)
        except OSError:
            self._lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        self._note.unlink(missing_ok=True)
        self._lock.release()


@contextmanager
def locked(
    folder: str | os.PathLike[str], outlet: str, *, shared: bool | None = None
) -> Iterator[None]:
    """Hold the lock of `outlet`, after waiting until a dead holder is known to be dead.

    :raises HeldError: another run holds the lock.
    :raises OSError: the lock's file cannot be written.
    """
    lock = Lock(folder, outlet, shared=shared)
    for pause in lock.attempts():
        time.sleep(pause)
    with lock:
        yield


def _beat(path: Path) -> tuple[int, int] | None:
    """Return a value that changes with each heartbeat; None if the lock's file is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _write(note: Path) -> None:
    holder = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": clock.now().isoformat(timespec="seconds"),
    }
    staged = note.with_suffix(f".{os.getpid()}")
    with open(staged, "w", encoding="utf-8", opener=private) as file:
        json.dump(holder, file)
    staged.replace(note)


def _read(note: Path) -> dict[str, str | int]:
    try:
        holder: dict[str, str | int] = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # the lock was released, or taken, just now
        return {}
    return holder


def _is_elsewhere(note: Path) -> bool:
    """Return whether the holder may be on another host: a holder that died early left no note."""
    return _read(note).get("host") != socket.gethostname()


def _holder(note: Path) -> str:
    if not (holder := _read(note)):
        return "a run that is just beginning"
    return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
