"""What waits to be asked for: articles that were listed and not settled yet, and second looks.

A row leaves when its article is stored or rejected; while the article is young, it comes back as a
second look. A kill loses none: rows wait in the state, and in pending/ of the dataset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.sources.candidate import Candidate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.sources.window import Window

FIRST_PAUSE = timedelta(minutes=30)
HORIZON = timedelta(days=60)  # what lies beyond it was written by a clock that was far ahead
ASIDE = datetime(9000, 1, 1, tzinfo=UTC)
LONGEST_PAUSE = timedelta(days=1)
MOST_TRIES = 10  # over four days: most outages are over by then


@dataclass(frozen=True, slots=True)
class Waiting:
    """One article to ask for. `look`: it is stored, and may have changed or gone since."""

    article_id: str
    candidate: Candidate
    look: bool
    tries: int


def microseconds(moment: datetime) -> int:
    """An instant as the state keeps it."""
    return int(moment.timestamp() * 1_000_000)


def instant(count: int) -> datetime:
    return datetime.fromtimestamp(count / 1_000_000, UTC)


def next_look(born: datetime, now: datetime, ages: Sequence[timedelta]) -> datetime | None:
    """When an article of that birth is next worth a look: at the first of `ages` still to come."""
    return next((born + age for age in sorted(ages) if born + age > now), None)


def wait(
    db: sqlite3.Connection, outlet: str, article_id: str, candidate: Candidate, now: datetime
) -> None:
    """Keep `candidate` until it is settled; one that waits already keeps its place."""
    db.execute(
        "INSERT OR IGNORE INTO pending VALUES (?, ?, ?, 0, ?, 0, NULL, NULL)",
        (article_id, outlet, encode(candidate), microseconds(now)),
    )


def is_waiting(db: sqlite3.Connection, article_id: str) -> bool:
    query = "SELECT 1 FROM pending WHERE article_id = ?"
    return bool(db.execute(query, (article_id,)).fetchone())


def take(db: sqlite3.Connection, outlet: str, run: str, now: datetime, most: int) -> list[Waiting]:
    """The next `most` that are due, longest due first; a run is given each only once."""
    rows = db.execute(
        """SELECT article_id, candidate, look, tries FROM pending
           WHERE outlet = ? AND (next_at <= ? OR next_at BETWEEN ? AND ?) AND taken_by IS NOT ?
           ORDER BY next_at LIMIT ?""",
        (
            outlet,
            microseconds(now),
            microseconds(now + HORIZON),
            microseconds(ASIDE) - 1,
            run,
            most,
        ),
    ).fetchall()
    taken = [(run, article_id) for article_id, *_ in rows]
    db.executemany("UPDATE pending SET taken_by = ? WHERE article_id = ?", taken)
    return [
        Waiting(article, decode(text), bool(look), tries) for article, text, look, tries in rows
    ]


def waiting(db: sqlite3.Connection, outlet: str) -> Iterator[Waiting]:
    """All articles of `outlet` that are not stored yet."""
    query = "SELECT article_id, candidate, tries FROM pending WHERE outlet = ? AND NOT look"
    for article_id, text, tries in db.execute(query, (outlet,)):
        yield Waiting(article_id, decode(text), look=False, tries=tries)


def failed(db: sqlite3.Connection, article_id: str, reason: str, now: datetime) -> bool:
    """Try again later, each time after twice the pause; False if that was the last try."""
    row = db.execute("SELECT tries FROM pending WHERE article_id = ?", (article_id,)).fetchone()
    tries = row[0] + 1 if row else MOST_TRIES
    if tries >= MOST_TRIES:
        return False
    pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
    db.execute(
        "UPDATE pending SET tries = ?, reason = ?, next_at = ? WHERE article_id = ?",
        (tries, reason, microseconds(now + pause), article_id),
    )
    return True


def put_off(db: sqlite3.Connection, article_id: str, until: datetime) -> None:
    """Do not ask before then; that is no try."""
    query = "UPDATE pending SET next_at = ? WHERE article_id = ?"
    db.execute(query, (microseconds(until), article_id))


def look_now(db: sqlite3.Connection, outlet: str, now: datetime) -> None:
    """Every second look at an article of `outlet` is due."""
    query = "UPDATE pending SET next_at = ? WHERE outlet = ? AND look"
    db.execute(query, (microseconds(now), outlet))


def set_aside(db: sqlite3.Connection, article_id: str, published: datetime | None) -> None:
    """Not to be asked for until `bring_back`, and then only for its day."""
    query = "SELECT candidate FROM pending WHERE article_id = ?"
    for (text,) in db.execute(query, (article_id,)).fetchall():
        candidate = replace(decode(text), published=published)
        db.execute(
            "UPDATE pending SET candidate = ?, next_at = ? WHERE article_id = ?",
            (encode(candidate), microseconds(ASIDE), article_id),
        )


def bring_back(db: sqlite3.Connection, outlet: str, window: Window, now: datetime) -> None:
    """What was set aside and was published inside `window` is due now."""
    query = "SELECT article_id, candidate FROM pending WHERE outlet = ? AND next_at = ?"
    for article_id, text in db.execute(query, (outlet, microseconds(ASIDE))).fetchall():
        if window.holds(decode(text).published):
            put_off(db, article_id, now)


def settle(db: sqlite3.Connection, article_ids: Iterable[str]) -> None:
    """These wait no longer."""
    db.executemany("DELETE FROM pending WHERE article_id = ?", ((name,) for name in article_ids))


def look_again(
    db: sqlite3.Connection,
    outlet: str,
    row: dict[str, Any],
    now: datetime,
    ages: Sequence[timedelta],
) -> None:
    """Plan the next look at the stored article `row`; an old one gets none."""
    born = min(row["published_at"] or row["fetched_at"], row["fetched_at"])
    if (due := next_look(born, now, ages)) is None:
        settle(db, [row["article_id"]])
        return
    candidate = Candidate(url=row["url"], published=born, via=row["discovered_via"] or "")
    db.execute(
        """INSERT INTO pending VALUES (:id, :outlet, :candidate, 1, :due, 0, NULL, NULL)
           ON CONFLICT (article_id) DO UPDATE
           SET candidate = :candidate, look = 1, next_at = :due, tries = 0, reason = NULL""",
        {
            "id": row["article_id"],
            "outlet": outlet,
            "candidate": encode(candidate),
            "due": microseconds(due),
        },
    )


def looked(
    db: sqlite3.Connection, article_id: str, now: datetime, ages: Sequence[timedelta]
) -> None:
    """There was nothing new: plan the next look, if it was one."""
    db.execute("DELETE FROM pending WHERE article_id = ? AND NOT look", (article_id,))
    query = "SELECT outlet, candidate FROM pending WHERE article_id = ?"
    for outlet, text in db.execute(query, (article_id,)).fetchall():
        candidate = decode(text)
        row = {
            "article_id": article_id,
            "url": candidate.url,
            "published_at": candidate.published,
            "fetched_at": now,
            "discovered_via": candidate.via,
        }
        look_again(db, outlet, row, now, ages)


def rows(db: sqlite3.Connection, outlet: str) -> list[dict[str, Any]]:
    """All that waits of `outlet`, as rows of the dataset's table pending."""
    query = (
        "SELECT article_id, candidate, look, next_at, tries, reason FROM pending WHERE outlet = ?"
    )
    return [
        {
            "article_id": article_id,
            "candidate": text,
            "look": bool(look),
            "next_at": instant(next_at),
            "tries": tries,
            "reason": reason,
        }
        for article_id, text, look, next_at, tries, reason in db.execute(query, (outlet,))
    ]


def restore(db: sqlite3.Connection, outlet: str, kept: Iterable[dict[str, Any]]) -> None:
    """Take rows of the dataset's table pending back into a new state."""
    db.executemany(
        "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            (
                row["article_id"],
                outlet,
                row["candidate"],
                row["look"],
                microseconds(row["next_at"]),
                row["tries"],
                row["reason"],
            )
            for row in kept
        ),
    )


def encode(candidate: Candidate) -> str:
    """`candidate` as JSON."""
    said = {field.name: getattr(candidate, field.name) for field in fields(candidate)}
    return json.dumps(
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in said.items()
            if value
        }
    )


def decode(text: str) -> Candidate:
    """The inverse of `encode`.

    :raises ValueError, TypeError: `text` is not from there.
    """
    fields: dict[str, Any] = json.loads(text)
    for name in ("published", "modified"):
        if name in fields:
            fields[name] = datetime.fromisoformat(fields[name])
    return Candidate(**fields)
