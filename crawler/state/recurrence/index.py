"""Candidates for house notices in the state: which articles hold which, by keys of 8 bytes.

Filled when a run publishes a part, and rebuilt from the dataset; texts stay in the dataset alone.
"""

from __future__ import annotations

import logging
from array import array
from collections import defaultdict
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawler.state.recurrence.bodies import Body
from crawler.state.recurrence.decide import Line, decide
from crawler.state.recurrence.evidence import DecidedLine
from crawler.state.recurrence.headlines import Headlines, promo_key, promos
from crawler.state.recurrence.lines import Shape, candidates, plain_key
from crawler.state.stories.fingerprints import read
from output.dataset import again, open_dataset
from output.lifted import BODY, restored
from output.schema import KEYS, Row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from crawler.state.database import Database
    from output.filesystem import Root

logger = logging.getLogger(__name__)

FOUND_BY = "recurrence 2"
"""The reader of candidates, raised when `lines` or `headlines` find others: all parts are read
again."""
SAMPLE = 64
"""Articles of a line that are read for a decision; those with the least hashes, so that a line in
a hundred thousand articles costs no more."""

_BATCH = 500
_UNSEARCHED = "SELECT id, path FROM parts WHERE NOT is_searched AND path GLOB ?"
_CARRIERS = """
    SELECT article_id, keys FROM carriers JOIN parts ON parts.id = carriers.part
    WHERE parts.path GLOB ?"""
_MOMENTS = """
    SELECT article_id, min(coalesce(published_at, fetched_at)) FROM captures
    WHERE article_id >= ? AND article_id < ? GROUP BY article_id"""


class Found(NamedTuple):
    """A line with the number of articles that hold it, and when the first and the last of those
    were published, in microseconds since 1970."""

    line: DecidedLine
    first_seen: int
    last_seen: int


class Verdict(NamedTuple):
    """What recurs in an outlet's articles.

    :param held: the decided lines of each article that holds one, by article_id
    """

    decided: list[Found]
    suspected: list[Found]
    held: dict[str, list[str]]


