"""Listings: index, archive, tag and section pages, by page or by day."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.page.page import parse_html
from crawler.extraction.urls import absolute
from crawler.items import Rejected
from crawler.sources.candidate import Candidate, Source, SourceError, SourceStatus, served_at
from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from scrapy.http import Response
    from selectolax.lexbor import LexborNode

    from crawler.sources.window import Window

MAX_STEPS = 20  # elements around a link, searched for its time; real pages need up to eight
MAX_STAMPS = 20  # times in such an element
PRESENT_PAGES = 3  # most pages of the present; it ends earlier, at a page without anything new


@dataclass(frozen=True)
class Listing(Source):
    """An index page. Placeholders in `url` make it many pages:

    - `{page}`: 1, 2, 3, ... (from `first`)
    - `{offset}`: 0, `step`, 2 * `step`, ...
    - `{day:%Y/%m/%d}`: an index for each day, in any strftime form

    `links` selects the links to articles; `date` the time nearest to each, as text or in an
    attribute (`datetime`, `d-time`, `title`). The present is today and yesterday, or the
    first pages.
    """

    url: str
    links: str
    date: str = ""
    status: SourceStatus = "listed"
    step: int = 20
    first: int = 1

    @property
    def has_past(self) -> bool:
        """True if the index has further pages, or a page for each day."""
        return bool(self._fields - {None})

    def requests(self, window: Window) -> Iterator[Request]:
        if not (self.has_past or window.reaches(clock.now())):
            return
        for day in self._days(window):
            yield self._request(day, 1)

    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        number, day = response.meta.get("index_page", 1), response.meta.get("index_day")
        try:
            root = parse_html(response.body).root
        except Rejected as reject:
            raise SourceError(reject.reason, reject.evidence) from reject
        candidates = self._candidates(root, response) if root else []
        if not candidates and number == 1:
            raise SourceError("empty_index", f"no {self.links}")
        yield from candidates
        if candidates and self._goes_on(candidates, number, window):
            yield self._request(day, number + 1)

    @property
    def _fields(self) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(self.url)}

    def _days(self, window: Window) -> Iterator[dt.date | None]:
        if "day" not in self._fields:
            yield None
        elif window.past:
            yield from window.days()
        else:
            today = clock.now().astimezone(WIB).date()
            yield from (today, today - timedelta(days=1))

    def _request(self, day: dt.date | None, number: int) -> Request:
        url = self.url.format(
            page=self.first + number - 1, offset=(number - 1) * self.step, day=day or ""
        )
        # `continues`: asked for only if the page before it listed something new
        meta = {"index_page": number, "index_day": day, "continues": number > 1}
        return Request(url, meta=meta)

    def _goes_on(self, candidates: list[Candidate], number: int, window: Window) -> bool:
        if not self._fields & {"page", "offset"}:
            return False
        if not window.past:
            return number < PRESENT_PAGES
        newest = max((c.published for c in candidates if c.published), default=None)
        return (
            newest is None or window.since is None or newest.astimezone(WIB).date() >= window.since
        )

    def _candidates(self, root: LexborNode, response: Response) -> list[Candidate]:
        """Return a candidate for each URL, with the words of the first link to it that has any."""
        found: dict[str, Candidate] = {}
        shared: dict[int, bool] = {}
        now, base = served_at(response), base_of(root, response.url)
        anchors = [a for node in root.css(self.links) if (a := _anchor(node)) is not None]
        for anchor in anchors:
            href = anchor.attributes.get("href")
            if not href or href.startswith("#"):
                continue
            url = absolute(base, href)
            title = " ".join(anchor.text().split()) or anchor.attributes.get("title") or None
            known = found.get(url)
            if known is None:
                found[url] = Candidate(
                    url=url, title=title, published=self._time(anchor, now, shared)
                )
            elif known.title is None:
                known.title = title
        return list(found.values())

    def _time(self, anchor: LexborNode, now: datetime, shared: dict[int, bool]) -> datetime | None:
        """Return the time nearest to `anchor`, nearer than any other article's link, else None.

        :param shared: elements of the page, and whether links of several articles are in each
        """
        node = anchor.parent if self.date else None
        for _ in range(MAX_STEPS):
            if node is None:
                break
            if node.mem_id not in shared:
                shared[node.mem_id] = len(_targets(node, self.links)) > 1
            if shared[node.mem_id]:
                break
            for stamp in node.css(self.date)[:MAX_STAMPS]:
                if moment := _moment(stamp, now):
                    return moment
            node = node.parent
        return None


def base_of(root: LexborNode, url: str) -> str:
    """Return the URL against which links of the page at `url` are resolved: of `<base>`, if any."""
    base = root.css_first("base[href]")
    return absolute(url, base.attributes.get("href") or "") if base else url


def _anchor(node: LexborNode) -> LexborNode | None:
    return node if node.tag == "a" else node.css_first("a")


def _targets(node: LexborNode, links: str) -> set[str | None]:
    """Return the targets of the links in `node`; an article may have links of equal target."""
    anchors = [a for n in node.css(links) if (a := _anchor(n)) is not None]
    return {a.attributes.get("href") for a in anchors}


def _moment(stamp: LexborNode, now: datetime) -> datetime | None:
    """Return the instant that `stamp` prints, in exact attributes before words; None without."""
    seen: dict[str, Any] = stamp.attributes
    for text in (seen.get("d-time"), seen.get("datetime"), seen.get("title"), stamp.text()):
        if not text:
            continue
        if text.isdecimal() and len(text) == 10:  # detik prints Unix seconds
            return datetime.fromtimestamp(int(text), UTC)
        if found := parse_date(text, now=now):
            return found.instant
    return None
