"""Which articles tell one story: an index, in the state, of what the dataset holds.

Of each article the last capture counts. Two are tellings of one story if their texts are copies of
each other and no more than three days lie between them; the outlet does not matter. A group is
made of articles in the order of their publication: each joins the group of which it is a copy of
more than half, or begins one. So the same articles give the same groups in whatever order they
came, and neither a review of the week nor a chain of updates makes one story of two.
"""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from crawler.copies import Telling, are_copies, bands, read
from crawler.pending import microseconds
from output import stories as table
from output.writer import month_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from crawler.state import State

logger = logging.getLogger(__name__)

DAYS = timedelta(days=3)
"""The longest time between two tellings: a wire is copied within hours, a template filled anew
every week."""
READ_BY = f"1 rensa-{version('rensa')}"
"""What was read by another reader is read again: the number is raised when crawler.copies reads
otherwise."""
SCHEMA = """
    ALTER TABLE parts ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    UPDATE parts SET told = 1 WHERE path NOT LIKE 'articles/%';
    CREATE INDEX parts_untold ON parts (path) WHERE NOT told;
    CREATE TABLE told_by (reader TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE tellings (
        id INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE, content_hash BLOB NOT NULL,
        moment INTEGER NOT NULL);
    CREATE TABLE triples (telling INTEGER PRIMARY KEY, packed BLOB NOT NULL);
    CREATE TABLE bands (
        stride INTEGER NOT NULL, band INTEGER NOT NULL, telling INTEGER NOT NULL,
        PRIMARY KEY (stride, band, telling)) WITHOUT ROWID;
    CREATE TABLE copies (
        one INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (one, other)) WITHOUT ROWID;
"""
"""Bands stand by spans of `_STRIDE`, so that what is looked up together lies together."""

_SPAN = DAYS // timedelta(microseconds=1)
_STRIDE = 4 * _SPAN
_BATCH = 500
_NEW = 0  # no row has this id

_LAST_CAPTURES = """
    SELECT article_id, fetched_at, version, content_hash, coalesce(published_at, fetched_at)
    FROM captures AS this
    WHERE part = ? AND NOT EXISTS (
        SELECT 1 FROM captures AS later WHERE later.article_id = this.article_id
        AND (later.fetched_at, later.version) > (this.fetched_at, this.version))
    AND NOT EXISTS (
        SELECT 1 FROM tellings AS known WHERE known.article_id = this.article_id
        AND known.content_hash = this.content_hash
        AND known.moment = coalesce(this.published_at, this.fetched_at))"""
_CANDIDATES = """
    SELECT telling, packed FROM triples JOIN tellings ON id = telling
    WHERE telling IN (
        SELECT telling FROM bands WHERE stride IN (:first, :last)
        AND band IN (SELECT value FROM json_each(:bands)))
    AND moment BETWEEN :since AND :until AND article_id <> :article_id"""
_KNOWN = """
    SELECT moment, article_id, id FROM tellings WHERE id IN (SELECT value FROM json_each(?))"""


