"""An article that is taken down is gone everywhere, also after a removal that was killed."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from crawler.archive.reader import read_page
from crawler.archive.takedown import finish_takedowns, take_down
from crawler.archive.writer import Archive, open_folder
from output.compaction import compact
from output.dataset import open_dataset, read
from output.filesystem import Root
from output.stories import publish, stories
from output.takedown import unfinished
from output.verification import verify
from output.writer import Writer
from tests.archive.test_writer import exchange
from tests.output.rows import NOON, article, reject
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

TAKEN, LEFT = "kontan:1", ["kontan:2", "kontan:3"]


def settings(folder) -> dict[str, str]:
    return {"OUTPUT_DIR": str(folder), "STATE_DIR": ""}


def fetch(archive: Archive, number: int, **changes) -> dict:
    """A capture of an article, its page in the archive."""
    listed = json.dumps({"article_id": f"kontan:{number}"}).encode()
    row = article(number, **changes)
    kept = exchange(number, url=row["url"], listed=listed, body=row["body"].encode() * 20)
    return row | {"archive": archive.keep(kept)}


@pytest.fixture
def folder(tmp_path):
    """Two runs: the second fetched a revision, saw something to reject, and died amid."""
    folder = tmp_path / "data"
    for run in ("20230901T000000Z-aa", "20230902T000000Z-bb"):
        archive = Archive(Root(folder), open_folder(str(folder), "kontan"), "kontan", run)
        writer = Writer(folder, run)
        bodies = {"body": f"Isi menurut {run}.", "fetched_at": NOON}
        for number in (1, 2, 3) if run.endswith("aa") else (1,):
            writer.write("articles", "kontan", fetch(archive, number, **bodies))
            writer.flush()
        writer.write("rejects", "kontan", reject(1) | {"article_id": TAKEN, "run_id": run})
        writer.flush()
        if run.endswith("aa"):
            archive.finish()
            compact(folder, "kontan")
        else:
            archive.close()
    return folder


def assert_gone(folder: Path) -> None:
    assert unfinished(folder, "kontan") == []
    assert verify(folder) == []
    assert sorted(read(folder)["article_id"].to_pylist()) == LEFT
    reasons = open_dataset(folder, "rejects").to_table(["article_id", "reason"]).to_pylist()
    assert {(row["article_id"], row["reason"]) for row in reasons} == {(TAKEN, "forgotten")}
    assert not list((folder / "open").rglob("*.gz"))
    pages = b"".join(gzip.decompress(p.read_bytes()) for p in (folder / "archive").rglob("*.gz"))
    assert b"kontan:1" not in pages and b"news/1" not in pages
    for row in read(folder).to_pylist():
        with (folder / row["archive"]["file"]).open("rb") as file:
            assert read_page(file, row["archive"]["offset"]).url == row["url"]


def test_a_takedown_removes_rows_rejects_and_pages(folder):
    gone = take_down(settings(folder), "kontan", TAKEN)
    assert (gone.rows, gone.pages, gone.damaged) == (4, 2, [])
    assert_gone(folder)


def test_a_takedown_removes_the_article_from_its_story(folder):
    publish(folder, [(TAKEN, TAKEN), *((article_id, TAKEN) for article_id in LEFT)])
    take_down(settings(folder), "kontan", TAKEN)
    told = stories(folder).to_pylist()
    assert [story["cluster_id"] for story in told] == LEFT[:1]
    assert all(TAKEN.encode() not in path.read_bytes() for path in folder.glob("clusters/*"))
    assert verify(folder) == []


def test_a_second_takedown_removes_nothing(folder):
    take_down(settings(folder), "kontan", TAKEN)
    assert take_down(settings(folder), "kontan", TAKEN) == (0, 0, [])
    assert_gone(folder)


KILLED = """
    import os, shutil, sys
    from pathlib import Path

    from crawler.archive.takedown import take_down
    from output.filesystem import Root
    from tests.killing import kill_at_every_call

    original, copies = sys.argv[1:]

    def work(number):
        take_down({"OUTPUT_DIR": f"{copies}/{number}", "STATE_DIR": ""}, "kontan", "kontan:1")

    functions = [(os, "fsync"), (Path, "mkdir"), (Path, "open"), (Path, "rename"),
                 (Root, "remove"), (Root, "files")]
    kill_at_every_call(functions, work, lambda n: shutil.copytree(original, f"{copies}/{n}"))
"""


@pytest.mark.trial
def test_the_next_run_finishes_what_a_kill_cut_short(folder, tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(tmp_path / "copies")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    *killed, finished = map(int, done.stdout.split())
    assert finished == 0
    assert set(killed) == {signal.SIGKILL}
    assert len(killed) > 30
    begun = 0
    for copy in (tmp_path / "copies").iterdir():
        if unfinished(copy, "kontan"):
            begun += 1
            finish_takedowns(settings(copy), "kontan")
            assert_gone(copy)
    assert begun > 25
