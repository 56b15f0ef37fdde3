"""The state as a run of one outlet uses it: found from earlier runs, left to the next."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from typing import TYPE_CHECKING, Self

from crawler.extraction import EXTRACTOR_VERSION
from crawler.state.backfill import Backfill
from crawler.state.index import KEPT_FOR_GOOD, DatasetIndex
from crawler.state.refusals import Refusals
from crawler.state.stories.index import Stories
from crawler.state.validators import PageValidators
from output.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.items import Article
    from crawler.sources import Candidate, Window

logger = logging.getLogger(__name__)


class OutletState:
    """The parts of the state, bound to `outlet`; a method here is one that needs two parts, or
    must not fail a run.

    `index`: the dataset's rows; `queue`: articles to ask for; `backfill`: days that were walked;
    `validators`: of pages; `refusals`: by hosts; `stories`: of all outlets.
    """

    def __init__(self, index: DatasetIndex, outlet: str, window: Window) -> None:
        self.outlet = outlet
        self.index = index
        self.window = window
        self.queue = index.queue(outlet)
        self.backfill = Backfill(index.db, outlet)
        self.validators = PageValidators(index.db, clock=index.clock)
        self.refusals = Refusals(index.db, index.clock)
        self.stories = Stories(index.db, index.root)

    @classmethod
    def of(cls, settings: BaseSettings, outlet: str, window: Window) -> Self:
        """Open the project's state for a run of `outlet` over `window`.

        :raises StateError, sqlite3.Error: the state cannot be opened.
        """
        return cls(DatasetIndex.of(settings), outlet, window)

    def known(self, article_id: str) -> str | None:
        """Return why a list that names the article is no reason to ask for it: `stored`, `gone`,
        `forgotten`, `rejected` or `waiting`; None: the article is to be asked for."""
        if reason := self.index.known(article_id, EXTRACTOR_VERSION):
            return reason if reason in ("stored", *KEPT_FOR_GOOD) else "rejected"
        return "waiting" if self.queue.is_waiting(article_id, self.window) else None

    def listed(
        self, candidates: Iterable[tuple[str, Candidate]], response: Response, *, is_last: bool
    ) -> None:
        """Queue the candidates that a list named, by article_id, and only then keep the list's
        validators.

        :param is_last: the list leads to no other list, and all that it named was queued
        """
        with self.index.db.transaction():
            for article_id, candidate in candidates:
                self.queue.wait(article_id, candidate)
            if is_last:
                self.validators.keep_response(response)

    def story(self, article: Article) -> str | None:
        """Return the cluster_id of the article's story, by the articles of all outlets that are
        stored; None: another process keeps the state to itself, and the next `compact` decides."""
        moment = article.published_at or article.fetched_at
        assert article.article_id and moment
        try:
            return self.stories.story_of(article.article_id, article.body or "", moment)
        except sqlite3.OperationalError as error:
            logger.warning("%s is grouped by the next `compact`: %s", article.article_id, error)
            return None

    def published(self, path: str) -> None:
        """Index the part at `path`, now that readers can see it; its articles leave the queue."""
        try:
            self.index.add(path)
        except sqlite3.OperationalError as error:
            logger.warning("%s is indexed when the next run starts: %s", path, error)

    def close(self, run_id: str) -> None:
        """Write the queue into the dataset and close the state."""
        try:
            self.save(run_id)
            self.validators.tidy()
        except (OSError, sqlite3.OperationalError) as error:
            logger.error("cannot save what waits: %s", error)
        finally:
            self.index.close()

    def save(self, run_id: str) -> None:
        """Write the queue into the dataset, in place of what was written before.

        :raises OSError: the dataset cannot be written.
        """
        root = self.index.root
        before = root.files(f"pending/outlet={self.outlet}")
        writer = Writer(root.location, f"{run_id}-{secrets.token_hex(2)}")
        for row in self.queue.rows():
            writer.write("pending", self.outlet, row)
        writer.flush()
        for info in before:
            root.remove(info.path)
