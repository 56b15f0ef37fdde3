"""Aliases: the ids that other addresses of an article would give it, by the rows of the dataset.

A list may name a stored article by an address that gives another id: the address that the article
was redirected to, the one that its page states, or one that an earlier version read otherwise.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from crawler.extraction.urls import article_address, article_id, stated_address

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from crawler.state.database import Database
    from output.filesystem import Root

logger = logging.getLogger(__name__)

BATCH = 10_000
_COLUMNS = {"articles": ["article_id", "url", "canonical_url"], "rejects": ["article_id", "url"]}
_ADD = """
    INSERT INTO aliases VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET is_stated = min(is_stated, excluded.is_stated)"""


class Aliases:
    """The aliases of the articles of `outlet`, whose article_url is `pattern`.

    An alias outlives the rows that it was read from: it leads to an id, and the index says whether
    an article has the id.
    """

    def __init__(self, db: Database, root: Root, outlet: str, pattern: re.Pattern[str]) -> None:
        self.db = db
        self.root = root
        self.outlet = outlet
        self.pattern = pattern

    def catch_up(self) -> None:
        """Read the part files of the outlet that the index holds and that were not read yet."""
        query = "SELECT id, path FROM parts WHERE NOT is_joined AND path GLOB ?"
        unread = self.db.execute(query, (f"*/outlet={self.outlet}/*",)).fetchall()
        for part, path in unread:
            with self.db.transaction():
                try:
                    self.db.executemany(_ADD, self._in(path))
                except (pa.ArrowException, OSError, KeyError) as error:  # it was merged meanwhile
                    logger.warning("cannot read the addresses in %s: %s", path, error)
                self.db.execute("UPDATE parts SET is_joined = 1 WHERE id = ?", (part,))

    def id_of(self, url: str) -> str:
        """Return the id that the address `url` gives to an article of the outlet."""
        return article_id(self.outlet, url, self.pattern)

    def articles(self, alias: str) -> list[str]:
        """Return the ids that `alias` leads to.

        An address that pages state is believed when a single article states it.
        """
        query = "SELECT article_id, is_stated FROM aliases WHERE alias = ? ORDER BY article_id"
        rows = self.db.execute(query, (alias,)).fetchall()
        own = [found for found, is_stated in rows if not is_stated]
        return own or [found for found, _ in rows if len(rows) == 1]

    def add(self, alias: str, article_id: str) -> None:
        """Keep `alias` for an article that was fetched at another address, and not stored."""
        self.db.execute(_ADD, (alias, article_id, False))

    def _in(self, path: str) -> Iterator[tuple[str, str, bool]]:
        columns = _COLUMNS[path.split("/")[0]]
        with self.root.filesystem.open_input_file(self.root.at(path)) as source:
            for batch in pq.ParquetFile(source).iter_batches(BATCH, columns=columns):
                for row in batch.to_pylist():
                    yield from self._of(row["article_id"], row["url"], row.get("canonical_url"))

    def _of(
        self, own: str | None, url: str, canonical: str | None
    ) -> Iterator[tuple[str, str, bool]]:
        """Yield the aliases of a row, and whether the page states the address of each."""
        if own is None:
            return
        stated = stated_address(canonical, url, self.pattern) if canonical else None
        for address, is_stated in ((stated, True), (article_address(url, self.pattern), False)):
            if address and (alias := self.id_of(address)) != own:
                yield alias, own, is_stated
