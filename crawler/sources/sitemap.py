"""Sitemaps: news sitemaps for the present, plain sitemaps and their indexes for the past."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from lxml import etree
from scrapy import Request

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.urls import absolute
from crawler.sources.candidate import Candidate, Source, SourceError, SourceStatus, served_at
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

    from crawler.sources.window import Window

MAX_URLS = 50_000  # per file, https://www.sitemaps.org/protocol.html
MAX_BYTES = 50 * 1024 * 1024  # per file, uncompressed, the same source
MAX_DEPTH = 3  # levels; the protocol allows a single index above sitemaps, outlets have two
RECENT = 2  # days that are the present: a news sitemap holds two, by its protocol


@dataclass(frozen=True)
class Sitemap(Source):
    """A sitemap, a news sitemap or an index of them, also gzipped.

    `follow` is a regex searched in the URLs of an index's children; other children are not
    asked for. `distrust` "zone": times are WIB under any printed zone (JawaPos prints Z).
    """

    url: str
    status: SourceStatus = "listed"
    follow: str = ""
    distrust: Literal["", "zone"] = ""

    def requests(self, window: Window) -> Iterator[Request]:
        yield Request(self.url)

    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        depth = response.meta.get("sitemap_depth", 1)
        since = self._since(window, served_at(response))
        for kind, entry in _entries(_unzipped(response.body)):
            loc = absolute(response.url, entry.get("loc", ""))
            if kind == "sitemap":
                if self._wanted(loc, entry, since):
                    if depth >= MAX_DEPTH:
                        raise SourceError("too_deep", loc)
                    yield Request(loc, meta={"sitemap_depth": depth + 1})
                continue
            candidate = self._candidate(loc, entry)
            if _inside(candidate, since, window):
                yield candidate

    def _since(self, window: Window, now: datetime) -> datetime | None:
        """Return the oldest instant of interest (the present: RECENT days ago), None: no bound."""
        if not window.past:
            return now - timedelta(days=RECENT)
        if window.since is None:
            return None
        return datetime.combine(window.since, datetime.min.time(), WIB)

    def _wanted(self, loc: str, entry: dict[str, str], since: datetime | None) -> bool:
        """Return True if a child of an index may hold articles of interest."""
        changed = self._instant(entry.get("lastmod"))
        fresh = changed is None or since is None or changed >= since
        return fresh and re.search(self.follow, loc) is not None

    def _candidate(self, loc: str, entry: dict[str, str]) -> Candidate:
        tags = [tag.strip() for tag in entry.get("keywords", "").split(",") if tag.strip()]
        return Candidate(
            url=loc,
            published=self._instant(entry.get("publication_date")),
            modified=self._instant(entry.get("lastmod")),
            title=entry.get("title"),
            tags=tags,
        )

    def _instant(self, text: str | None) -> datetime | None:
        date = parse_date(text) if text else None
        if date and self.distrust == "zone":
            return date.instant.astimezone(UTC).replace(tzinfo=WIB)
        return date.instant if date else None


def _inside(candidate: Candidate, since: datetime | None, window: Window) -> bool:
    """Return True if `candidate` may lie in the window; an article may be older than its change.

    The present takes dated candidates only: a flat list without times is the outlet's whole past.
    """
    if candidate.published:
        return (since is None or candidate.published >= since) and window.holds(candidate.published)
    if candidate.modified:
        return since is None or candidate.modified >= since
    return window.past


def _entries(body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the kind of each `url` and `sitemap` element, and the texts inside by local name."""
    events = etree.iterparse(
        BytesIO(body),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,  # outlets leave & unescaped and files cut off
        huge_tree=False,
    )
    seen, root = 0, ""
    try:
        for event, element in events:
            name = _local(element)
            if event == "start":
                root = root or name
                if root not in ("urlset", "sitemapindex"):
                    raise SourceError("not_a_sitemap", f"root is {root}")
            elif name in ("url", "sitemap"):
                seen += 1
                if seen > MAX_URLS:
                    raise SourceError("too_many_urls", f"more than {MAX_URLS}")
                yield name, _texts(element)
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise SourceError("not_a_sitemap", str(error)[:100]) from error
    if not seen:
        raise SourceError("empty_sitemap" if root else "not_a_sitemap")


def _texts(element: Any) -> dict[str, str]:
    """Return the first text of every element inside `element`, however deep, by local name."""
    texts: dict[str, str] = {}
    for child in element.iter():
        if child.text and (text := child.text.strip()):
            texts.setdefault(_local(child), text)
    return texts


def _forget(element: Any) -> None:
    """Free `element` and its read siblings, so that 50,000 URLs take the memory of a single URL."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _unzipped(body: bytes) -> bytes:
    """Return `body`, unpacked if it is gzip.

    :raises SourceError: when it is broken, or larger than MAX_BYTES.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise SourceError("not_a_sitemap", f"gzip: {error}") from error
    if unpacker.unconsumed_tail:
        raise SourceError("too_large", f"more than {MAX_BYTES} bytes unpacked")
    return text
