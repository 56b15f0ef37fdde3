"""Files beside the tables that describe the dataset: datapackage.json, and README.md with the form
that Hugging Face's `load_dataset` reads, https://huggingface.co/docs/hub/datasets-manual-configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from output import stories
from output.datapackage import TABLES, publish_package, tables_at
from output.filesystem import Root
from output.schema import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from output.dataset import Location

NAME = "README.md"
_TEXT = """
# Indonesian technology news

A corpus of technology news from Indonesian outlets, kept by Wartatek. The texts are their outlets':
for your own research, not to republish.

`datasets.load_dataset(FOLDER, "articles")` gives every capture, without the columns `outlet` and
`month`, which only the paths hold; `article_id` begins with the outlet's name. These keep both:

    pandas.read_parquet("articles")
    polars.read_parquet("articles")
    pyarrow.dataset.dataset("articles", partitioning="hive").to_table()
    duckdb.sql("FROM read_parquet('articles/**/*.parquet', hive_partitioning = true)")
    datasets.Dataset(pyarrow.dataset.dataset("articles", partitioning="hive").to_table())

| table | its rows |
|---|---|
"""


def publish_description(location: Location) -> None:
    """Write datapackage.json and README.md at `location`, unless they are up to date, and an empty
    table clusters/ unless there is one.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    if not tables_at(root):
        return
    stories.found(location)
    publish_package(location)
    root.publish_changed(NAME, pa.py_buffer(describe(tables_at(root)).encode()))


def describe(tables: Iterable[str]) -> str:
    """Return the content of README.md for a dataset with `tables`."""
    configs = "".join(
        f"- config_name: {table}\n  data_files: {_files(table)}\n"
        + ("  default: true\n" if table == "articles" else "")
        for table in tables
    )
    rows = "".join(f"| `{table}` | {TABLES[table]} |\n" for table in tables)
    return f"---\nlanguage: id\nconfigs:\n{configs}---\n{_TEXT}{rows}"


def _files(table: str) -> str:
    return f"{table}/*.parquet" if table in SMALL else f"{table}/*/*/*.parquet"
