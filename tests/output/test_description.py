from __future__ import annotations

import os
import subprocess
import sys

import pytest

from output.dataset import open_dataset
from output.description import NAME, publish_description
from output.views import has_clusters
from tests.output.several_runs import write_runs


@pytest.fixture
def location(tmp_path):
    location = write_runs(tmp_path / "output/data")
    publish_description(location)
    return location


LOADED = """
from datasets import load_dataset

for table in ("articles", "rejects", "runs"):
    print(table, load_dataset("output/data", table, split="train").num_rows)
print("default", load_dataset("output/data", split="train").num_rows)
"""


def test_hugging_face_loads_the_folder(location):
    pytest.importorskip("datasets", reason="datasets is not here; `make .venv/.ci` installs it")
    folder = location.parents[1]
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=folder,
        env=os.environ | offline | {"HF_HUB_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    counted = dict(line.split() for line in done.stdout.splitlines())
    tables = ("articles", "rejects", "runs")
    expected = {table: str(open_dataset(location, table).count_rows()) for table in tables}
    assert counted == expected | {"default": expected["articles"]}


def test_the_description_is_written_once(location):
    before = (location / NAME).stat().st_mtime_ns
    publish_description(location)
    assert (location / NAME).stat().st_mtime_ns == before


def test_an_empty_table_of_stories_is_founded(location):
    assert not has_clusters(location)
    assert len(list((location / "clusters").iterdir())) == 1


def test_a_folder_without_tables_is_not_described(tmp_path):
    publish_description(tmp_path)
    assert list(tmp_path.iterdir()) == []
