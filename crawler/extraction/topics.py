"""Whether an article is technology, and which: a weighted word list that says which words it saw.

The words and their points stand in lexicon.toml; docs/topics.md explains the topics.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOPICS = (
    "ai", "gadget", "telco", "social_media", "security", "startup", "gaming", "ecommerce",
    "fintech_crypto", "space_science", "policy", "automotive_ev",
)  # fmt: skip
THRESHOLD = 0.5
"""From here on an article is technology."""
FULL_POINTS = 6
TOPIC_POINTS = 2
"""What a topic needs to be named: one clear word in the title, or two in the lead."""
LEAD_WEIGHT = 0.5
LEAD_LENGTH = 600
"""Characters; what follows is no lead any more."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Topics:
    """The verdict. `terms` are the words that gave points, those that took points with a "-"."""

    score: float
    topics: list[str]
    terms: list[str]


@dataclass(frozen=True, slots=True)
class _Term:
    name: str
    points: int
    topic: str
    words: tuple[str, ...]  # in lower case, unless it is an abbreviation
    abbreviation: bool


_Index = dict[str, list[_Term]]  # by first word in lower case, the longest term first


def classify(
    title: str | None,
    tags: Iterable[str] = (),
    section: str | None = None,
    lead: str = "",
) -> Topics:
    """How surely this is technology, by its title, tags, section and first sentences.

    A candidate that is not downloaded yet is judged the same way, by what its source says of it.
    """
    found: dict[_Term, float] = {}
    for term in _terms_in(title or "", _TERMS):
        found[term] = 1.0
    for tag in tags:
        # Tags are often written small: "ai" there is AI, which in a sentence is nothing.
        for term in _terms_in(tag.upper() if len(tag) < 4 else tag, _TERMS):
            found[term] = 1.0
    for term in _terms_in(section or "", _SECTIONS):
        found[term] = 1.0
    for term in _terms_in(lead[:LEAD_LENGTH], _TERMS):
        found.setdefault(term, LEAD_WEIGHT if title else 1.0)
    return _verdict(found)


def _verdict(found: dict[_Term, float]) -> Topics:
    total = 0.0
    by_topic: defaultdict[str, float] = defaultdict(float)
    for term, weight in found.items():
        total += term.points * weight
        if term.topic in TOPICS:
            by_topic[term.topic] += term.points * weight
    named = sorted((t for t in by_topic if by_topic[t] >= TOPIC_POINTS), key=lambda t: -by_topic[t])
    return Topics(
        score=round(min(max(total / FULL_POINTS, 0.0), 1.0), 3),
        topics=named,
        terms=[f"-{t.name}" if t.points < 0 else t.name for t in found if t.points],
    )


def _terms_in(text: str, index: _Index) -> Iterator[_Term]:
    """The terms in `text`, at each place the longest only."""
    words = _WORD.findall(text)
    lower = [word.lower() for word in words]
    at = 0
    while at < len(words):
        term = _term_at(at, words, lower, index)
        if term:
            yield term
        at += len(term.words) if term else 1


def _term_at(at: int, words: list[str], lower: list[str], index: _Index) -> _Term | None:
    for term in index.get(lower[at]) or index.get(lower[at].removesuffix("nya")) or ():
        end = at + len(term.words)
        spoken = (words if term.abbreviation else lower)[at:end]
        if len(spoken) == len(term.words) and _same(spoken, term.words):
            return term
    return None


def _same(spoken: list[str], words: tuple[str, ...]) -> bool:
    """Whether these are the words of a term; the last one may stand with -nya."""
    last = spoken.pop()
    return last in (words[-1], f"{words[-1]}nya") and tuple(spoken) == words[:-1]


def _load() -> tuple[_Index, _Index]:
    lexicon = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8"))
    topics: dict[str, dict[str, list[str]]] = lexicon.pop("topics")
    sections = load_index({"section": lexicon.pop("sections")})
    return load_index(topics | lexicon), sections


def load_index(tables: dict[str, dict[str, list[str]]]) -> _Index:
    """:raises ValueError: a term stands twice, so that nobody could say what it counts."""
    index: _Index = defaultdict(list)
    seen: set[tuple[str, ...]] = set()
    for topic, by_points in tables.items():
        for points, names in by_points.items():
            for name in names:
                abbreviation = name.isupper()
                words = tuple(_WORD.findall(name if abbreviation else name.lower()))
                if words in seen:
                    raise ValueError(f"lexicon.toml names {name!r} twice")
                seen.add(words)
                term = _Term(name, int(points), topic, words, abbreviation)
                index[words[0].lower()].append(term)
    for terms in index.values():
        terms.sort(key=lambda term: -len(term.words))
    return dict(index)


_TERMS, _SECTIONS = _load()
