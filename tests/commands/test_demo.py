"""`scrapy demo`: a whole crawl, the commands that it prints at its end, and the same once more."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from scrapy.settings import Settings

from crawler.commands.demo import Command
from output.dataset import latest, open_dataset, read
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

OUTLET = "detikinet"
ABSENT = """
import sys

class Absent:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent)
"""


def demo(folder: Path) -> str:
    command = [sys.executable, "-m", "scrapy", "demo", OUTLET]
    environment = os.environ | {"OUTPUT_DIR": str(folder)}
    return subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def said(folder):
    """The output of the first demo."""
    return demo(folder)


@pytest.fixture
def fresh_machine(tmp_path):
    """Nothing on PATH, and no package of Python that `make demo` does without."""
    lock = (CHECKOUT / "requirements.lock").read_text("utf-8")
    locked = {plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    absent = {
        module
        for module, owners in packages_distributions().items()
        if not {plain(owner) for owner in owners} & locked
    }
    assert {"pandas", "polars", "pytest"} <= absent
    (tmp_path / "sitecustomize.py").write_text(ABSENT.format(absent=absent))
    return {"PATH": "/nowhere", "PYTHONPATH": str(tmp_path)}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_an_outlet_that_the_newsroom_does_not_play_is_left_out(monkeypatch):
    known = {name: SimpleNamespace(status="modelled") for name in (OUTLET, "kabartekno")}
    refused = {"republika": SimpleNamespace(status="refused")}
    monkeypatch.setattr("crawler.commands.demo.load_spiders", lambda _: known | refused)
    command = Command()
    command.settings = Settings()
    assert command._played() == [OUTLET]


def test_the_commands_that_it_prints_work_at_once(said, fresh_machine):
    commands = re.findall(r'^  (\S+python -c ".*?")$', said, re.MULTILINE | re.DOTALL)
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=CHECKOUT,
            env=fresh_machine,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 5


def test_an_article_that_was_edited_meanwhile_is_a_row_more(said, folder):
    rows = read(folder, revisions=True).to_pylist()
    assert {row["revision"] for row in rows} == {1, 2}
    assert len(rows) > latest(folder).num_rows > 20
    [newest] = [row for row in rows if row["revision"] == 2][:1]
    [before] = [r for r in rows if r["article_id"] == newest["article_id"] and r["revision"] == 1]
    added = set(newest["paragraphs"]) - set(before["paragraphs"])
    assert len(added) == 1


def test_a_second_demo_finds_the_same_articles(said, folder):
    before = read(folder, revisions=True)
    demo(folder)
    after = read(folder, revisions=True)
    kept = {(row["article_id"], row["content_hash"]) for row in before.to_pylist()}
    new = [r for r in after.to_pylist() if (r["article_id"], r["content_hash"]) not in kept]
    assert len(new) <= 2  # what was published meanwhile
    assert all(row["revision"] == 1 for row in new)
    assert after.num_rows - before.num_rows == len(new)
    newest = latest(folder)
    assert len(set(newest["content_hash"].to_pylist())) == newest.num_rows
    assert "gone" not in open_dataset(folder, "rejects").to_table()["reason"].to_pylist()
