"""Saved pages into the dataset: into the archive first, then read as any archived page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crawler.archive.writer import Archive, Exchange, open_folder
from crawler.extraction import EXTRACTOR_VERSION
from crawler.outlets.registry import Registry, load_spiders
from crawler.reparse.job import Job
from crawler.reparse.run_rows import keep_run
from crawler.reparse.task import reparse
from crawler.state.recurrence.table import published_evidence
from output import clock
from output.captures import History
from output.filesystem import Root, beside
from output.origin import SERVER, origin_of
from output.writer import new_run_id

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime

    from scrapy.settings import Settings

    from crawler.outlets.documents import Document

_WHY_NOT = {
    "other_host": "no outlet here has its address",
    "bad_url": "its address is no public one",
    "not_an_article": "its address is no article's of the outlet",
    "further_page": "it is a part of an article, without the others",
}


class UnstorableError(Exception):
    """The page cannot be a row; the message gives the reason."""


class SavedPages:
    """The pages that a command was given, on the way into the dataset as one run."""

    def __init__(self, settings: Settings) -> None:
        self.root = Root(settings["OUTPUT_DIR"])
        location = self.root.location
        self.job = Job(
            location,
            new_run_id(),
            origin=origin_of(location),
            evidence=published_evidence(location),
        )
        self._state = settings["STATE_DIR"] or settings["OUTPUT_DIR"]
        self._registry = Registry(load_spiders(settings))
        self._history = History(self.root.location)
        self._archives: dict[str, Archive] = {}
        self._files: dict[str, None] = {}
        self._begun, self._started_at = time.monotonic(), clock.now()

    def keep(self, page: Document, url: str, fetched_at: datetime) -> bool:
        """Put `page` into the archive; return False if the dataset has the capture already.

        :raises UnstorableError: no outlet has an article at `url`.
        :raises OSError: the archive cannot be written.
        """
        outlet, reason = self._registry.find(url)
        if reason:
            raise UnstorableError(f"it is not stored: {_WHY_NOT[reason]} ({url or 'none'})")
        moment = (url, fetched_at)
        if self._history.versions({outlet}, [moment]).get(moment, "") >= EXTRACTOR_VERSION:
            return False
        kind = (page.content_type or "text/html").encode("latin-1", "replace")
        served = [(b"Content-Type", kind)]
        if self.job.origin == "newsroom":
            served.append((b"Server", SERVER.encode()))
        exchange = Exchange(url, fetched_at, [], 200, served, page.body)
        self._files[self._archive(outlet).keep(exchange)["file"]] = None
        return True

    def store(self) -> Counter[str]:
        """Read the pages that were kept into rows, and keep the run; return pages by outcome.

        :raises OSError: the dataset cannot be written.
        """
        for archive in self._archives.values():
            archive.finish()
        location, path = self.root.location, self.root.path
        files = [beside(location, path, self.root.at(file)) for file in self._files]
        result = reparse(self.job, files)
        seconds = time.monotonic() - self._begun
        keep_run(self.job, [result], seconds, self._started_at)
        if result.problems:
            raise OSError("; ".join(f"{path}: {why}" for path, why in result.problems.items()))
        return result.counts

    def _archive(self, outlet: str) -> Archive:
        if outlet not in self._archives:
            folder = open_folder(self._state, outlet)
            self._archives[outlet] = Archive(self.root, folder, outlet, self.job.run_id)
        return self._archives[outlet]
