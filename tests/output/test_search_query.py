"""The query language of the search: what is understood, and what is said about mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from output.search_index import words_of
from output.search_query import DEEPEST, MOST_WORDS, in_words, parse


def understood(text: str) -> str:
    return in_words(parse(text, words_of).node)


def mistakes(text: str) -> list[tuple[str, str]]:
    return [tuple(mistake) for mistake in parse(text, words_of).mistakes]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pengembang kota", "pengembang DAN kota"),
        ('"pengembang kota"', '"pengembang kota"'),
        ("“pengembang kota”", '"pengembang kota"'),
        ("pengembang -kota", 'pengembang TANPA "kota"'),
        ("pengembang NOT kota", 'pengembang TANPA "kota"'),
        ("pengembang OR kota", "pengembang ATAU kota"),
        ("pengembang ATAU kota desa", "pengembang ATAU (kota DAN desa)"),
        ("pengembang DAN kota", "pengembang DAN kota"),
        ("(pengembang OR kota) desa", "(pengembang ATAU kota) DAN desa"),
        ("outlet:kontan kota", "outlet:kontan DAN kota"),
        ("media:kontan,tirto", "outlet:kontan ATAU outlet:tirto"),
        ("topic:ai -topik:games", "topic:ai TANPA topic:games"),
        ('author:"Budi Contoh"', 'author:"budi contoh"'),
        ("judul:ponsel", "title:ponsel"),
        ("after:2026-11-01 before:2026-12", "after:2026-11-01 DAN before:2026-12-01"),
        ("kot*", "kot*"),
        ('"ponsel"', '"ponsel"'),
        ("co-founder", '"co founder"'),
        ("-(kota desa)", 'TANPA ("kota" DAN "desa")'),
        ("-kota", 'TANPA "kota"'),
        ("--kota", 'TANPA "kota"'),
        ("Café CAFE\u0301", "cafe"),
        ("or and not", "or DAN and DAN not"),
        ("", "semua artikel"),
        ("!?%&/", "semua artikel"),
    ],
)
def test_a_query_is_understood_as_people_mean_it(text, said):
    assert understood(text) == said
    assert not [mistake for mistake in mistakes(text) if mistake[0] != "operator"]


@pytest.mark.parametrize(
    ("text", "said", "mistake"),
    [
        ('"pengembang kota', '"pengembang kota"', ("quote", '"pengembang kota')),
        ("(kota", "kota", ("parenthesis", "(")),
        ("kota) desa", "kota DAN desa", ("parenthesis", ")")),
        ("warna:biru", '"warna biru"', ("field", "warna")),
        ("after:kemarin kota", "kota", ("day", "kemarin")),
        ("before:2026-02-30", "semua artikel", ("day", "2026-02-30")),
        ("kota OR", "kota", ("operator", "OR")),
        ("OR kota", "kota", ("operator", "OR")),
        ("kota AND", "kota", ("operator", "AND")),
        ("kota NOT", "kota", ("operator", "NOT")),
    ],
)
def test_a_mistake_is_passed_over_and_named(text, said, mistake):
    assert understood(text) == said
    assert mistake in mistakes(text)


def test_what_is_too_long_is_cut_off_and_said():
    words = [f"kata{number}" for number in range(10_000)]
    query = parse(" ".join(words), words_of)
    assert query.mistakes[0].kind == "long"
    assert len(query.node.parts) == MOST_WORDS


def test_parentheses_are_bounded_in_depth():
    text = "(" * 1_000 + "kota" + ")" * 1_000
    assert understood(text) == "kota"
    assert ("deep", "(") in mistakes(text)
    assert mistakes("(" * DEEPEST + "kota" + ")" * DEEPEST) == []


@given(st.text(st.sampled_from('ab" ()-:|*~^[]{}\\/+!?&.,\x00\u202e\u0301é')))
def test_no_query_fails_and_what_was_understood_is_understood_again(text):
    said = understood(text)
    assert understood(said.replace("semua artikel", "")) == said


@given(st.text())
def test_no_text_fails(text):
    parse(text, words_of)
