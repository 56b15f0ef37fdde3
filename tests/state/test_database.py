"""A state file that an older version wrote goes on working."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from crawler.state.database import FILE, microseconds
from crawler.state.index import open_index
from crawler.state.refusals import Refusals
from crawler.state.schema import MIGRATIONS
from tests.output.rows import NOON

UNTIL = NOON + timedelta(hours=5)


@pytest.fixture
def third_version(tmp_path):
    """A state of the third version, whose tables and columns had other names."""
    old = sqlite3.connect(tmp_path / FILE)
    for script in MIGRATIONS[:3]:
        old.executescript(script)
    old.execute("PRAGMA user_version = 3")
    refusal = ("kontan.example", "403", microseconds(UNTIL), 2)
    old.execute("INSERT INTO blocks VALUES (?, ?, ?, ?)", refusal)
    old.execute("INSERT INTO told_by VALUES ('a reader')")
    old.execute("INSERT INTO tellings VALUES (7, 'kontan:1', x'00', 1)")
    old.execute("INSERT INTO triples VALUES (7, x'01')")
    old.execute("INSERT INTO bands VALUES (1, 2, 7)")
    old.commit()
    old.close()
    return tmp_path


def test_refusals_of_the_third_version_are_kept(third_version):
    with open_index(third_version, third_version) as index:
        refusal = Refusals(index.db, clock=lambda: NOON).current("kontan.example")
    assert refusal is not None
    assert (refusal.reason, refusal.until, refusal.times) == ("403", UNTIL, 2)


def test_texts_of_the_third_version_are_kept(third_version):
    with open_index(third_version, third_version) as index:
        tables = {
            table: index.db.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("read_by", "texts", "fingerprints", "bands")
        }
    assert tables == {
        "read_by": [("a reader",)],
        "texts": [(7, "kontan:1", b"\0", 1)],
        "fingerprints": [(7, b"\1")],
        "bands": [(1, 2, 7)],
    }
