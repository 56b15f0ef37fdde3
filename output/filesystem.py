"""The dataset's place: a local folder, or any URI that pyarrow can open (s3://, gs://)."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import re
import secrets
import shutil
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa
from pyarrow import fs

from output import clock
from output.extras import MissingExtraError, check

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGING = "staging"
REPLACING = "replacing-"
"""Begins the names of staged folders that will take, or have left, a partition's place: whoever
holds the outlet's lock removes those of killed processes."""
REPLACED = "replaced-"
"""Begins the names of staged folders that have left a partition's place and hold no bytes."""
OBJECT_STORES = ("s3", "gcs", "abfs")
"""Arrow's names of the filesystems that show a file only when it is complete."""
DEAD_AFTER = 3600.0
"""Seconds, the age at which a staged file's writer is taken for dead: writing takes under a second,
and a live writer whose file vanished still holds its rows and writes them again."""
NETWORK_FILESYSTEMS = re.compile(
    r"9p|afs|beegfs|ceph|cifs|davfs|fuse\.(glusterfs|s3fs|sshfs)|glusterfs|lustre|nfs4?|smb.*|virtiofs"
)
_MOUNTS = Path("/proc/self/mounts")  # Linux; elsewhere every folder counts as local


class Root:
    """The dataset's folder: `location` as given by the user, `path` within `filesystem`."""

    def __init__(self, location: str | os.PathLike[str]) -> None:
        place = os.fspath(location)
        self.location = place if "://" in place else str(Path(place).resolve())
        if "://" in place:
            self.filesystem, self.path = _open_uri(place)
        else:
            self.filesystem, self.path = fs.LocalFileSystem(), self.location
        self.local = isinstance(self.filesystem, fs.LocalFileSystem)

    @property
    def shows_whole(self) -> bool:
        """Return True if a file is not seen while it is written."""
        return self.filesystem.type_name in OBJECT_STORES

    def at(self, *parts: str) -> str:
        """Return the full path, for `filesystem`, of `parts` below the root."""
        return str(PurePosixPath(self.path, *parts))

    def relative(self, path: str) -> str:
        """Return the full path `path` relative to the root: the inverse of `at`."""
        return path.removeprefix(self.path).lstrip("/")

    def name(self, location: str) -> str:
        """Return the name of the file at `location` in rows: relative if in the dataset."""
        path = _open_uri(location)[1] if "://" in location else location
        inside = path.startswith(f"{self.path}/") and ("://" in location) == (not self.local)
        return self.relative(path) if inside else location

    def publish(self, path: str, content: pa.Buffer) -> None:
        """Write `content` to `path`, whole or not at all, also when the power fails.

        :raises OSError: when it cannot be written; then nothing is at `path`.
        """
        if self.local:
            _publish_local(Path(self.at(path)), Path(self.at(STAGING)), content)
        elif self.shows_whole:
            with self.filesystem.open_output_stream(self.at(path)) as stream:
                stream.write(content)
        else:
            with self._staged(path) as staged, self.filesystem.open_output_stream(staged) as stream:
                stream.write(content)

    def publish_changed(self, path: str, content: pa.Buffer) -> None:
        """Publish `content` at `path`, unless that is what the file holds.

        :raises OSError: when it cannot be read or written.
        """
        if self.filesystem.get_file_info(self.at(path)).is_file:
            with self.open_file(self.at(path)) as file:
                if file.read() == content.to_pybytes():
                    return
        self.publish(path, content)

    def publish_file(self, path: str, source: Path) -> None:
        """Move the finished local file `source`, which is on disk already, to `path`.

        :raises OSError: when it cannot be moved; then `source` is where it was.
        """
        target = Path(self.at(path))
        if not self.local:
            with nullcontext(self.at(path)) if self.shows_whole else self._staged(path) as place:
                fs.copy_files(str(source), place, destination_filesystem=self.filesystem)
            source.unlink()
            return
        _make_folder(target.parent)
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_local(source, target, Path(self.at(STAGING)))
        sync_folder(target.parent)

    @contextmanager
    def _staged(self, path: str) -> Iterator[str]:
        """Return a place to write a file that is then moved to `path`."""
        name = "-".join((*PurePosixPath(path).parts[-4:], secrets.token_hex(4)))
        staged = self.at(STAGING, name)
        self.filesystem.create_dir(self.at(STAGING), recursive=True)
        self.filesystem.create_dir(str(PurePosixPath(self.at(path)).parent), recursive=True)
        try:
            yield staged
            self.filesystem.move(staged, self.at(path))
        except OSError:
            with suppress(OSError):
                self.filesystem.delete_file(staged)
            raise

    def open_file(self, path: str) -> BinaryIO:
        """Open the file whose full path is `path`, seekable."""
        return _buffered(self.filesystem, path)

    def files(self, folder: str, *, marks: bool = False) -> list[fs.FileInfo]:
        """Return the files under `folder`, by path; an empty list if there is no such folder.

        :param marks: also Parquet files of no bytes: `output.replacement` leaves them for a moment.
        """
        found = self.filesystem.get_file_info(
            fs.FileSelector(self.at(folder), recursive=True, allow_not_found=True)
        )
        files = (info for info in found if info.is_file)
        kept = (i for i in files if marks or i.size or not i.path.endswith(".parquet"))
        return sorted(kept, key=lambda info: info.path)

    def sweep(self, now: float | None = None) -> list[str]:
        """Remove the files and folders that dead writers left in staging; return their paths."""
        horizon = (clock.file_time() if now is None else now) - DEAD_AFTER
        found = self.filesystem.get_file_info(
            fs.FileSelector(self.at(STAGING), allow_not_found=True)
        )
        removed = []
        for info in sorted(found, key=lambda info: info.path):
            dead = info.mtime_ns is not None and info.mtime_ns / 1e9 < horizon
            # The files in such a folder may be those of a partition, however old they are.
            if dead and not info.base_name.startswith(REPLACING):
                self._remove_staged(info)
                if not info.base_name.startswith(REPLACED):
                    removed.append(info.path)
        return removed

    def _remove_staged(self, info: fs.FileInfo) -> None:
        with suppress(FileNotFoundError):  # another run sweeps too
            if info.is_file:
                self.filesystem.delete_file(info.path)
            else:
                self.filesystem.delete_dir(info.path)

    def remove(self, path: str) -> None:
        """Remove the file whose full path is `path`, if it is still there."""
        with suppress(FileNotFoundError):
            self.filesystem.delete_file(path)


