"""The stories of the dataset: an index, in the state, of which texts are copies of each other.

Of each article the text of the last capture counts. Two texts tell one story if they are copies of
each other and no more than three days lie between them; the outlet does not matter.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict, deque
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from crawler.state.database import microseconds
from crawler.state.stories import neighbours
from crawler.state.stories.fingerprints import Fingerprint, are_copies, bands, promising, read
from crawler.state.stories.founders import founders
from crawler.state.stories.neighbours import DAYS
from output.lifted import BODY, restored
from output.schema import KEYS
from output.writer import month_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from crawler.state.database import Database
    from output.filesystem import Root

    CaptureKey = tuple[str, int, str]  # article_id, fetched_at, extractor_version
    TextKey = tuple[str, bytes]  # article_id, content_hash

logger = logging.getLogger(__name__)

READ_BY = f"3 rensa-{version('rensa')}"
"""The reader of texts; a text that another reader read is read again. The number is raised when
`fingerprints` reads otherwise, or `neighbours` compares others."""

_BATCH = 500
_MOST_ASKED = 1000  # fingerprints, of 2 KB, that wait for a crawl to publish their articles

_LAST_CAPTURES = """
    SELECT article_id, fetched_at, version, content_hash, coalesce(published_at, fetched_at)
    FROM captures AS this
    WHERE part = ? AND NOT EXISTS (
        SELECT 1 FROM captures AS later WHERE later.article_id = this.article_id
        AND (later.fetched_at, later.version) > (this.fetched_at, this.version))
    AND NOT EXISTS (
        SELECT 1 FROM texts AS known WHERE known.article_id = this.article_id
        AND known.content_hash = this.content_hash
        AND known.moment = coalesce(this.published_at, this.fetched_at))"""
_KNOWN = """
    SELECT moment, article_id, id FROM texts WHERE id IN (SELECT value FROM json_each(?))"""


class Stories:
    """The stories of the dataset at `root`, which `db` indexes."""

    def __init__(self, db: Database, root: Root) -> None:
        self.db = db
        self.root = root
        self._asked: dict[TextKey, Fingerprint | None] = {}

    # -- keeping in step with the dataset

    def catch_up(self, months: Collection[str] | None = None) -> None:
        """Read texts that the dataset holds and nobody has read: all, or the partitions of
        `months` (YYYY-MM)."""
        if not self.db.execute("SELECT 1 FROM read_by WHERE reader = ?", (READ_BY,)).fetchone():
            self._forget_all()
        unread = self.db.execute("SELECT id, path FROM parts WHERE NOT is_read").fetchall()
        for part, path in unread:
            if months is None or path.split("/")[2].removeprefix("month=") in months:
                self._read_part(part, path)

    def _forget_all(self) -> None:
        with self.db.transaction():
            self.db.execute("DELETE FROM read_by WHERE reader GLOB '[0-9]*'")
            self.db.execute("DELETE FROM texts")
            self.db.execute("DELETE FROM fingerprints")
            self.db.execute("DELETE FROM bands")
            self.db.execute("DELETE FROM copies")
            self.db.execute("UPDATE parts SET is_read = 0 WHERE path LIKE 'articles/%'")
            self.db.execute("INSERT INTO read_by VALUES (?)", (READ_BY,))

    def _read_part(self, part: int, path: str) -> None:
        wanted = {
            (article_id, fetched, extractor): (content_hash, moment)
            for article_id, fetched, extractor, content_hash, moment in self.db.execute(
                _LAST_CAPTURES, (part,)
            )
        }
        texts = [(name, *text) for (name, *_), text in wanted.items()]
        try:
            if not all((name, digest) in self._asked for name, digest, _ in texts):
                self._read_rows(path, wanted)
            elif texts:
                prints = [self._asked.pop((name, digest)) for name, digest, _ in texts]
                self._put(texts, prints)
        except (pa.ArrowException, OSError) as error:  # the file was merged, or somebody removed it
            logger.warning("cannot read the texts in %s: %s", path, error)
        self.db.execute("UPDATE parts SET is_read = 1 WHERE id = ?", (part,))

    def _read_rows(self, path: str, wanted: Mapping[CaptureKey, tuple[bytes, int]]) -> None:
        columns = [*KEYS["articles"], *BODY]
        with self.root.filesystem.open_input_file(self.root.at(path)) as source:
            file = pq.ParquetFile(source)
            names = file.schema_arrow.names  # converts the whole schema each time
            there = [name for name in columns if name in names]
            for batch in file.iter_batches(_BATCH, columns=there):
                rows = {
                    row["article_id"]: row for row in batch.to_pylist() if _key_of(row) in wanted
                }
                texts = [(name, *wanted[_key_of(row)]) for name, row in rows.items()]
                if rows:
                    self._put(texts, read([restored(row)["body"] for row in rows.values()]))

    def _put(
        self, texts: Sequence[tuple[str, bytes, int]], prints: Sequence[Fingerprint | None]
    ) -> None:
        """Add texts, each in place of an older capture.

        :param texts: article_id, content hash and moment of each
        :param prints: the fingerprint of each; None for a text that is too short
        """
        keys = iter(bands(found for found in prints if found))
        with self.db.transaction():
            for article_id, *_ in texts:
                remove_article(self.db, article_id)
            numbers = [self._insert(*text) for text in texts]
            new = {
                number: (next(keys), found.pack())
                for number, found in zip(numbers, prints, strict=True)
                if found
            }
            neighbours.put(self.db, {number: text_keys for number, (text_keys, _) in new.items()})
            packed = [(number, content) for number, (_, content) in new.items()]
            self.db.executemany("INSERT INTO fingerprints VALUES (?, ?)", packed)
            for number, (text_keys, content) in new.items():
                others = [
                    (other, their)
                    for other, their in neighbours.of(self.db, number, text_keys)
                    if other < number or other not in new  # each pair once
                ]
                _add_pairs(self.db, [(number, other) for other in _copies(content, others)])

    def _insert(self, article_id: str, content_hash: bytes, moment: int) -> int:
        """Return the number of a new text: the next free number where another article of the same
        minute has the text's own."""
        number = neighbours.number_of(article_id, moment)
        insert = "INSERT OR IGNORE INTO texts VALUES (?, ?, ?, ?)"
        while not self.db.execute(insert, (number, article_id, content_hash, moment)).rowcount:
            number += 1
        return number

    # -- asking

    def is_empty(self) -> bool:
        """Return whether no text was read."""
        return not self.db.execute("SELECT 1 FROM texts LIMIT 1").fetchone()

    def story_of(self, article_id: str, content_hash: str, body: str, moment: datetime) -> str:
        """Return the story's first article_id, for an article that the dataset does not hold yet.

        :param content_hash: in hexadecimal digits
        :param moment: of publication, or of download where that is not known
        """
        around = (moment - DAYS, moment, moment + DAYS)
        self.catch_up({month_of("articles", {"published_at": day}) for day in around})
        [found] = read([body])
        if len(self._asked) < _MOST_ASKED:
            self._asked[article_id, bytes.fromhex(content_hash)] = found
        if found is None:
            return article_id
        count = microseconds(moment)
        [keys] = bands([found])
        before = self.db.execute("SELECT id FROM texts WHERE article_id = ?", (article_id,))
        own = {number for (number,) in before}
        number = neighbours.number_of(article_id, count)
        others = neighbours.of(self.db, number, keys)
        matched = [other for other in _copies(found.pack(), others) if other not in own]
        copies = self._connected(number, matched, own)
        founder = founders(sorted(copies), copies)
        rows = [(count, article_id, number), *self.db.execute(_KNOWN, (json.dumps([*copies]),))]
        return next(str(name) for _, name, text in sorted(rows) if founder[text] == founder[number])

    def _connected(self, number: int, matched: list[int], own: set[int]) -> dict[int, list[int]]:
        """Return the texts that a new text's story depends on, each with its copies: at most
        4 x CROWD texts, the nearest to the new text first.

        :param matched: copies of the new text `number`
        :param own: older captures of the new text's article, which count no longer
        """
        copies = {number: matched}
        ahead = deque(matched)
        while ahead and len(copies) <= 4 * neighbours.CROWD:
            text = ahead.popleft()
            if text not in copies:
                copies[text] = self._copies_of(text, own)
                ahead += copies[text]
        for text in copies.keys() & matched:
            copies[text] = [*copies[text], number]
        return {text: [other for other in its if other in copies] for text, its in copies.items()}

    def _copies_of(self, number: int, own: set[int]) -> list[int]:
        found = self.db.execute("SELECT other FROM copies WHERE one = ?", (number,))
        return [other for (other,) in found if other not in own]

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield every article_id with the first article_id of its story, in the order of
        publication."""
        self._divide_crowds()
        copies = defaultdict(list)
        for one, other in self.db.execute("SELECT one, other FROM copies"):
            copies[one].append(other)
        founder = founders(sorted(copies), copies)
        names: dict[int, str] = {}
        query = "SELECT id, article_id FROM texts ORDER BY moment, article_id"
        for number, article_id in self.db.execute(query):
            yield article_id, names.setdefault(founder.get(number, number), article_id)

    def _divide_crowds(self) -> None:
        """Remove pairs of copies that are no neighbours any more, since a crowd came between."""
        compared = neighbours.reach(self.db, lambda number: _keys(self.db, number))
        pairs = self.db.execute("SELECT one, other FROM copies WHERE one < other")
        apart = [pair for pair in pairs if not compared(*pair)]
        with self.db.transaction():
            _remove_pairs(self.db, apart)


def drop_part(db: Database, part: int) -> None:
    """Remove the texts of a file that is about to leave the index; where the file held an article's
    last capture, have the capture before read."""
    query = """
        SELECT DISTINCT gone.article_id
        FROM captures AS gone JOIN texts AS known USING (article_id)
        WHERE part = :part AND (known.content_hash, known.moment) IS NOT (
            SELECT content_hash, coalesce(published_at, fetched_at) FROM captures AS kept
            WHERE kept.article_id = gone.article_id AND part <> :part
            ORDER BY fetched_at DESC, version DESC LIMIT 1)"""
    again = """
        UPDATE parts SET is_read = 0
        WHERE id IN (SELECT part FROM captures WHERE article_id = ?)"""
    for (article_id,) in db.execute(query, {"part": part}).fetchall():
        remove_article(db, article_id)
        db.execute(again, (article_id,))


def remove_article(db: Database, article_id: str) -> None:
    """Remove the article's text; texts that it kept from being neighbours are compared."""
    found = db.execute("SELECT id FROM texts WHERE article_id = ?", (article_id,)).fetchall()
    for (number,) in found:
        apart = neighbours.remove(db, number, keys) if (keys := _keys(db, number)) else set()
        pairs = db.execute("SELECT one, other FROM copies WHERE one = ?", (number,)).fetchall()
        _remove_pairs(db, pairs)
        db.execute("DELETE FROM fingerprints WHERE text = ?", (number,))
        db.execute("DELETE FROM texts WHERE id = ?", (number,))
        packed = neighbours.packed(db, {text for pair in apart for text in pair})
        prints = {text: Fingerprint.unpack(content) for text, content in packed}
        _add_pairs(db, [pair for pair in apart if are_copies(*(prints[text] for text in pair))])


def _keys(db: Database, number: int) -> list[int]:
    """Return the bands of a text; none where the text was too short to be compared."""
    found = [Fingerprint.unpack(packed) for _, packed in neighbours.packed(db, [number])]
    return bands(found)[0] if found else []


def _copies(packed: bytes, others: Iterable[tuple[int, bytes]]) -> list[int]:
    """Return the numbers of those of `others` that are copies of the text `packed`."""
    likely = list(promising(packed, others))
    found = Fingerprint.unpack(packed)
    return [number for number, other in likely if are_copies(found, Fingerprint.unpack(other))]


def _add_pairs(db: Database, pairs: Iterable[tuple[int, int]]) -> None:
    db.executemany("INSERT OR IGNORE INTO copies VALUES (?, ?)", _both_ways(pairs))


def _remove_pairs(db: Database, pairs: Iterable[tuple[int, int]]) -> None:
    db.executemany("DELETE FROM copies WHERE one = ? AND other = ?", _both_ways(pairs))


def _both_ways(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return (pair for one, other in pairs for pair in ((one, other), (other, one)))


def _key_of(row: Mapping[str, Any]) -> CaptureKey:
    return row["article_id"], microseconds(row["fetched_at"]), row["extractor_version"]
