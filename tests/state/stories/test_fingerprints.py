from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.state.stories.fingerprints import (
    FEWEST,
    Fingerprint,
    are_copies,
    bands,
    promising,
    read,
)
from tests.state.stories import pairs, texts, told_again

PRECISION, RECALL = 0.97, 0.9
BODY = " ".join(f"kata{n} dan kawan{n}" for n in range(40))


def found(one: str, other: str) -> bool:
    prints = [fingerprint for fingerprint in read([one, other]) if fingerprint]
    if len(prints) < 2:
        return False
    keys = bands(prints)
    return bool(set(keys[0]) & set(keys[1])) and are_copies(*prints)


def test_the_judged_texts_are_enough_and_of_every_kind():
    assert sum(one.story == other.story for one, other in pairs()) >= 60
    assert sum(one.story != other.story for one, other in pairs()) >= 30
    kinds = {text.kind for text in texts()}
    assert kinds >= {
        *("verbatim", "trimmed", "reworded_lead", "reworded_headline", "inserted", "edited"),
        *("update", "reordered", "short", "price_list", "spec_list", "how_to", "one_event"),
        *("follow_up", "round_up", "boilerplate"),
    }


def test_copies_are_told_from_look_alikes():
    judged = [(one, other, found(one.body, other.body)) for one, other in pairs()]
    true = [pair for *pair, copies in judged if copies and pair[0].story == pair[1].story]
    false = [pair for *pair, copies in judged if copies and pair[0].story != pair[1].story]
    missed = [p for *p, copies in judged if not copies and p[0].story == p[1].story]
    named = [f"{one.title}: {one.kind}, {other.kind}" for one, other in false + missed]
    assert len(true) / (len(true) + len(false)) >= PRECISION, named
    assert len(true) / (len(true) + len(missed)) >= RECALL, named


def test_stories_are_told_from_each_other():
    prints = dict(zip(texts(), read([text.body for text in texts()]), strict=True))
    alike = [
        (one.title, other.title)
        for (one, a), (other, b) in combinations(prints.items(), 2)
        if one.story != other.story and a and b and are_copies(a, b)
    ]
    assert alike == []


@pytest.mark.parametrize("body", ["", "Satu dua tiga.", "Ya! " * 500, " ".join("abcdefghijk")])
def test_a_short_text_has_no_fingerprint(body):
    assert read([body]) == [None]


def test_a_text_with_the_fewest_triples_has_a_fingerprint():
    body = " ".join(f"kata{n}" for n in range(FEWEST + 2))
    [fingerprint] = read([body])
    assert fingerprint is not None and are_copies(fingerprint, fingerprint)


def test_how_a_text_is_printed_does_not_matter():
    one = "Harga naik Rp 5.000 menjadi Rp 12.000, kata “Siti” dari Bandung — kemarin. " + BODY
    other = "Harga naik Rp5.000 menjadi Rp12.000 kata Siti dari Bandung kemarin\n\n" + BODY
    first, second = read([one, other])
    assert first.triples == second.triples


def test_a_sentence_s_first_word_names_nothing():
    plain = "Mereka pulang. Kami tinggal di sini sampai pagi tiba lagi. " * 3
    [fingerprint] = read([plain + " ".join(f"kata{chr(97 + n)}x" for n in range(25))])
    assert not fingerprint.named


def test_texts_are_read_alike_alone_and_together():
    bodies = [text.body for text in texts()[:12]] + ["", BODY]
    assert read(bodies) == [read([body])[0] for body in bodies]
    prints = [fingerprint for fingerprint in read(bodies) if fingerprint]
    assert bands(prints) == [bands([fingerprint])[0] for fingerprint in prints]


def test_a_packed_fingerprint_unpacks_to_the_same():
    for fingerprint in read([text.body for group in told_again() for text in group]):
        assert Fingerprint.unpack(fingerprint.pack()) == fingerprint


def test_a_look_at_flags_leaves_out_no_copy_and_most_other_texts():
    prints = [one for one in read([text.body for group in told_again() for text in group]) if one]
    packed = list(enumerate(one.pack() for one in prints))
    kept = 0
    for place, (_, content) in enumerate(packed):
        likely = {number for number, _ in promising(content, packed)}
        copies = {number for number, one in enumerate(prints) if are_copies(prints[place], one)}
        assert copies <= likely
        kept += len(likely)
    assert kept < 0.1 * len(prints) ** 2


@given(st.lists(st.text(), max_size=4))
def test_any_text_can_be_read(bodies):
    prints = [
        fingerprint for fingerprint in read([f"{body} {BODY}" for body in bodies]) if fingerprint
    ]
    assert len(bands(prints)) == len(prints)
    for one, other in combinations(prints, 2):
        assert are_copies(one, other) == are_copies(other, one)
