"""The table boilerplate/ of the dataset, by the candidates that the state knows."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.state.database import FILE, Database, StateError, instant
from crawler.state.recurrence.evidence import DecidedLine, Evidence, at_least
from crawler.state.recurrence.index import FOUND_BY, Recurrence
from crawler.state.recurrence.lines import key_of, plain_key
from output import boilerplate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scrapy.settings import BaseSettings

    from crawler.state.index import DatasetIndex
    from crawler.state.recurrence.index import Found, Verdict
    from output.dataset import Location
    from output.schema import Row


@dataclass(frozen=True)
class Judgement:
    """The decided lines, and for each partition in which lines are to be lifted a mark of them."""

    evidence: Evidence
    marks: dict[str, str] = field(default_factory=dict)

    def mark(self, partition: str) -> str:
        """Return the mark of a partition; "" where no line is to be lifted."""
        return self.marks.get(partition, "")

    def clean(self, row: Row, outlet: str) -> Row:
        """Return `row` as the lines leave what the outlet published."""
        return self.evidence.clean(row, outlet)


class Suspect(NamedTuple):
    """A line that two unlike articles have; instants in microseconds since 1970."""

    outlet: str
    line: str
    shape: str
    articles: int
    first_seen: int
    last_seen: int


def rewrite_boilerplate(
    index: DatasetIndex, outlets: Collection[str], asked: Collection[str] | None = None
) -> Judgement:
    """Decide the lines of `outlets` and rewrite boilerplate/ in the dataset that `index` indexes.

    :param asked: the outlets to decide on; None: all. Of the others the table keeps the lines, and
        no mark is returned.
    :raises OSError: the dataset cannot be written, or veto.txt not be read.
    """
    location = index.root.location
    recurrence, vetoes = Recurrence(index.db, index.root), boilerplate.vetoes(location)
    kept = [row for row in boilerplate.lines(location) if _is_left(row["outlet"], outlets, asked)]
    rows, marks = [{name: row[name] for name in row if name != "as_of"} for row in kept], {}
    for outlet in outlets if asked is None else asked:
        verdict = recurrence.judge(outlet, _vetoed(outlet, vetoes))
        rows += [_row(found) for found in verdict.decided]
        marks.update(_marks(index.db, outlet, verdict))
        _keep_suspects(index.db, outlet, verdict.suspected)
    boilerplate.publish(location, rows)
    return Judgement(_evidence(rows), marks)


def published_evidence(location: Location) -> Evidence:
    """Return the lines that the dataset's table holds."""
    return _evidence(boilerplate.lines(location))


def suspects(db: Database) -> list[Suspect]:
    """Return the lines that two unlike articles of an outlet have, the newest first."""
    query = "SELECT * FROM suspected ORDER BY last_seen DESC, outlet, line"
    return [Suspect(*row) for row in db.execute(query)]


def stored_suspects(settings: BaseSettings) -> list[Suspect]:
    """Return the suspects in the project's state; none where no readable state is."""
    folder = str(settings["STATE_DIR"] or settings["OUTPUT_DIR"])
    path = Path(folder) / FILE
    if "://" in folder or not path.exists():
        return []
    with suppress(sqlite3.Error, StateError), closing(Database(path)) as db:
        return suspects(db)
    return []


def _is_left(outlet: str, outlets: Collection[str], asked: Collection[str] | None) -> bool:
    return asked is not None and outlet in outlets and outlet not in asked


def _vetoed(outlet: str, vetoes: Iterable[tuple[str, str]]) -> set[int]:
    mine = [line for of, line in vetoes if of in ("", outlet)]
    return {key for line in mine for key in (key_of(line, "call"), plain_key(line))}


def _row(found: Found) -> Row:
    times = {name: instant(getattr(found, name)) for name in ("first_seen", "last_seen")}
    return found.line._asdict() | times


def _evidence(rows: Iterable[Row]) -> Evidence:
    lines = (DecidedLine(*(row[name] for name in DecidedLine._fields)) for row in rows)
    return Evidence(tuple(sorted(lines)))


def _marks(db: Database, outlet: str, verdict: Verdict) -> dict[str, str]:
    """Return the mark of each partition of `outlet` with an article that holds a decided line."""
    frequent = {found.line.line: at_least(found.line.articles) for found in verdict.decided}
    chains = sorted(
        (found.line.line, frequent[found.line.line])
        for found in verdict.decided
        if found.line.shape == "chain"
    )
    held: dict[str, list[str]] = defaultdict(list)
    query = """
        SELECT path, article_id FROM carriers JOIN parts ON parts.id = carriers.part
        WHERE path GLOB ?"""
    for path, article_id in db.execute(query, (f"articles/outlet={outlet}/*",)):
        if lines := verdict.held.get(article_id):
            said = sorted((line, frequent[line]) for line in lines)
            held[path.rpartition("/")[0]].append(f"{article_id}\t{said}\n")
    return {
        partition: _hash(f"{FOUND_BY}\n{chains}\n{''.join(sorted(set(said)))}")
        for partition, said in held.items()
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _keep_suspects(db: Database, outlet: str, suspected: Iterable[Found]) -> None:
    with db.transaction():
        db.execute("DELETE FROM suspected WHERE outlet = ?", (outlet,))
        rows = [(*found.line, found.first_seen, found.last_seen) for found in suspected]
        db.executemany("INSERT OR REPLACE INTO suspected VALUES (?, ?, ?, ?, ?, ?)", rows)
