"""Archives that we write: other tools read them, and a kill or a full disk leaves them whole."""

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http.headers import Headers
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.reader import read_page
from crawler.archive.retention import prune
from crawler.archive.writer import Archive, Exchange, open_folder, recover
from crawler.middlewares.archiving import forbids_archiving
from output.filesystem import Root
from tests.places import CHECKOUT

MOMENT = datetime(2023, 9, 1, 3, 21, 5, 123456, tzinfo=UTC)
BODY = b"<p>Kapal berlayar.</p>" * 100


def exchange(number: int = 1, **changes) -> Exchange:
    values = {
        "url": f"https://www.kontan.co.id/news/kapal-{number}?page=all",
        "fetched_at": MOMENT,
        "asked": [(b"User-Agent", b"Wartatek")],
        "status": 200,
        "served": [
            (b"Content-Type", b"text/html"),
            (b"Content-Encoding", b"gzip"),
            (b"Content-Length", b"99"),
        ],
        "body": BODY,
        "listed": b'{"article_id": "kontan:1"}',
        "ip_address": "127.0.0.1",
    }
    return Exchange(**values | changes)


def make(tmp_path, run_id="20230901T000000Z-aa", **more) -> Archive:
    return Archive(Root(tmp_path), open_folder(str(tmp_path), "kontan"), "kontan", run_id, **more)


def finished(tmp_path) -> list:
    return sorted((tmp_path / "archive").rglob("*.warc.gz"))


def records(path) -> list:
    with path.open("rb") as file:
        return [
            (r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read())
            for r in ArchiveIterator(file, check_digests="raise")
        ]


def test_another_reader_finds_request_and_response(tmp_path, capsys):
    archive = make(tmp_path)
    archive.keep(exchange())
    archive.finish()
    [path] = finished(tmp_path)
    kinds = [kind for kind, *_ in records(path)]
    assert kinds == ["warcinfo", "request", "metadata", "response"]
    _, head, http, body = records(path)[-1]
    assert body == BODY
    assert head.get_header("WARC-Target-URI") == "https://www.kontan.co.id/news/kapal-1?page=all"
    assert head.get_header("WARC-Date") == "2023-09-01T03:21:05.123456Z"
    assert head.protocol == "WARC/1.1"
    # As Common Crawl has it: the body is without its coding, and the headers say so.
    assert http.get_header("X-Crawler-Content-Encoding") == "gzip"
    assert http.get_header("Content-Encoding") is None
    assert http.get_header("Content-Length") == str(len(BODY))
    _, _, asked, _ = records(path)[1]
    assert asked.statusline == "/news/kapal-1?page=all HTTP/1.1"


def test_warcio_check_is_content(tmp_path, capsys):
    archive = make(tmp_path)
    for number in range(3):
        archive.keep(exchange(number))
    archive.finish()
    [path] = finished(tmp_path)
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(path)], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_a_page_is_found_by_its_offset(tmp_path):
    archive = make(tmp_path)
    places = [archive.keep(exchange(number)) for number in range(3)]
    archive.finish()
    for number, place in enumerate(places):
        with (tmp_path / place["file"]).open("rb") as file:
            capture = read_page(file, place["offset"])
        assert capture.url.endswith(f"kapal-{number}?page=all")
        assert capture.fetched_at == MOMENT
        assert capture.body == BODY


def test_only_finished_files_stand_in_the_archive(tmp_path):
    archive = make(tmp_path)
    archive.keep(exchange())
    assert finished(tmp_path) == []
    archive.finish()
    assert len(finished(tmp_path)) == 1
    assert not list((tmp_path / "open").rglob("*.gz"))
    make(tmp_path, "20230902T000000Z-bb").finish()
    assert len(finished(tmp_path)) == 1  # a run without pages leaves no file


def test_files_are_rotated(tmp_path):
    archive = make(tmp_path, max_bytes=2000)
    noise = [os.urandom(1500).hex().encode() for _ in range(3)]
    places = [archive.keep(exchange(n, body=body)) for n, body in enumerate(noise)]
    archive.finish()
    assert [place["file"] for place in places] == [
        f"archive/outlet=kontan/20230901T000000Z-aa-{n:05}.warc.gz" for n in range(3)
    ]
    assert len(finished(tmp_path)) == 3


def test_a_full_file_is_finished_when_the_rows_that_name_its_pages_are_published(tmp_path):
    archive = make(tmp_path, max_bytes=2000)
    for number in range(3):
        archive.keep(exchange(number, body=os.urandom(1500).hex().encode()))
    assert finished(tmp_path) == [], "a reparse would find no row of these pages"
    archive.release()
    assert finished(tmp_path) == [], "nor of those on their way"
    archive.release()
    assert len(finished(tmp_path)) == 2
    archive.keep(exchange(3))
    archive.close()  # as a run leaves it that dies before it publishes
    recover(Root(tmp_path), open_folder(str(tmp_path), "kontan"), "kontan")
    assert len(finished(tmp_path)) == 4


