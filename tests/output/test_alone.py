"""The folder output/ works by itself: readers may copy it without the rest of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from output.writer import Writer
from tests.output.rows import article
from tests.places import CHECKOUT

PROGRAM = """
import importlib, pathlib, pkgutil, sys

import duckdb

import output

for module in pkgutil.iter_modules(output.__path__):
    importlib.import_module(f"output.{module.name}")

from output.database import write_database
from output.dataset import latest, read, schema_of
from output.formats import FORMATS
from output.selection import Selection, select
from output.views import connect

data = "data"
READERS = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}
assert pathlib.Path(output.__path__[0]).parent == pathlib.Path.cwd()
assert len(read(data)) == 2
assert latest(data).column("title").to_pylist() == ["Gawai batal meluncur"]
assert connect(data).execute("SELECT articles FROM stories").fetchall() == [(1,)]
for kind, write in FORMATS.items():
    with open(f"exported.{kind}", "wb") as file:
        write(select(data, Selection(latest=True)), schema_of("articles"), file)
    titles = duckdb.sql(f"SELECT title FROM {READERS[kind]}('exported.{kind}')").fetchall()
    assert titles == [("Gawai batal meluncur",)], kind
write_database(lambda table: select(data, Selection(), table), pathlib.Path("exported.duckdb"))
assert duckdb.connect("exported.duckdb").execute("SELECT title FROM latest").fetchall() == [
    ("Gawai batal meluncur",)
]
print(*sorted({name.split(".")[0] for name in sys.modules} & {"crawler", "pipelines", "spiders"}))
"""


def test_a_copy_of_the_folder_output_reads_and_exports_a_dataset(tmp_path):
    shutil.copytree(
        CHECKOUT / "output",
        tmp_path / "output",
        ignore=shutil.ignore_patterns("data", "__pycache__"),
    )
    writer = Writer(tmp_path / "data", "run-1")
    writer.write("articles", "kontan", article(1))
    later = article(1)["fetched_at"].replace(day=2)
    writer.write("articles", "kontan", article(1, title="Gawai batal meluncur", fetched_at=later))
    writer.flush()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
