"""Masks of personal data: every hard form that is found, and every number that is left alone."""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from output.corpus.mask import KINDS, RULES, mask
from tests.growth import MOST, TIMES, growth
from tests.places import CHECKOUT
from tests.shared import SHARED

LABELS = json.loads((Path(__file__).parent / "mask_labels.json").read_text())
"""What each mask over ../shared/many is, by hash of the number with its neighbours: read by eye."""
FORMS = tomllib.loads((Path(__file__).parent / "mask_forms.toml").read_text("utf-8"))


def of(part):
    """Return the forms of a part of mask_forms.toml, each with its kind, if a mask finds it."""
    return [(table.get("kind"), form) for table in FORMS[part] for form in table["forms"]]


def framed(form):
    return f"Menurut keterangan itu, {form}, kata seorang saksi."


@pytest.mark.parametrize(("kind", "form"), of("found"))
def test_a_hard_form_of_personal_data_is_masked(kind, form):
    masked, counts = mask(framed(form))
    assert counts == dict.fromkeys(KINDS, 0) | {kind: 1}, masked
    digits = [each for each in form if each.isdigit()]
    assert not digits or not any(map(str.isdigit, masked)), masked
    assert masked.startswith("Menurut keterangan itu, ")
    assert masked.endswith(", kata seorang saksi.")


def test_phones_parted_by_a_slash_or_a_comma_are_masked_each():
    masked, counts = mask("WA 0812-3456-7890/0813-1111-2222, 0274-123456")
    assert masked == "WA [PHONE]/[PHONE], [PHONE]"
    assert counts["phone"] == 3


@pytest.mark.parametrize("form", [form for _, form in of("harmless")])
def test_a_number_of_another_thing_is_left_alone(form):
    assert mask(framed(form)) == (framed(form), dict.fromkeys(KINDS, 0))


@pytest.mark.parametrize("form", [form for _, form in of("missed")])
def test_a_form_that_the_docs_call_missed_is_missed(form):
    assert mask(framed(form))[0] == framed(form)


def test_the_table_of_the_docs_is_that_of_the_forms():
    page = (CHECKOUT / "docs/corpus.md").read_text("utf-8")
    lines = [
        f"| {table['name']} | {len(table['forms'])} | {len(table['forms']) * (part == 'found')} |"
        for part in ("found", "missed", "harmless")
        for table in FORMS[part]
    ]
    assert "\n".join(lines) in page, "\n".join(lines)


@pytest.mark.parametrize("piece", ["0812-", "a.", "3174 ", "+62 ", "B 1 ", "a[at]", "(", "62 (0"])
def test_the_cost_of_a_hostile_text_grows_with_its_length(piece):
    small, large = piece * 500, piece * 500 * TIMES
    assert growth(lambda: mask(small), lambda: mask(large)) <= MOST


@pytest.mark.skipif(
    not (SHARED / "many").is_dir(), reason="the thousands of texts (../shared/many) are not here"
)
def test_false_alarms_over_real_texts_are_at_most_one_in_a_thousand_texts():
    found, false, texts = Counter(), set(), 0
    with gzip.open(SHARED / "many" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for document in map(json.loads, lines):
            texts += 1
            for hit in hits(document["text"]):
                found[hit] += 1
                if LABELS.get(hit) != "true":
                    false.add(document["id"])
    assert len(false) <= texts / 1000, false
    assert set(found) == set(LABELS), "masks that were not read by eye, or that are gone"
    assert texts > 2000


def hits(text):
    """Yield the hash of each number that is masked, with 30 characters on either side."""
    for _, pattern, is_meant in RULES:
        for match in pattern.finditer(text):
            if is_meant(match):
                around = text[max(0, match.start() - 30) : match.end() + 30]
                yield hashlib.sha256(around.encode()).hexdigest()[:16]
