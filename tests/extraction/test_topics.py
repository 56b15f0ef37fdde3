"""The word list judges as we do, says why, and knows words from pieces of words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.topics import TEXTS, measure, texts, titles
from crawler.extraction.topics import THRESHOLD, TOPICS, Topics, classify, load_index
from tests.shared import needs_shared

FLOOR = 0.9


@pytest.mark.parametrize("part", [0, 1], ids=["tuned on", "kept aside"])
def test_precision_and_recall_on_labelled_titles(part: int) -> None:
    scores = measure(titles()[part])
    assert scores.cases >= 100
    wrong = [(case["title"], topics.terms) for case, topics in scores.wrong]
    assert scores.precision >= FLOOR and scores.recall >= FLOOR, wrong


@pytest.mark.parametrize("part", [0, 1], ids=["tuned on", "kept aside"])
def test_topics_on_labelled_titles(part: int) -> None:
    scores = measure(titles()[part])
    assert scores.topic_precision >= 0.8 and scores.topic_recall >= FLOOR


def test_labels_use_the_fixed_vocabulary_and_a_third_is_kept_aside() -> None:
    tuning, aside = titles()
    assert len(tuning) + len(aside) >= 300
    assert 0.28 < len(aside) / (len(tuning) + len(aside)) < 0.42
    assert {topic for case in tuning + aside for topic in case["topics"]} == {*TOPICS}


@needs_shared
def test_precision_and_recall_on_real_texts() -> None:
    scores = measure(texts())
    assert scores.cases == len(json.loads(TEXTS.read_text()))
    assert scores.precision >= FLOOR and scores.recall >= FLOOR


@pytest.mark.parametrize(
    ("title", "terms"),
    [
        ("Pai dan air di pantai", []),  # no AI inside words
        ("ai, capek sekali", []),  # an abbreviation in small letters is none
        ("AI-nya belum pintar", ["AI", "pintar"]),
        ("Ponselnya hilang", ["ponsel"]),
        ("PONSEL baru", ["ponsel"]),
        ("Kata sandinya lemah", ["kata sandi"]),
        ("Wi-Fi, WiFi, wi fi", ["Wi-Fi", "WiFi"]),
        ("Jaringan pipa gas", []),  # the longer phrase hides the word in it
        ("Jaringan gas", ["jaringan"]),
        ("Saham teknologi turun", []),
        ("Polisi sita iPhone", ["-polisi", "iPhone"]),
        ("İstanbul ＡＩ ponsel\u200b", ["ponsel"]),
    ],
)
def test_the_words_that_give_points_are_named(title: str, terms: list[str]) -> None:
    assert classify(title).terms == terms


def test_an_empty_article_is_not_technology() -> None:
    assert classify(None) == Topics(score=0.0, topics=[], terms=[])


def test_a_word_counts_once_and_half_in_the_lead() -> None:
    title = classify("Ponsel")
    assert classify("Ponsel ponsel", tags=["ponsel"], lead="Ponsel ponsel").score == title.score
    assert classify("Kabar pagi", lead="Ponsel itu baru.").score == title.score / 2


def test_without_a_title_the_lead_stands_for_it() -> None:
    assert classify(None, lead="Ponsel itu baru.").score == classify("Ponsel").score


def test_what_follows_the_lead_does_not_count() -> None:
    assert classify("Kabar", lead="kata " * 200 + "ransomware").terms == []


def test_no_term_runs_from_one_tag_into_the_next() -> None:
    assert "kecerdasan buatan" in classify(None, ["kecerdasan buatan"]).terms
    assert "kecerdasan buatan" not in classify(None, ["kecerdasan", "buatan"]).terms


def test_a_short_tag_is_an_abbreviation_however_it_is_written() -> None:
    assert classify("Kabar pagi", tags=["ai"]).terms == ["AI"]


def test_the_section_says_technology_by_itself_and_its_words_count_nowhere_else() -> None:
    assert classify("Kabar pagi", section="Tekno").score >= THRESHOLD
    assert classify("Tekno", section="Kabar").score < THRESHOLD


def test_a_crime_with_an_application_in_it_is_a_crime() -> None:
    verdict = classify(
        "Polisi Tangkap Pelaku Pembunuhan", lead="Korban mengirim pesan WhatsApp sebelum tewas."
    )
    assert verdict.score == 0.0 and "WhatsApp" in verdict.terms and "-polisi" in verdict.terms


def test_topics_come_strongest_first() -> None:
    verdict = classify("Ransomware Serang Server ChatGPT", lead="Peretas memakai malware.")
    assert verdict.topics == ["security", "ai"]


def test_a_term_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        load_index({"ai": {"3": ["Wi-Fi"]}, "telco": {"2": ["wi fi"]}})


@given(st.text(), st.lists(st.text()), st.none() | st.text(), st.text())
def test_no_text_breaks_classify(
    title: str, tags: list[str], section: str | None, lead: str
) -> None:
    verdict = classify(title, tags, section, lead)
    assert 0.0 <= verdict.score <= 1.0 and {*verdict.topics} <= {*TOPICS}
