"""Made-up bodies that are unlike one another, and rows of them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from crawler.state.recurrence.bodies import Body
from crawler.state.stories.fingerprints import read

SYLLABLES = "ba ka sa ta ra la ma na da ga pa wa ji ri ti su lu mu tu bu ke me se".split()


def prose(seed: object, sentences: int = 6) -> list[str]:
    """Return paragraphs of made-up words, which no other seed gives."""
    rng = Random(str(seed))
    word = lambda: "".join(rng.choices(SYLLABLES, k=3))  # noqa: E731
    texts = [" ".join(word() for _ in range(12)).capitalize() + "." for _ in range(sentences)]
    return [" ".join(texts[i : i + 2]) for i in range(0, sentences, 2)]


def body(number: int, *lines: str, seed: object = None, kinds: list[str] | None = None) -> Body:
    """Return the body of article `number`, which ends with `lines`."""
    paragraphs = [*prose(number if seed is None else seed), *lines]
    return Body(f"kontan:{number}", "kontan", number, paragraphs, kinds)


def compared(*bodies: Body) -> list[Body]:
    """Return `bodies` with their word triples."""
    found = zip(bodies, read([each.rest for each in bodies]), strict=True)
    return [replace(each, triples=mark.triples if mark else None) for each, mark in found]