def test_a_killed_run_loses_no_page(tmp_path):
    archive = make(tmp_path)
    place = archive.keep(exchange(1))
    archive.keep(exchange(2))
    path = next((tmp_path / "open").rglob("*.gz"))
    archive._file.close()  # as a kill does: nothing is flushed, nothing is moved
    with path.open("ab") as file:
        file.write(gzip.compress(b"WARC/1.1")[:9])  # a torn record
    assert [p.name for p in recover(Root(tmp_path), path.parent, "kontan")] == [path.name]
    [recovered] = finished(tmp_path)
    assert [kind for kind, *_ in records(recovered)].count("response") == 2
    assert str(recovered).endswith(place["file"])


def test_a_living_runs_file_is_left_alone(tmp_path):
    archive = make(tmp_path)
    archive.keep(exchange())
    code = (
        "import sys; from pathlib import Path; from crawler.archive.writer import recover;"
        "from output.filesystem import Root;"
        "print(recover(Root(sys.argv[1]), Path(sys.argv[2]), 'kontan'))"
    )
    folder = open_folder(str(tmp_path), "kontan")
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(folder)],
        capture_output=True, text=True, check=True, cwd=CHECKOUT,
    )  # fmt: skip
    assert other.stdout.strip() == "[]"
    archive.finish()


def test_a_full_disk_leaves_whole_records(tmp_path, monkeypatch):
    archive = make(tmp_path)
    archive.keep(exchange(1))

    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, content):
            self.file.write(bytes(content[:10]))
            raise OSError(28, "No space left on device")

        def __getattr__(self, name):
            return getattr(self.file, name)

    real, archive._file = archive._file, Full(archive._file)
    with pytest.raises(OSError, match="No space"):
        archive.keep(exchange(2))
    archive._file = real
    archive.keep(exchange(3))
    archive.finish()
    [path] = finished(tmp_path)
    urls = [h.get_header("WARC-Target-URI") for kind, h, *_ in records(path) if kind == "response"]
    assert [url[-10] for url in urls] == ["1", "3"]


def test_no_header_begins_a_record_or_a_line_of_its_own(tmp_path):
    archive = make(tmp_path)
    evil = [(b"X-Title", b"a\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n\r\n")]
    archive.keep(exchange(url="https://www.kontan.co.id/a\r\nWARC-Type:x", served=evil))
    archive.finish()
    [path] = finished(tmp_path)
    found = records(path)
    assert [kind for kind, *_ in found] == ["warcinfo", "request", "metadata", "response"]
    assert found[-1][3] == BODY


@pytest.mark.parametrize(
    ("keep", "left"),
    [("10 days", 1), ("40 days", 2), ("400d", 3), ("1 GB", 3), ("0 GB", 0)],
)
def test_the_oldest_files_are_pruned(tmp_path, keep, left):
    now = datetime(2023, 9, 30, tzinfo=UTC)
    for age, outlet in ((5, "kontan"), (30, "okezone"), (100, "kontan")):
        run_id = f"{now - timedelta(days=age):%Y%m%dT%H%M%SZ}-aa"
        archive = Archive(Root(tmp_path), tmp_path / "open", outlet, run_id)
        archive.keep(exchange())
        archive.finish()
    removed = prune(Root(tmp_path), keep, now)
    assert len(finished(tmp_path)) == left
    assert len(removed) == 3 - left
    assert not removed or removed[-1].startswith("archive/outlet=kontan/20230622")


def test_a_retention_of_neither_days_nor_size_is_named(tmp_path):
    with pytest.raises(ValueError, match="ARCHIVE_KEEP=lama"):
        prune(Root(tmp_path), "lama")


@pytest.mark.parametrize(
    ("headers", "body", "forbidden"),
    [
        ({"X-Robots-Tag": "noarchive"}, b"", True),
        ({"X-Robots-Tag": "noindex, NoArchive"}, b"", True),
        ({"X-Robots-Tag": "wartatek: noarchive"}, b"", True),
        ({"X-Robots-Tag": "noindex"}, b"", False),
        ({}, b'<meta name="robots" content="index, noarchive">', True),
        ({}, b"<META content='NOARCHIVE' name='ROBOTS'/>", True),
        ({}, b'<meta name="description" content="noarchive">', False),
        ({}, b"<p>noarchive</p>", False),
    ],
)
def test_noarchive_is_honoured(headers, body, forbidden):
    assert forbids_archiving(Headers(headers), body) is forbidden
