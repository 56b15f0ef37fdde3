"""The technology score and the topics of an article, by a weighted word list.

lexicon.toml holds the words and their points; docs/topics.md explains the topics.
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
"""The least score of a technology article."""
FULL_POINTS = 6
TOPIC_POINTS = 2
"""Points; a topic with fewer is not named. A clear word in the title has so many."""
LEAD_WEIGHT = 0.5
LEAD_LENGTH = 400
"""Characters from the body's beginning on."""

_WORD = re.compile(r"\w+")
_APART = " _ "  # a word of no term, between tags


@dataclass(frozen=True, slots=True)
class Topics:
    """A score and topics. `terms` are the words with points; "-" marks points below 0."""

    score: float
    topics: list[str]
    terms: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Term:
    name: str
    points: int
    topic: str
    as_written: bool  # an abbreviation: capitals count


_Words = tuple[str, ...]
_Index = dict[str, list[tuple[_Words, _Term]]]
"""The words of terms by the first word in lower case, the longest term first."""


def classify(
    title: str | None,
    tags: Iterable[str] = (),
    section: str | None = None,
    lead: str = "",
) -> Topics:
    """Return score and topics of an article by title, tags, section and lead.

    Candidates are judged the same way before any download, by the fields that their source lists.
    """
    found: dict[_Term, float] = {}
    for term in _terms_in(title or "", _TERMS):
        found[term] = 1.0
    # Tags are often in lower case: the tag "ai" is AI, the word in a sentence is not.
    named = (tag.upper() if len(tag) < 4 else tag for tag in tags)
    for term in _terms_in(_APART.join(named), _TERMS):
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
    """Yield the terms in `text`, at each position the longest only."""
    words = _WORD.findall(text)
    lower = " ".join(words).lower().split(" ")  # faster than word by word
    if index.keys().isdisjoint(lower):
        return
    past = 0  # end of the previous term
    for at in [at for at, word in enumerate(lower) if word in index]:
        for form, term in index[lower[at]] if at >= past else ():
            end = at + len(form)
            if tuple((words if term.as_written else lower)[at:end]) == form:
                yield term
                past = end
                break


def _load() -> tuple[_Index, _Index]:
    lexicon = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8"))
    topics: dict[str, dict[str, list[str]]] = lexicon.pop("topics")
    sections = load_index({"section": lexicon.pop("sections")})
    return load_index(topics | lexicon), sections


def load_index(tables: dict[str, dict[str, list[str]]]) -> _Index:
    """Return the index of the words in `tables`: points and words by topic.

    :raises ValueError: when a word occurs twice, with perhaps two numbers of points.
    """
    index: _Index = defaultdict(list)
    for topic, by_points in tables.items():
        for points, names in by_points.items():
            for name in names:
                term = _Term(name, int(points), topic, as_written=name.isupper())
                for form in _forms(term):
                    same_start = index[form[0].lower()]
                    if any(form == other for other, _ in same_start):
                        raise ValueError(f"lexicon.toml names {name!r} twice")
                    same_start.append((form, term))
    for forms in index.values():
        forms.sort(key=lambda entry: -len(entry[0]))
    return dict(index)


def _forms(term: _Term) -> Iterator[_Words]:
    """Yield the words of `term`, bare and, unless an abbreviation, with -nya ("the", "its")."""
    words = _WORD.findall(term.name if term.as_written else term.name.lower())
    yield tuple(words)
    if not term.as_written:
        yield (*words[:-1], f"{words[-1]}nya")


_TERMS, _SECTIONS = _load()
