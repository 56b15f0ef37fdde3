from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from output.dataset import MERGED, read
from output.filesystem import Root
from output.schema import ARTICLES
from output.verification import Finding, quarantine, verify
from output.writer import Writer, encode
from tests.output.rows import NOON, article, reject

PARTITION = "articles/outlet=kontan/month=2023-09"


@pytest.fixture
def folder(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(1))
    writer.write("rejects", "kontan", reject())
    writer.write("runs", "kontan", {"run_id": "run-1", "started_at": NOON})
    writer.flush()
    return tmp_path


def add(folder, path, *rows, schema=ARTICLES):
    Root(folder).publish(path, encode(pa.Table.from_pylist(list(rows), schema=schema)))


def found(folder):
    return [what for _, what in verify(folder)]


def test_a_sound_dataset_has_no_findings(folder):
    assert verify(folder) == []


@pytest.mark.parametrize(
    ("path", "content", "what"),
    [
        (f"{PARTITION}/half.parquet", b"PAR1 and then the power failed", "unreadable: "),
        (f"{PARTITION}/empty.parquet", b"", "unreadable: "),
        (f"{PARTITION}/notes.txt", b"isi", "not a Parquet file in a partition"),
        ("articles/stray.parquet", b"PAR1", "not a Parquet file in a partition"),
        ("articles/outlet=kontan/month=kemarin/x.parquet", b"PAR1", "not a Parquet file in"),
    ],
)
def test_files_that_readers_would_fail_on_are_foreign(folder, path, content, what):
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    (finding,) = verify(folder)
    assert finding.path == path
    assert finding.what.startswith(what)

    assert quarantine(folder) == [finding]
    assert verify(folder) == []
    assert (folder / "quarantine" / path).read_bytes() == content
    assert len(read(folder)) == 1


def test_a_parquet_file_of_another_program_is_foreign(folder):
    path = f"{PARTITION}/other.parquet"
    pq.write_table(pa.table({"title": ["Harga cabai"]}), folder / path)
    assert verify(folder) == [Finding(path, "not written as one of articles")]


def test_a_column_of_another_type_is_foreign(folder):
    path = f"{PARTITION}/run-0-00000.parquet"
    table = pa.table({"title": [1]}).replace_schema_metadata(ARTICLES.metadata)
    Root(folder).publish(path, encode(table))
    assert verify(folder) == [Finding(path, "title is int64")]


def test_quarantine_moves_files_of_the_named_outlet_only(folder):
    for path in ("articles/outlet=antara/x", f"{PARTITION}/x"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("isi")
    assert [finding.path for finding in quarantine(folder, "kontan")] == [f"{PARTITION}/x"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (article(2, published_at=None, fetched_at=NOON.replace(month=10)), "row of month=2023-10"),
        (article(2, outlet="antara"), "antara:2 is not of kontan"),
        (article(2, content_hash="0" * 64), "kontan:2: content_hash is not that of its title"),
        (article(1), "stand more than once, until `scrapy compact`: 1 rows, as ('kontan:1'"),
    ],
)
def test_rows_that_break_the_contract_are_found(folder, row, what):
    add(folder, f"{PARTITION}/run-2-00000.parquet", row)
    (said,) = found(folder)
    assert what in said


def test_kinds_that_are_not_as_many_as_paragraphs_are_found(folder):
    add(folder, f"{PARTITION}/run-8-00000.parquet", article(8, kinds=["paragraph"]))
    assert found(folder) == ["kontan:8: kinds are not as many as paragraphs"]


def test_a_merged_file_out_of_order_is_found(folder):
    add(folder, f"{PARTITION}/{MERGED}1.parquet", article(5), article(4))
    assert found(folder) == ["kontan:4 is out of order"]


def test_a_newer_schema_version_is_named(folder):
    newer = ARTICLES.with_metadata({**ARTICLES.metadata, b"wartatek.schema_version": b"99"})
    add(folder, f"{PARTITION}/run-2-00000.parquet", article(2), schema=newer)
    assert found(folder) == ["schema version 99 is newer than this program's, 2"]


def test_a_flipped_bit_is_found_by_verify(folder):
    (file,) = (folder / PARTITION).iterdir()
    content = bytearray(file.read_bytes())
    body = pq.ParquetFile(file).metadata.row_group(0).column(ARTICLES.names.index("body"))
    content[body.dictionary_page_offset + body.total_compressed_size // 3] ^= 1
    file.write_bytes(content)
    (said,) = found(folder)
    assert said.startswith("damaged: ")
