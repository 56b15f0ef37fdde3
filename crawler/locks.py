"""One run at a time per outlet and dataset; who is refused is told who holds it, and since when."""

from __future__ import annotations

import json
import os
import re
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, SoftFileLease, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.settings import BaseSettings

FOLDER = "locks"
LEASE = 60.0
"""Seconds without a heartbeat after which another host's claim on a shared folder has ended."""
NETWORK_FILESYSTEMS = re.compile(
    r"9p|afs|beegfs|ceph|cifs|davfs|fuse\.(glusterfs|s3fs|sshfs)|glusterfs|lustre|nfs4?|smb.*|virtiofs"
)
_MOUNTS = Path("/proc/self/mounts")  # Linux; other systems' folders are taken for local


class HeldError(Exception):
    """Another run holds the outlet."""

    def __init__(self, outlet: str, holder: str) -> None:
        super().__init__(f"{outlet} is being worked on by {holder}")


def is_shared(folder: str | os.PathLike[str], mounts: Path = _MOUNTS) -> bool:
    """Whether `folder` stands on a filesystem that other hosts may write to."""
    if not mounts.exists():
        return False
    kinds = {}
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind
    place = Path(folder).resolve()
    kind = kinds[next(p for p in (place, *place.parents) if p in kinds)]
    return bool(NETWORK_FILESYSTEMS.fullmatch(kind))


def place_of_locks(settings: BaseSettings) -> str:
    """The dataset's folder, which all its users share; an object store has no locks to share."""
    location: str = settings["OUTPUT_DIR"]
    return settings["STATE_DIR"] if "://" in location else location


@contextmanager
def locked(
    folder: str | os.PathLike[str], outlet: str, *, shared: bool | None = None
) -> Iterator[None]:
    """Hold `outlet` in the dataset at `folder`. A holder that died, or was killed, holds nothing.

    On a local disk the kernel holds the lock. On a shared folder it is a file with a heartbeat, and
    finding out that another host's holder has died takes LEASE seconds.

    :raises HeldError: another run holds it.
    :raises OSError: the lock's file cannot be written.
    """
    place = Path(folder) / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    note = place / f"{outlet}.json"
    path = place / f"{outlet}.lock"
    on_network = is_shared(place) if shared is None else shared
    claim = SoftFileLease(path, lease_duration=LEASE) if on_network else FileLock(path)
    try:
        claim.acquire(timeout=LEASE * 1.5 if on_network and _is_elsewhere(note) else 0)
    except Timeout:
        raise HeldError(outlet, _holder(note)) from None
    try:
        _write(note)
        yield
        note.unlink(missing_ok=True)
    finally:
        claim.release()


def _write(note: Path) -> None:
    holder = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    staged = note.with_suffix(f".{os.getpid()}")
    staged.write_text(json.dumps(holder), encoding="utf-8")
    staged.replace(note)


def _read(note: Path) -> dict[str, str | int]:
    try:
        holder: dict[str, str | int] = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # it was released, or taken, just now
        return {}
    return holder


def _is_elsewhere(note: Path) -> bool:
    return _read(note).get("host", socket.gethostname()) != socket.gethostname()


def _holder(note: Path) -> str:
    if not (holder := _read(note)):
        return "a run that is just beginning"
    return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
