"""Records that lie, burst, break or carry more than they say: counted, bounded, passed over."""

import gzip
import random
import re
import resource
import zlib
from dataclasses import replace
from io import BytesIO

import brotli
import pyarrow as pa
import pytest

from crawler.archive import scanner
from crawler.archive.reader import ArchivedPage, BadRecordError, read_page
from crawler.archive.scanner import Counts, read_pages
from tests.archive.warcs import raw_record, zipped
from tests.moment import NOW

GOOD = raw_record()
LONG = b"<p>" + b"x" * 5000
ZEROS = gzip.compress(bytes(200_000_000), 1)


def read(content: bytes) -> tuple[list[ArchivedPage], dict[str, int]]:
    counts = Counts()
    captures = list(read_pages(BytesIO(content), lambda url: "kontan", counts))
    return captures, {name: count for (_, name), count in counts.items() if count}


def zstd(body: bytes) -> bytes:
    return pa.Codec("zstd").compress(body, asbytes=True)


def coded(coding: str, body: bytes) -> bytes:
    header = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{coding}\r\n\r\n"
    return raw_record(body, head=header.encode())


@pytest.mark.parametrize(
    "pack", [zipped, lambda *records: b"".join(records)], ids=["gzip", "plain"]
)
def test_pages_come_in_the_files_order_with_their_place(pack):
    captures, counts = read(pack(GOOD, GOOD))
    assert [capture.body for capture in captures] == [b"<p>ya</p>"] * 2
    assert captures[0].url == "https://kontan.co.id/1"
    assert captures[0].fetched_at.isoformat() == "2023-10-02T03:00:00+00:00"
    assert captures[0].content_type == "text/html"
    assert counts == {}
    again = read_page(BytesIO(pack(GOOD, GOOD)), captures[1].offset)
    assert again == replace(captures[1], outlet="")


@pytest.mark.parametrize("empties", [1, 3])
@pytest.mark.parametrize("where", ["begin", "middle", "end"])
def test_an_empty_gzip_member_ends_nothing(where, empties):
    """bgzip writes one at a file's end; two files joined have it in the middle."""
    nothing = gzip.compress(b"", mtime=0) * empties
    before, behind = {"begin": (0, 4), "middle": (2, 2), "end": (4, 0)}[where]
    packed = zipped(*[GOOD] * before) + nothing + zipped(*[GOOD] * behind)
    captures, counts = read(packed)
    assert [capture.body for capture in captures] == [b"<p>ya</p>"] * 4
    assert counts == {}
    for capture in captures:
        assert read_page(BytesIO(packed), capture.offset).body == b"<p>ya</p>"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (raw_record(length=10_000), "length"),
        (raw_record(LONG, length=100), "length"),
        (raw_record(LONG, length=4000), "length"),
        (raw_record(LONG, length=10**12), "too_large"),
        (raw_record(date=b"0001-01-01T00:00:00Z"), "date"),
        (raw_record(date=b"9999-12-31T23:59:59Z"), "date"),
        (raw_record(date=f"{NOW.year + 1}-12-31T00:00:00Z".encode()), "date"),
        (raw_record(more=b"WARC-Truncated: length\r\n"), "truncated"),
        (raw_record(more=b"WARC-Segment-Number: 1\r\n"), "truncated"),
        (coded("Content-Length: 5010", LONG), "truncated"),
        (raw_record(length=b"99999999999999999999999"), "length"),
        (raw_record(length=b"-1"), "length"),
        (raw_record(length=b"banyak"), "length"),
        (raw_record(url=b"https://kontan.co.id/\xff\xfe"), "url"),
        (raw_record(date=b"kemarin"), "date"),
        (raw_record(head=b"omong kosong\r\n\r\n"), "http"),
        (raw_record(head=b""), "http"),
        (raw_record(more=b"X: " + b"a" * 100_000 + b"\r\n"), "damaged"),
        (
            raw_record(more=b"WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"),
            "digest",
        ),
        (raw_record(b"z" * 200_000_000), "too_large"),
        (coded("Content-Encoding: gzip", gzip.compress(bytes(200_000_000), 1)), "too_large"),
        (
            coded("Content-Encoding: br", brotli.compress(bytes(200_000_000), quality=1)),
            "too_large",
        ),
        (coded("Content-Encoding: deflate", zlib.compress(bytes(200_000_000), 1)), "too_large"),
        (coded("Content-Encoding: zstd", zstd(bytes(200_000_000))), "too_large"),
        (coded("Content-Encoding: gzip, gzip", gzip.compress(ZEROS)), "too_large"),
        (coded("Content-Encoding: gzip", gzip.compress(LONG, mtime=0)[:30]), "coding"),
        (coded("Content-Encoding: br", brotli.compress(LONG)[:-3]), "coding"),
        (coded("Content-Encoding: zstd", zstd(LONG)[:-3]), "coding"),
        (coded("Content-Encoding: deflate", zlib.compress(LONG)[:-9]), "coding"),
        (coded("Content-Encoding: deflate", zlib.compress(LONG)[2:-9]), "coding"),
        (coded("Content-Encoding: gzip", gzip.compress(b"a", mtime=0) * 200), "coding"),
        (coded("Transfer-Encoding: chunked", b"3\r\n<p>\r\n5\r\nya</"), "coding"),
        (coded("Transfer-Encoding: chunked", b"ffffffff\r\n<p>ya</p>"), "coding"),
        (coded("Content-Encoding: rot13", b"<c>"), "coding"),
        (b"not a record at all", "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_record_is_counted_and_its_neighbours_are_read(bad, reason):
    captures, counts = read(zipped(GOOD, bad, GOOD))
    assert [capture.body for capture in captures] == [b"<p>ya</p>"] * 2
    assert counts == {f"bad/{reason}": 1}


@pytest.mark.parametrize(
    ("length", "reason"),
    [(100, "length"), (4000, "length"), (9000, "length"), (1 << 30, "too_large")],
)
def test_a_wrong_length_in_a_plain_file_costs_a_single_record(length, reason):
    captures, counts = read(b"".join([GOOD, raw_record(LONG, length=length), GOOD]))
    assert [capture.body for capture in captures] == [b"<p>ya</p>"] * 2
    assert counts == {f"bad/{reason}": 1}


def test_noise_between_records_costs_no_record():
    captures, counts = read(zipped(GOOD) + b"omong kosong" * 100 + zipped(GOOD))
    assert len(captures) == 2
    assert counts == {"bad/damaged": 1}


@pytest.mark.parametrize("pack", [lambda body: gzip.compress(body, mtime=0), zstd])
def test_a_file_that_was_compressed_as_a_whole_is_read(pack):
    whole = pack(GOOD + raw_record(bytes(range(256)) * 50) + GOOD)
    captures, counts = read(whole)
    assert len(captures) == 3
    assert counts == {}
    captures, counts = read(whole[:-40])
    assert len(captures) < 3
    assert counts["bad/cut_off"] == 1


class Told(BytesIO):
    """A file that counts the bytes that were read."""

    told = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.told += len(found)
        return found


@pytest.mark.parametrize("pack", [zipped, lambda record: record])
def test_no_length_however_wrong_makes_a_file_be_read_over_and_over(pack):
    noise = random.Random(1).randbytes(20_000)
    record = pack(raw_record(noise, length=10**9))
    source, counts = Told(pack(GOOD) + record * 900 + pack(GOOD)), Counts()
    captures = list(read_pages(source, lambda url: "kontan", counts))
    assert len(captures) == 2
    assert counts["", "bad/too_large"] + counts["kontan", "bad/too_large"] == 900
    assert source.told < 900 * (8 << 20)  # a block, a few times, for each; not the rest of the file


def test_a_file_of_broken_records_among_good_ones_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scanner, "_MOST_BAD", 20)
    captures, counts = read(zipped(GOOD, raw_record(LONG, length=100)) * 50)
    assert counts == {"bad/length": 20, "bad/cut_off": 1}
    assert len(captures) == 21


