"""The course of a search: articles by day and outlet beside all articles, words, who is named."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from output.clock import WIB
from output.search import Question
from output.search_index import words_of
from output.search_query import Phrase, words_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tantivy import Query as Matching

    from output.search import Library

_DAY = 24 * 3600
_STEPS = {"day": _DAY, "week": 7 * _DAY}
_STARTS = {"day": 17 * 3600, "week": 4 * _DAY - 7 * 3600}
"""Seconds since 1970 at which a step begins: midnight in WIB, and a Monday's."""
_LONGEST = {"day": 400 * _DAY, "week": 1500 * _DAY}
"""Seconds of the longest time that is shown by the step; a longer time is shown by months."""
_OUTLETS = 1000
_SAMPLE = 2000
"""Articles whose words are read: those with the greatest hash, of more than so many."""
_FEWEST = 3
"""Articles of the sample that have a word that counts."""
_MOST_WORDS = 20_000
_SHOWN = 20
_LEAST_SCORE = 2.0
"""Standard deviations from which a word rises: with less, chance is likely."""


class Point(NamedTuple):
    """Articles of an outlet from a day on until the next step: those that match, and all."""

    day: date
    outlet: str
    articles: int
    of: int


class Rise(NamedTuple):
    """A word that the articles found have more often than the others.

    `with_word`: share of the articles found, 0 to 1; `elsewhere`: of the others; `score`: standard
    deviations of the log-odds ratio.
    """

    word: str
    with_word: float
    elsewhere: float
    score: float


@dataclass(frozen=True)
class Course:
    """The course of a search.

    :param step: day, week or month, by the length of the time
    :param points: in order of day and outlet; only those with an article
    :param first: the day of the first article that matches
    :param read: articles whose words were counted
    :param named: ids of entities, with the articles that name them
    """

    step: str
    points: list[Point]
    total: int
    first: date | None
    rising: list[Rise]
    read: int
    named: list[tuple[str, int]]

    @property
    def days(self) -> dict[date, tuple[int, int]]:
        """The articles that match and all, of all outlets, by the first day of each step."""
        found: dict[date, tuple[int, int]] = {}
        for point in self.points:
            articles, of = found.get(point.day, (0, 0))
            found[point.day] = articles + point.articles, of + point.of
        return found

    @property
    def peak(self) -> tuple[date, int] | None:
        """The first day of the step with the most articles, the earliest of several, and their
        number."""
        counts = [(articles, day) for day, (articles, _) in self.days.items() if articles]
        if not counts:
            return None
        articles, day = max(counts, key=lambda one: (one[0], -one[1].toordinal()))
        return day, articles


def course(
    library: Library, question: Question, step: str | None = None, *, words: bool = True
) -> Course:
    """Return the course of what `question` asks for.

    Beside the counts stand those of all articles of the same outlets and days. Time and memory do
    not grow with the articles that match, but for the index's own counting.

    :param step: day, week or month; None: by the time between the first and the last match
    :param words: look for rising words, for which up to 2,000 articles are read
    """
    matching = library.matching(question)
    total = library.index.count(matching)
    if not total:
        return Course(step or "day", [], 0, None, [], 0, [])
    first, last = _span(library, matching)
    chosen = step or next(
        (name for name, most in _LONGEST.items() if last - first <= most), "month"
    )
    frame = replace(Question(), outlets=question.outlets)
    around = library.within(frame, first - 31 * _DAY, last + 31 * _DAY)
    mine, every = (_counts(library, query, chosen) for query in (matching, around))
    asked = words_in(question.query.node)
    spoken = {
        word for one in asked for word in (one.words if isinstance(one, Phrase) else (one.text,))
    }
    read, rising = _rising(library, matching, total, spoken) if words else (0, [])
    named = library.index.counts(["entities"], matching, _SHOWN)["entities"]
    days = {day for day, _ in mine}
    points = [
        Point(day, outlet, mine.get((day, outlet), 0), of)
        for (day, outlet), of in sorted(every.items())
        if (day, outlet) in mine or min(days) <= day <= max(days)
    ]
    began = datetime.fromtimestamp(first, WIB).date()
    return Course(chosen, points, total, began, rising, read, list(named.items()))


