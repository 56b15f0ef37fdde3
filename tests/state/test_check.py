"""The state's index is compared with the files row by row, both ways."""

from __future__ import annotations

import pytest

from crawler.sources import Candidate
from crawler.state.check import disagreements
from crawler.state.database import FILE
from crawler.state.index import open_index
from output.takedown import bury
from output.writer import Writer
from tests.output.rows import NOON, article, reject

NINE = Candidate(url="https://kontan.example/news/9", published=NOON)


def write(folder, table, *rows, run="run-1"):
    writer = Writer(folder, run)
    for row in rows:
        writer.write(table, "kontan", row)
    [part] = writer.flush()
    return part.path


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, "articles", article(1), article(2))
    write(tmp_path, "rejects", reject(1) | {"article_id": "kontan:3"}, reject(2))
    with open_index(tmp_path, tmp_path) as index:
        index.queue("kontan").wait("kontan:9", NINE)
        write(tmp_path, "pending", *index.queue("kontan").rows())
    return tmp_path


def findings(folder, statement="", **options):
    """Return the findings after `statement` has changed the state."""
    with open_index(folder, folder, **options) as index:
        if statement:
            index.db.execute(statement)
        return [(path.partition("/")[0], what) for path, what in disagreements(index)]


def test_a_state_in_step_has_no_findings(folder):
    assert findings(folder) == []


def test_files_that_came_or_went_are_no_finding(folder):
    write(folder, "articles", article(4), run="run-2")
    for path in (folder / "rejects").rglob("*.parquet"):
        path.unlink()
    assert findings(folder) == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "DELETE FROM captures WHERE article_id = 'kontan:2'",
            ("articles", f"unknown to {FILE}: kontan:2"),
        ),
        (
            "INSERT INTO captures SELECT part, 'kontan:8', 1, '', x'', 1 FROM captures LIMIT 1",
            ("articles", f"known to {FILE}, and not in it: kontan:8"),
        ),
        (
            "DELETE FROM rejects",
            ("rejects", f"unknown to {FILE}: kontan:3"),
        ),
        (
            "INSERT INTO rejects VALUES (99, 'kontan:8', 'gallery', '', 1)",
            (FILE, "stands in no file: kontan:8"),
        ),
        (
            "UPDATE pending SET article_id = 'kontan:1'",
            (FILE, "is stored and waits as if it were new: kontan:1"),
        ),
        ("DELETE FROM pending", ("pending", f"unknown to {FILE}: kontan:9")),
    ],
)
def test_each_disagreement_is_a_finding(folder, statement, finding):
    assert finding in findings(folder, statement)


def test_a_forgotten_article_that_came_back_is_a_finding(folder):
    """As when an archive was read again by a process that had not heard of it."""
    bury(folder, "kontan", "kontan:1")
    [(where, what)] = findings(folder)
    assert (where, what.rpartition(": ")[2]) == (FILE, "kontan:1")


def test_another_content_is_a_finding_both_ways(folder):
    what = [what for _, what in findings(folder, "UPDATE captures SET content_hash = x'00'")]
    assert what == [
        f"unknown to {FILE}: kontan:1 and 1 more",
        f"known to {FILE}, and not in it: kontan:1 and 1 more",
    ]


def test_damage_is_a_finding_once(folder):
    path = folder / FILE
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * 4096 + content[8192:])
    [(where, what)] = findings(folder, thorough=True)
    assert where == FILE and what.startswith("damaged: ")
    assert findings(folder, thorough=True) == []