def test_the_last_record_may_be_huge_and_is_looked_at_to_its_end():
    whole = zipped(GOOD, raw_record(b"z" * 20_000_000))
    assert read(whole)[1] == {"bad/too_large": 1}
    assert read(whole[:-2000])[1] == {"bad/too_large": 1, "bad/cut_off": 1}


def test_a_member_whose_bytes_were_flipped_is_passed_over():
    broken = bytearray(zipped(raw_record(bytes(range(256)) * 50)))
    broken[100] ^= 0xFF
    captures, counts = read(zipped(GOOD) + bytes(broken) + zipped(GOOD))
    assert len(captures) == 2
    assert counts == {"bad/damaged": 1}


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_read_up_to_the_break(cut):
    last = zipped(raw_record(bytes(range(256)) * 50))
    captures, counts = read(zipped(GOOD) + last[: int(len(last) * cut)])
    assert len(captures) == 1
    assert counts == {"bad/cut_off": 1}


@pytest.mark.parametrize(
    "noise",
    [
        b"halo, dunia\n",
        b"\r\n",
        b"WARC/1.0\r\n",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"WARC/1.0\r\n", mtime=0),
    ],
)
def test_a_scan_of_a_file_that_is_no_warc_ends_soon(noise: bytes, monkeypatch: pytest.MonkeyPatch):
    """A gigabyte of places that look like a WARC record must not take hours."""
    real, looks = scanner._begins_record, []

    def begins(source, place):
        looks.append(place)
        return real(source, place)

    monkeypatch.setattr(scanner, "_begins_record", begins)
    captures, counts = read(noise * (600_000 // len(noise)))
    assert captures == []
    assert counts.pop("bad/cut_off") == 1
    assert sum(counts.values()) <= 1000
    assert len(looks) <= 11_000


def test_an_empty_file_is_no_damage():
    assert read(b"") == ([], {})


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("Transfer-Encoding: chunked", b"9\r\n<p>ya</p>\r\n0\r\n\r\n"),
        ("Content-Encoding: gzip", gzip.compress(b"<p>ya</p>", mtime=0)),
        ("Content-Encoding: deflate", zlib.compress(b"<p>ya</p>")),
        ("Content-Encoding: br", brotli.compress(b"<p>ya</p>")),
        ("Content-Encoding: zstd", zstd(b"<p>ya</p>")),
        ("Content-Encoding: deflate, gzip", gzip.compress(zlib.compress(b"<p>ya</p>"), mtime=0)),
        ("Content-Encoding: identity", b"<p>ya</p>"),
        ("Content-Encoding: deflate", zlib.compress(b"<p>ya</p>")[2:-4]),  # its bare stream
        (
            "Content-Encoding: gzip",
            gzip.compress(b"<p>y", mtime=0) + gzip.compress(b"a</p>", mtime=0),
        ),
        ("Transfer-Encoding: chunked", b"3;a=b\r\n<p>\r\n006 \r\nya</p>\r\n0\r\nX: y\r\n\r\n"),
        ("Content-Length: 9", b"<p>ya</p>"),
        # Tools that take a coding off leave its header standing.
        ("Transfer-Encoding: chunked", b"<p>ya</p>"),
        ("Content-Encoding: gzip", b"<p>ya</p>"),
        ("Content-Encoding: br", b"<p>ya</p>"),
        ("Content-Encoding: deflate\r\nContent-Length: 99", b"<p>ya</p>"),
        (
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked",
            gzip.compress(b"<p>ya</p>", mtime=0),
        ),
    ],
)
def test_codings_are_taken_off(coding, body):
    [capture], counts = read(zipped(coded(coding, body)))
    assert capture.body == b"<p>ya</p>"
    assert counts == {}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (raw_record(head=b"HTTP/1.1 404 Not Found\r\n\r\n"), "status"),
        (raw_record(head=b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"), "not_html"),
        (GOOD.replace(b"Type: response", b"Type: conversion", 1), "other_record"),
        (GOOD.replace(b"Type: response", b"Type: continuation", 1), "other_record"),
        (GOOD.replace(b"WARC-Type: response\r\n", b"", 1), "other_record"),
    ],
)
def test_a_record_without_a_page_is_counted_as_skipped(record, reason):
    assert read(zipped(record)) == ([], {f"skipped/{reason}": 1})


