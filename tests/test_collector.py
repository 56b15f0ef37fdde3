"""What the garbage collector is told to leave alone is still taken down at the end."""

import subprocess
import sys

PROGRAM = """
import duckdb
from crawler.collector import spare_what_is_loaded
duckdb.connect().execute("SELECT 1").fetchall()
spare_what_is_loaded()
"""


def test_a_program_that_spares_what_is_loaded_ends_without_a_word() -> None:
    """DuckDB's binding tells of every type that outlives the interpreter."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert ended.stderr == ended.stdout == b""
