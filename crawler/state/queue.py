"""The queue: articles that were listed and are not settled yet, and second looks at stored ones.

A row leaves when its article is stored or rejected; while the article is young, the row comes back
as a second look. A kill loses none: rows wait in the state, and in pending/ of the dataset.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.sources.candidate import Candidate
from crawler.state.database import HORIZON, instant, microseconds
from output.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from crawler.sources.window import Window
    from crawler.state.database import Database

FIRST_PAUSE = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(days=1)
MOST_TRIES = 10
"""Tries of one article, over four days: most outages are over by then."""
ASIDE = datetime(9000, 1, 1, tzinfo=UTC)
"""The time of an article that was set aside."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article to ask for. `look`: the article is stored, and may have changed or gone since."""

    article_id: str
    candidate: Candidate
    look: bool
    tries: int


def next_look(published: datetime, now: datetime, ages: Iterable[timedelta]) -> datetime | None:
    """Return when an article reaches the first of `ages` that is still to come, or None."""
    return next((published + age for age in sorted(ages) if published + age > now), None)


class Queue:
    """The articles of `outlet` to ask for, as one run takes them.

    :param refetch: ages of a stored article at which the article is worth a second look
    """

    def __init__(
        self,
        db: Database,
        outlet: str,
        refetch: Sequence[timedelta] = (),
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.db = db
        self.outlet = outlet
        self.refetch = refetch
        self.clock = clock
        self._run = secrets.token_hex(8)

    def wait(self, article_id: str, candidate: Candidate) -> None:
        """Add `candidate` as due now; an article that waits already keeps its place, unless it was
        set aside."""
        self.db.execute(
            """INSERT INTO pending VALUES (:id, :outlet, :candidate, 0, :now, 0, NULL, NULL)
               ON CONFLICT (article_id) DO UPDATE SET next_at = :now WHERE next_at = :aside""",
            {
                "id": article_id,
                "outlet": self.outlet,
                "candidate": candidate.to_json(),
                "now": microseconds(self.clock()),
                "aside": microseconds(ASIDE),
            },
        )

    def is_waiting(self, article_id: str, window: Window) -> bool:
        """Return whether the article waits, as a new article or for a second look.

        An article that was set aside does not wait for a run of the present, nor for a run of days
        that may be those of its publication.
        """
        query = "SELECT candidate, next_at FROM pending WHERE article_id = ?"
        for text, next_at in self.db.execute(query, (article_id,)):
            if next_at != microseconds(ASIDE):
                return True
            return not window.holds(Candidate.from_json(text).published)
        return False

    def take(self, most: int) -> list[Waiting]:
        """Return the next `most` articles that are due, longest due first; each only once a run."""
        now = self.clock()
        rows = self.db.execute(
            """SELECT article_id, candidate, look, tries FROM pending
               WHERE outlet = :outlet AND taken_by IS NOT :run
                     AND (next_at <= :now OR next_at BETWEEN :horizon AND :last)
               ORDER BY next_at LIMIT :most""",
            {
                "outlet": self.outlet,
                "run": self._run,
                "now": microseconds(now),
                "horizon": microseconds(now + HORIZON),
                "last": microseconds(ASIDE) - 1,
                "most": most,
            },
        ).fetchall()
        taken = [(self._run, article_id) for article_id, *_ in rows]
        self.db.executemany("UPDATE pending SET taken_by = ? WHERE article_id = ?", taken)
        return [
            Waiting(article_id, Candidate.from_json(text), bool(look), tries)
            for article_id, text, look, tries in rows
        ]

    def new(self) -> Iterator[Waiting]:
        """Yield the articles that are not stored yet."""
        query = "SELECT article_id, candidate, tries FROM pending WHERE outlet = ? AND NOT look"
        for article_id, text, tries in self.db.execute(query, (self.outlet,)):
            yield Waiting(article_id, Candidate.from_json(text), look=False, tries=tries)

    def failed(self, article_id: str, reason: str) -> bool:
        """Retry later, each time after twice the pause; return False after the last try."""
        query = "SELECT tries FROM pending WHERE article_id = ?"
        row = self.db.execute(query, (article_id,)).fetchone()
        tries = row[0] + 1 if row else MOST_TRIES
        if tries >= MOST_TRIES:
            return False
        pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
        self.db.execute(
            "UPDATE pending SET tries = ?, reason = ?, next_at = ? WHERE article_id = ?",
            (tries, reason, microseconds(self.clock() + pause), article_id),
        )
        return True

    def behind_wall(self, article_id: str, wall: str) -> bool:
        """Retry later an article in whose place the site served something else; return False if it
        does not wait, or has been tried for the last time.

        A reject that is indexed again, as after a compaction, is no try.
        """
        query = "SELECT next_at FROM pending WHERE article_id = ?"
        row = self.db.execute(query, (article_id,)).fetchone()
        if row and row[0] > microseconds(self.clock()):
            return True
        return self.failed(article_id, wall)

    def host_refused(self, article_id: str, until: datetime | None) -> None:
        """Ask again at `until`, which is no try; None: perhaps only this page was refused."""
        if until is None:
            self.failed(article_id, "blocked")
        else:
            self._put_off(article_id, until)

    def look_now(self) -> None:
        """Make every second look due."""
        query = "UPDATE pending SET next_at = ? WHERE outlet = ? AND look"
        self.db.execute(query, (microseconds(self.clock()), self.outlet))

    def set_aside(self, article_id: str, published: datetime | None) -> None:
        """Keep an article that was published outside the days asked for until `bring_back`."""
        query = "SELECT candidate FROM pending WHERE article_id = ?"
        for (text,) in self.db.execute(query, (article_id,)).fetchall():
            candidate = replace(Candidate.from_json(text), published=published)
            self.db.execute(
                "UPDATE pending SET candidate = ?, next_at = ? WHERE article_id = ?",
                (candidate.to_json(), microseconds(ASIDE), article_id),
            )

    def bring_back(self, window: Window) -> None:
        """Make the articles due that were set aside and were published inside `window`."""
        query = "SELECT article_id, candidate FROM pending WHERE outlet = ? AND next_at = ?"
        aside = self.db.execute(query, (self.outlet, microseconds(ASIDE))).fetchall()
        now = self.clock()
        for article_id, text in aside:
            if window.holds(Candidate.from_json(text).published):
                self._put_off(article_id, now)

    def settle(self, article_ids: Iterable[str]) -> None:
        """Remove articles."""
        names = ((article_id,) for article_id in article_ids)
        self.db.executemany("DELETE FROM pending WHERE article_id = ?", names)

    def look_again(self, row: dict[str, Any]) -> None:
        """Plan the next look at the stored article `row`, or remove an article too old for one."""
        published = min(row["published_at"] or row["fetched_at"], row["fetched_at"])
        if (due := next_look(published, self.clock(), self.refetch)) is None:
            self.settle([row["article_id"]])
            return
        candidate = Candidate(url=row["url"], published=published, via=row["discovered_via"] or "")
        self.db.execute(
            """INSERT INTO pending VALUES (:id, :outlet, :candidate, 1, :due, 0, NULL, NULL)
               ON CONFLICT (article_id) DO UPDATE
               SET candidate = :candidate, look = 1, next_at = :due, tries = 0, reason = NULL""",
            {
                "id": row["article_id"],
                "outlet": self.outlet,
                "candidate": candidate.to_json(),
                "due": microseconds(due),
            },
        )

    def unchanged(self, article_id: str) -> None:
        """Plan the next look after a look that found nothing new; remove a new article."""
        self.db.execute("DELETE FROM pending WHERE article_id = ? AND NOT look", (article_id,))
        query = "SELECT candidate FROM pending WHERE article_id = ?"
        for (text,) in self.db.execute(query, (article_id,)).fetchall():
            candidate = Candidate.from_json(text)
            self.look_again(
                {
                    "article_id": article_id,
                    "url": candidate.url,
                    "published_at": candidate.published,
                    "fetched_at": self.clock(),
                    "discovered_via": candidate.via,
                }
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return all articles that wait, as rows of the dataset's table pending."""
        query = """SELECT article_id, candidate, look, next_at, tries, reason
                   FROM pending WHERE outlet = ?"""
        return [
            {
                "article_id": article_id,
                "candidate": text,
                "look": bool(look),
                "next_at": instant(next_at),
                "tries": tries,
                "reason": reason,
            }
            for article_id, text, look, next_at, tries, reason in self.db.execute(
                query, (self.outlet,)
            )
        ]

    def restore(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take rows of the dataset's table pending back into a new state."""
        self.db.executemany(
            """INSERT OR REPLACE INTO pending
               VALUES (:article_id, :outlet, :candidate, :look, :next_at, :tries, :reason, NULL)""",
            (
                row | {"outlet": self.outlet, "next_at": microseconds(row["next_at"])}
                for row in rows
            ),
        )

    def _put_off(self, article_id: str, until: datetime) -> None:
        query = "UPDATE pending SET next_at = ? WHERE article_id = ?"
        self.db.execute(query, (microseconds(until), article_id))
