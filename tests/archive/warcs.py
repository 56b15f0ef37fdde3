"""WARC files as other tools make them, from the newsroom's pages or from bytes that are wrong."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.newsroom.world import World

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2023, 10, 2, 3, 0, tzinfo=UTC)
HTML = ("Content-Type", "text/html; charset=utf-8")


@dataclass
class Snap:
    """A page at a URL, as somebody's crawler met it."""

    url: str
    body: bytes
    at: datetime = NOW
    headers: list[tuple[str, str]] = field(default_factory=lambda: [HTML])
    status: str = "200 OK"


def pages(outlet: str, count: int, seed: int = 5) -> list[Snap]:
    """The first pages of `outlet` in a newsroom, as if fetched one a minute."""
    world = World(seed, [outlet], now=NOW, recent=count, past=0, older=0)
    snaps = []
    for number, url in enumerate(world.urls(outlet)[:count]):
        parts = urlsplit(url)
        reply = world.answer(parts.netloc, f"{parts.path}?{parts.query}")
        snaps.append(Snap(url, reply.body, NOW + timedelta(minutes=number)))
    return snaps


def write_warc(path: Path, snaps: list[Snap], *, zipped: bool = True) -> Path:
    """`snaps` as Common Crawl's news crawler writes them: warcinfo, then request, response and
    metadata of each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=zipped, warc_version="1.0")
        info = {"software": "a news crawler", "format": "WARC File Format 1.0"}
        writer.write_record(writer.create_warcinfo_record(path.name, info))
        for snap in snaps:
            write_snap(writer, snap)
    return path


def write_snap(writer: WARCWriter, snap: Snap) -> None:
    date = {"WARC-Date": snap.at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    head = StatusAndHeaders(snap.status, snap.headers, protocol="HTTP/1.1")
    response = writer.create_warc_record(
        snap.url,
        "response",
        BytesIO(snap.body),
        length=len(snap.body),
        http_headers=head,
        warc_headers_dict=date,
    )
    asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
    request = writer.create_warc_record(
        snap.url, "request", BytesIO(), length=0, http_headers=asked, warc_headers_dict=date
    )
    writer.write_request_response_pair(request, response)
    fetched = b"fetchTimeMs: 412\r\ncharset-detected: UTF-8\r\n"
    writer.write_record(
        writer.create_warc_record(
            snap.url,
            "metadata",
            BytesIO(fetched),
            length=len(fetched),
            warc_content_type="application/warc-fields",
            warc_headers_dict=date,
        )
    )


def write_revisit(path: Path, snap: Snap) -> None:
    """Append a record that says: the same page again."""
    with path.open("ab") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.0")
        digest, date = "sha1:B6QJ6BNJ3R4B23XXMRKZKHLPGJY2VE4O", "2023-10-01T00:00:00Z"
        writer.write_record(writer.create_revisit_record(snap.url, digest, snap.url, date))


def raw_record(
    body: bytes = b"<p>ya</p>",
    *,
    url: bytes = b"https://kontan.co.id/1",
    head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
    length: int | bytes | None = None,
    more: bytes = b"",
    date: bytes = b"2023-10-02T03:00:00Z",
) -> bytes:
    """A response record, byte by byte, as wrong as wished."""
    block = head + body
    stated = length if isinstance(length, bytes) else b"%d" % (length or len(block))
    return b"".join([
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: ", url, b"\r\nWARC-Date: ", date,
        b"\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n",
        b"Content-Type: application/http; msgtype=response\r\n", more,
        b"Content-Length: ", stated, b"\r\n\r\n",
        block, b"\r\n\r\n",
    ])  # fmt: skip


def zipped(*records: bytes) -> bytes:
    """Each record a gzip member of its own."""
    return b"".join(gzip.compress(record, 1, mtime=0) for record in records)