def open_file(location: str) -> BinaryIO:
    """Open the file at a path or URI, seekable.

    :raises OSError: when it cannot be opened.
    """
    if "://" not in location:
        return Path(location).open("rb")
    filesystem, path = _open_uri(location)
    return _buffered(filesystem, path)


def _buffered(filesystem: fs.FileSystem, path: str) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(filesystem.open_input_file(path), 4 << 20))


def files_at(location: str, endings: tuple[str, ...]) -> dict[str, int]:
    """Return the bytes of the file at `location`, or of those below it, by location.

    :param endings: of the names looked for in a folder.
    :raises OSError, pa.ArrowInvalid: when `location` cannot be opened.
    """
    if "://" not in location:
        size, place = Path(location).stat().st_size, Path(location).resolve()
        return _local_files(place, endings) if place.is_dir() else {str(place): size}
    return _remote_files(location, endings)


def _remote_files(location: str, endings: tuple[str, ...]) -> dict[str, int]:
    filesystem, path = _open_uri(location)
    info = filesystem.get_file_info(path)
    if info.is_file and not location.endswith("/"):  # a server answers with a page for a folder
        return {location: info.size or 0}
    found = filesystem.get_file_info(fs.FileSelector(path, recursive=True))
    files = [info for info in found if info.is_file and info.path.endswith(endings)]
    return {beside(location, path, info.path): info.size or 0 for info in files}


