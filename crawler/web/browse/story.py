"""A story and its copies: the first, the lag of each, the wire, and the revisions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from output.clock import WIB
from output.lifted import published_hash
from output.schema import DAY_ALONE
from output.stories import wire_of
from output.takedown import buried
from output.views import reading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from output.schema import Row
    from output.search import Library

_COLUMNS = (
    "article_id", "outlet", "fetched_at", "extractor_version", "title", "body", "paragraphs",
    "content_hash", "published_hash", "published_at", "published_source", "agencies",
)  # fmt: skip
_SIZE = 3  # words of a piece of text that copies are compared by
_WORDS = re.compile(r"\w+")
FORGOTTEN, BEHIND, UNKNOWN = "forgotten", "behind", "unknown"
"""Why there is no story: its article was taken down, its outlet is being indexed, or neither."""


@dataclass(frozen=True)
class Text:
    """A revision of an article, from 1: headline and paragraphs, and when they were first seen."""

    article_id: str
    outlet: str
    revision: int
    seen: datetime
    title: str
    paragraphs: list[str]

    @property
    def key(self) -> str:
        """The text's name in an address."""
        return f"{self.article_id}@{self.revision}"

    @property
    def lines(self) -> list[str]:
        """The headline and the paragraphs."""
        return [self.title, *self.paragraphs]


@dataclass(frozen=True)
class Copy:
    """An article of a story.

    :param article: the indexed fields
    :param moment: of publication; of the first download where that is unknown
    :param printed: time, day or nothing: the precision that the outlet prints
    :param lag: time since the story's first article; None where `printed` does not give it
    :param shared: share, 0 to 1, of its last text that the last text of the first article has too
    """

    article: Row
    title: str
    moment: datetime
    printed: str
    lag: timedelta | None
    agencies: list[str]
    texts: list[Text]
    shared: float

    @property
    def article_id(self) -> str:
        return str(self.article["article_id"])

    @property
    def outlet(self) -> str:
        return str(self.article["outlet"])


@dataclass(frozen=True)
class Event:
    """A moment of a story: the first text of a copy, or a revision."""

    moment: datetime
    copy: Copy
    text: Text


@dataclass(frozen=True)
class Story:
    """A story by its copies, the earliest first.

    :param total: the number of all copies, of which the first 200 are given
    :param wire: the agencies that any copy is credited to
    """

    cluster_id: str
    copies: list[Copy]
    total: int
    wire: list[str]

    @property
    def first(self) -> Copy:
        return self.copies[0]

    @cached_property
    def outlets(self) -> list[str]:
        """The outlets in the order in which they told the story."""
        return list(dict.fromkeys(copy.outlet for copy in self.copies))

    @property
    def in_doubt(self) -> list[Copy]:
        """The copies that may have been the first, or not, by what their outlets print: no time
        at all, or the day alone where it is that of the first."""
        day = _day(self.first.moment)
        return [
            copy
            for copy in self.copies
            if len(self.copies) > 1
            and (copy.printed == "nothing" or (copy.printed == "day" and _day(copy.moment) == day))
        ]

    @property
    def longest(self) -> timedelta:
        """The longest lag."""
        return max((copy.lag for copy in self.copies if copy.lag), default=timedelta())

    @cached_property
    def texts(self) -> dict[str, Text]:
        """All texts by key: copy by copy, the oldest revision first."""
        return {text.key: text for copy in self.copies for text in copy.texts}

    @property
    def timeline(self) -> list[Event]:
        """All moments in order: each copy at its publication, each revision when it was seen."""
        events = [
            Event(copy.moment if text.revision == 1 else text.seen, copy, text)
            for copy in self.copies
            for text in copy.texts
        ]
        return sorted(events, key=lambda event: (event.moment, event.text.key))

    @property
    def two(self) -> tuple[Text, Text] | None:
        """The two texts that are compared unless others are asked for: the last of the first two
        copies; of a single article the last two revisions; None where there is one text."""
        if len(self.copies) > 1:
            return self.copies[0].texts[-1], self.copies[1].texts[-1]
        texts = self.first.texts
        return (texts[-2], texts[-1]) if len(texts) > 1 else None

    @cached_property
    def names(self) -> dict[str, str]:
        """A name for each copy, by article_id, that no other copy has."""
        return names_of([(c.article_id, c.outlet, c.title, c.moment) for c in self.copies])


