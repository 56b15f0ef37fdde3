"""What a run of one outlet knows from earlier runs, and leaves to the next."""

from __future__ import annotations

import hashlib
import logging
import secrets
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from crawler.extraction import EXTRACTOR_VERSION
from crawler.state import backfill as days
from crawler.state import queue as pending
from crawler.state import refusals as blocks
from crawler.state import validators
from crawler.state.index import State, open_state
from crawler.state.stories.groups import Grouping, Stories, rewrite_clusters
from crawler.state.validators import Validators
from output import clock
from output.datapackage import publish_package
from output.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.items import Article
    from crawler.sources import Candidate, Window
    from crawler.state.backfill import IndexPage
    from crawler.state.queue import Waiting
    from crawler.state.refusals import Block

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FULL_READ = timedelta(days=1)
"""A list is read whole at least this often, whatever its server says of changes."""


class Memory:
    """The state, as far as it concerns `outlet` in this run."""

    def __init__(self, state: State, location: str, outlet: str) -> None:
        self.state = state
        self.location = location
        self.outlet = outlet
        self.run = secrets.token_hex(8)
        self.stories = Stories(state)

    @classmethod
    def of(cls, settings: BaseSettings, outlet: str, *, thorough: bool = False) -> Self:
        """:raises StateError, sqlite3.Error: the state cannot be opened."""
        ages = [timedelta(seconds=float(age)) for age in settings.getlist("REFETCH_AFTER")]
        location = settings["OUTPUT_DIR"]
        folder = settings["STATE_DIR"] or location
        return cls(open_state(folder, location, ages, thorough=thorough), location, outlet)

    def close(self, run_id: str) -> None:
        """Leave what waits to the next run."""
        try:
            self.save(run_id)
            validators.tidy(self.state.db, clock.now())
        except (OSError, sqlite3.OperationalError) as error:
            logger.error("cannot save what waits: %s", error)
        finally:
            self.state.close()

    # -- before a download

    def known(self, article_id: str) -> str | None:
        """Why the article is not to be asked for because a list names it; None if it is."""
        if reason := self.state.known(article_id, EXTRACTOR_VERSION):
            return reason if reason in ("stored", "gone", "forgotten") else "rejected"
        return "waiting" if pending.is_waiting(self.state.db, article_id) else None

    def validators(self, url: str, *, is_list: bool) -> Validators | None:
        """What to ask `url` with; a list is not asked that way for longer than FULL_READ."""
        since = clock.now() - FULL_READ if is_list else EPOCH
        return validators.find(self.state.db, url, EXTRACTOR_VERSION, since)

    def content_hash(self, article_id: str) -> str | None:
        """What the dataset holds last of the article."""
        return self.state.content_hash(article_id)

    def story(self, article: Article) -> str | None:
        """The cluster of its near copies, among all outlets' articles that readers can see; None
        if another run keeps the state to itself."""
        moment = article.published_at or article.fetched_at
        assert article.article_id and moment
        try:
            return self.stories.cluster_of(article.article_id, article.body or "", moment)
        except sqlite3.OperationalError as error:
            logger.warning("%s is grouped by the next `compact`: %s", article.article_id, error)
            return None

    def blocked(self, host: str) -> Block | None:
        return blocks.standing(self.state.db, host, clock.now())

    def is_walked(self, day: date, source: str) -> bool:
        """Whether an earlier backfill has read all of `day` in `source`."""
        return days.is_walked(self.state.db, self.outlet, day, source)

    def take(self, most: int) -> list[Waiting]:
        """What to ask for next, longest due first."""
        return pending.take(self.state.db, self.outlet, self.run, clock.now(), most)

    # -- after one

    def listed(
        self, candidates: Sequence[tuple[str, Candidate]], response: Response, *, is_last: bool
    ) -> None:
        """Keep what a list named, by article_id; only then is the list itself done with.

        :param is_last: it leads to no other list, and nothing it named was left out.
        """
        now = clock.now()
        with self.state.transaction():
            for article_id, candidate in candidates:
                pending.wait(self.state.db, self.outlet, article_id, candidate, now)
            if is_last:
                self.seen(response)

    def seen(self, response: Response) -> None:
        """What `response` holds is kept: next time, ask only for what is newer."""
        found = Validators(
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            body_hash=hashlib.sha256(response.body).digest(),
        )
        now = clock.now()
        validators.keep(self.state.db, asked_url(response), found, EXTRACTOR_VERSION, now)

    def unchanged(self, article_id: str) -> None:
        """A look found nothing new."""
        pending.looked(self.state.db, article_id, clock.now(), self.state.refetch)

    def failed(self, article_id: str, reason: str) -> bool:
        """Whether it will be tried again."""
        return pending.failed(self.state.db, article_id, reason, clock.now())

    def blocked_until(self, article_id: str, until: datetime | None) -> None:
        """Its host refuses us until then; None: perhaps it is only this page that is refused."""
        if until is None:
            self.failed(article_id, "blocked")
        else:
            pending.put_off(self.state.db, article_id, until)

    def set_aside(self, article_id: str, published: datetime | None) -> None:
        """It was published outside the days asked for: kept for when they are asked for."""
        pending.set_aside(self.state.db, article_id, published)

    def look_now(self) -> None:
        """The stored articles that are to be looked at again some day are due."""
        pending.look_now(self.state.db, self.outlet, clock.now())

    def ask_for_days(self, window: Window) -> None:
        """Articles that were set aside are due if they were published inside `window`."""
        pending.bring_back(self.state.db, self.outlet, window, clock.now())

    def published(self, path: str) -> None:
        """The part at `path` stands in the dataset: what is in it waits no longer."""
        try:
            self.state.add(path)
        except sqlite3.OperationalError as error:
            logger.warning("%s is indexed when the next run starts: %s", path, error)

    def refused(self, host: str, reason: str, at_least: timedelta) -> Block:
        """`host` refuses us."""
        return blocks.refused(self.state.db, host, reason, clock.now(), at_least)

    def served(self, host: str) -> None:
        """`host` serves us, so the next refusal is a first one again."""
        blocks.served(self.state.db, host)

    def walked(self, day: date, source: str, page: IndexPage) -> None:
        """Keep what `source` names on a `page` of `day`."""
        days.walked(self.state.db, self.outlet, day, source, page)

    def save(self, run_id: str) -> None:
        """Write what waits into the dataset too, in place of what was written before.

        :raises OSError: the dataset cannot be written.
        """
        before = self.state.root.files(f"pending/outlet={self.outlet}")
        writer = Writer(self.location, f"{run_id}-{secrets.token_hex(2)}")
        for row in pending.rows(self.state.db, self.outlet):
            writer.write("pending", self.outlet, row)
        writer.flush()
        for info in before:
            self.state.root.remove(info.path)


def regroup(settings: BaseSettings) -> Grouping:
    """Rewrite the dataset's table clusters/.

    :raises StateError, sqlite3.Error: the state cannot be opened.
    :raises OSError: the dataset cannot be written.
    """
    with Memory.of(settings, "").state as state:
        grouping = rewrite_clusters(state)
    publish_package(settings["OUTPUT_DIR"])  # which names clusters/ from now on
    return grouping


def asked_url(response: Response) -> str:
    """The URL that was asked for, before any redirect."""
    url: str = response.meta.get("redirect_urls", [response.url])[0]
    return url


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
