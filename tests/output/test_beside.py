from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from output import beside as staging
from output.beside import PREFIX, beside
from tests.datasets import row, write

EXPORTING = """
import sys
from pathlib import Path
from output.beside import beside
with beside(Path(sys.argv[1])) as folder:
    (folder / "export.csv").write_text("half")
    print(folder, flush=True)
    input()
"""


@pytest.fixture
def exporting(tmp_path):
    """Yield the process of an export that has written half of a file, and that file."""
    command = [sys.executable, "-c", EXPORTING, str(tmp_path / "export.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process, Path(process.stdout.readline().decode().strip(), "export.csv")
        process.kill()


def test_the_next_export_removes_the_folder_of_a_killed_export(tmp_path, exporting):
    process, half = exporting
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert half.exists()
    dataset = write(tmp_path, kontan=[row(1)])
    command = [sys.executable, "-m", "scrapy", "export", "--to", "csv", "--json"]
    told = subprocess.run(
        command, env=os.environ | {"OUTPUT_DIR": str(dataset)}, capture_output=True, check=True
    )
    assert Path(json.loads(told.stdout)["file"]) == tmp_path / "export.csv"
    assert not list(tmp_path.glob(".*"))


def test_a_running_export_keeps_its_folder(tmp_path, exporting):
    _, half = exporting
    with beside(tmp_path / "export.csv") as folder:
        assert folder != half.parent
    assert half.exists()


def test_an_export_into_the_dataset_holds_up_no_writer_of_the_dataset(tmp_path, exporting):
    """Also not the export itself, which records where it was written."""
    _, half = exporting
    program = (
        "import sys, pyarrow as pa; from output.filesystem import Root;"
        "Root(sys.argv[1]).publish('clusters/clusters.parquet', pa.py_buffer(b'isi'))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60)
    assert half.exists() and (tmp_path / "clusters/clusters.parquet").exists()


def test_a_new_folder_that_another_export_has_removed_is_made_again(tmp_path, monkeypatch):
    lock = fcntl.flock

    def first_of_all(handle, kind):
        monkeypatch.setattr(fcntl, "flock", lock)
        [new] = tmp_path.glob(f"{PREFIX}*")
        assert staging.remove_unfinished(tmp_path) and not new.exists()
        lock(handle, kind)

    monkeypatch.setattr(fcntl, "flock", first_of_all)
    with beside(tmp_path / "export.csv") as folder:
        assert folder.is_dir() and not staging.remove_unfinished(tmp_path)


@pytest.mark.parametrize("name", [".wartatek-export-mine", ".export-abcdefgh", "wartatek"])
def test_folders_of_other_programs_stay(tmp_path, name):
    (tmp_path / name).mkdir()
    file = tmp_path / f"{PREFIX}abcdefgh"
    file.write_text("a file", "utf-8")
    with beside(tmp_path / "export.csv"):
        pass
    assert (tmp_path / name).exists() and file.exists()


def test_on_a_shared_folder_nothing_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "is_shared", lambda folder: True)
    left = tmp_path / f"{PREFIX}abcdefgh"
    left.mkdir()
    with beside(tmp_path / "export.csv") as folder:
        assert folder.is_dir()
    assert left.exists() and not folder.exists()
