"""The state as a run of one outlet uses it: found from earlier runs, left to the next."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from crawler.extraction import EXTRACTOR_VERSION
from crawler.state.aliases import Aliases
from crawler.state.backfill import Backfill
from crawler.state.index import KEPT_FOR_GOOD, DatasetIndex
from crawler.state.recurrence.index import Recurrence
from crawler.state.refusals import Refusals
from crawler.state.stories.index import Stories
from crawler.state.suspects import Suspects
from crawler.state.validators import PageValidators
from output.same_text import is_same_text
from output.writer import Writer

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.items import Article
    from crawler.sources import Candidate, Window

logger = logging.getLogger(__name__)


class OutletState:
    """The parts of the state, bound to `outlet`; a method here is one that needs two parts, or
    must not fail a run.

    `index`: the dataset's rows; `aliases`: other ids of articles; `queue`: articles to ask for;
    `backfill`: days that were walked; `validators`: of pages; `refusals`: by hosts; `stories`: of
    all outlets; `suspects`: texts that several articles may share; `recurrence`: lines that may
    recur.
    """

    def __init__(
        self, index: DatasetIndex, outlet: str, pattern: re.Pattern[str], window: Window
    ) -> None:
        self.outlet = outlet
        self.index = index
        self.window = window
        self.aliases = Aliases(index.db, index.root, outlet, pattern)
        self.queue = index.queue(outlet)
        self.backfill = Backfill(index.db, outlet)
        self.validators = PageValidators(index.db, clock=index.clock)
        self.refusals = Refusals(index.db, index.clock)
        self.stories = Stories(index.db, index.root)
        self.suspects = Suspects(index.db, index.root, outlet)
        self.recurrence = Recurrence(index.db, index.root)

    @classmethod
    def of(
        cls, settings: BaseSettings, outlet: str, pattern: re.Pattern[str], window: Window
    ) -> Self:
        """Open the project's state for a run of `outlet`, whose article_url is `pattern`.

        :raises StateError, sqlite3.Error: the state cannot be opened.
        """
        state = cls(DatasetIndex.of(settings), outlet, pattern, window)
        state.aliases.catch_up()
        state._rename_waiting()
        return state

    def known(self, article_id: str) -> str | None:
        """Return why a list that names the article is no reason to ask for it: `stored`, `gone`,
        `forgotten`, `rejected` or `waiting`; None: the article is to be asked for."""
        for known_as in (article_id, *self.aliases.articles(article_id)):
            if reason := self.index.known(known_as, EXTRACTOR_VERSION):
                return reason if reason in ("stored", *KEPT_FOR_GOOD) else "rejected"
            if self.queue.is_waiting(known_as, self.window):
                return "waiting"
        return None

    def stored_elsewhere(self, article: Article) -> str | None:
        """Return the id under which the dataset holds `article`, fetched as another, or None.

        The page states the stored article's address, or was redirected there, and has the same
        content. The next run knows the article by both ids.
        """
        assert article.article_id
        addresses = filter(None, (article.canonical_url, article.url))
        for other in {self.aliases.id_of(address) for address in addresses} - {article.article_id}:
            for known_as in (other, *self.aliases.articles(other)):
                if self.index.content_hash(known_as) == article.content_hash:
                    self.aliases.add(article.article_id, known_as)
                    return known_as
        return None

    def is_stored_text(self, article: Article) -> bool:
        """Return whether the last capture of the stored `article` shows the same text, out of which
        other rules took other parts."""
        assert article.article_id
        try:
            row = self.index.last_capture(article.article_id)
        except (OSError, pa.ArrowInvalid) as error:
            logger.warning("cannot compare %s: %s", article.article_id, error)
            return False
        return row is not None and is_same_text(row, article.row())

    def listed(
        self,
        candidates: Iterable[tuple[str, Candidate]],
        response: Response | None = None,
        *,
        is_last: bool = False,
    ) -> None:
        """Queue the candidates that a list named, by article_id, and only then keep the list's
        validators.

        :param response: the list; None for a list that was not fetched
        :param is_last: the list leads to no other list, and all that it named was queued
        """
        with self.index.db.transaction():
            for article_id, candidate in candidates:
                self.queue.wait(article_id, candidate)
            if is_last and response:
                self.validators.keep_response(response)

    def _rename_waiting(self) -> None:
        """Give articles that wait by an address with unknown parameters, as earlier versions kept
        them, the ids by which lists name them now."""
        for waiting in list(self.queue.new()):
            url = waiting.candidate.url
            if "?" in url and (renamed := self.aliases.id_of(url)) != waiting.article_id:
                if not self.known(renamed):
                    self.queue.wait(renamed, waiting.candidate)
                self.queue.settle([waiting.article_id])

    def story(self, article: Article) -> str | None:
        """Return the cluster_id of the article's story, by the articles of all outlets that are
        stored; None: another process keeps the state to itself, and the next `compact` decides."""
        moment = article.published_at or article.fetched_at
        assert article.article_id and article.content_hash and moment
        try:
            return self.stories.story_of(
                article.article_id, article.content_hash, article.body or "", moment
            )
        except sqlite3.OperationalError as error:
            logger.warning("%s is grouped by the next `compact`: %s", article.article_id, error)
            return None

    def published(self, path: str) -> None:
        """Index the part at `path`, now that readers can see it; its articles leave the queue."""
        try:
            self.index.add(path)
            self.aliases.catch_up()
            self.recurrence.add(path)
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
