"""Indonesian news prose from a seed: the text of the newsroom's articles.

Vocabulary and sentences are in prose.toml. The firms, people and events do not exist.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import date
    from random import Random

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
CHOICE = re.compile(r"\[([^][]*\|[^][]*)\]")
NUMBERS = {"n1": (26, 480), "n2": (3, 24), "pct": (6, 74), "pct2": (41, 93), "mah": (45, 65)}
MORE_NUMBERS = {"km": (280, 620), "minutes": (18, 55), "price": (18, 95)}

PassageKind = Literal["paragraph", "heading", "list_item"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A true block of an article's body."""

    kind: PassageKind
    text: str


@cache
def _book() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("prose.toml").read_text("utf-8"))


@cache
def _scenarios(technology: bool) -> list[dict[str, Any]]:
    return [s for s in _book()["scenario"] if ("topic" in s) is technology]


def full_name(rng: Random) -> str:
    """A person who does not exist."""
    words = _book()["words"]
    return f"{rng.choice(words['first'])} {rng.choice(words['last'])}"


class Draft:
    """A reporter's material: event, place and headline.

    `section` is None for technology; 0 to 4 for sport, economy, culture, people and regions, which
    every outlet gives names of its own.
    """

    def __init__(self, rng: Random, day: date, *, technology: bool) -> None:
        self.technology = technology
        self._scenario = rng.choice(_scenarios(technology))
        self.section: int | None = self._scenario.get("section")
        self._facts = _facts(rng, day)
        self.city = self._facts["city"]
        self._angle = rng.choice(self._scenario["angle"])
        self.title = self._say(rng, rng.choice(self._angle["titles"]))

    def headlines(self, rng: Random) -> list[str]:
        """Return all possible headlines of the story."""
        return [self._say(rng, title) for title in self._angle["titles"]]

    def _say(self, rng: Random, sentence: str) -> str:
        chosen = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), sentence)
        return chosen.format_map(self._facts)

    def tags(self, rng: Random) -> list[str]:
        """Return two or three tags in the outlet's spelling."""
        tags = [self._say(rng, tag) for tag in self._scenario["tags"]]
        return tags[: rng.randint(2, len(tags))]

    def passages(self, rng: Random) -> list[Passage]:
        """Return the body, lead first: 7 to 14 paragraphs, some with sub-headings or a list."""
        common = _book()["any"]["technology" if self.technology else "other"]["body"]
        own = self._scenario["body"]
        body = self._angle["body"] + rng.sample(own, rng.randint(min(3, len(own)), len(own)))
        body += rng.sample(common, rng.randint(2, min(5, len(common))))
        for place, quote in enumerate(self._scenario["quotes"]):  # full name first
            body.insert(min(1 + 2 * place + rng.randrange(2), len(body)), quote)
        texts = [self._say(rng, text) for text in (self._angle["lead"], *body)]
        passages = [Passage("paragraph", text) for text in texts]
        if rng.random() < 0.4:
            self._divide(rng, passages)
        if rng.random() < 0.3:
            self._add_list(rng, passages)
        return passages

    def _divide(self, rng: Random, passages: list[Passage]) -> None:
        places = sorted(rng.sample(range(2, len(passages)), 2), reverse=True)
        heads = rng.sample(self._scenario["heads"], 2)
        for place, head in zip(places, heads, strict=True):
            passages.insert(place, Passage("heading", self._say(rng, head)))

    def _add_list(self, rng: Random, passages: list[Passage]) -> None:
        place = rng.randint(2, len(passages) - 1)
        while passages[place - 1].kind == "heading":
            place -= 1
        intro = Passage("paragraph", rng.choice(_book()["any"]["intro"]))
        items = [Passage("list_item", self._say(rng, item)) for item in self._scenario["items"]]
        passages[place:place] = [intro, *items]


def _facts(rng: Random, day: date) -> dict[str, str]:
    words = _book()["words"]
    facts = {slot: rng.choice(choices) for slot, choices in words.items()}
    for slot, (low, high) in (NUMBERS | MORE_NUMBERS).items():
        facts[slot] = str(rng.randint(low, high))
    facts["mah"] += "00"
    facts["person"], facts["expert"], other = full_name(rng), full_name(rng), full_name(rng)
    facts["nama"], facts["nama2"] = facts["person"].split()[0], other.split()[0]
    facts["day"] = f"{DAYS[day.weekday()]} ({day.day}/{day.month})"
    return facts