def _local_files(folder: Path, endings: tuple[str, ...]) -> dict[str, int]:
    """Return bytes by path. Symbolic links are followed, each folder once."""

    def stop(error: OSError) -> None:
        raise error

    found, seen = {}, set()
    for place, folders, names in os.walk(folder, onerror=stop, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        paths = (Path(place, name) for name in names if name.endswith(endings))
        found.update({str(path): _size(path) for path in paths if not _is_special(path)})
    return found


def _is_special(path: Path) -> bool:
    """Return True for a pipe, a socket or the like, whose opening might never return."""
    return path.exists() and not path.is_file()


def _size(path: Path) -> int:
    """Return the bytes of a file, 0 if that is unknown: opening the file will say why."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def beside(folder: str, path: str, file: str) -> str:
    """Return the location of `file`, a full path below `path`, whose location is `folder`."""
    if "://" not in folder:
        return file
    address, mark, query = folder.partition("?")
    return f"{address.rstrip('/')}/{file.removeprefix(path).lstrip('/')}{mark}{query}"


def _open_uri(uri: str) -> tuple[fs.FileSystem, str]:
    """Return the filesystem of `uri` and the path in it, from Arrow or else from fsspec.

    :raises OSError, pa.ArrowInvalid: when neither knows it.
    """
    try:
        return fs.FileSystem.from_uri(uri)
    except pa.ArrowInvalid as error:
        try:
            check("fsspec")
        except MissingExtraError as missing:
            raise OSError(f"{error}; {missing}") from error
    from fsspec.core import url_to_fs

    try:
        known, path = url_to_fs(uri)
    except (ValueError, ImportError) as error:  # of the package for such a place
        raise OSError(str(error)) from error
    return fs.PyFileSystem(fs.FSSpecHandler(known)), path  # type: ignore[abstract]


def check_writable(location: str | os.PathLike[str]) -> None:
    """Publish a file at `location` and remove it, to prove that a dataset can be written there.

    :raises OSError: when it cannot; the message says where and why.
    """
    try:
        root = Root(location)
        probe = f"{STAGING}/writable-{os.getpid()}"
        root.publish(probe, pa.py_buffer(b"probe"))
        root.filesystem.delete_file(root.at(probe))
    except (OSError, pa.ArrowInvalid) as error:
        raise OSError(f"cannot write to {os.fspath(location)}: {error}") from error


def _publish_local(target: Path, staging: Path, content: pa.Buffer) -> None:
    staging.mkdir(parents=True, exist_ok=True)
    above = target.parent.parent
    _make_folder(above)
    # A name of its own: another process may publish the same file at the same time.
    staged = staging / "-".join((*_last(target, 4), secrets.token_hex(4)))
    try:
        with staged.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with held(above):  # a partition's folder may be exchanged at any other moment
            _make_folder(target.parent)
            staged.rename(target)
    except OSError:
        with suppress(OSError):
            staged.unlink()
        raise
    sync_folder(target.parent)


def _last(path: Path, count: int) -> tuple[str, ...]:
    """Return the last `count` names of `path`; the root of all paths, as above /data, is none."""
    return path.parts[1:][-count:]


def _copy_local(source: Path, target: Path, staging: Path) -> None:
    """Move a file between filesystems, so that `target` is seen whole or not at all."""
    staging.mkdir(parents=True, exist_ok=True)
    staged = staging / "-".join(_last(target, 3))
    try:
        with source.open("rb") as there, staged.open("wb") as here:
            shutil.copyfileobj(there, here, 1 << 20)
            shutil.copymode(source, staged)
            here.flush()
            os.fsync(here.fileno())
        staged.rename(target)
    except OSError:
        with suppress(OSError):
            staged.unlink()
        raise
    source.unlink()


def _make_folder(folder: Path) -> None:
    """Create `folder` and its parents, and sync them: a synced folder keeps its names."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold the exclusive lock of `folder` among processes; yield False where none can be had.

    :raises OSError: when there is no such folder.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        is_held = True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # NFS and the like: folders cannot be exchanged there either
            is_held = False
        yield is_held
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Write the names in `folder` to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_shared(folder: str | os.PathLike[str], mounts: Path = _MOUNTS) -> bool:
    """Return True if `folder` is on a filesystem that other hosts may write to."""
    if not mounts.exists():
        return False
    kinds = {}
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind
    place = Path(folder).resolve()
    # In a chroot, and in some containers, not even the root is listed.
    kind = next((kinds[p] for p in (place, *place.parents) if p in kinds), "")
    return bool(NETWORK_FILESYSTEMS.fullmatch(kind))
