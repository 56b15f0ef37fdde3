"""Search for articles in the index, and read them in the dataset."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.dataset as ds
from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import FieldType, Occur, Order
from tantivy import Query as Matching

from output.clock import WIB
from output.dataset import last_captures, open_dataset, schema_of
from output.schema import KEYS
from output.search_index import SCHEMA, Place, SearchIndex, story_number, words_of
from output.search_query import All, Either, Mistake, Not, Phrase, Query, Value, Word, parse
from output.views import reading
from output.word_forms import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from output.dataset import Location
    from output.schema import Row
    from output.search_query import Field, Node

PAGE = 25
"""Results on a page."""
LOOK_AGAIN = 30.0
"""Seconds between looks for new files in the dataset."""
FACETS = {
    "outlets": "outlet",
    "topics": "topics",
    "months": "month",
    "agencies": "agencies",
    "authors": "names",
    "entities": "entities",
}
"""The index's field of each facet of a question."""
_COPIES = 200
_CHUNK = 200  # articles that are looked at together for a page of stories
_DEEPEST = 5_000  # articles behind which no page of results is shown
_VALUES = 50  # values of a facet that are counted
_TERMS = 50_000  # words of the index among which a suggestion is looked for
_NEAREST = 0.7
"""Similarity, 0 to 1, of a suggested word and the word typed: one letter of four may differ."""
_WEIGHTS = {"title": 4.0, "tags": 2.0, "body": 1.0, "authors": 1.0}
"""Weight of a word by the field that has the word; forms of the word weigh `_FORMS`."""
_FORMS = 0.3
_FIELDS: dict[Field | None, tuple[str, ...]] = {
    None: ("title", "tags", "body"),
    "title": ("title",),
    "tag": ("tags",),
    "author": ("authors",),
}
_ROOTED: dict[Field | None, str] = {None: "roots", "title": "title_roots"}
"""The field of the roots of the words that are searched in a field."""
_VALUE_OF: dict[Field, str] = {
    "outlet": "outlet",
    "topic": "topics",
    "agency": "agencies",
    "month": "month",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query in the language of `search_query`, and facets, of which any value has to match.

    :param months: YYYY-MM
    :param heads: only title and tags are searched
    :param order: by relevance, where the query has words, or the newest first
    :param collapse: of a story only the first article is a result, with the number of the others
    """

    words: str = ""
    outlets: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    heads: bool = False
    page: int = 1
    order: Literal["relevance", "date"] = "relevance"
    collapse: bool = False

    @property
    def query(self) -> Query:
        """The query as understood."""
        words = self.words.encode("utf-8", "replace").decode()  # bytes of no letter, in a shell
        return parse(words, words_of)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of articles, and the number of articles on all pages.

    An article of a collapsed page has `others`: further articles of its story that match.
    """

    articles: list[Row] = field(default_factory=list)
    total: int = 0
    more: bool = False


class Library:
    """The articles of a dataset, and their index in `folder`.

    `behind` are the outlets whose newest files are not indexed yet; `problems` the errors met.

    :raises OSError: when the dataset cannot be listed, or the folder not be written.
    """

    def __init__(self, location: Location, folder: Path) -> None:
        self.location = location
        self.index = SearchIndex(location, folder)
        self.root = self.index.root
        self.behind = self.index.behind()
        self.problems: list[str] = []
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._looked = -LOOK_AGAIN
        self._list_values()

    def close(self) -> None:
        """Stop indexing new files."""
        self.index.stopped.set()
        if self._worker:
            self._worker.join()

    def refresh(self) -> threading.Thread | None:
        """Index new files in a thread, at most every LOOK_AGAIN seconds; return the last thread."""
        with self._lock:
            working = self._worker is not None and self._worker.is_alive()
            if not working and time.monotonic() - self._looked >= LOOK_AGAIN:
                self._worker = threading.Thread(target=self.update)
                self._worker.start()
            return self._worker

    def update(self) -> None:
        """Index the new files of the dataset."""
        problems = []
        try:
            self.behind = self.index.behind()
        except OSError as error:
            problems.append(str(error))
        for outlet in list(self.behind):
            try:
                if self.index.update(outlet):
                    self.behind.remove(outlet)
                    self._list_values()
            except OSError as error:
                problems.append(str(error))
        self.problems = problems
        self._looked = time.monotonic()

    def _list_values(self) -> None:
        held = self.index.counts(("outlet", "topics"))
        self.outlets, self.topics = sorted(held["outlet"]), sorted(held["topics"])

    # -- finding

    def search(self, question: Question, size: int = PAGE) -> Found:
        """Return a page of `size` articles that match `question`."""
        matching, order = self._asked(question)
        skip = (question.page - 1) * size
        if question.collapse:
            return self._stories(matching, order, skip, size)
        places, total = self.index.find(matching, size, skip, order)
        return Found(self.index.read(places), total, total > skip + size)

    def _asked(self, question: Question) -> tuple[Matching, Order | None]:
        """Return what is searched for, and the order of the results."""
        node = question.query.node
        order = None if question.order == "relevance" and _has_words(node) else Order.Desc
        return every((*_facets(question), self._compiled(node, question))), order

    def _stories(self, matching: Matching, order: Order | None, skip: int, size: int) -> Found:
        """Return a page of stories: the first article of each, with the number of the others."""
        first: dict[int, Place] = {}
        others: dict[int, int] = {}
        seen, total = 0, 1
        while seen < min(total, _DEEPEST) and len(first) <= skip + size:
            places, total = self.index.find(matching, _CHUNK, seen, order)
            seen += len(places)
            for place, story in zip(places, self.index.stories(places), strict=True):
                if story in first:
                    others[story] = others.get(story, 0) + 1
                first.setdefault(story, place)
            if not places:
                break
        shown = list(first.items())[skip : skip + size]
        rows = self.index.read(place for _, place in shown)
        held = self._held(matching, [story for story, _ in shown])
        for row, (story, _) in zip(rows, shown, strict=True):
            row["others"] = held[story] - 1
        return Found(rows, total, len(first) > skip + size)

    def _held(self, matching: Matching, stories: list[int]) -> dict[int, int]:
        """Return the number of articles of each story that match."""
        return {
            story: self.index.count(every((matching, Matching.term_query(SCHEMA, "story", story))))
            for story in stories
        }

    def matches(self, question: Question) -> Iterator[Row]:
        """Yield the indexed fields of all articles that match, in the question's order."""
        matching, order = self._asked(question)
        seen = 0
        while True:
            places, total = self.index.find(matching, _CHUNK, seen, order)
            yield from self.index.read(places)
            seen += len(places)
            if not places or seen >= total:
                return

    def places(self, question: Question) -> dict[int, Place]:
        """Return the places of all articles that match, by the names of their last captures."""
        return self.index.captures(self.matching(question))

    def batches(
        self, question: Question, columns: Sequence[str], most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Yield `columns` of the last captures of all articles that match, in the question's order.

        :param most: articles that are given at most
        :raises OSError, pa.ArrowInvalid: a file cannot be read.
        """
        schema = pa.schema([schema_of("articles").field(column) for column in columns])
        matches = islice(self.matches(question), most)
        while articles := list(islice(matches, _CHUNK)):
            rows = self._last_captures(articles, columns)
            given = [rows[one["article_id"]] for one in articles if one["article_id"] in rows]
            yield pa.RecordBatch.from_pylist(given, schema)

    def _last_captures(self, articles: list[Row], columns: Sequence[str]) -> dict[str, Row]:
        """Return the last captures of `articles`, with `columns`, by article_id."""
        found: dict[str, Row] = {}
        wanted = [*dict.fromkeys((*columns, *KEYS["articles"]))]
        for outlet in {article["outlet"] for article in articles}:
            of_outlet = [article for article in articles if article["outlet"] == outlet]
            stories = {article["article_id"]: article["cluster_id"] for article in of_outlet}
            months = {month for article in of_outlet for month in article["months"]}
            mine = ds.field("article_id").isin(list(stories)) & ds.field("month").isin(months)
            with reading():
                table = open_dataset(self.location, outlet=outlet).to_table(wanted, filter=mine)
            for row in table.filter(last_captures(table.select(KEYS["articles"]))).to_pylist():
                found[row["article_id"]] = row | {"cluster_id": stories[row["article_id"]]}
        return found

    def matching(self, question: Question) -> Matching:
        """Return the index's query for what `question` asks for."""
        return self._asked(replace(question, order="date"))[0]

    def within(self, question: Question, first: int, last: int) -> Matching:
        """Return the same, of the seconds from `first` to `last` since 1970 alone."""
        return every((self.matching(question), _days(first, last)))

    def facets(self, question: Question) -> dict[str, dict[str, int]]:
        """Return for each facet its values and the articles that have them; the chosen values of a
        facet take no other value of that facet away."""
        found = {}
        for name, index_field in FACETS.items():
            free: dict[str, Any] = {name: ()}
            matching, _ = self._asked(replace(question, **free))
            found[name] = self.index.counts([index_field], matching, _VALUES)[index_field]
        return found

    def mistakes(self, question: Question) -> list[Mistake]:
        """Return what the query asks for in vain: besides its own mistakes, outlets and topics that
        the index does not hold."""
        query = question.query
        known: dict[Field, set[str]] = {
            "outlet": {*self.outlets, *self.behind},
            "topic": {*self.topics},
        }
        unknown = [
            Mistake("value", f"{value.field}:{value.value}")
            for value in _values(query.node)
            if (value.field in known and value.value.lower() not in known[value.field])
            or (value.field == "entity" and not self.index.entities_called(value.value))
        ]
        return [*query.mistakes, *unknown]

    def in_vain(self, question: Question) -> list[Node]:
        """Return the parts of a query without results that have none either, each asked for alone;
        if all have some, the parts without which there are results."""
        node = question.query.node
        parts = node.parts if isinstance(node, All) else (node,)
        alone = [part for part in parts if not self._count(part, question)]
        if alone or len(parts) == 1:
            return alone
        rests = {part: All(tuple(p for p in parts if p != part)) for part in parts}
        return [part for part, rest in rests.items() if self._count(rest, question)]

    def _count(self, node: Node, question: Question) -> int:
        asked = [*_facets(question), self._compiled(node, question)]
        return self.index.count(every(asked))

    def suggestion(self, question: Question) -> str | None:
        """Return the query with words of the index in place of words that no article has, None if
        there is none to suggest."""
        text = question.words
        for word in _single_words(question.query.node):
            if word.begins or word.field or self._count(word, Question()):
                continue
            known = dict(self.index.words("title", _TERMS)) | dict(self.index.words("body", _TERMS))
            best = _nearest(word.text, known)
            if best:
                text = _replaced(text, word.text, best)
        return text if text != question.words else None

    def roots(self, word: Word | Phrase) -> list[str]:
        """Return the roots, also doubtful ones, of the forms that `word` stands for."""
        if isinstance(word, Phrase) or word.exact or word.begins or word.field not in _ROOTED:
            return []
        rooted = _ROOTED[word.field]
        return terms_of(word.text, lambda term: self.index.articles_with(rooted, term))

    def article(self, article_id: str) -> Row | None:
        """Return the indexed fields of an article, None if it is not indexed."""
        places, _ = self.index.find(Matching.term_query(SCHEMA, "article_id", article_id), 1)
        return self.index.read(places)[0] if places else None

    def copies(self, article: Row) -> list[Row] | None:
        """Return the story's other articles, the earliest first; None if not grouped yet."""
        if not article["cluster_id"]:
            return None
        found, _ = self.story(article)
        return [row for row in found if row["article_id"] != article["article_id"]]

    def story(self, article: Row) -> tuple[list[Row], int]:
        """Return the story's first articles, the earliest first, 200 at most, and the number of
        all."""
        number = story_number(article["cluster_id"] or article["article_id"])
        story = Matching.term_query(SCHEMA, "story", number)
        places, total = self.index.find(story, _COPIES, order=Order.Asc)
        return self.index.read(places), total

    # -- what is searched for

    def _compiled(self, node: Node, question: Question) -> Matching:
        """Return the index's query for a part of ours."""
        match node:
            case Word():
                return self._word(node, question)
            case Phrase(words, name):
                return _any(
                    _weighed(Matching.phrase_query(SCHEMA, each, list(words)), each)
                    for each in _searched(name, question)
                )
            case Value():
                return self._value(node)
            case Not(part):
                without = [(Occur.Must, Matching.all_query())]
                return Matching.const_score_query(
                    Matching.boolean_query(
                        [*without, (Occur.MustNot, self._compiled(part, question))]
                    ),
                    0.0,
                )
            case Either(parts):
                return _any(self._compiled(part, question) for part in parts)
            case All(parts):
                asked = [self._compiled(part, question) for part in parts] or [
                    Matching.const_score_query(Matching.all_query(), 0.0)
                ]
                return every(asked)

    def _word(self, word: Word, question: Question) -> Matching:
        fields = _searched(word.field, question)
        if word.begins:  # letters and digits: no special characters in a regex
            return _any(Matching.regex_query(SCHEMA, each, f"{word.text}.*") for each in fields)
        printed = [_weighed(Matching.term_query(SCHEMA, each, word.text), each) for each in fields]
        roots = self.roots(word)
        rooted = "title_roots" if question.heads or word.field else "roots"
        forms = (Matching.term_query(SCHEMA, rooted, root) for root in roots)
        return _any([*printed, *(Matching.boost_query(form, _FORMS) for form in forms)])

    def _value(self, value: Value) -> Matching:
        if value.field in ("after", "before"):
            day = _midnight(datetime.fromisoformat(value.value).date())
            return _days(day, None) if value.field == "after" else _days(None, day - 1)
        if value.field == "entity":
            named = sorted(self.index.entities_called(value.value))
            return _silent(Matching.term_set_query(SCHEMA, "entities", named))
        given = value.value if value.field in ("agency", "month") else value.value.lower()
        return _silent(Matching.term_query(SCHEMA, _VALUE_OF[value.field], given))

    # -- reading

    def captures(self, article: Row) -> list[Row]:
        """Return all captures of an article, the oldest first, with every column."""
        return self.captures_of([article]).get(article["article_id"], [])

    def captures_of(
        self, articles: list[Row], columns: Sequence[str] | None = None
    ) -> dict[str, list[Row]]:
        """Return all captures of `articles` by article_id, the oldest first; every column, or those
        of `columns`, which include the primary key. An article that has left the dataset is left
        out."""
        single: dict[str, dict[tuple[datetime, str], Row]] = {}
        for outlet in {article["outlet"] for article in articles}:
            of_outlet = [article for article in articles if article["outlet"] == outlet]
            months = {month for article in of_outlet for month in article["months"]}
            mine = ds.field("article_id").isin([article["article_id"] for article in of_outlet])
            mine &= ds.field("month").isin(sorted(months))
            with reading():
                dataset = open_dataset(self.location, outlet=outlet)
                table = dataset.to_table([*columns] if columns else None, filter=mine)
            for row in reversed(table.to_pylist()):
                its = single.setdefault(row["article_id"], {})
                its[row["fetched_at"], row["extractor_version"]] = row
        return {name: [its[key] for key in sorted(its)] for name, its in single.items()}


def _facets(question: Question) -> Iterator[Matching]:
    for name, index_field in FACETS.items():
        if chosen := getattr(question, name):
            yield _silent(Matching.term_set_query(SCHEMA, index_field, list(chosen)))
    if question.since or question.until:
        last = _midnight(question.until) + 24 * 3600 - 1 if question.until else None
        yield _days(_midnight(question.since) if question.since else None, last)


def _days(first: int | None, last: int | None) -> Matching:
    return _silent(Matching.range_query(SCHEMA, "at", FieldType.Integer, first, last))


def _silent(query: Matching) -> Matching:
    """Return `query` without a part in the score."""
    return Matching.const_score_query(query, 0.0)


def _searched(name: Field | None, question: Question) -> tuple[str, ...]:
    return ("title", "tags") if name is None and question.heads else _FIELDS[name]


def _weighed(query: Matching, index_field: str) -> Matching:
    return Matching.boost_query(query, _WEIGHTS[index_field])


def every(queries: Iterable[Matching]) -> Matching:
    """Return the index's query for what all of `queries` find."""
    return Matching.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Iterable[Matching]) -> Matching:
    return Matching.boolean_query([(Occur.Should, query) for query in queries])


def _has_words(node: Node) -> bool:
    return next(_single_words(node), None) is not None or any(
        isinstance(part, Phrase) for part in _parts(node)
    )


def _single_words(node: Node) -> Iterator[Word]:
    return (part for part in _parts(node) if isinstance(part, Word))


def _values(node: Node) -> Iterator[Value]:
    return (part for part in _parts(node, negative=True) if isinstance(part, Value))


def _parts(node: Node, *, negative: bool = False) -> Iterator[Node]:
    """Yield `node` and its parts, those after a minus if `negative`."""
    yield node
    match node:
        case All(parts) | Either(parts):
            for part in parts:
                yield from _parts(part, negative=negative)
        case Not(part) if negative:
            yield from _parts(part, negative=negative)


def _nearest(word: str, known: dict[str, int]) -> str | None:
    """Return the word of `known` that is nearest to `word`: of equally near ones the most
    frequent."""
    near = process.extract(
        word,
        list(known),
        scorer=OSA.normalized_similarity,
        limit=10,
        score_cutoff=_NEAREST,
    )
    return max(near, key=lambda one: (one[1], known[one[0]]))[0] if near else None


def _replaced(text: str, word: str, new: str) -> str:
    """Return a query with `new` in place of `word`, however that was written."""

    def other(match: re.Match[str]) -> str:
        return new if words_of(match[0]) == [word] else match[0]

    return re.sub(r"[^\W_]+", other, text)


def _midnight(day: date) -> int:
    """Return the beginning of `day` in WIB, in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=WIB).timestamp())
