"""Cleaning is linear in the document: what is made of every rule's own example costs no more.

A new rule is tried by its example alone, in every form and by every stage.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from crawler.extraction.article import extract
from crawler.extraction.page.guard import MAX_NODES
from crawler.extraction.page.page import Page
from crawler.extraction.text.document import extract_text
from crawler.items import Anchor, Article, Block, Rejected
from pipelines.clean import CleanPipeline
from pipelines.cleaning.rules import Rule, load_rules
from tests.costs import seconds_of
from tests.growth import MOST, TIMES, growth
from tests.moment import NOW
from tests.pipelines.cleaning.corpus import AFTER, BEFORE

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = [rule for rule in load_rules().rules if rule.kind != "widget"]
SIZE = 30_000  # characters, above most bounds
SIZES = (SIZE, TIMES * SIZE, TIMES**2 * SIZE)
LARGE = 5_000_000  # characters
SECONDS = 20  # of a processor for LARGE; 2, where nothing else runs
URL = "https://contoh.id/tekno/menara-baru"


def repeated(rule: Rule, size: int) -> list[str]:
    return [_many(f"{rule.takes} ", size)]


def truncated(rule: Rule, size: int) -> list[str]:
    return [_many(f"{rule.takes[: len(rule.takes) * 3 // 4]} ", size)]


def nested(rule: Rule, size: int) -> list[str]:
    half = len(rule.takes) // 2
    count = size // len(rule.takes) + 1
    return [rule.takes[:half] * count + rule.takes[half:] * count]


def hints(rule: Rule, size: int) -> list[str]:
    words = sorted(rule.hint) or [rule.takes.split()[0]]
    return [_many(" ".join([*words, *map(str.title, words), ""]), size)]


def in_prose(rule: Rule, size: int) -> list[str]:
    return [_many(f"{BEFORE} {rule.takes} {AFTER} ", size)]


def in_blocks(rule: Rule, size: int) -> list[str]:
    return [rule.takes] * (size // len(rule.takes) + 1)


def in_different_blocks(rule: Rule, size: int) -> list[str]:
    return [f"{rule.takes} {number}" for number in range(size // len(rule.takes) + 1)]


def between_blocks(rule: Rule, size: int) -> list[str]:
    count = size // len(rule.takes + BEFORE) + 1
    return [text for number in range(count) for text in (rule.takes, f"{number}. {BEFORE}")]


FORMS = [
    repeated, truncated, nested, hints, in_prose, in_blocks, in_different_blocks, between_blocks
]  # fmt: skip


def _many(text: str, size: int) -> str:
    return (text * (size // len(text) + 1)).strip()


def clean_blocks(texts: list[str]) -> None:
    blocks = [Block("paragraph", text) for text in texts]
    CleanPipeline().process_item(Article(outlet="generic", url=URL, blocks=blocks))


def clean_links(texts: list[str]) -> None:
    blocks = [
        Block(
            "paragraph",
            text,
            [
                Anchor(text[at : at + 9], f"{URL}/{at}", at, at + 9)
                for at in range(0, len(text), 200)
            ],
        )
        for text in texts
    ]
    CleanPipeline().process_item(Article(outlet="generic", url=URL, blocks=blocks))


def read_text(texts: list[str]) -> None:
    try:
        article = extract_text("\n".join([BEFORE, *texts, AFTER]), URL, fetched_at=NOW)
    except Rejected:
        return
    CleanPipeline().process_item(article)


def read_wrapped(texts: list[str]) -> None:
    read_text([line for text in texts for line in text.split(" ")])


def read_page(texts: list[str]) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in [BEFORE, *texts, AFTER, BEFORE, BEFORE])
    page = f"<html><body><h1>Menara</h1><div itemprop=articleBody>{paragraphs}</div>"
    try:
        article = extract(Page(page.encode(), URL), fetched_at=NOW)
    except Rejected:
        return
    CleanPipeline().process_item(article)


STAGES = [clean_blocks, clean_links, read_text, read_wrapped, read_page]


@pytest.mark.trial
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stage", STAGES)
def test_the_cost_of_every_rule_grows_as_its_input(
    stage: Callable[[list[str]], None], form: Callable[[Rule, int], list[str]]
) -> None:
    grown = {}
    for rule in RULES:
        small, large, larger = (partial(stage, form(rule, size)) for size in SIZES)
        grown[rule.id] = growth(small, large)
        if grown[rule.id] > MOST:  # caches and neighbours blur what a longer way shows
            grown[rule.id] = growth(small, larger, MOST**2) ** 0.5
    assert {rule: found for rule, found in grown.items() if found > MOST} == {}


@pytest.mark.trial
@pytest.mark.parametrize("stage", STAGES)
def test_five_megabytes_of_all_examples_are_read_soon(
    stage: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    for form in FORMS:
        texts = [text for rule in RULES for text in form(rule, LARGE // len(RULES))]
        texts = texts[:: len(texts) // MAX_NODES + 1]  # a page has no more, nor has a text
        seconds = seconds_of(partial(stage, texts))
        with capsys.disabled():
            print(f"{stage.__name__}, {form.__name__}: {seconds:.2f} s of CPU")
        assert seconds < SECONDS


@pytest.mark.trial
@pytest.mark.parametrize("stage", [read_text, read_page])
def test_five_megabytes_of_prose_are_read_soon(
    stage: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Prose of an ordinary length, in ordinary paragraphs: 0.4 s, where nothing else runs."""
    paragraph = " ".join([BEFORE, AFTER] * 3)
    texts = [f"{number}. {paragraph}" for number in range(LARGE // len(paragraph))]
    seconds = min(seconds_of(partial(stage, texts)) for _ in range(3))
    with capsys.disabled():
        print(f"{stage.__name__}, prose: {seconds:.2f} s of CPU")
    assert seconds < SECONDS
