"""Searches for entities: by any name that an article calls one, by id, and as a facet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from output import mentions
from output.search import Question
from output.search_query import Mistake
from tests.datasets import library_of, row, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from output.mentions import Text
    from output.schema import Row
    from output.search import Library

ENTITIES = {
    "Bank Contoh": "contoh",
    "BCT": "contoh",
    "Sari Uji": "person:sari-uji@contoh",
    "Rp5 miliar": "money",
}
TITLES = ["Bank Contoh Tumbuh", "BCT Dipimpin Sari Uji", "Rp5 miliar Hilang", "Kota Sepi"]


def found_in(text: Text) -> Iterator[Row]:
    for name, entity_id in ENTITIES.items():
        if name in text.title:
            kind = "money" if entity_id == "money" else "company"
            yield {
                "article_id": text.article_id, "content_hash": text.content_hash,
                "entity_id": entity_id, "kind": kind, "written": name, "part": "title", "start": 0,
            }  # fmt: skip


def dataset(folder: Path, titles: list[str] = TITLES) -> None:
    write(folder, kontan=[row(number, title=title) for number, title in enumerate(titles, 1)])
    mentions.rebuild(str(folder), "kontan", "1", found_in)


@pytest.fixture
def library(tmp_path) -> Library:
    dataset(tmp_path)
    return library_of(tmp_path)


def ids(library: Library, words: str = "", **more) -> list[str]:
    return sorted(one["article_id"] for one in library.search(Question(words, **more)).articles)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("entity:bct", ["kontan:1", "kontan:2"]),
        ('entity:"bank contoh"', ["kontan:1", "kontan:2"]),
        ("entitas:contoh", ["kontan:1", "kontan:2"]),
        ('tentang:"Sari Uji"', ["kontan:2"]),
        ('entity:"person:sari-uji@contoh"', ["kontan:2"]),
        ("entity:bct -entity:person:sari-uji@contoh", ["kontan:1"]),
        ("entity:bct,sari-uji tumbuh", ["kontan:1"]),
        ("-entity:bct", ["kontan:3", "kontan:4"]),
        ("entity:bank", []),
        ("entity:money", []),
    ],
)
def test_an_entity_is_found_by_each_of_its_names(library, words, found):
    assert ids(library, words) == found


def test_a_name_that_nobody_has_is_said(library):
    assert library.mistakes(Question("entity:takada")) == [Mistake("value", "entity:takada")]
    assert library.mistakes(Question("entity:BCT")) == []


def test_entities_are_counted_and_chosen_as_a_facet(library):
    counted = library.facets(Question())["entities"]
    assert counted == {"contoh": 2, "person:sari-uji@contoh": 1}
    assert ids(library, entities=("person:sari-uji@contoh",)) == ["kontan:2"]


def test_mentions_that_come_later_are_indexed(tmp_path):
    write(tmp_path, kontan=[row(1, title=TITLES[0])])
    library = library_of(tmp_path)
    assert ids(library, "entity:bct") == []
    mentions.rebuild(str(tmp_path), "kontan", "1", found_in)
    library.update()
    assert ids(library, 'entity:"bank contoh"') == ["kontan:1"]