class Stories:
    """The groups of the dataset that `state` indexes."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.db = state.db

    # -- keeping in step with the dataset

    def catch_up(self, months: Collection[str] | None = None) -> None:
        """Read what the dataset holds and nobody has read: all, or the partitions of `months`."""
        if not self.db.execute("SELECT 1 FROM told_by WHERE reader = ?", (READ_BY,)).fetchone():
            self._begin_anew()
        for part, path in self.db.execute("SELECT id, path FROM parts WHERE NOT told").fetchall():
            if months is None or path.split("/")[2].removeprefix("month=") in months:
                self._read_part(part, path)

    def _begin_anew(self) -> None:
        with self.state.transaction():
            self.db.execute("DELETE FROM told_by")
            self.db.execute("DELETE FROM tellings")
            self.db.execute("DELETE FROM triples")
            self.db.execute("DELETE FROM bands")
            self.db.execute("DELETE FROM copies")
            self.db.execute("UPDATE parts SET told = 0 WHERE path LIKE 'articles/%'")
            self.db.execute("INSERT INTO told_by VALUES (?)", (READ_BY,))

    def _read_part(self, part: int, path: str) -> None:
        wanted = {
            (article_id, fetched, extractor): (content_hash, moment)
            for article_id, fetched, extractor, content_hash, moment in self.db.execute(
                _LAST_CAPTURES, (part,)
            )
        }
        try:
            if wanted:
                self._read_rows(path, wanted)
        except (pa.ArrowException, OSError) as error:  # it was merged, or somebody removed it
            logger.warning("cannot read the texts in %s: %s", path, error)
        self.db.execute("UPDATE parts SET told = 1 WHERE id = ?", (part,))

    def _read_rows(
        self, path: str, wanted: Mapping[tuple[str, int, str], tuple[bytes, int]]
    ) -> None:
        columns = ["article_id", "fetched_at", "extractor_version", "body"]
        with self.state.root.filesystem.open_input_file(self.state.root.at(path)) as source:
            for batch in pq.ParquetFile(source).iter_batches(_BATCH, columns=columns):
                found = [
                    (row["article_id"], *wanted[key], row["body"])
                    for row in batch.to_pylist()
                    if (key := _key(row)) in wanted
                ]
                if found:
                    self._put(found)

    def _put(self, rows: Sequence[tuple[str, bytes, int, str]]) -> None:
        """Take in articles: id, content hash, moment, body."""
        tellings = read([body for *_, body in rows])
        keys = iter(bands(telling for telling in tellings if telling))
        with self.state.transaction():
            for (article_id, content_hash, moment, _), telling in zip(rows, tellings, strict=True):
                take_out(self.db, article_id)
                values = (article_id, content_hash, moment)
                number = self.db.execute(
                    "INSERT INTO tellings (article_id, content_hash, moment) VALUES (?, ?, ?)",
                    values,
                ).lastrowid
                if telling and number:
                    self._put_telling(number, article_id, moment, telling, next(keys))

    def _put_telling(
        self, number: int, article_id: str, moment: int, telling: Telling, keys: list[int]
    ) -> None:
        matched = self._copies(article_id, moment, telling, keys)
        self.db.execute("INSERT INTO triples VALUES (?, ?)", (number, telling.pack()))
        self.db.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?, ?)",
            ((moment // _STRIDE, key, number) for key in keys),
        )
        pairs = [pair for other in matched for pair in ((number, other), (other, number))]
        self.db.executemany("INSERT INTO copies VALUES (?, ?)", pairs)

    def _copies(self, article_id: str, moment: int, telling: Telling, keys: list[int]) -> list[int]:
        """The known tellings of the same story."""
        values = {
            "first": (moment - _SPAN) // _STRIDE,
            "last": (moment + _SPAN) // _STRIDE,
            "bands": json.dumps(keys),
            "since": moment - _SPAN,
            "until": moment + _SPAN,
            "article_id": article_id,
        }
        return [
            number
            for number, packed in self.db.execute(_CANDIDATES, values)
            if are_copies(telling, Telling.unpack(packed))
        ]

    # -- asking

    def cluster_of(self, article_id: str, body: str, moment: datetime) -> str:
        """The group of an article that the dataset does not hold yet, as of now.

        :param moment: of publication, or of download where that is not known.
        """
        around = (moment - DAYS, moment, moment + DAYS)
        self.catch_up({month_of("articles", {"published_at": day}) for day in around})
        [telling] = read([body])
        if telling is None:
            return article_id
        count = microseconds(moment)
        [keys] = bands([telling])
        matched = self._copies(article_id, count, telling, keys)
        copies = self._connected(article_id, matched)
        rows = [(count, article_id, _NEW), *self.db.execute(_KNOWN, (json.dumps([*copies]),))]
        rows.sort()
        first = founders([number for *_, number in rows], copies)[_NEW]
        return next(str(name) for _, name, number in rows if number == first)

    def _connected(self, article_id: str, matched: list[int]) -> dict[int, list[int]]:
        """All that a new article's group may depend on, each with its copies; the new one's are
        `matched`, an older capture of it has none."""
        before = self.db.execute("SELECT id FROM tellings WHERE article_id = ?", (article_id,))
        own = {number for (number,) in before}
        copies = {_NEW: matched}
        ahead = list(matched)
        while ahead:
            one = ahead.pop()
            if one not in copies:
                others = self.db.execute("SELECT other FROM copies WHERE one = ?", (one,))
                copies[one] = [other for (other,) in others if other not in own]
                ahead += copies[one]
                if one in matched:
                    copies[one].append(_NEW)
        return copies

    def groups(self) -> Iterator[tuple[str, str]]:
        """Every article with the earliest of its group, in the order of their publication."""
        copies = defaultdict(list)
        for one, other in self.db.execute("SELECT one, other FROM copies"):
            copies[one].append(other)
        query = "SELECT id, article_id FROM tellings ORDER BY moment, article_id"
        ordered = [one for one, _ in self.db.execute(query) if one in copies]
        first = founders(ordered, copies)
        names: dict[int, str] = {}
        for one, article_id in self.db.execute(query):
            if first.get(one, one) == one:
                names[one] = article_id
            yield article_id, names[first.get(one, one)]


def founders(ordered: Iterable[int], copies: Mapping[int, Collection[int]]) -> dict[int, int]:
    """The first of each one's group.

    Each joins the group that holds most of its copies, if these are more than half of the group.
    Then groups are joined as long as more than half of the pairs between two are copies: the first
    that came may have been those that share least.
    """
    first: dict[int, int] = {}
    members: Counter[int] = Counter()
    place = {one: number for number, one in enumerate(ordered)}
    for one in place:
        shared = Counter(first[other] for other in copies[one] if other in first)
        joined = [group for group, count in shared.items() if 2 * count > members[group]]
        first[one] = max(joined, key=lambda group: (shared[group], -place[group]), default=one)
        members[first[one]] += 1
    while joins := _joins(first, members, place, copies):
        first = {one: joins.get(group, group) for one, group in first.items()}
        members = Counter(first.values())
    return first


def _joins(
    first: Mapping[int, int],
    members: Mapping[int, int],
    place: Mapping[int, int],
    copies: Mapping[int, Collection[int]],
) -> dict[int, int]:
    """Groups and the earlier groups that they join; none takes part in two joins."""
    between = Counter(
        (place[first[one]], place[first[other]], first[one], first[other])
        for one in place
        for other in copies[one]
        if place[first[one]] < place[first[other]]
    )
    joins: dict[int, int] = {}
    taken: set[int] = set()
    for (*_, earlier, later), count in sorted(between.items()):
        if 2 * count > members[earlier] * members[later] and not taken & {earlier, later}:
            joins[later] = earlier
            taken |= {earlier, later}
    return joins


def take_out(db: sqlite3.Connection, article_id: str) -> None:
    """Forget what an article tells."""
    query = """SELECT id, moment, packed FROM tellings LEFT JOIN triples ON telling = id
               WHERE article_id = ?"""
    for number, moment, packed in db.execute(query, (article_id,)).fetchall():
        if packed:
            [keys] = bands([Telling.unpack(packed)])
            db.executemany(
                "DELETE FROM bands WHERE stride = ? AND band = ? AND telling = ?",
                ((moment // _STRIDE, key, number) for key in keys),
            )
        others = db.execute("SELECT other, one FROM copies WHERE one = ?", (number,)).fetchall()
        db.executemany("DELETE FROM copies WHERE one = ? AND other = ?", others)
        db.execute("DELETE FROM copies WHERE one = ?", (number,))
        db.execute("DELETE FROM triples WHERE telling = ?", (number,))
        db.execute("DELETE FROM tellings WHERE id = ?", (number,))


def drop_part(db: sqlite3.Connection, part: int) -> None:
    """A file is about to leave the index: what only it held is told no longer, and where it held
    the last capture, the one before is to be read."""
    query = """
        SELECT DISTINCT gone.article_id
        FROM captures AS gone JOIN tellings AS told USING (article_id)
        WHERE part = :part AND (told.content_hash, told.moment) IS NOT (
            SELECT content_hash, coalesce(published_at, fetched_at) FROM captures AS kept
            WHERE kept.article_id = gone.article_id AND part <> :part
            ORDER BY fetched_at DESC, version DESC LIMIT 1)"""
    again = "UPDATE parts SET told = 0 WHERE id IN (SELECT part FROM captures WHERE article_id = ?)"
    for (article_id,) in db.execute(query, {"part": part}).fetchall():
        take_out(db, article_id)
        db.execute(again, (article_id,))


class Grouping(NamedTuple):
    """What `rewrite_clusters` has found."""

    articles: int
    stories: int


def rewrite_clusters(state: State) -> Grouping:
    """Rewrite the table clusters/ by what the dataset holds.

    :raises OSError: the dataset cannot be written.
    """
    stories = Stories(state)
    stories.catch_up()
    if not state.db.execute("SELECT 1 FROM tellings LIMIT 1").fetchone():
        return Grouping(0, 0)
    clusters = table.publish(state.root.location, stories.groups())
    return Grouping(len(clusters), len(clusters["cluster_id"].unique()))


def _key(row: Mapping[str, Any]) -> tuple[str, int, str]:
    return row["article_id"], microseconds(row["fetched_at"]), row["extractor_version"]
