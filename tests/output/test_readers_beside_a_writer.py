"""Readers in a loop beside a process that writes and compacts without pause."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import polars as pl
import pytest

from output.dataset import latest, read

CHECKOUT = Path(__file__).parents[2]
VIEWS = (CHECKOUT / "docs/views.sql").read_text()

WRITING = """
    import sys, time
    from pathlib import Path
    from output.compaction import compact, remove_replaced
    from output.writer import Writer
    from tests.output.rows import article

    folder, grace = Path(sys.argv[1]), float(sys.argv[2])
    for part in range(300):
        writer = Writer(folder, f"run-{part:05}")
        for number in range(3):
            writer.write("articles", "kontan", article(3 * part + number))
        writer.flush()
        published = folder / "published"
        published.with_suffix(".new").write_text(str(3 * part + 3))
        published.with_suffix(".new").rename(published)
        if part % 10 == 9:
            remove_replaced(folder, grace=grace)
            compact(folder)
"""


def by_read(folder):
    return read(folder, columns=["article_id"])["article_id"].to_pylist()


def by_latest(folder):
    return latest(folder, columns=["article_id"])["article_id"].to_pylist()


def by_view(folder):
    with duckdb.connect() as connection:
        connection.execute(VIEWS.replace("output/data", str(folder)))
        rows = connection.sql("SELECT article_id FROM latest").to_arrow_table()
    return rows["article_id"].to_pylist()


def by_folder(folder):
    return pl.read_parquet(folder / "articles", columns=["article_id"])["article_id"].to_list()


@pytest.mark.trial
@pytest.mark.parametrize(
    ("load", "grace", "doubles"),
    [
        pytest.param(by_read, 2.0, False, id="read"),
        pytest.param(by_latest, 2.0, False, id="latest"),
        # These open what they have listed, so nothing that was listed may be removed meanwhile.
        pytest.param(by_view, 3600.0, False, id="view"),
        pytest.param(by_folder, 3600.0, True, id="folder"),
    ],
)
def test_no_row_is_ever_missing(tmp_path, load, grace, doubles):
    command = [sys.executable, "-c", textwrap.dedent(WRITING), str(tmp_path), str(grace)]
    reads = 0
    with subprocess.Popen(command, cwd=CHECKOUT) as writing:
        while writing.poll() is None:
            if not (tmp_path / "published").exists():
                continue
            expected = int((tmp_path / "published").read_text())
            ids = load(tmp_path)
            reads += 1
            assert {f"kontan:{number}" for number in range(expected)} <= set(ids)
            assert doubles or len(ids) == len(set(ids))
    assert writing.returncode == 0
    assert reads > 5