class Recurrence:
    """The candidates in the articles of the dataset at `root`, which `db` indexes."""

    def __init__(self, db: Database, root: Root) -> None:
        self.db = db
        self.root = root

    # -- keeping in step with the dataset

    def catch_up(self, outlet: str = "*") -> None:
        """Read the parts, of all outlets or of `outlet`, that no one has searched yet."""
        self._begin()
        for part, path in self.db.execute(_UNSEARCHED, (_glob(outlet),)).fetchall():
            self._search(part, path)

    def add(self, path: str) -> None:
        """Search the part at `path`, below the dataset's root, once; of another table none."""
        if not path.startswith("articles/"):
            return
        self._begin()
        for part, found in self.db.execute(_UNSEARCHED, (path,)).fetchall():
            self._search(part, found)

    def _begin(self) -> None:
        if self.db.execute("SELECT 1 FROM read_by WHERE reader = ?", (FOUND_BY,)).fetchone():
            return
        with self.db.transaction():
            self.db.execute("DELETE FROM read_by WHERE reader GLOB 'recurrence *'")
            self.db.execute("DELETE FROM carriers")
            self.db.execute("UPDATE parts SET is_searched = 0")
            self.db.execute("INSERT INTO read_by VALUES (?)", (FOUND_BY,))

    def _search(self, part: int, path: str) -> None:
        outlet = path.split("/")[1].removeprefix("outlet=")
        keys: dict[str, set[int]] = defaultdict(set)
        try:
            for row in self._rows(path):
                keys[row["article_id"]].update(keys_in(restored(row), outlet))
        except (pa.ArrowException, OSError) as error:  # the file was merged, or somebody removed it
            logger.warning("cannot read the texts in %s: %s", path, error)
        rows = [(part, name, _packed(its)) for name, its in keys.items() if its]
        with self.db.transaction():
            self.db.executemany("INSERT OR REPLACE INTO carriers VALUES (?, ?, ?)", rows)
            self.db.execute("UPDATE parts SET is_searched = 1 WHERE id = ?", (part,))

    def _rows(self, path: str) -> Iterator[Row]:
        with self.root.filesystem.open_input_file(self.root.at(path)) as source:
            file = pq.ParquetFile(source)
            names = file.schema_arrow.names  # converts the whole schema each time
            there = [name for name in ("article_id", *BODY) if name in names]
            for batch in file.iter_batches(_BATCH, columns=there):
                yield from batch.to_pylist()

    # -- deciding

    def judge(self, outlet: str, vetoed: Collection[int] = ()) -> Verdict:
        """Return the decided and the suspected lines of `outlet`.

        :param vetoed: keys of lines that a person keeps
        """
        self.catch_up(outlet)
        lines, glued = self._holders(outlet)
        recurring = {key: names for key, names in lines.items() if len(names) > 1}
        headlines = Headlines(self._titles(outlet) if glued else ())
        ended = {name for key in glued.keys() & headlines.keys for name in glued[key]}
        sample = {name for names in recurring.values() for name in _sample(names)}
        if not sample | ended:
            return Verdict([], [], {})
        moments = dict(self.db.execute(_MOMENTS, (f"{outlet}:", f"{outlet};")))
        rows = self._last_captures(outlet, sample | ended)
        verdict = Verdict([], [], defaultdict(list))

        def say(text: str, shape: Shape, names: Collection[str], *, is_decided: bool) -> None:
            times = [moments.get(name, 0) for name in names]
            line = DecidedLine(outlet, text, shape, len(names))
            found = Found(line, min(times), max(times))
            (verdict.decided if is_decided else verdict.suspected).append(found)
            for name in names if is_decided else ():
                verdict.held[name].append(text)

        bodies = [
            Body(name, outlet, moments.get(name, 0), row["paragraphs"] or [], row["kinds"])
            for name, row in rows.items()
            if name in sample
        ]
        for found in decide(compared(bodies), vetoed):
            names = recurring.get(found.key) or _chained(found, bodies)
            say(found.text, found.shape, names, is_decided=found.is_decided)
        for text, ids in _promised(rows, ended, headlines).items():
            if plain_key(text) not in vetoed:
                say(text, "headline", ids, is_decided=True)
        return verdict

    def _holders(self, outlet: str) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
        """Return the articles by the keys of their candidates, and by those of their promos."""
        lines: dict[int, set[str]] = defaultdict(set)
        glued: dict[int, set[str]] = defaultdict(set)
        for article_id, packed in self.db.execute(_CARRIERS, (_glob(outlet),)):
            for key in array("q", packed):
                (lines if key >= 0 else glued)[abs(key)].add(article_id)
        return lines, glued

    def _titles(self, outlet: str) -> Iterator[tuple[str, str]]:
        columns = ["article_id", "title"]
        table = again(lambda: open_dataset(self.root.location, outlet=outlet).to_table(columns))
        yield from zip(*(table[name].to_pylist() for name in columns), strict=True)

    def _last_captures(self, outlet: str, article_ids: Collection[str]) -> dict[str, Row]:
        """Return the last capture of each of the articles, as its outlet published it."""
        wanted = pc.field("article_id").isin(sorted(article_ids))
        columns = [*KEYS["articles"], *BODY]

        def rows() -> list[Row]:
            dataset = open_dataset(self.root.location, outlet=outlet)
            there = [name for name in columns if name in dataset.schema.names]
            table: list[Row] = dataset.to_table(there, filter=wanted).to_pylist()
            return table

        last: dict[str, Row] = {}
        for row in sorted(again(rows), key=lambda row: [row[name] for name in KEYS["articles"]]):
            last[row["article_id"]] = {"kinds": None} | restored(row)
        return last


def keys_in(row: Row, outlet: str) -> set[int]:
    """Return the keys of the candidates in a published row; those of promos without a known end
    are negative."""
    found = {c.key for c in candidates(row["paragraphs"] or [], outlet, row.get("kinds"))}
    return found | {-key for promo in promos(row["removed"] or []) if (key := promo_key(promo))}


def _promised(
    rows: Mapping[str, Row], names: Collection[str], headlines: Headlines
) -> dict[str, list[str]]:
    """Return the articles by the promos in them, each up to the end of its known headline."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names & rows.keys()):
        for promo in promos(rows[name]["removed"] or []):
            if end := headlines.end(promo, name):
                found[promo.text[:end]].append(name)
    return found


def _sample(names: Collection[str]) -> list[str]:
    """Return at most SAMPLE of `names`, the same whatever the order."""
    if len(names) <= SAMPLE:
        return list(names)
    return sorted(names, key=lambda name: blake2b(name.encode(), digest_size=8).digest())[:SAMPLE]


def _chained(line: Line, bodies: Iterable[Body]) -> set[str]:
    """Return the articles, of those that were read, that hold a chained line."""
    return {body.article_id for body in bodies if any(p.key == line.key for p in body.parts)}


def compared(bodies: list[Body]) -> Iterator[Body]:
    """Yield `bodies` with the word triples by which they are compared."""
    prints = read([body.rest for body in bodies])
    for body, found in zip(bodies, prints, strict=True):
        yield replace(body, triples=found.triples if found else None)


def _packed(keys: Iterable[int]) -> bytes:
    return array("q", sorted(keys)).tobytes()


def _glob(outlet: str) -> str:
    return f"articles/outlet={outlet}/*"


def drop_part(db: Database, part: int) -> None:
    """Remove the candidates in a file that is about to leave the index."""
    db.execute("DELETE FROM carriers WHERE part = ?", (part,))
