"""Stock feed exports as Parquet: `scrapy crawl kontan -O kontan.parquet`."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from itemadapter import ItemAdapter
from scrapy.exporters import BaseItemExporter
from scrapy.extensions.feedexport import FileFeedStorage

from output.dataset import PARTITIONS
from output.row_check import RowCheck
from output.schema import ARTICLES, Row
from output.writer import COMPRESSION

GROUP_ROWS = 1000  # rows held in memory; each group is written with its own columns


class ParquetItemExporter(BaseItemExporter):
    """Writes items as rows of articles and their outlet, in the columns asked for."""

    def __init__(self, file: IO[bytes], **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        columns = [*ARTICLES, PARTITIONS.field("outlet")]  # no path says the outlet of this file
        names = set(self.fields_to_export or (field.name for field in columns))
        self._schema = pa.schema([field for field in columns if field.name in names])
        self._schema = self._schema.with_metadata(ARTICLES.metadata)
        self._check = RowCheck(self._schema)
        self._writer = pq.ParquetWriter(file, self._schema, **COMPRESSION)
        self._rows: list[Row] = []

    def export_item(self, item: Any) -> None:
        """:raises RowError: when the item is no article."""
        fields = ItemAdapter(item).asdict()
        row = {name: fields.get(name) for name in self._schema.names}
        self._check.weigh(row)
        self._rows.append(row)
        if len(self._rows) >= GROUP_ROWS:
            self._write()

    def finish_exporting(self) -> None:
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


class FileStorage(FileFeedStorage):
    """Stock file storage that refuses to append to a Parquet file.

    Readers find rows by the footer at a file's end: of two files in one, they would miss the first.
    """

    def __init__(self, uri: str, *, feed_options: dict[str, Any] | None = None) -> None:
        """:raises ValueError: when a Parquet file at `uri` would be appended to."""
        super().__init__(uri, feed_options=feed_options)
        parquet = (feed_options or {}).get("format") == "parquet"
        file = Path(self.path)
        if parquet and self.write_mode == "ab" and file.is_file() and file.stat().st_size:
            raise ValueError(f"{self.path} exists, and Parquet cannot be appended to: use -O")
