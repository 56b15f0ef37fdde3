"""The dataset as DuckDB views: exact while runs write, for files of any schema version."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from output.dataset import live_files, open_clusters, open_dataset, open_small
from output.filesystem import Root
from output.mentions import open_mentions
from output.schema import DAY_ALONE, SCHEMA_VERSION, SCHEMAS, VERSION_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from output.dataset import Location

SQL = Path(__file__).parent / "sql"
_FOLDER = re.compile(r"read_parquet\(\s*'output/data/(\w+)/.*?\)", re.DOTALL)
# SQL of an instant as WIB, in which the dataset counts days and months; without a zone, so that no
# reader converts it again.
IN_WIB = "({} AT TIME ZONE 'Asia/Jakarta')"
# SQL that is false where a page prints only a day: published_at is 00:00 WIB then.
HAS_TIME = f"NOT ends_with(coalesce(published_source, ''), '{DAY_ALONE}')"


def connect(location: Location) -> duckdb.DuckDBPyConnection:
    """Return a connection with the views captures, latest, rejects, runs, clusters, boilerplate,
    mentions and stories.

    A view of an absent table is empty; columns that older files lack are null. SQL on the
    connection can open no file and no address.
    """
    import duckdb  # here: a crawl does without

    connection = duckdb.connect(
        config={"enable_external_access": False, "autoinstall_known_extensions": False}
    )
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    # DuckDB does not know the size of a view: queries have the smaller side of a join last.
    connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    connection.register("stored", open_dataset(location))
    connection.register("rejects", open_dataset(location, "rejects"))
    connection.register("runs", open_dataset(location, "runs"))
    connection.register("clusters", open_clusters(Root(location)))
    connection.register("boilerplate", open_small(Root(location), "boilerplate"))
    connection.register("mentions", open_mentions(location))
    connection.execute("""
        CREATE TEMP VIEW captures AS SELECT stored.* REPLACE (
            coalesce(clusters.cluster_id, stored.cluster_id) AS cluster_id,
            CASE WHEN kinds IS NULL AND paragraphs IS NOT NULL
                THEN list_resize([]::VARCHAR[], len(paragraphs), 'paragraph')
                ELSE kinds END AS kinds)
        FROM stored LEFT JOIN clusters ON clusters.article_id = stored.article_id""")
    connection.execute("""
        CREATE TEMP VIEW latest AS SELECT * FROM captures QUALIFY row_number() OVER (
            PARTITION BY outlet, article_id
            ORDER BY fetched_at DESC, extractor_version DESC) = 1""")
    connection.execute(over_tables((SQL / "stories.sql").read_text("utf-8")))
    return connection


@contextmanager
def reading() -> Iterator[None]:
    """Turn every error of an unreadable file into an OSError with a message of one line."""
    import duckdb

    try:
        yield
    except (pa.ArrowInvalid, duckdb.InvalidInputException, duckdb.IOException) as error:
        raise OSError(str(error).splitlines()[0]) from error


def has_clusters(location: Location) -> bool:
    """Return True if the dataset's articles have ever been grouped into stories."""
    return open_clusters(Root(location)).count_rows() > 0


def older_columns(location: Location) -> Counter[str]:
    """Return the columns that older files of articles/ lack, with the number of such files.

    :raises OSError: when a file cannot be read; the message names it.
    """
    root = Root(location)
    lacking: Counter[str] = Counter()
    for path in live_files(root, "articles"):
        try:
            schema = pq.read_schema(path, filesystem=root.filesystem)
        except pa.ArrowInvalid as error:
            raise OSError(f"{root.relative(path)}: {error}") from error
        version = (schema.metadata or {}).get(VERSION_KEY, b"0").decode()
        if version != str(SCHEMA_VERSION):
            lacking.update(set(SCHEMAS["articles"].names) - set(schema.names))
    return lacking


def over_tables(sql: str) -> str:
    """Return `sql` with each read_parquet() of a folder replaced by the table of that name."""
    return _FOLDER.sub(r"\1", sql)
