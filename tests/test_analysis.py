"""docs/analysis.md does what it says: its code runs as it stands, and each tool counts the same.

Spark's is run by tests/test_spark.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.output.several_runs import write_old, write_runs

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGE = (ROOT / "docs/analysis.md").read_text("utf-8")
SECTIONS = {
    title.strip(): BLOCK.findall(text)
    for title, _, text in (section.partition("\n") for section in PAGE.split("\n## ")[1:])
}
CAPTURES, ARTICLES = 16, 15


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder that looks like the checkout after some runs."""
    write_runs(tmp_path / "output/data")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(code):
    names = {}
    exec(compile(code, "docs/analysis.md", "exec"), names)
    return names


def rows(table):
    """How many there are, whoever has read them."""
    return len(table.fetchall() if hasattr(table, "fetchall") else table)


def assert_counts(names):
    for name, expected in (("articles", CAPTURES), ("newest", ARTICLES)):
        if name in names:
            assert rows(names[name]) == expected


@pytest.mark.parametrize("tool", ["pandas", "polars", "DuckDB", "pyarrow"])
def test_every_tool_counts_the_same(checkout, tool):
    for code in SECTIONS[tool]:
        names = run(code)
        assert "articles" in names
        assert_counts(names)


def test_older_files_are_read_when_the_columns_are_named(checkout):
    write_old(checkout / "output/data")
    [code] = SECTIONS["Files of an older schema version"]
    names = run(code)
    for reader in ("by_pandas", "by_pyarrow", "by_polars"):
        assert names[reader].shape == (CAPTURES + 1, len(names["columns"]))


def test_no_section_is_left_out():
    run_here = {
        "pandas",
        "polars",
        "DuckDB",
        "pyarrow",
        "Spark",
        "Files of an older schema version",
    }
    assert {title for title, blocks in SECTIONS.items() if blocks} == run_here
