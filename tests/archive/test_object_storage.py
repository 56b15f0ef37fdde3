"""The dataset in a bucket: a real HTTP endpoint that speaks S3, and what happens when it fails."""

from __future__ import annotations

import os
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from scrapy.settings import Settings

from crawler.archive.check import losses
from crawler.archive.takedown import take_down
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from crawler.state.regroup import regroup
from output.compaction import compact
from output.dataset import latest, read
from output.filesystem import Root, check_writable, files_at
from output.stories import stories
from output.verification import verify
from output.writer import Writer
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests import prefork
from tests.archive.warcs import pages, write_warc
from tests.crawls import crawl
from tests.moment import newsroom
from tests.output.rows import article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

server = pytest.importorskip("moto.server", reason="moto is not here; `make .venv/.ci` installs it")

KEY = "kuncibenar"
FULL = r"(?i)penuh|entity"
REFUSED = b"""<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code>
<Message>The AWS Access Key Id you provided does not exist in our records.</Message></Error>"""


class Bucket:
    """moto's S3 behind a gate that checks the access key and can be told to fail."""

    def __init__(self) -> None:
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, *args: Any) -> None:
                """Say nothing."""

        self.fails: Callable[[dict[str, Any]], bool] = lambda environ: False
        self.failed = 0
        self._app = server.DomainDispatcherApplication(server.create_backend_app)
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet
        )
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        if KEY not in environ.get("HTTP_AUTHORIZATION", KEY):
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [REFUSED]
        if self.fails(environ):
            self.failed += 1
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("400 Bad Request", [("Content-Type", "application/xml")])
            return [b"<Error><Code>EntityTooLarge</Code><Message>penuh</Message></Error>"]
        return self._app(environ, start)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def store() -> Iterator[Bucket]:
    bucket = Bucket()
    environment = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": "rahasia",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",  # it would be asked beyond this machine
        "AWS_ENDPOINT_URL": bucket.endpoint,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield bucket
    bucket.close()


@pytest.fixture
def location(store: Bucket, request: pytest.FixtureRequest) -> Iterator[str]:
    import boto3

    store.fails = lambda environ: False
    store.failed = 0
    name = f"bak-{abs(hash(request.node.nodeid))}"
    boto3.client("s3", endpoint_url=store.endpoint).create_bucket(Bucket=name)
    yield f"s3://{name}/data"
    store.fails = lambda environ: False


def test_a_crawl_into_a_bucket_and_its_second_reading(location: str, tmp_path: Path):
    """Articles, runs and archive stand in the bucket; the state stays here and is built anew."""
    here = {"OUTPUT_DIR": location, "STATE_DIR": str(tmp_path / "state")}
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=10, past=2, older=0) as room:
        done = crawl(MediaIndonesiaSpider, room, tmp_path, **here)
        stored = read(location)
        assert len(stored) == done.outcomes.count("stored") > 2
        assert stored["archive"].null_count == 0
        elsewhere = here | {"STATE_DIR": str(tmp_path / "elsewhere")}
        again = crawl(MediaIndonesiaSpider, room, tmp_path, **elsewhere)
        assert again.outcomes.count("stored") == 0
    assert verify(location) == []
    warcs = files_at(f"{location}/archive", (".warc.gz",))
    [path] = warcs
    [place, *_] = stored["archive"].to_pylist()
    assert path == f"{location}/{place['file']}"
    assert reparse(Job(location, "r"), [path]).counts["done_before"] == len(stored)
    copy = reparse(Job(f"{location}-copy", "r"), [path])
    assert copy.counts["new"] == len(stored) == read(f"{location}-copy").num_rows
    for place in (location, f"{location}-copy"):  # the copy names pages that stand elsewhere
        assert not list(losses(Root(place)))


def test_compaction_and_latest_in_a_bucket(location: str):
    for run in ("r1", "r2"):
        writer = Writer(location, run)
        writer.write("articles", "kontan", article(1 if run == "r1" else 2))
        writer.flush()
    compact(location)
    assert read(location).num_rows == latest(location).num_rows == 2
    assert verify(location) == []


def test_our_readers_are_exact_between_the_put_and_the_deletes(
    location: str, monkeypatch: pytest.MonkeyPatch
):
    for number in range(20):
        writer = Writer(location, f"r{number:02}")
        writer.write("articles", "kontan", article(number))
        writer.flush()
    put, moments = Root.publish, []

    def looked(root: Root, path: str, content: pa.Buffer) -> None:
        put(root, path, content)
        assert len(root.files("articles")) == 21
        assert read(location).num_rows == latest(location).num_rows == 20
        moments.append(time.monotonic())

    monkeypatch.setattr(Root, "publish", looked)
    compact(location)
    [merged] = moments
    print(f"20 files were deleted {time.monotonic() - merged:.2f} s after the put")
    assert len(Root(location).files("articles")) == 1
    assert read(location).num_rows == 20


