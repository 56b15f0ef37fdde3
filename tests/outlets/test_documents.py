"""Files of unknown kind: told by content, bounded, and clear about what cannot be read."""

import gzip

import pytest

from crawler.outlets import documents
from crawler.outlets.documents import Document, UnreadableError

PAGE = b"<!DOCTYPE html><html><head><title>Satelit</title></head><body><p>Isi.</p></body></html>"
TEXT = b"JAKARTA - Operator menguji satelit orbit rendah.\n\nHasilnya memuaskan."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PAGE, "html"),
        (b"\xef\xbb\xbf\n  " + PAGE, "html"),
        (b"Sisa header\n" + PAGE, "html"),
        (b"<p>Hanya satu paragraf.</p>", "html"),
        (TEXT, "text"),
        (b"Tanda <p> dipakai untuk paragraf dalam HTML.", "text"),
        (b"Jika a < b dan b < c, maka a < c.", "text"),
        (b"", "text"),
        (PAGE.decode().encode("utf-16"), "html"),
    ],
)
def test_the_kind_is_told_by_content(body, kind):
    assert Document.of(body).kind == kind


def test_a_gzipped_file_needs_no_ending(tmp_path):
    path = tmp_path / "halaman"
    path.write_bytes(gzip.compress(PAGE))
    assert Document.load(path) == Document(PAGE, "html")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (gzip.compress(PAGE, mtime=0)[:-9], "broken gzip"),
        (b"\x1f\x8b" + b"x" * 40, "broken gzip"),
        (b"%PDF-1.7\n\0\0\0", "null bytes"),
    ],
)
def test_what_cannot_be_read_says_why(body, message):
    with pytest.raises(UnreadableError, match=message):
        Document.of(body)


def test_a_gzip_bomb_is_cut_off_before_it_fills_memory(monkeypatch):
    monkeypatch.setattr(documents, "MAX_BYTES", 1000)
    with pytest.raises(UnreadableError, match="larger than 1,000 bytes"):
        Document.of(gzip.compress(b"<p>" * 100_000))


@pytest.mark.parametrize("name", ["tidak-ada.html", "."])
def test_a_missing_file_and_a_folder_are_unreadable(tmp_path, name):
    with pytest.raises(UnreadableError):
        Document.load(tmp_path / name)
