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
LEAD_LENGTH = 400
"""Characters; what follows is no lead any more."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Topics:
    """The verdict. `terms` are the words that gave points, those that took points with a "-"."""

    score: float
    topics: list[str]
    terms: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Term:
    name: str
    points: int
    topic: str
    as_written: bool  # an abbreviation, whose capitals count


_Words = tuple[str, ...]
_Index = dict[str, list[tuple[_Words, _Term]]]
"""By the first word in lower case: the words of terms, the longest first."""


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
    past = 0  # the end of the term before
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
    """:raises ValueError: a term stands twice, so that nobody could say what it counts."""
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
    """The words of a term, bare and with -nya ("the", "its"); abbreviations put a hyphen before."""
    words = _WORD.findall(term.name if term.as_written else term.name.lower())
    yield tuple(words)
    if not term.as_written:
        yield (*words[:-1], f"{words[-1]}nya")


_TERMS, _SECTIONS = _load()
