"""A promo glued to prose ends where a known headline ends."""

import pytest

from crawler.state.recurrence.headlines import Headlines, promos

LONG = "Harga Cabai Turun di Pasar Lama dan Pasar Baru"
TITLES = [
    ("kontan:1", "Harga Cabai Turun di Pasar Lama"),
    ("kontan:2", LONG),
    ("kontan:3", "Gempa"),
]


def end(text, article="kontan:9"):
    [promo] = promos([{"rule": "doubtful:baca-juga", "text": text}])
    found = Headlines(TITLES).end(promo, article)
    return None if found is None else text[:found]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (f"Baca juga: {LONG} Pedagang mengaku lega.", f"Baca juga: {LONG}"),
        (f"Baca Juga:{LONG}Pedagang mengaku lega.", f"Baca Juga:{LONG}"),
        (
            "Baca juga: Harga Cabai Turun di Pasar Lama Pedagang lega.",
            "Baca juga: Harga Cabai Turun di Pasar Lama",
        ),
        ("Baca juga: Harga Cabai Turun di Pasar Lamanya pun begitu.", None),
        ("Baca juga: Harga Cabai Turun di Pasar Lama yang sepi.", None),
        ("Baca juga: Gempa Warga mengungsi.", None),
        ("Baca juga: Harga Beras Naik Pedagang mengeluh.", None),
    ],
)
def test_the_longest_known_headline_ends_a_promo(text, cut):
    assert end(text) == cut


def test_the_headline_of_the_article_itself_ends_nothing():
    assert end(f"Baca juga: {LONG} Pedagang mengaku lega.", "kontan:2") != f"Baca juga: {LONG}"


def test_only_what_cleaning_doubted_is_a_promo():
    assert not list(promos([{"rule": "baca-juga:promo", "text": f"Baca juga: {LONG}"}]))
