"""The project's code and the orders of a task, on the way to workers that have no checkout.

Dask pickles a function of a module by name, which needs the module on the scheduler and on every
worker; functions made inside a function, as here, it pickles by value.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from crawler.settings import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_NO_CODE = ("tests", "benchmarks", "data", "demo", "__pycache__")
"""Folders that no worker needs; data and demo, below output/, hold datasets."""
_FILES = (".py", ".toml", ".sql")
_ANY_TIME = (2000, 1, 1, 0, 0, 0)  # the same code makes the same zip


def packed_code() -> bytes:
    """Return the packages of the checkout as a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_code_files()):
            entry = zipfile.ZipInfo(path.relative_to(BASE).as_posix(), _ANY_TIME)
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _code_files() -> Iterator[Path]:
    waiting = [path.parent for path in BASE.glob("*/__init__.py")]
    while waiting:
        folder = waiting.pop()
        if folder.name not in _NO_CODE:
            waiting += [path for path in folder.iterdir() if path.is_dir()]
            yield from (path for path in folder.iterdir() if path.suffix in _FILES)


def task_on_worker() -> Callable[[bytes, bytes], bytes]:
    """Return the function that a worker runs: `reparse` of pickled orders, to a pickled result.

    The code is the worker's own where it has the very same, else that of the zip.
    """

    def run(orders: bytes, code: bytes) -> bytes:
        import hashlib
        import importlib
        import importlib.util
        import io
        import pickle
        import sys
        import types
        import zipfile
        from pathlib import Path

        from dask.utils import SerializableLock
        from distributed import get_worker

        def is_here(archive: zipfile.ZipFile) -> bool:
            found = importlib.util.find_spec("crawler")
            if found is None or not found.origin:
                return False
            base = Path(found.origin).parent.parent
            files = [(base / name, archive.read(name)) for name in archive.namelist()]
            return all(path.is_file() and path.read_bytes() == held for path, held in files)

        def unpack(archive: zipfile.ZipFile, mark: str) -> None:
            folder = Path(get_worker().local_directory) / f"wartatek-{mark}"
            archive.extractall(folder)
            sys.path.insert(0, str(folder))
            packages = {name.partition("/")[0] for name in archive.namelist()}
            for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
                del sys.modules[name]  # of another version
            importlib.invalidate_caches()

        with SerializableLock("wartatek-code"):
            mark = hashlib.sha256(code).hexdigest()[:20]
            if getattr(sys.modules.get("wartatek_code"), "mark", "") != mark:
                with zipfile.ZipFile(io.BytesIO(code)) as archive:
                    if not is_here(archive):
                        unpack(archive, mark)
                known = types.ModuleType("wartatek_code")
                known.__dict__["mark"] = mark
                sys.modules["wartatek_code"] = known
            task = importlib.import_module("crawler.reparse.task")
        job, paths = pickle.loads(orders)  # noqa: S301 - Dask itself pickles
        return pickle.dumps(task.reparse(job, paths))

    return run


def code_on_cluster(code: bytes) -> Callable[[], bytes]:
    """Return a function that gives `code`: a result that Dask makes again where it is lost."""

    def give() -> bytes:
        return code

    return give


def look_on_worker(packages: Sequence[str], place: str) -> Callable[[], dict[str, str | None]]:
    """Return a function that tells the versions of `packages` on a worker, None where missing.

    At "dataset" it tells `place`, a path, if the worker sees that.
    """

    def look() -> dict[str, str | None]:
        from importlib.metadata import PackageNotFoundError, version
        from pathlib import Path

        found: dict[str, str | None] = {}
        for name in packages:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = None
        found["dataset"] = place if Path(place).exists() else None
        return found

    return look
