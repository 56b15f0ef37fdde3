"""WARC files known by content, and those inside a WACZ."""

from __future__ import annotations

import gzip
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from crawler.archive import containers, zips
from crawler.archive.containers import kind_of, warcs_in
from crawler.archive.reader import read_page
from crawler.archive.scanner import Counts, read_pages
from tests.archive.warcs import raw_record, zipped

if TYPE_CHECKING:
    from typing import BinaryIO

ARC = b"filedesc://lama.arc 0.0.0.0 20050517032200 text/plain 69\n1 0 Alexa\n"


def wacz(*warcs: bytes, packing: int = zipfile.ZIP_STORED) -> BytesIO:
    """Return a WACZ, as specs.webrecorder.net/wacz/1.1.1 describes its layout."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", packing) as made:
        made.writestr("datapackage.json", '{"profile": "data-package", "wacz_version": "1.1.1"}')
        made.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0", "id": "pages"}\n')
        for number, warc in enumerate(warcs):
            made.writestr(f"archive/data-{number}.warc.gz", warc)
        made.writestr("indexes/index.cdx", "")
    return file


def urls(source: BinaryIO) -> list[str]:
    return [
        page.url
        for _, warc in warcs_in(source)
        for page in read_pages(warc, lambda url: "kontan", Counts())
    ]


def numbered(number: int) -> bytes:
    return raw_record(url=b"https://kontan.co.id/%d" % number)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (raw_record(), "warc"),
        (zipped(raw_record()), "warc"),
        (ARC, "arc"),
        (gzip.compress(ARC), "arc"),
        (wacz(b"").getvalue(), "wacz"),
        (b"PK\x03\x04 no zip", ""),
        (b"<!DOCTYPE html>", ""),
        (b"", ""),
    ],
    ids=["warc", "warc.gz", "arc", "arc.gz", "wacz", "no zip", "html", "empty"],
)
def test_an_archive_is_known_by_content(content: bytes, kind: str) -> None:
    assert kind_of(BytesIO(content)) == kind


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_warc_of_a_wacz_is_read(packing: int) -> None:
    made = wacz(zipped(numbered(1), numbered(2)), zipped(numbered(3)), packing=packing)
    assert urls(made) == [f"https://kontan.co.id/{number}" for number in (1, 2, 3)]


def test_a_page_of_a_wacz_is_read_again_at_its_place_in_the_file() -> None:
    made = wacz(zipped(numbered(1)), zipped(numbered(2), numbered(3)))
    for start, warc in warcs_in(made):
        for page in list(read_pages(warc, lambda url: "kontan", Counts())):
            again = read_page(made, start + page.offset)
            assert again is not None and again.url == page.url


def test_an_arc_file_is_refused_with_the_way_to_convert_it() -> None:
    with pytest.raises(OSError, match="warcio recompress"):
        urls(BytesIO(gzip.compress(ARC)))


def test_a_damaged_or_enormous_wacz_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    made = wacz(zipped(numbered(1)), packing=zipfile.ZIP_DEFLATED).getvalue()
    monkeypatch.setattr(containers, "MAX_UNPACKED", 10)
    with pytest.raises(OSError, match="over 10 bytes"):
        urls(BytesIO(made))
    monkeypatch.setattr(zips, "MAX_DIRECTORY", 10)
    with pytest.raises(OSError, match="enormous"), zips.opened_zip(BytesIO(made)):
        pass


def test_an_encrypted_zip_is_an_error() -> None:
    made = bytearray(wacz(zipped(numbered(1)), packing=zipfile.ZIP_DEFLATED).getvalue())
    at = made.find(b"PK\x01\x02", made.find(b"pages/pages.jsonl"))  # of the second entry
    for place in range(at, len(made)):
        if made[place : place + 4] == b"PK\x01\x02":
            made[place + 8] |= 1
    with pytest.raises(OSError, match="broken zip"):
        urls(BytesIO(bytes(made)))
