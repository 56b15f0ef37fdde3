"""Mentions in real texts of ../shared, against labels that people made: `-rP` prints the figures.

recall.json: by a hash of a text, offsets of names and amounts that its first 1,300 characters hold,
each once, with their kinds; labelled by reading, without a look at what is found. held_out.json:
the same, of texts that draw.py drew when the rules had been written without them. precision.json:
by a hash of a text, an entity (of money its value) and the words, whether a mention that was drawn
at random from ../shared/many is right; the hash of the text is beside.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.extraction.mentions.find import find_mentions
from crawler.extraction.text.document import extract_text
from crawler.items import Rejected
from pipelines.clean import CleanPipeline
from tests.moment import NOW
from tests.shared import SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from crawler.extraction.mentions.find import Mention

HERE = Path(__file__).parent
PRECISION = json.loads((HERE / "precision.json").read_text("utf-8"))
RECALL = json.loads((HERE / "recall.json").read_text("utf-8"))
HELD_OUT = json.loads((HERE / "held_out.json").read_text("utf-8"))
GROUP = {"money": "money", "person": "person"}
"""The label's kind by the mention's; all others are organisations."""
LEAST = {"organisation": 0.95, "person": 0.94, "money": 0.98}
"""Precision, which only gets better."""


def texts(wanted: Container[str]) -> Iterator[str]:
    """The texts whose hashes are `wanted`, as they are in ../shared."""
    with gzip.open(SHARED / "many/texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        everything = [json.loads(line)["text"] for line in lines]
    everything += [path.read_text("utf-8") for path in sorted((SHARED / "text").glob("*.txt"))]
    yield from (text for text in dict.fromkeys(everything) if key(text) in wanted)


def key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def found_in(text: str) -> list[Mention]:
    try:
        article = CleanPipeline().process_item(
            extract_text(text, "https://contoh.id/tekno/1", fetched_at=NOW)
        )
    except Rejected:
        return []
    return find_mentions(article.title, article.body)


def plain(name: str) -> str:
    return " ".join(name.split()).casefold().removeprefix("pt ").removesuffix(" tbk")


@needs_shared
@pytest.mark.parametrize(
    ("labels", "least"),
    [
        (RECALL, {"organisation": 0.94, "person": 0.9, "money": 1.0}),
        (HELD_OUT, {"organisation": 0.86, "person": 0.87, "money": 1.0}),
    ],
    ids=["first", "held out"],
)
def test_labelled_names_and_amounts_are_found(labels, least):
    wanted, got, missed = Counter[str](), Counter[str](), []
    for text in texts(labels):
        names = {(GROUP.get(one.kind, "organisation"), plain(one.text)) for one in found_in(text)}
        for start, end, kind in labels[key(text)]:
            name = plain(text[start:end])
            is_found = any(
                group == kind and (each in name or name in each) for group, each in names
            )
            wanted[kind] += 1
            got[kind] += is_found
            missed += [] if is_found else [f"{kind}: {text[start:end]}"]
    for kind, count in sorted(wanted.items()):
        print(f"{kind}: recall {got[kind] / count:.3f} ({got[kind]} of {count})")
    print("missed:", "; ".join(sorted(missed)))
    recall = {kind: got[kind] / wanted[kind] for kind in least}
    assert {kind: each for kind, each in recall.items() if each < least[kind]} == {}


@needs_shared
def test_mentions_that_were_read_are_right_or_gone():
    right, judged, wrong = Counter[str](), Counter[str](), []
    for text in texts({digest for *_, digest in PRECISION.values()}):
        mine = key(text)
        found = {
            f"{mine}|{one.value if one.kind == 'money' else one.entity_id}|{one.text}"
            for one in found_in(text)
        }
        for said in found:
            if verdict := PRECISION.get(key(said)):
                judged[verdict[0]] += 1
                right[verdict[0]] += verdict[1]
                wrong += [] if verdict[1] else [said.partition("|")[2]]
    for kind, count in sorted(judged.items()):
        print(f"{kind}: precision {right[kind] / count:.3f} ({right[kind]} of {count})")
    print("wrong:", "; ".join(sorted(wrong)))
    assert sum(judged.values()) > len(PRECISION) * 0.9  # else too few of those read are left
    precise = {kind: right[kind] / judged[kind] for kind in LEAST}
    assert {kind: each for kind, each in precise.items() if each < LEAST[kind]} == {}
