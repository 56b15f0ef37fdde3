"""Queries and moments that no reader means well: a search answers, in bounded time, or says why."""

from __future__ import annotations

import json
import shutil
import string
from typing import TYPE_CHECKING

import pytest

from output.compaction import compact
from output.dataset import INDEX
from output.search import Library, Question
from output.takedown import remove_rows
from tests.datasets import library_of, row, write

if TYPE_CHECKING:
    from pathlib import Path

QUERIES = [
    " ".join(f"kata{n}" for n in range(10_000)),
    " OR ".join(["roket"] * 10_000),
    "(" * 10_000 + "roket",
    "-" * 10_000,
    "NOT " * 5_000 + "roket",
    '"' * 9_999,
    "\u202eroket\u202c مرحبا שלום",
    "roket\x00\x00satelit",
    "a" * 100_000,
    "\ud800",
    "outlet:" * 1_000,
    "after:9999-99-99 before:0000-00-00",
    *string.punctuation,
]


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Library:
    folder: Path = tmp_path_factory.mktemp("hostile")
    write(folder, kontan=[row(n, title=f"Roket nomor {n}") for n in range(1, 9)])
    return library_of(folder)


@pytest.mark.parametrize("query", QUERIES, ids=[f"{n}" for n in range(len(QUERIES))])
def test_any_query_is_answered(library, query):
    question = Question(query)
    found = library.search(question)
    assert 0 <= found.total <= 8
    library.mistakes(question)
    library.in_vain(question)
    library.suggestion(question)


def test_a_dataset_is_compacted_forgotten_from_and_moved_while_it_is_searched(tmp_path):
    folder = tmp_path / "data"
    for n in range(1, 5):
        write(folder, kontan=[row(n, title=f"Roket nomor {n}")])
    library = Library(folder, tmp_path / INDEX)
    library.update()
    batches = library.batches(Question("roket"), ["article_id"])
    compact(str(folder), "kontan", more_than=1)
    assert sum(len(batch) for batch in batches) == 4
    remove_rows(folder, "kontan", "kontan:2")
    given = [one for b in library.batches(Question("roket"), ["article_id"]) for one in b[0]]
    assert {str(one) for one in given} == {"kontan:1", "kontan:3", "kontan:4"}
    folder.rename(tmp_path / "elsewhere")
    assert library.search(Question("roket")).total == 4
    library.close()
    moved = Library(tmp_path / "elsewhere", tmp_path / INDEX)
    moved.update()
    assert moved.search(Question("roket")).total == 3
    moved.close()


@pytest.mark.parametrize("taken", ['{"format": 1, "outlets": {}}', "{", "[]", '{"outlets": {}}'])
def test_an_index_of_another_version_or_damaged_is_built_again(tmp_path, taken):
    folder = write(tmp_path / "data", kontan=[row(1, title="Roket")])
    shutil.copytree(folder, tmp_path / "copy")
    first = Library(folder, tmp_path / INDEX)
    first.update()
    first.close()
    (tmp_path / INDEX / "taken.json").write_text(taken, "utf-8")
    again = Library(folder, tmp_path / INDEX)
    again.update()
    assert again.search(Question("roket")).total == 1
    again.close()
    assert json.loads((tmp_path / INDEX / "taken.json").read_text("utf-8"))["format"] > 1
