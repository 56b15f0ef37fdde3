"""Files of the state and the archive are closed to others, whatever the umask."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.moment import newsroom
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

FILE, FOLDER = 0o640, 0o750

LOOK = """
import os, sqlite3, sys
from pathlib import Path
os.umask(int(sys.argv[1], 8))
from crawler.state.database import Database, state_path
from crawler.state.locks import Lock
from output.filesystem import Root
from crawler.archive.writer import Archive

folder = Path(sys.argv[2])
database = Database(state_path(folder / "state"))
database.execute("CREATE TABLE t (a)")
archive = Archive(Root(folder), folder / "open" / "outlet=kontan", "kontan", "uji")
archive._begin()
for shared in (False, True):
    lock = Lock(folder, f"kontan{shared}", shared=shared)
    next(lock.attempts(), None)
    lock.__enter__()


def show():
    for path in folder.rglob("*"):
        print(f"{path.stat().st_mode & 0o777:o} {path.relative_to(folder)}")


show()
archive.finish()
show()
os._exit(0)
"""


@pytest.mark.parametrize("umask", ["000", "022", "027", "077"])
def test_state_locks_and_archive_are_for_owner_and_group(tmp_path: Path, umask: str):
    ran = subprocess.run(
        [sys.executable, "-u", "-c", LOOK, umask, str(tmp_path)],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    modes = {name: int(mode, 8) for mode, name in map(str.split, ran.stdout.splitlines())}
    wanted = ("state.db", "state.db-wal", "state.db-shm", "state.checked")
    assert {f"state/{name}" for name in wanted} < modes.keys()
    assert {
        "locks/kontanFalse.lock",
        "locks/kontanFalse.json",
        "locks/kontanTrue.lock",
    } < modes.keys()
    assert {"open/outlet=kontan", "archive/outlet=kontan"} < modes.keys()
    for name, mode in modes.items():
        is_file = name.startswith("state/") or name.endswith((".lock", ".json", ".gz"))
        assert mode == (FILE if is_file else FOLDER), (name, oct(mode))


def test_a_crawl_leaves_the_dataset_open_and_the_archive_closed(tmp_path: Path):
    with newsroom(seed=3, outlets=["kontan"], recent=4, past=0) as room:
        places = {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path / "data"), "ARCHIVE": "1"}
        command = [sys.executable, "-m", "scrapy", "crawl", "kontan", "-q"]
        subprocess.run(command, cwd=CHECKOUT, env=os.environ | places, check=True, umask=0o022)
    data = tmp_path / "data"
    closed = [*data.glob("state.*"), *data.glob("archive/**/*"), *data.glob("locks/*")]
    assert len(closed) >= 5
    for path in [*closed, data / "archive", data / "locks", data / "open"]:
        mode = path.stat().st_mode & 0o777
        assert mode == (FOLDER if path.is_dir() else FILE), path
    for path in (data, data / "articles", *data.glob("articles/**/*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_a_state_and_locks_of_an_older_version_are_closed(tmp_path: Path):
    from crawler.state.database import Database, state_path
    from crawler.state.locks import locked

    tmp_path.chmod(0o755)
    (tmp_path / "locks").mkdir(mode=0o755)
    path = state_path(tmp_path)
    path.touch()
    path.chmod(0o644)
    Database(path).close()
    with locked(tmp_path, "kontan"):
        pass
    modes = [each.stat().st_mode & 0o777 for each in (path, tmp_path / "locks", tmp_path)]
    assert modes == [FILE, FOLDER, 0o755], "the dataset's folder may be for others to read"
