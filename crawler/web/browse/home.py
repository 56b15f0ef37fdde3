"""What browse shows before anything is asked: what is new, told by many, silent, watched."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tantivy import Order
from tantivy import Query as Matching

from output import clock
from output.clock import WIB
from output.search import Question, every
from output.search_index import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from output.schema import Row
    from output.search import Library

NEWEST, STORIES = 8, 6
"""Articles and stories that are shown."""
_STORIES_COUNTED = 200
_KEPT = 60.0
"""Seconds for which the health of outlets, read from all manifests of runs, is shown again."""


class Told(NamedTuple):
    """A story of the day: its first article of these days, and the articles and outlets."""

    article: Row
    articles: int
    outlets: int


class Silent(NamedTuple):
    """An outlet whose last crawl was not healthy, or whose newest article is old."""

    outlet: str
    judgement: str
    newest: datetime | None


class Watched(NamedTuple):
    """A search that is watched, or the health of outlets where `query` is None; the entries of its
    feed since yesterday."""

    name: str
    query: str | None
    entries: int


class Overview(NamedTuple):
    """What has happened from `since` on, a day in WIB."""

    since: date
    total: int
    outlets: dict[str, int]
    newest: list[Row]
    stories: list[Told]
    silent: list[Silent]
    watched: list[Watched]
    last: datetime | None
    """The newest article's time, where none is of these days."""


class Home:
    """The overview of a library.

    :param watched: gives the watches, with their entries since a moment
    :param silent: gives the outlets that are silent at a moment
    """

    def __init__(
        self,
        library: Library,
        watched: Callable[[datetime], list[Watched]] = lambda _: [],
        silent: Callable[[datetime], list[Silent]] = lambda _: [],
    ) -> None:
        self.library = library
        self._watched = watched
        self._silent_at = silent
        self._silent: list[Silent] = []
        self._looked = -_KEPT

    def overview(self) -> Overview:
        """Return what is new since yesterday began, in WIB."""
        now = clock.now().astimezone(WIB)
        since = (now - timedelta(days=1)).date()
        begun = datetime.combine(since, datetime.min.time(), WIB)
        index = self.library.index
        matching = self.library.within(Question(), int(begun.timestamp()), int(now.timestamp()))
        places, total = index.find(matching, NEWEST)
        counts = index.counts(["outlet"], matching)["outlet"]
        return Overview(
            since,
            total,
            dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
            index.read(places),
            self._stories(matching),
            self._find_silent(now),
            self._watched(begun),
            None if total or index.newest is None else datetime.fromtimestamp(index.newest, WIB),
        )

    def _stories(self, matching: Matching) -> list[Told]:
        """Return the stories that most outlets tell, of those that two or more tell."""
        index = self.library.index
        found = index.told(matching, _STORIES_COUNTED)
        most = sorted(found, key=lambda one: (-one[2], -one[1], one[0]))
        told = []
        for story, articles, outlets in most[:STORIES]:
            if outlets > 1:
                of_story = every((matching, Matching.term_query(SCHEMA, "story", story)))
                places, _ = index.find(of_story, 1, order=Order.Asc)
                told += [Told(row, articles, outlets) for row in index.read(places)]
        return told

    def _find_silent(self, now: datetime) -> list[Silent]:
        if time.monotonic() - self._looked >= _KEPT:
            self._silent = self._silent_at(now)
            self._looked = time.monotonic()
        return self._silent
