"""Datasets and archives in places that are neither a folder here nor S3."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from output.compaction import compact
from output.dataset import latest, read
from output.filesystem import Root, check_writable, files_at
from output.verification import verify
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.archive.warcs import pages, write_warc
from tests.crawls import crawl
from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

NO_FSSPEC = "fsspec is not here; `make .venv/.ci` installs it"


def crawl_into(location: str, tmp_path: Path) -> pa.Table:
    """Return the rows of a crawl into `location`, after every other command over a dataset."""
    here = {"OUTPUT_DIR": location, "STATE_DIR": str(tmp_path / "state")}
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=10, past=2, older=0) as room:
        done = crawl(MediaIndonesiaSpider, room, tmp_path, **here)
        stored = read(location)
        assert len(stored) == done.outcomes.count("stored") > 2
        again = crawl(MediaIndonesiaSpider, room, tmp_path, **here)
        assert again.outcomes.count("stored") == 0
    compact(location)
    assert latest(location).num_rows == len(stored)
    assert verify(location) == []
    assert Root(location).files("staging") == []
    return stored


def read_again(location: str, stored: pa.Table) -> None:
    """The archive at `location` is found, and is what its rows were made of."""
    [path] = files_at(f"{location}/archive", (".warc.gz",))
    assert path.endswith(stored["archive"].to_pylist()[0]["file"])
    assert reparse(Job(location, "r"), [path]).counts["done_before"] == len(stored)
    copy = reparse(Job(f"{location}-copy", "r"), [path])
    assert copy.counts["new"] == len(stored) == read(f"{location}-copy").num_rows


def test_a_dataset_on_a_filesystem_of_fsspec_is_reparsed(tmp_path: Path):
    fsspec = pytest.importorskip("fsspec", reason=NO_FSSPEC)
    location = "memory://bak/data"
    try:
        read_again(location, crawl_into(location, tmp_path))
    finally:
        fsspec.filesystem("memory").rm("/bak", recursive=True)


# -- archives over HTTP


class Ranges(SimpleHTTPRequestHandler):
    """Serves a folder, and parts of its files, as archives' mirrors do."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def send_head(self):  # type: ignore[no-untyped-def]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            return super().send_head()
        with open(self.translate_path(self.path), "rb") as file:  # noqa: PTH123 - a str from http
            content = file.read()
        first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(content[first : last + 1])
        return None


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """The URL of a folder with two archives."""
    snaps = pages("mediaindonesia", 8)
    write_warc(tmp_path / "www" / "2023" / "a.warc.gz", snaps[:4])
    write_warc(tmp_path / "www" / "2023" / "b.warc.gz", snaps[4:])
    handler = partial(Ranges, directory=str(tmp_path / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_archives_are_read_over_http(tmp_path: Path, mirror: str):
    pytest.importorskip("fsspec", reason=NO_FSSPEC)
    pytest.importorskip("aiohttp", reason=NO_FSSPEC)
    found = files_at(f"{mirror}/2023/", (".warc.gz",))
    assert sorted(found) == [f"{mirror}/2023/{name}.warc.gz" for name in "ab"]
    there = reparse(Job(str(tmp_path / "there"), "r"), sorted(found))
    assert there.problems == {}
    assert there.pages == 8
    rows = read(tmp_path / "there").to_pylist()
    assert {row["archive"]["file"] for row in rows} <= found.keys()
    here = reparse(Job(str(tmp_path / "here"), "r"), [str(tmp_path / "www/2023/a.warc.gz")])
    assert 0 < here.counts["new"] < there.counts["new"] == len(rows)


def test_an_archive_that_is_not_there_is_a_problem_of_its_own(tmp_path: Path, mirror: str):
    pytest.importorskip("fsspec", reason=NO_FSSPEC)
    pytest.importorskip("aiohttp", reason=NO_FSSPEC)
    paths = [f"{mirror}/tiada.warc.gz", f"{mirror}/2023/a.warc.gz"]
    result = reparse(Job(str(tmp_path), "r"), paths)
    assert list(result.problems) == paths[:1]
    assert result.pages == 4


# -- Google's storage

SERVER = """
import threading
from gcp_storage_emulator.server import create_server
server = create_server("127.0.0.1", 0, in_memory=True, default_bucket="bak")
server.start()
print(server._api._httpd.server_address[1], flush=True)
threading.Event().wait()
"""


@pytest.fixture
def bucket() -> Iterator[str]:
    """An address in a bucket of an emulator, which needs a process of its own."""
    pytest.importorskip(
        "gcp_storage_emulator", reason="the emulator is not here; `make .venv/.ci` installs it"
    )
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        port = int(server.stdout.readline())
        yield f"gs://anonymous@{{}}?scheme=http&endpoint_override=127.0.0.1%3A{port}"
        server.kill()


def test_a_dataset_in_a_google_bucket_is_reparsed(bucket: str, tmp_path: Path):
    crawl_into(bucket.format("bak/data"), tmp_path)


def test_a_bucket_that_does_not_exist_is_a_problem(bucket: str):
    with pytest.raises(OSError, match="cannot write to gs://") as raised:
        check_writable(bucket.format("tiada/data") + "&retry_limit_seconds=1")
    assert "\n" not in str(raised.value)
