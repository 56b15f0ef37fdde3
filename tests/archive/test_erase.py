"""Pages that leave the archive for good, between others that stay where they are."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.erase import erase, nothing
from crawler.archive.reader import read_page
from crawler.archive.writer import open_folder
from output.filesystem import Root
from tests.archive.test_writer import exchange, finished, make, records


def page(number: int, body: bytes | None = None, article: int | None = None):
    """The page of an article whose text is its own."""
    listed = json.dumps({"article_id": f"kontan:{article or number}"}).encode()
    return exchange(number, listed=listed, body=body or f"<p>Rahasia {number}.</p>".encode() * 50)


def erased(folder, article: str):
    return erase(Root(folder), open_folder(str(folder), "kontan"), "kontan", article)


def contents(folder) -> bytes:
    """All that the archive says, uncompressed."""
    return b"".join(gzip.decompress(path.read_bytes()) for path in finished(folder))


def test_a_page_is_gone_and_the_others_stay_where_rows_say(tmp_path):
    archive = make(tmp_path)
    places = {number: archive.keep(page(number)) for number in (1, 2, 3)}
    archive.finish()
    [path] = finished(tmp_path)
    size = path.stat().st_size
    assert erased(tmp_path, "kontan:2") == (1, [])
    text = contents(tmp_path)
    assert b"Rahasia 2" not in text and b"kapal-2" not in text and b"kontan:2" not in text
    assert path.stat().st_size == size
    assert [kind for kind, *_ in records(path)] == [
        "warcinfo", "request", "metadata", "response", "metadata", "request", "metadata",
        "response",
    ]  # fmt: skip
    for number in (1, 3):
        with (tmp_path / places[number]["file"]).open("rb") as file:
            assert f"Rahasia {number}".encode() in read_page(file, places[number]["offset"]).body
    with (tmp_path / places[2]["file"]).open("rb") as file, pytest.raises(OSError, match=r".*"):
        read_page(file, places[2]["offset"])


def test_warcio_check_is_content(tmp_path):
    archive = make(tmp_path)
    for number in (1, 2, 3):
        archive.keep(page(number, os.urandom(100_000)))
    archive.finish()
    erased(tmp_path, "kontan:2")
    [path] = finished(tmp_path)
    command = [sys.executable, "-m", "warcio.cli", "check", str(path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_every_page_of_an_article_is_erased_from_every_file(tmp_path):
    for run in ("20230901T000000Z-aa", "20230902T000000Z-bb"):
        archive = make(tmp_path, run)
        archive.keep(page(1))
        archive.keep(page(2, article=1))  # its second page, side by side
        archive.keep(page(3))
        archive.finish()
    assert erased(tmp_path, "kontan:1") == (4, [])
    text = contents(tmp_path)
    assert b"Rahasia 1" not in text and b"Rahasia 2" not in text
    assert text.count(b"Rahasia 3") == 100
    assert erased(tmp_path, "kontan:1") == (0, [])


def test_other_outlets_and_articles_are_left_alone(tmp_path):
    archive = make(tmp_path)
    archive.keep(page(11))
    archive.finish()
    [path] = finished(tmp_path)
    before = path.read_bytes()
    assert erased(tmp_path, "kontan:1") == (0, [])
    assert path.read_bytes() == before


@pytest.mark.parametrize("ending", [False, True])
def test_a_page_behind_an_empty_member_is_erased_too(tmp_path, ending):
    """bgzip ends each file with one, and files are joined."""
    archive = make(tmp_path)
    archive.keep(page(1))
    archive.keep(page(2))
    archive.finish()
    [file] = finished(tmp_path)
    nothing_at_all = gzip.compress(b"", mtime=0)
    other = tmp_path / "other"
    archive = make(other)
    archive.keep(page(3))
    archive.finish()
    [more] = finished(other)
    file.write_bytes(
        file.read_bytes() + nothing_at_all + more.read_bytes() + nothing_at_all * ending
    )
    assert erased(tmp_path, "kontan:3") == (1, [])
    assert b"Rahasia 3" not in gzip.decompress(file.read_bytes())
    assert b"Rahasia 2" in gzip.decompress(file.read_bytes())
    assert erased(tmp_path, "kontan:2") == (1, [])
    assert b"Rahasia 2" not in gzip.decompress(file.read_bytes())


def test_a_damaged_file_is_named_and_the_page_behind_the_damage_goes(tmp_path):
    archive = make(tmp_path)
    archive.keep(page(1, os.urandom(50_000)))
    archive.keep(page(2))
    archive.finish()
    [path] = finished(tmp_path)
    content = bytearray(path.read_bytes())
    content[20_000:20_100] = bytes(100)
    path.write_bytes(content)
    pages, [named] = erased(tmp_path, "kontan:2")
    assert (pages, tmp_path / named) == (1, path)
    assert gzip.compress(b"Rahasia 2")[10:14] not in path.read_bytes()


@given(st.integers(min_value=500, max_value=300_000))
def test_an_empty_record_can_have_any_length(length):
    member = nothing(length)
    assert len(member) == length
    assert gzip.decompress(member).startswith(b"WARC/1.1\r\nWARC-Type: metadata")


def test_an_empty_record_cannot_be_shorter_than_a_header():
    with pytest.raises(ValueError, match="as short as 30 bytes"):
        nothing(30)