def test_a_header_that_tries_to_be_two_stays_in_its_record():
    injected = raw_record(more=b"X: a\r\nWARC-Target-URI: https://lain.example/\r\n")
    captures, _ = read(zipped(injected, GOOD))
    assert [capture.url for capture in captures] == ["https://kontan.co.id/1"] * 2


def test_memory_does_not_grow_with_what_a_record_hides():
    """200 MB in a record, and 200 MB behind a coding, weigh 2 MB together in the file."""
    bomb = coded("Content-Encoding: gzip", gzip.compress(bytes(200_000_000), 1))
    content = zipped(raw_record(b"z" * 200_000_000), bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read(content)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 60_000  # KB


def test_an_offset_without_a_record_is_an_error():
    with pytest.raises((OSError, BadRecordError)):
        read_page(BytesIO(zipped(GOOD)), 7)


def with_bare_lf(record: bytes, *, whole: bool) -> bytes:
    """Return `record` with LF for CRLF in its HTTP head or, if `whole`, in both heads."""
    head, _, block = record.removesuffix(b"\r\n\r\n").partition(b"\r\n\r\n")
    block = block.replace(b"\r\n", b"\n")
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(block), head)
    made = head + b"\r\n\r\n" + block + b"\r\n\r\n"
    return made.replace(b"\r\n", b"\n") if whole else made


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("pack", [zipped, lambda *records: b"".join(records)])
def test_heads_whose_lines_end_in_a_bare_lf_are_read(pack, whole: bool):
    record = with_bare_lf(raw_record(LONG + b"\n\nend"), whole=whole)
    captures, counts = read(pack(record, record))
    assert [capture.body for capture in captures] == [LONG + b"\n\nend"] * 2
    assert captures[0].content_type == "text/html"
    assert counts == {}
    again = read_page(BytesIO(pack(record, record)), captures[1].offset)
    assert again == replace(captures[1], outlet="")


def test_a_date_without_a_time_is_the_beginning_of_the_day():
    [page], counts = read(raw_record(date=b"2023-10-02"))
    assert page.fetched_at.isoformat() == "2023-10-02T00:00:00+00:00"
    assert counts == {}


def test_a_capture_of_the_wayback_machine_has_the_address_and_date_of_the_page():
    url = b"https://web.archive.org/web/20200517032200/https://kontan.co.id/1"
    bar = b"<!-- %s WAYBACK TOOLBAR INSERT -->"
    body = bar % b"BEGIN" + b"<p>18 Mei 2020</p>" + bar % b"END" + b"<p>ya</p>"
    [page], _ = read(raw_record(body, url=url))
    assert page.url == "https://kontan.co.id/1"
    assert page.fetched_at.isoformat() == "2020-05-17T03:22:00+00:00"
    assert page.body == b"<p>ya</p>"
