"""Searches of the index: words, forms, fields, order, stories, facets and what is said of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from output.search import Question
from output.search_query import in_words
from tests.datasets import NOON, library_of, row, write, write_clusters

if TYPE_CHECKING:
    from pathlib import Path

    from output.search import Library

TEXTS = {
    "kontan:1": ("Pengembang gim di kota", "Pengembang itu membeli kantor baru di pusat kota."),
    "kontan:2": ("Harga ponsel turun", "Pembelian ponsel naik; kota besar paling ramai."),
    "kontan:3": ("Kota pintar", "Kamera dipasang, pengembang dan kota berselisih."),
    "tirto:4": ("Café daring", "Cafe\u0301 itu dibeli Budi Contoh."),
    "tirto:5": ("Satelit baru", "Peluncuran satelit ditunda."),
}
MORE = {
    "kontan:1": {"authors": ["Budi Contoh"], "topics": ["games"], "agencies": ["Antara"]},
    "kontan:2": {"authors": ["Ani Uji"], "topics": ["smartphone"], "tags": ["Gawai"]},
    "kontan:3": {"published_at": NOON - timedelta(days=60), "topics": ["ai"]},
    "tirto:4": {"agencies": ["Antara"]},
}


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Library:
    folder: Path = tmp_path_factory.mktemp("dataset")
    rows: dict[str, list] = {"kontan": [], "tirto": []}
    for article_id, (title, body) in TEXTS.items():
        outlet, _, number = article_id.partition(":")
        columns = {"title": title, "paragraphs": [body]} | MORE.get(article_id, {})
        rows[outlet].append(row(int(number), outlet, **columns))
    write(folder, **rows)
    return library_of(folder)


def ids(library, words="", **more) -> list[str]:
    found = library.search(Question(words, **more))
    assert found.total == len(found.articles)
    return [one["article_id"] for one in found.articles]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pengembang kota", "kontan:1 kontan:3"),
        ('"pengembang gim"', "kontan:1"),
        ('"kota pengembang"', ""),
        ("pengembang -kantor", "kontan:3"),
        ("ponsel OR satelit", "kontan:2 tirto:5"),
        ("outlet:tirto baru", "tirto:5"),
        ("membeli", "kontan:1 kontan:2 tirto:4"),
        ('"membeli"', "kontan:1"),
        ("-membeli kantor", ""),
        ("cafe", "tirto:4"),
        ("CAFE\u0301", "tirto:4"),
        ("title:kota", "kontan:1 kontan:3"),
        ('author:"budi contoh"', "kontan:1"),
        ("penulis:budi", "kontan:1"),
        ("tag:gawai", "kontan:2"),
        ("topic:AI", "kontan:3"),
        ("agency:Antara", "kontan:1 tirto:4"),
        ("after:2026-01-01 kota", "kontan:1 kontan:2"),
        ("before:2026 kota", "kontan:3"),
        ("month:2025-11", "kontan:3"),
        ("(ponsel OR satelit) -turun", "tirto:5"),
        ("-kota", "tirto:4 tirto:5"),
        ("satel*", "tirto:5"),
        ("luncurkan", "tirto:5"),
        ("tiadakata", ""),
    ],
)
def test_a_query_finds_what_it_says(library, words, found):
    assert {*ids(library, words)} == {*found.split()}


def test_the_printed_form_comes_before_other_forms(library):
    assert ids(library, "membeli")[0] == "kontan:1"
    assert ids(library, "pembelian")[0] == "kontan:2"


def test_a_word_in_the_headline_weighs_more_than_in_the_body(library):
    assert ids(library, "kota")[-1] == "kontan:2"


def test_a_search_is_ordered_by_date_when_asked_or_without_words(library):
    assert ids(library, "kota", order="date") == ["kontan:2", "kontan:1", "kontan:3"]
    assert ids(library)[-1] == ids(library, "outlet:kontan")[-1] == "kontan:3"


def test_of_equally_relevant_articles_the_fresher_comes_first(tmp_path):
    old = {"published_at": NOON - timedelta(days=400)}
    rows = [row(1, title="Roket", **old), row(2, title="Roket"), row(3, title="Roket", **old)]
    write(tmp_path, kontan=rows)
    assert ids(library_of(tmp_path), "roket")[0] == "kontan:2"


def test_facets_count_what_the_other_facets_leave(library):
    facets = library.facets(Question("kota", outlets=("kontan",)))
    assert facets["outlets"] == {"kontan": 3}
    assert facets["months"] == {"2026-01": 2, "2025-11": 1}
    assert facets["authors"] == {"Ani Uji": 1, "Budi Contoh": 1}
    assert library.facets(Question("membeli", outlets=("tirto",)))["outlets"] == {
        "kontan": 2,
        "tirto": 1,
    }
    assert {*ids(library, topics=("ai", "games"))} == {"kontan:1", "kontan:3"}


def test_the_articles_of_a_story_are_one_result_with_their_number(tmp_path):
    copies = [row(number, title="Roket jatuh") for number in range(1, 61)]
    write(tmp_path, kontan=copies, tirto=[row(99, "tirto", title="Roket naik")])
    write_clusters(tmp_path, {"kontan:1": [f"kontan:{number}" for number in range(1, 60)]})
    library = library_of(tmp_path)
    found = library.search(Question("roket", collapse=True))
    assert (len(found.articles), found.total, found.more) == (3, 61, False)
    assert sorted(one["others"] for one in found.articles) == [0, 0, 58]
    write_clusters(tmp_path, {"kontan:1": [f"kontan:{number}" for number in range(1, 61)]})
    again = library_of(tmp_path).search(Question("roket", collapse=True))
    assert sorted(one["others"] for one in again.articles) == [0, 59]


def test_pages_of_stories_show_each_story_once(tmp_path):
    rows = [row(number, title="Roket", cluster_id=f"kontan:{number // 3}") for number in range(180)]
    write(tmp_path, kontan=rows)
    library = library_of(tmp_path)
    shown = []
    for page in (1, 2, 3):
        found = library.search(Question("roket", page=page, collapse=True))
        assert found.more == (page < 3)
        shown += [one["cluster_id"] for one in found.articles]
    assert len(shown) == len({*shown}) == 60


def test_every_match_can_be_had_uncollapsed(tmp_path):
    write(tmp_path, kontan=[row(number, cluster_id="kontan:1") for number in range(450)])
    library = library_of(tmp_path)
    assert len({one["article_id"] for one in library.matches(Question("berita"))}) == 450


def test_a_typing_error_gets_a_suggestion_from_the_index(library):
    assert library.suggestion(Question("harga ponsell")) == "harga ponsel"
    assert library.suggestion(Question("pengmebang KOTA")) == "pengembang KOTA"
    assert library.suggestion(Question("harga ponsel")) is None
    assert library.suggestion(Question("xqzvwk")) is None


def test_the_part_that_empties_a_query_is_named(library):
    def emptied(words):
        return [in_words(part) for part in library.in_vain(Question(words))]

    assert emptied("pengembang tiadakata") == ["tiadakata"]
    assert emptied("satelit kota") == ["satelit", "kota"]
    assert emptied("outlet:tirto ponsel satelit") == ["ponsel"]


def test_values_that_the_dataset_lacks_are_said(library):
    said = library.mistakes(Question("outlet:kontn topic:aii -outlet:tirto kota"))
    assert [mistake.text for mistake in said] == ["outlet:kontn", "topic:aii"]


@pytest.mark.parametrize("hostile", ["\x00", "\u202eabc", "/.*/", "a" * 9_000, "([{", "\\"])
def test_hostile_queries_find_nothing_and_break_nothing(library, hostile):
    question = Question(hostile)
    library.search(question), library.facets(question)
    library.suggestion(question), library.in_vain(question), library.mistakes(question)


@pytest.mark.parametrize("sign", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
def test_any_sign_alone_asks_for_nothing(library, sign):
    assert len(ids(library, sign)) == len(TEXTS)
