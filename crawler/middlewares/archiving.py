"""Keep fetched article pages, and lists if wanted, in the archive, unless a page forbids it."""

from __future__ import annotations

import json
import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.archive.retention import prune
from crawler.archive.writer import Archive, Exchange, open_folder, recover
from output import clock
from output.filesystem import Root

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.http.headers import Headers
    from scrapy.statscollectors import StatsCollector

    from crawler.state.queue import Waiting

logger = logging.getLogger(__name__)

_TAG = re.compile(rb"(?:^|,)\s*(?:wartatek:\s*)?noarchive\b", re.IGNORECASE)
_META = re.compile(rb"<meta\s[^>]*\bname\s*=\s*[\"']?(?:robots|wartatek)\b[^>]*>", re.IGNORECASE)
_HEAD = 65_536


def forbids_archiving(headers: Headers, body: bytes) -> bool:
    """Return True if a page has `noarchive` in X-Robots-Tag or in a robots meta tag."""
    if any(_TAG.search(value) for value in headers.getlist("X-Robots-Tag")):
        return True
    return any(b"noarchive" in tag.lower() for tag in _META.findall(body[:_HEAD]))


class ServedMiddleware:
    """Notes the time and the headers of a response, before any other middleware changes these."""

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta["fetched_at"] = clock.now()
        request.meta["served"] = response.headers.copy()
        return response


class ArchiveMiddleware:
    """Keeps pages on their way to the spider, and notes the place in `meta["archive"]`.

    When the archive cannot be written, the crawl goes on without an archive.
    """

    def __init__(
        self, archive: Archive, stats: StatsCollector, *, lists: bool = False, keep: str = ""
    ) -> None:
        """
        :param lists: keep feeds, sitemaps and index pages too
        :param keep: the age or size that `prune` keeps; "": all
        """
        self.archive: Archive | None = archive
        self.root = archive.root
        self.stats = stats
        self.lists = lists
        self.keep = keep

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings, outlet = crawler.settings, crawler.spidercls.name
        if not settings.getbool("ARCHIVE"):
            raise NotConfigured
        assert crawler.stats
        root = Root(settings["OUTPUT_DIR"])
        folder = open_folder(settings["STATE_DIR"] or settings["OUTPUT_DIR"], outlet)
        run_id = crawler.stats.get_value("wartatek/run_id")
        middleware = cls(
            Archive(root, folder, outlet, run_id),
            crawler.stats,
            lists=settings.getbool("ARCHIVE_LISTS"),
            keep=settings["ARCHIVE_KEEP"],
        )
        crawler.signals.connect(middleware.recover, signal=signals.spider_opened)
        return middleware

    def recover(self) -> None:
        """Finish the files of runs that died."""
        if self.archive:
            try:
                for path in recover(self.root, self.archive.folder, self.archive.outlet):
                    logger.warning("finished %s, left by a run that died", path.name)
            except OSError as error:
                self._give_up(error)

    def process_spider_input(self, response: Response) -> None:
        request = response.request
        if self.archive is None or request is None or response.status != HTTPStatus.OK:
            return
        if not ("waiting" in request.cb_kwargs or (self.lists and "source" in request.cb_kwargs)):
            return
        if forbids_archiving(request.meta["served"], response.body):
            self.stats.inc_value("wartatek/archive/forbidden")
            return
        try:
            request.meta["archive"] = self.archive.keep(_exchange(request, response))
        except OSError as error:
            self._give_up(error)
        else:
            self.stats.inc_value("wartatek/archive/kept")

    def sync(self) -> None:
        """Write kept pages to disk; rows that name these pages may then be published."""
        if self.archive:
            try:
                self.archive.sync()
            except OSError as error:
                self._give_up(error)

    def release(self) -> None:
        """Move full files to the finished files, after rows were published."""
        if self.archive:
            try:
                self.archive.release()
            except OSError as error:
                self._give_up(error)

    def finish(self) -> None:
        """Move the last file to the finished files, and remove the oldest files by ARCHIVE_KEEP."""
        if self.archive:
            try:
                self.archive.finish()
                for path in prune(self.root, self.keep) if self.keep else ():
                    logger.info("removed %s: ARCHIVE_KEEP is %s", path, self.keep)
            except OSError as error:
                self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if self.archive:
            self.archive.close()
            self.archive = None
        self.stats.set_value("wartatek/archive/error", str(error))
        logger.error("no page is kept any more in this run: %s", error)


def _exchange(request: Request, response: Response) -> Exchange:
    waiting = request.cb_kwargs.get("waiting")
    return Exchange(
        url=response.url,
        fetched_at=request.meta["fetched_at"],
        asked=[(b"Host", response.url.split("/")[2].encode()), *_lines(request.headers)],
        status=response.status,
        served=_lines(request.meta["served"]),
        body=response.body,
        listed=listed_json(waiting) if waiting else b"",
        ip_address=str(response.ip_address or ""),
    )


def listed_json(waiting: Waiting) -> bytes:
    """Return the article's id and its candidate, as JSON, for `Exchange.listed`."""
    listed = {"article_id": waiting.article_id, "candidate": waiting.candidate.to_json()}
    return json.dumps(listed).encode()


def _lines(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]
