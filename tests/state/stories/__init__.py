"""Texts that tell one story, and texts that only look alike: what grouping is judged on.

The texts are our own. told_again.toml has stories, each with the copies that other outlets made of
it; look_alikes.toml has families of texts, no two of which are one story.
"""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import combinations, count
from pathlib import Path
from typing import NamedTuple


class Text(NamedTuple):
    """`story` is equal for texts that tell one; `hours` passed since the story's first text."""

    story: int
    kind: str
    title: str
    hours: int
    paragraphs: tuple[str, ...]

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


def _read(name: str, key: str) -> list[dict]:
    return tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))[key]


@cache
def told_again() -> list[list[Text]]:
    """Every story: its first text and its copies."""
    stories = []
    for number, story in enumerate(_read("told_again.toml", "story")):
        first = story["text"]
        texts = [Text(number, "first", story["title"], 0, tuple(first))]
        for copy in story["copy"]:
            parts = tuple(first[p - 1] if isinstance(p, int) else p for p in copy["text"])
            texts.append(Text(number, copy["kind"], copy["title"], copy["hours"], parts))
        stories.append(texts)
    return stories


@cache
def look_alikes() -> list[list[Text]]:
    """Every family."""
    numbers = count(1000)
    return [
        [
            Text(next(numbers), family["kind"], family["title"], 7 * place, tuple(paragraphs))
            for place, paragraphs in enumerate(
                family.get("texts")
                or [[p.format_map(fill) for p in family["template"]] for fill in family["fills"]]
            )
        ]
        for family in _read("look_alikes.toml", "family")
    ]


def pairs() -> list[tuple[Text, Text]]:
    """All pairs within a story or a family."""
    groups = told_again() + look_alikes()
    return [pair for group in groups for pair in combinations(group, 2)]


def texts() -> list[Text]:
    return [text for group in told_again() + look_alikes() for text in group]