def test_the_stories_of_a_bucket(location: str, tmp_path: Path):
    settings = {"OUTPUT_DIR": location, "STATE_DIR": str(tmp_path)}
    writer = Writer(location, "r1")
    for number in (1, 2):
        writer.write("articles", "kontan", article(number, body=" ".join(map(str, range(40)))))
    writer.flush()
    found = regroup(Settings(settings))
    assert found == (2, 1)
    assert stories(location)["article_ids"].to_pylist() == [["kontan:1", "kontan:2"]]
    assert verify(location) == []
    take_down(Settings(settings), "kontan", "kontan:1")
    assert stories(location)["cluster_id"].to_pylist() == ["kontan:2"]
    assert verify(location) == []


def test_an_export_from_a_bucket(location: str, tmp_path: Path):
    writer = Writer(location, "r1")
    writer.write("articles", "kontan", article(1))
    writer.flush()
    for kind in ("csv", "duckdb"):
        target = tmp_path / f"x.{kind}"
        place = ["-o", target, "-s", f"OUTPUT_DIR={location}"]
        assert prefork.scrapy("export", "--to", kind, "--latest", "-q", *place).returncode == 0
        assert target.stat().st_size > 1000


def test_the_endpoint_may_stand_in_the_address(store: Bucket, location: str):
    netloc = store.endpoint.removeprefix("http://").replace(":", "%3A")
    address = f"{location}?endpoint_override={netloc}&scheme=http"
    writer = Writer(address, "r1")
    writer.write("articles", "kontan", article())
    writer.flush()
    assert read(location).num_rows == read(address).num_rows == 1


@pytest.mark.parametrize("step", ["uploads", "partNumber=1", "uploadId="])
def test_a_put_that_fails_half_way_leaves_nothing_to_see(store: Bucket, location: str, step: str):
    """At the beginning, in the middle, and where the parts are put together."""
    store.fails = lambda environ: (
        environ["REQUEST_METHOD"] in ("PUT", "POST")
        and (
            step in environ["QUERY_STRING"]
            and (step != "uploadId=" or environ["REQUEST_METHOD"] == "POST")
        )
    )
    root = Root(location)
    with pytest.raises(OSError, match=FULL):
        root.publish("articles/outlet=a/month=2023-09/x.parquet", pa.py_buffer(b"isi" * 100))
    assert store.failed
    store.fails = lambda environ: False
    assert root.files("") == []
    root.publish("articles/outlet=a/month=2023-09/x.parquet", pa.py_buffer(b"isi"))
    assert len(root.files("articles")) == 1


def test_rows_that_could_not_be_put_wait_and_are_put_later(store: Bucket, location: str):
    writer = Writer(location, "r1")
    writer.write("articles", "kontan", article())
    store.fails = lambda environ: environ["REQUEST_METHOD"] in ("PUT", "POST")
    with pytest.raises(OSError, match=FULL):
        writer.flush()
    store.fails = lambda environ: False
    assert len(writer.flush()) == 1
    assert read(location).num_rows == 1


def test_an_archive_that_cannot_be_put_stays_here_for_the_next_run(
    store: Bucket, location: str, tmp_path: Path
):
    from crawler.archive.writer import Archive, open_folder, recover
    from tests.archive.test_writer import exchange

    folder = open_folder(str(tmp_path), "kontan")
    archive = Archive(Root(location), folder, "kontan", "20230901T000000Z-aa")
    archive.keep(exchange())
    store.fails = lambda environ: environ["REQUEST_METHOD"] in ("PUT", "POST")
    with pytest.raises(OSError, match=FULL):
        archive.finish()
    assert len(list(folder.iterdir())) == 1
    assert Root(location).files("archive") == []
    store.fails = lambda environ: False
    recover(Root(location), folder, "kontan")
    assert len(Root(location).files("archive")) == 1
    assert not list(folder.iterdir())


def test_a_reparse_that_cannot_write_says_so_and_goes_on_later(
    store: Bucket, location: str, tmp_path: Path
):
    path = str(write_warc(tmp_path / "a.warc.gz", pages("mediaindonesia", 4)))
    store.fails = lambda environ: environ["REQUEST_METHOD"] in ("PUT", "POST")
    assert reparse(Job(location, "r"), [path]).problems
    store.fails = lambda environ: False
    assert reparse(Job(location, "r"), [path]).counts["new"] == read(location).num_rows > 1


@pytest.mark.parametrize("words", ["crawl kontan", "reparse x.warc.gz", "verify"])
def test_wrong_credentials_are_one_line_before_any_work(location: str, tmp_path: Path, words: str):
    wrong = os.environ | {"AWS_ACCESS_KEY_ID": "kuncisalah", "NEWSROOM": "http://127.0.0.1:9"}
    places = ["-s", f"OUTPUT_DIR={location}", "-s", f"STATE_DIR={tmp_path}"]
    done = prefork.scrapy(*words.split(), *places, env=wrong)
    assert done.returncode == 2, done.stderr
    [line] = done.stderr.strip().splitlines()
    assert f"scrapy {words.split()[0]}: OUTPUT_DIR: " in line
    assert "ACCESS_KEY" in line or "Access Key" in line


def test_a_bucket_that_is_not_there_is_named(store: Bucket):
    with pytest.raises(OSError, match="cannot write to s3://tiada/data") as raised:
        check_writable("s3://tiada/data")
    assert "\n" not in str(raised.value)
