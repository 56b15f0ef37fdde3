"""Which articles tell one story: an index, in the state, of what the dataset holds.

Of each article the last capture counts. Two are tellings of one story if their texts are copies of
each other and no more than three days lie between them; the outlet does not matter. A group is
made of articles in the order of their publication: each joins the group of which it is a copy of
more than half, or begins one. So the same articles give the same groups in whatever order they
came, and neither a review of the week nor a chain of updates makes one story of two. In a crowd
(see crawler.candidates) each knows its neighbours only: half of `CROWD` are enough there.
"""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict, deque
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from crawler.state.queue import microseconds
from crawler.state.stories import neighbours as candidates
from crawler.state.stories.fingerprints import Telling, are_copies, bands, read
from crawler.state.stories.neighbours import DAYS
from output import stories as table
from output.writer import month_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from crawler.state.index import State

logger = logging.getLogger(__name__)

READ_BY = f"2 rensa-{version('rensa')}"
"""What was read by another reader is read again: the number is raised when crawler.copies reads
otherwise, or crawler.candidates compares others."""
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

_BATCH = 500

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
                number = candidates.number_of(article_id, moment)
                insert = "INSERT OR IGNORE INTO tellings VALUES (?, ?, ?, ?)"
                while not self.db.execute(
                    insert, (number, article_id, content_hash, moment)
                ).rowcount:
                    number += 1  # another article's, of the same minute
                if telling:
                    self._put_telling(number, telling, next(keys))

    def _put_telling(self, number: int, telling: Telling, keys: list[int]) -> None:
        copies = _copies(telling, candidates.candidates(self.db, number, keys))
        self.db.execute("INSERT INTO triples VALUES (?, ?)", (number, telling.pack()))
        candidates.put(self.db, number, keys)
        _note(self.db, [(number, other) for other in copies])

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
        before = self.db.execute("SELECT id FROM tellings WHERE article_id = ?", (article_id,))
        own = {number for (number,) in before}
        number = candidates.number_of(article_id, count)
        others = candidates.candidates(self.db, number, keys)
        matched = [one for one in _copies(telling, others) if one not in own]
        copies = self._connected(number, matched, own)
        first = founders(sorted(copies), copies)
        rows = [(count, article_id, number), *self.db.execute(_KNOWN, (json.dumps([*copies]),))]
        return next(str(name) for _, name, one in sorted(rows) if first[one] == first[number])

    def _connected(self, number: int, matched: list[int], own: set[int]) -> dict[int, list[int]]:
        """All that a new article's group may depend on, each with its copies, but of a crowd only
        those near by; the new one's are `matched`, an older capture of it, `own`, has none."""
        copies = {number: matched}
        ahead = deque(matched)
        while ahead and len(copies) <= 4 * candidates.CROWD:
            one = ahead.popleft()
            if one not in copies:
                others = self.db.execute("SELECT other FROM copies WHERE one = ?", (one,))
                copies[one] = [other for (other,) in others if other not in own]
                ahead += copies[one]
                if one in matched:
                    copies[one].append(number)
        return {one: [other for other in its if other in copies] for one, its in copies.items()}

    def groups(self) -> Iterator[tuple[str, str]]:
        """Every article with the earliest of its group, in the order of their publication."""
        self._part()
        copies = defaultdict(list)
        for one, other in self.db.execute("SELECT one, other FROM copies"):
            copies[one].append(other)
        first = founders(sorted(copies), copies)
        names: dict[int, str] = {}
        query = "SELECT id, article_id FROM tellings ORDER BY moment, article_id"
        for one, article_id in self.db.execute(query):
            yield article_id, names.setdefault(first.get(one, one), article_id)

    def _part(self) -> None:
        """Forget the copies between which a crowd has come to stand."""
        compared = candidates.reach(self.db, lambda number: _keys(self.db, number))
        pairs = self.db.execute("SELECT one, other FROM copies WHERE one < other")
        apart = [pair for pair in pairs if not compared(*pair)]
        with self.state.transaction():
            _delete(self.db, apart)


def founders(ordered: Iterable[int], copies: Mapping[int, Collection[int]]) -> dict[int, int]:
    """The first of each one's group.

    Each joins the group that holds most of its copies, if these are more than half of the group.
    Then groups are joined as long as more than half of the pairs between two are copies: the first
    that came may have been those that share least. Of a group that is larger than a crowd each is
    taken to know `CROWD`.
    """
    first: dict[int, int] = {}
    members: Counter[int] = Counter()
    place = {one: number for number, one in enumerate(ordered)}
    for one in place:
        shared = Counter(first[other] for other in copies[one] if other in first)
        joined = [
            group for group, n in shared.items() if 2 * n > min(members[group], candidates.CROWD)
        ]
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
        smaller, larger = sorted((members[earlier], members[later]))
        if 2 * count > smaller * min(larger, candidates.CROWD) and not taken & {earlier, later}:
            joins[later] = earlier
            taken |= {earlier, later}
    return joins


def take_out(db: sqlite3.Connection, article_id: str) -> None:
    """Forget what an article tells."""
    found = db.execute("SELECT id FROM tellings WHERE article_id = ?", (article_id,)).fetchall()
    for (number,) in found:
        apart = candidates.remove(db, number, keys) if (keys := _keys(db, number)) else set()
        _delete(db, db.execute("SELECT one, other FROM copies WHERE one = ?", (number,)).fetchall())
        db.execute("DELETE FROM triples WHERE telling = ?", (number,))
        db.execute("DELETE FROM tellings WHERE id = ?", (number,))
        texts = candidates.texts(db, {one for pair in apart for one in pair})
        told = {one: Telling.unpack(packed) for one, packed in texts}
        _note(db, [pair for pair in apart if are_copies(*(told[one] for one in pair))])


def _keys(db: sqlite3.Connection, number: int) -> list[int]:
    """The bands of a telling; none where it was too short to be compared."""
    found = [Telling.unpack(packed) for _, packed in candidates.texts(db, [number])]
    return bands(found)[0] if found else []


def _copies(telling: Telling, others: Iterable[tuple[int, bytes]]) -> list[int]:
    """Those of `others` that tell the same story."""
    return [number for number, packed in others if are_copies(telling, Telling.unpack(packed))]


def _note(db: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Keep that these are copies of each other."""
    db.executemany("INSERT OR IGNORE INTO copies VALUES (?, ?)", _both(pairs))


def _delete(db: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    db.executemany("DELETE FROM copies WHERE one = ? AND other = ?", _both(pairs))


def _both(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return (pair for one, other in pairs for pair in ((one, other), (other, one)))


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
