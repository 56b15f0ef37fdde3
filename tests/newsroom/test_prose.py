from __future__ import annotations

from datetime import date
from itertools import pairwise
from random import Random

import pytest

from crawler.newsroom.prose import Draft

DAY = date(2023, 9, 1)


def written(seed: int, *, technology: bool) -> list[str]:
    rng = Random(seed)
    draft = Draft(rng, DAY, technology=technology)
    return [draft.title, *draft.tags(rng), *(passage.text for passage in draft.passages(rng))]


@pytest.mark.parametrize("technology", [True, False])
def test_every_slot_and_choice_of_the_prose_is_filled(technology: bool):
    for seed in range(200):
        for text in written(seed, technology=technology):
            assert not set(text) & set("{}[]|"), text
            assert text == " ".join(text.split())


def test_a_seed_always_writes_the_same_story():
    assert written(7, technology=True) == written(7, technology=True)
    assert written(7, technology=True) != written(8, technology=True)


def test_headlines_vary_between_stories():
    titles = {Draft(Random(seed), DAY, technology=True).title for seed in range(200)}
    assert len(titles) > 150


def test_the_lead_speaks_of_what_the_headline_names():
    rng = Random(4)
    draft = Draft(rng, DAY, technology=True)
    named = {word for word in draft.title.split() if len(word) > 5}
    assert named & set(draft.passages(rng)[0].text.replace(",", "").replace(".", "").split())


def test_a_list_follows_a_sentence_that_announces_the_list():
    for seed in range(100):
        rng = Random(seed)
        passages = Draft(rng, DAY, technology=True).passages(rng)
        for before, item in pairwise(passages):
            if item.kind == "list_item":
                assert before.kind != "heading"
