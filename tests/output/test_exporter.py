from __future__ import annotations

import io
import os
import subprocess
import sys
import textwrap

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawler.items import Article, Image
from output.exporter import GROUP_ROWS, FileStorage, ParquetItemExporter
from output.row_check import RowError
from output.schema import ARTICLES
from tests.output.rows import NOON
from tests.places import CHECKOUT


def article(number=1):
    return Article(
        outlet="kontan",
        url=f"https://kontan.example/news/{number}",
        article_id=f"kontan:{number}",
        title="Gawai meluncur",
        body="Gawai meluncur di Bandung.",
        images=[Image(url="https://gambar.example/1.jpg")],
        content_hash="0" * 64,
        published_at=NOON,
        fetched_at=NOON,
        run_id="run-1",
        extractor_version="2026.11.22",
    )


def export(*items, **options):
    file = io.BytesIO()
    exporter = ParquetItemExporter(file, **options)
    exporter.start_exporting()
    for item in items:
        exporter.export_item(item)
    exporter.finish_exporting()
    return pq.ParquetFile(pa.BufferReader(file.getvalue()))


def test_items_are_rows_of_articles():
    table = export(article()).read()
    assert table.drop_columns(["outlet"]).schema.equals(ARTICLES)
    row = table.to_pylist()[0]
    assert row["outlet"] == "kontan"
    assert row["published_at"] == NOON
    assert row["images"] == [
        {"url": "https://gambar.example/1.jpg", "caption": None, "credit": None}
    ]
    assert row["authors"] == []


def test_rows_are_written_in_groups():
    file = export(*(article(number) for number in range(GROUP_ROWS + 1)))
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [
        GROUP_ROWS,
        1,
    ]


def test_the_exporter_writes_the_columns_among_the_fields_asked_for():
    fields = ["outlet", "title", "url"]
    assert export(article(), fields_to_export=fields).schema_arrow.names == fields[::-1]


def test_an_export_feed_without_items_is_an_empty_table():
    assert export().read().drop_columns(["outlet"]).schema.equals(ARTICLES)


def test_the_exporter_refuses_an_item_that_is_no_article():
    with pytest.raises(RowError, match="article_id is missing"):
        export({"url": "https://kontan.example/"})


@pytest.mark.parametrize(
    ("name", "content", "options", "refused"),
    [
        ("x.parquet", b"PAR1", {"format": "parquet"}, True),
        ("x.parquet", b"PAR1", {"format": "parquet", "overwrite": True}, False),
        ("x.parquet", b"", {"format": "parquet"}, False),
        ("x.parquet", None, {"format": "parquet"}, False),
        ("x.jsonl", b"{}", {"format": "jsonlines"}, False),
    ],
)
def test_the_feed_storage_refuses_to_append_to_parquet(tmp_path, name, content, options, refused):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    if refused:
        with pytest.raises(ValueError, match="cannot be appended to: use -O"):
            FileStorage(str(file), feed_options=options)
    else:
        FileStorage(str(file), feed_options=options)


SETTINGS = """
    FEED_EXPORTERS = {"parquet": "output.exporter.ParquetItemExporter"}
    FEED_STORAGES = {"": "output.exporter.FileStorage", "file": "output.exporter.FileStorage"}
    TELNETCONSOLE_ENABLED = False
"""
SPIDER = """
    import scrapy
    from tests.output.test_exporter import article

    class OnePageSpider(scrapy.Spider):
        name = "one"

        async def start(self):
            yield article()
"""


def test_stock_runspider_writes_parquet_and_refuses_to_append(tmp_path):
    (tmp_path / "one.py").write_text(textwrap.dedent(SPIDER))
    (tmp_path / "one_settings.py").write_text(textwrap.dedent(SETTINGS))
    paths = {"PYTHONPATH": str(CHECKOUT), "SCRAPY_SETTINGS_MODULE": "one_settings"}

    def scrapy(*options):
        return subprocess.run(
            [sys.executable, "-m", "scrapy", "runspider", "one.py", *options],
            cwd=tmp_path,
            env=os.environ | paths,
            capture_output=True,
            text=True,
            check=False,
        )

    assert scrapy("-o", "x.parquet").returncode == 0
    first = (tmp_path / "x.parquet").read_bytes()
    assert pq.read_table(tmp_path / "x.parquet")["article_id"].to_pylist() == ["kontan:1"]

    again = scrapy("-o", "x.parquet")
    assert again.returncode != 0
    assert "x.parquet exists, and Parquet cannot be appended to: use -O" in again.stderr
    assert (tmp_path / "x.parquet").read_bytes() == first

    assert scrapy("-O", "x.parquet").returncode == 0