def story_of(library: Library, article_id: str) -> Story | None:
    """Return the story that an article tells; None where no such article is in the dataset.

    :raises OSError: a file cannot be read.
    """
    article = library.article(article_id)
    if article is None:
        return None
    rows, total = library.story(article)
    if article_id not in {row["article_id"] for row in rows}:
        rows = [*rows[:-1], article]
    captures = library.captures_of(rows, _COLUMNS)
    if article_id not in captures:  # taken down since it was indexed
        return None
    left = [row for row in rows if row["article_id"] in captures]
    copies = _copies(left, captures)
    wire = {agency for copy in copies for agency in copy.agencies}
    if total > len(rows):
        with reading():
            wire |= wire_of(library.root, article_id)
    cluster_id = article["cluster_id"] or article_id
    return Story(cluster_id, copies, total - len(rows) + len(left), sorted(wire))


def why_not(library: Library, article_id: str) -> str:
    """Return why there is no story by `article_id`: FORGOTTEN, BEHIND or UNKNOWN.

    :raises OSError: a file cannot be read.
    """
    outlet = article_id.partition(":")[0]
    if outlet not in {*library.outlets, *library.behind}:
        return UNKNOWN
    with reading():
        if article_id in buried(library.root, outlet):
            return FORGOTTEN
    return BEHIND if outlet in library.behind else UNKNOWN


def _copies(articles: Sequence[Row], captures_of: Mapping[str, list[Row]]) -> list[Copy]:
    """Return the copies of a story, the earliest first, by the captures of each of `articles`."""
    by_id = {article["article_id"]: article for article in articles}
    ordered = sorted(by_id, key=lambda name: (_moment(captures_of[name]), name))
    first = captures_of[ordered[0]]
    pieces = _pieces(first[-1])
    timed = _printed(first[-1]) == "time"
    copies = []
    for name in ordered:
        captures, row = captures_of[name], captures_of[name][-1]
        printed, moment = _printed(row), _moment(captures)
        known = timed and printed == "time"
        copies.append(
            Copy(
                by_id[name],
                row["title"],
                moment,
                printed,
                moment - _moment(first) if known else None,
                sorted(row["agencies"] or []),
                _texts(captures),
                _share(_pieces(row), pieces),
            )
        )
    return copies


def _moment(captures: list[Row]) -> datetime:
    """Return when an article was published, by its last capture; else when that was fetched."""
    moment: datetime = captures[-1]["published_at"] or captures[-1]["fetched_at"]
    return moment


def _printed(row: Row) -> str:
    if row["published_at"] is None:
        return "nothing"
    return "day" if (row["published_source"] or "").endswith(DAY_ALONE) else "time"


def _texts(captures: list[Row]) -> list[Text]:
    """Return the texts of an article, each content once, as the newest extractor read it."""
    contents: dict[str, list[Row]] = {}
    for row in captures:
        contents.setdefault(published_hash(row), []).append(row)
    return [
        Text(
            rows[-1]["article_id"],
            rows[-1]["outlet"],
            number,
            rows[0]["fetched_at"],
            rows[-1]["title"],
            rows[-1]["paragraphs"] or rows[-1]["body"].split("\n\n"),
        )
        for number, rows in enumerate(contents.values(), 1)
    ]


def _pieces(row: Row) -> Counter[tuple[str, ...]]:
    """Return the runs of words of a row's body: three words each, or all words of a shorter one."""
    words = _WORDS.findall(row["body"].lower())
    size = min(_SIZE, max(len(words), 1))
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))


def _share(own: Counter[tuple[str, ...]], first: Counter[tuple[str, ...]]) -> float:
    return (own & first).total() / own.total() if own else 0.0


def _day(moment: datetime) -> date:
    return moment.astimezone(WIB).date()


def names_of(articles: Collection[tuple[str, str, str, datetime | None]]) -> dict[str, str]:
    """Return a name for each of `articles` by its id, outlet and headline, with the time, or else
    the id, where others have the same.

    :param articles: article_id, outlet, headline and moment of each
    """
    names = {name: f"{outlet}: {_one_line(title)}" for name, outlet, title, _ in articles}
    for more in (
        {
            name: f"{moment.astimezone(WIB):%Y-%m-%d %H:%M}"
            for name, *_, moment in articles
            if moment
        },
        {name: name for name, *_ in articles},
    ):
        held = Counter(names.values())
        names = {
            name: f"{shown} ({more[name]})" if held[shown] > 1 and name in more else shown
            for name, shown in names.items()
        }
    return names


def _one_line(title: str) -> str:
    return " ".join(title.split()) or "–"