def _span(library: Library, matching: Matching) -> tuple[int, int]:
    asked = {"first": {"min": {"field": "at"}}, "last": {"max": {"field": "at"}}}
    found = library.index.searcher.aggregate(matching, asked)
    return int(found["first"]["value"]), int(found["last"]["value"])


def _counts(library: Library, query: Matching, step: str) -> dict[tuple[date, str], int]:
    """Return the number of articles by the first day of a step, and outlet."""
    by: dict[str, Any] = (
        {"terms": {"field": "month", "size": 10_000}}
        if step == "month"
        else {
            "histogram": {
                "field": "at",
                "interval": _STEPS[step],
                "offset": _STARTS[step],
                "min_doc_count": 1,
            }
        }
    )
    asked = {"outlets": {"terms": {"field": "outlet", "size": _OUTLETS}, "aggs": {"steps": by}}}
    found = library.index.searcher.aggregate(query, asked)["outlets"]["buckets"]
    return {
        (_day(bucket["key"]), outlet["key"]): bucket["doc_count"]
        for outlet in found
        for bucket in outlet["steps"]["buckets"]
    }


def _day(key: float | str) -> date:
    if isinstance(key, str):
        return date.fromisoformat(f"{key}-01")
    return datetime.fromtimestamp(key, UTC).astimezone(WIB).date()


def _rising(
    library: Library, matching: Matching, total: int, spoken: set[str]
) -> tuple[int, list[Rise]]:
    """Return how many articles were read, and the words that they have more often than others, by
    the log-odds ratio over its standard deviation (Monroe, Colaresi and Quinn, 2008).

    :param spoken: words of the query, which are no news
    """
    index = library.index
    held = index.searcher.num_docs
    if total >= held:  # there are no others
        return 0, []
    counts: Counter[str] = Counter()
    read = 0
    for body in index.sample(matching, _SAMPLE):
        counts.update(set(words_of(body)))
        read += 1
    rises = []
    for word, articles in counts.most_common(_MOST_WORDS):
        if articles < _FEWEST or word in spoken or not word.isalpha():
            continue
        share = articles / read
        others = max(index.articles_with("body", word) - share * total, 0)
        rest = max(held - total, 1)
        ratio = _log_odds(articles, read) - _log_odds(others, rest)
        score = ratio / math.sqrt(1 / (articles + 0.5) + 1 / (others + 0.5))
        if score >= _LEAST_SCORE:
            rises.append(Rise(word, share, min(1.0, others / rest), round(score, 2)))
    rises.sort(key=lambda one: (-one.score, one.word))
    return read, rises[:_SHOWN]


def _log_odds(part: float, whole: float) -> float:
    return math.log((part + 0.5) / (max(whole - part, 0) + 0.5))


def by_outlet(points: Iterable[Point], most: int, others: str) -> list[Point]:
    """Return `points` with those outlets joined as `others` that are not the `most` frequent."""
    counts: Counter[str] = Counter()
    for point in points:
        counts[point.outlet] += point.articles
    shown = {
        outlet for outlet, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]
    }
    joined: dict[tuple[date, str], tuple[int, int]] = {}
    for point in points:
        key = point.day, point.outlet if point.outlet in shown else others
        articles, of = joined.get(key, (0, 0))
        joined[key] = articles + point.articles, of + point.of
    return [Point(*key, *counted) for key, counted in sorted(joined.items())]


def steps_between(first: date, last: date, step: str) -> list[date]:
    """Return the first day of each step from `first` to `last`, which are such days."""
    found = [first]
    while found[-1] < last:
        before = found[-1]
        month = (before.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(month if step == "month" else before + timedelta(seconds=_STEPS[step]))
    return found
