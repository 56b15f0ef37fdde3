from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import pyarrow as pa
import pytest
from pyarrow import fs

from output import clock
from output.filesystem import DEAD_AFTER, Root, check_writable, files_at


def test_publish_puts_the_whole_content_in_place(tmp_path):
    root = Root(tmp_path)
    root.publish("articles/outlet=a/month=2023-09/x.parquet", pa.py_buffer(b"isi"))
    assert (tmp_path / "articles/outlet=a/month=2023-09/x.parquet").read_bytes() == b"isi"
    assert not any((tmp_path / "staging").iterdir())


@pytest.mark.skipif(not os.access("/", os.W_OK), reason="no folder can be made in /")
def test_a_dataset_may_be_a_folder_of_the_root_as_in_a_container(monkeypatch):
    sync, written_to = os.fsync, []

    def seen(handle):
        written_to.append(Path(f"/proc/self/fd/{handle}").readlink())
        sync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    with TemporaryDirectory(dir="/") as folder:
        check_writable(folder)
        root = Root(folder)
        root.publish("origin.json", pa.py_buffer(b"isi"))
        root.publish("runs/x", pa.py_buffer(b"isi"))
        with NamedTemporaryFile(dir="/dev/shm", delete=False) as other:  # another filesystem
            other.write(b"isi")
        root.publish_file("y", Path(other.name))
        written = {
            path.name: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()
        }
        assert written == {"origin.json": b"isi", "x": b"isi", "y": b"isi"}
        assert len(written_to) > 3 and all(path.is_relative_to(folder) for path in written_to)
        assert not any(Path(folder, "staging").iterdir())


def test_two_writers_may_publish_the_same_file_at_once(tmp_path, monkeypatch):
    """Two crawls that end together write datapackage.json like this."""
    sync = os.fsync

    def meanwhile(handle):
        monkeypatch.setattr(os, "fsync", sync)
        Root(tmp_path).publish("runs/x", pa.py_buffer(b"isi"))
        sync(handle)

    monkeypatch.setattr(os, "fsync", meanwhile)
    Root(tmp_path).publish("runs/x", pa.py_buffer(b"isi"))
    assert (tmp_path / "runs/x").read_bytes() == b"isi"
    assert not any((tmp_path / "staging").iterdir())


def test_a_file_uri_is_a_local_path(tmp_path):
    root = Root(tmp_path.as_uri())
    root.publish("runs/x", pa.py_buffer(b"isi"))
    assert root.local
    assert (tmp_path / "runs/x").read_bytes() == b"isi"


def test_a_relative_path_survives_a_change_of_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = Root("data")
    monkeypatch.chdir("/")
    root.publish("runs/x", pa.py_buffer(b"isi"))
    assert (tmp_path / "data/runs/x").read_bytes() == b"isi"


def test_files_lists_files_only_by_path(tmp_path):
    root = Root(tmp_path)
    for path in ("runs/b/2", "runs/a/1"):
        root.publish(path, pa.py_buffer(b"isi"))
    assert [info.path for info in root.files("runs")] == [root.at("runs/a/1"), root.at("runs/b/2")]
    assert root.files("nothing") == []


class Elsewhere(Root):
    """A remote filesystem that, unlike an object store, shows files while they are written."""

    def __init__(self) -> None:
        self.filesystem, self.path, self.local = fs._MockFileSystem(), "host/data", False


def test_on_other_filesystems_a_file_is_staged_and_moved(tmp_path):
    root = Elsewhere()
    root.publish("runs/x", pa.py_buffer(b"isi"))
    (tmp_path / "y").write_bytes(b"isi")
    root.publish_file("archive/y", tmp_path / "y")
    names = ["host/data/archive/y", "host/data/runs/x"]
    assert [info.path for info in root.files("")] == names


def test_sweep_removes_the_files_of_dead_writers_only(tmp_path):
    root = Root(tmp_path)
    root.publish("articles/old.parquet", pa.py_buffer(b"isi"))
    staging = tmp_path / "staging"
    (staging / "dead").write_bytes(b"half")
    (staging / "alive").write_bytes(b"half")
    long_ago = clock.file_time() - DEAD_AFTER - 60
    os.utime(staging / "dead", (long_ago, long_ago))
    os.utime(tmp_path / "articles/old.parquet", (long_ago, long_ago))
    assert root.sweep() == [root.at("staging/dead")]
    assert [path.name for path in staging.iterdir()] == ["alive"]
    assert (tmp_path / "articles/old.parquet").exists()


def test_proving_a_writable_location_leaves_nothing_there(tmp_path):
    check_writable(tmp_path / "new" / "data")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("location", ["{}/file/data", "{}/file"])
def test_an_unwritable_location_is_named_in_one_line(tmp_path, location):
    (tmp_path / "file").write_text("not a folder")
    location = location.format(tmp_path)
    with pytest.raises(OSError, match=f"cannot write to {location}") as raised:
        check_writable(location)
    assert "\n" not in str(raised.value)


def test_an_unknown_uri_scheme_is_named_in_the_error():
    with pytest.raises(OSError, match="cannot write to gopher://data"):
        check_writable("gopher://data")


def test_symbolic_links_are_followed_each_folder_once(tmp_path):
    there = tmp_path / "disk" / "2023"
    there.mkdir(parents=True)
    (there / "a.warc.gz").write_bytes(b"abc")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "2023").symlink_to(there)
    (folder / "again").symlink_to(there)
    (folder / "round").symlink_to(folder)
    (folder / "gone.warc.gz").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.warc.gz")
    found = files_at(str(folder), (".warc.gz",))
    assert sorted(found.values()) == [0, 3]  # who opens the first is told that it is not there
    assert str(folder / "gone.warc.gz") in found
    assert files_at(str(folder / "2023" / "a.warc.gz"), ()) == {str(there / "a.warc.gz"): 3}
    with pytest.raises(OSError, match="nowhere"):
        files_at(str(tmp_path / "nowhere"), ())
