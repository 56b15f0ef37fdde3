"""An archive of the shape of CC-NEWS, made by hand: every record of it is counted."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING

import brotli
import pyarrow as pa
import pytest
from warcio.warcwriter import WARCWriter

from crawler.reparse.job import Job, Result
from crawler.reparse.task import reparse
from output.dataset import read
from output.verification import verify
from tests.archive.warcs import (
    NOW,
    Snap,
    pages,
    raw_record,
    write_revisit,
    write_snap,
    write_warc,
    zipped,
)

if TYPE_CHECKING:
    from pathlib import Path

TYPE = ("Content-Type", "text/html")
PICTURE = ("Content-Type", "image/png")
CODED = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda body: pa.Codec("zstd").compress(body, asbytes=True),
}


def chunked(body: bytes) -> bytes:
    parts = (body[start : start + 9000] for start in range(0, len(body), 9000))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def ours() -> list[Snap]:
    """Articles of two outlets, no charset in their headers, each in another coding."""
    snaps = [snap for snap in pages("mediaindonesia", 12) if "/teknologi/" in snap.url][:4]
    tekno = [snap for snap in pages("kompastekno", 14) if "//tekno." in snap.url]
    snaps += [snap for snap in tekno if not re.search("/(?:video|foto)-", snap.url)][:6]
    for snap, (coding, pack) in zip(snaps, CODED.items(), strict=False):
        snap.headers = [TYPE, ("Content-Encoding", coding)]
        snap.body = pack(snap.body)
    snaps[4].headers = [TYPE, ("Transfer-Encoding", "chunked")]
    snaps[4].body = chunked(snaps[4].body)
    snaps[5].headers = [TYPE, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    snaps[5].body = chunked(gzip.compress(snaps[5].body, mtime=0))
    snaps[6].headers = [TYPE, ("X-Crawler-Content-Encoding", "gzip")]  # as Common Crawl keeps them
    snaps[7].headers = [("Server", "nginx")]  # no kind at all
    return snaps


def strange() -> list[Snap]:
    return [
        *(Snap(f"https://koran{n}.example/berita/{n}", b"<p>Jauh") for n in range(5)),
        Snap("http://127.0.0.1/news/kapal", b"<p>Sini"),
        Snap("https://mediaindonesia.com/", b"<p>Beranda"),
        Snap("https://mediaindonesia.com/teknologi/9/hilang", b"", status="404 Not Found"),
        Snap("https://mediaindonesia.com/teknologi/8/pindah", b"", status="301 Moved"),
        Snap("https://mediaindonesia.com/teknologi/7/gambar", b"x", headers=[PICTURE]),
        Snap("https://mediaindonesia.com/teknologi/6/kosong", b""),
        Snap("https://mediaindonesia.com/teknologi/5/sambungan?page=2", b"<p>Dua"),
    ]  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = write_warc(tmp_path / "CC-NEWS-20231002030000-00001.warc.gz", [*strange(), *ours()])
    write_revisit(path, ours()[0])
    with path.open("ab") as file:
        file.write(zipped(raw_record(url=b"https://mediaindonesia.com/teknologi/4/\xff")))
        file.write(
            zipped(raw_record(url=b"https://mediaindonesia.com/teknologi/3/x", date=b"kini"))
        )
        write_snap(WARCWriter(file, gzip=True), ours()[0])  # the same page again
    return path


def told(result: Result) -> dict[str, int]:
    return {name: count for name, count in sorted(result.counts.items()) if count}


def test_every_record_of_a_foreign_archive_is_counted(archive: Path, tmp_path: Path):
    out = tmp_path / "out"
    counts = told(reparse(Job(str(out), "r"), [str(archive)]))
    rows = read(out).to_pylist()
    assert counts == {
        "bad/date": 1,
        "bad/url": 1,
        "new": len(rows),
        "pages": 12,
        "rejected/empty_page": 1,
        "skipped/further_page": 1,
        "skipped/not_an_article": 1,
        "skipped/not_html": 1,
        "skipped/other_host": 6,
        "skipped/revisit": 1,
        "skipped/status": 2,
        "unchanged": 1,
    }
    assert len(rows) == 10
    assert verify(out) == []
    plain = write_warc(
        tmp_path / "plain.warc.gz",
        [Snap(snap.url, snap.body, NOW) for snap in pages("mediaindonesia", 12)],
    )
    reparse(Job(str(tmp_path / "plain"), "r"), [str(plain)])
    bodies = {row["url"]: row["body"] for row in read(tmp_path / "plain").to_pylist()}
    both = [row for row in rows if row["url"] in bodies]
    assert len(both) == 4
    assert all(row["body"] == bodies[row["url"]] for row in both)


def test_a_second_reparse_of_a_foreign_archive_writes_nothing(archive: Path, tmp_path: Path):
    job = Job(str(tmp_path / "out"), "r")
    stored = reparse(job, [str(archive)]).counts["new"]
    again = told(reparse(job, [str(archive)]))
    assert again["done_before"] == stored + 1
    assert "new" not in again
