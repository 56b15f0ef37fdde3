"""Sitemaps: news sitemaps for the present, plain sitemaps and their indexes for the past."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from scrapy import Request

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.urls import absolute, public_address, split_url
from crawler.sources.candidate import Candidate, Source, SourceError, SourceStatus, served_at
from crawler.sources.xml import EntryList, split_tag
from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrapy.http import Response

    from crawler.sources.window import Window

MAX_URLS = 50_000  # per file, https://www.sitemaps.org/protocol.html
MAX_BYTES = 50 * 1024 * 1024  # per file, uncompressed, the same source
MAX_SIGNS = 2_000_000  # `<`; twenty elements with a text in each URL have as many
MAX_MEMBERS = 100  # of a gzip file; packers write one, or one per thread
MAX_DEPTH = 3  # levels; the protocol allows a single index above sitemaps, outlets have two
MAX_KEYWORDS = 30  # keywords of an article; further ones are spam
NEWS = "sitemap-news"  # in the namespace of Google's news sitemaps, whatever its version
MAX_DATE = 100  # characters of a time; W3C's form has 35
RECENT = 2  # days that are the present: a news sitemap holds two, by its protocol
MOST_CHILDREN = 20
"""Children of an index that a run of the present asks for: forty seconds at the usual pace, where
some outlets have thousands of children. Indexes within an index share this number."""
_SEPARATOR = r"(?:[-_/.]|&\w{1,10}=)"  # 2026-11, 2026/11, yyyy=2026&mm=11
_DATED = re.compile(
    rf"(?<!\d)(?P<year>(?:19|20)\d\d)(?:{_SEPARATOR}?(?P<month>0[1-9]|1[0-2])"
    rf"(?:{_SEPARATOR}?(?P<day>0[1-9]|[12]\d|3[01]))?|{_SEPARATOR}(?P<short>[1-9]))?(?!\d)"
)
"""The date in a child's name: a day, a month or a year."""
_WITHOUT = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Sitemap(Source):
    """A sitemap, a news sitemap or an index of them, also gzipped.

    `follow` is a regex searched in the URLs of an index's children; other children are not
    asked for. `distrust` "zone": times are WIB under any printed zone (JawaPos prints Z). `news`: a
    news sitemap, or another that lists the newest articles alone.
    """

    url: str
    status: SourceStatus = "listed"
    follow: str = ""
    distrust: Literal["", "zone"] = ""
    news: bool = False

    @property
    def has_past(self) -> bool:
        return not self.news

    def requests(self, window: Window) -> Iterator[Request]:
        if self.has_past or window.reaches(clock.now()):
            yield Request(self.url)

    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        depth = response.meta.get("sitemap_depth", 1)
        since = self._since(window, served_at(response))
        entries = _entries(response.body)
        children: list[tuple[str, datetime | None]] = []
        seen = bad = 0
        for seen, entry in enumerate(entries, 1):
            if seen > MAX_URLS:
                break
            fields = _fields(entry)
            loc = absolute(response.url, fields.get("loc", ""))
            if split_tag(entry.tag)[1] == "url":
                candidate = self._candidate(loc, fields)
                if _inside(candidate, since, window):
                    yield candidate
            elif "loc" not in fields or not _is_askable(loc):
                bad += 1
                yield Candidate(url=loc)  # counted as a bad link
            elif self._wanted(loc, fields, since):
                children.append((loc, self._instant(fields.get("lastmod"))))
        if children and depth >= MAX_DEPTH:
            raise SourceError("too_deep", children[0][0])
        room = response.meta.get("sitemap_room", MOST_CHILDREN)
        asked = [loc for loc, _ in children] if window.past else newest(children, room)
        shared = max(1, room // len(asked)) if asked else 0
        for loc in asked:
            yield Request(loc, meta={"sitemap_depth": depth + 1, "sitemap_room": shared})
        if seen > MAX_URLS:
            raise SourceError("too_many_urls", f"more than {MAX_URLS}")
        entries.end(seen, bad)
        if not seen:
            raise SourceError("empty_sitemap")

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
        tags = [tag.strip() for tag in entry.get("keywords", "").split(",", MAX_KEYWORDS)]
        return Candidate(
            url=loc,
            published=self._instant(entry.get("publication_date")),
            modified=self._instant(entry.get("lastmod")),
            title=entry.get("title"),
            tags=[tag for tag in tags[:MAX_KEYWORDS] if tag],
        )

    def _instant(self, text: str | None) -> datetime | None:
        date = parse_date(text) if text and len(text) <= MAX_DATE else None
        if date and self.distrust == "zone":
            return date.instant.replace(tzinfo=WIB)
        return date.instant if date else None


def newest(children: Sequence[tuple[str, datetime | None]], most: int = MOST_CHILDREN) -> list[str]:
    """Return the `most` newest URLs of `children`, in their order.

    The newest by lastmod, else by the date in the name, if most names have one. Of children that
    are equally new, the first and the last: an index begins or ends with the newest.

    :param children: URL and lastmod of each child of an index
    """
    names = {loc: _named_date(loc) for loc, _ in children}
    if sum(name > _WITHOUT for name in names.values()) * 2 < len(names):  # they are numbers
        names = dict.fromkeys(names, _WITHOUT)
    equal: dict[tuple[datetime, datetime], list[str]] = {}
    for loc, changed in children:
        equal.setdefault((changed or names[loc], names[loc]), []).append(loc)
    chosen: set[str] = set()
    for _, group in sorted(equal.items(), reverse=True):
        room = most - len(chosen)
        chosen.update(group if len(group) <= room else _ends(group, room))
    return [loc for loc in names if loc in chosen]


def _ends(group: list[str], room: int) -> list[str]:
    """Return the first and the last of `group`, `room` in all."""
    last = room // 2
    return group[: room - last] + group[len(group) - last :]


def _named_date(loc: str) -> datetime:
    """Return the last instant of the date in the path or query of `loc`, which is of a child; the
    beginning of time without a date, or with one to come."""
    parts = split_url(loc)
    dates = [found for found in _DATED.finditer(f"{parts.path}?{parts.query}") if found]
    if not dates:
        return _WITHOUT
    year, month, day, short = max(dates, key=lambda found: len(found[0])).groups()
    today = clock.now()
    try:
        date = datetime(int(year), int(month or short or 1), int(day or 1), tzinfo=UTC)
    except ValueError:  # no such day
        return _WITHOUT
    return date if date <= today + timedelta(days=1) else _WITHOUT


def _inside(candidate: Candidate, since: datetime | None, window: Window) -> bool:
    """Return True if `candidate` may lie in the window; an article may be older than its change.

    The present takes dated candidates only: a flat list without times is the outlet's whole past.
    """
    if candidate.published:
        return (since is None or candidate.published >= since) and window.holds(candidate.published)
    if candidate.modified:
        return since is None or candidate.modified >= since
    return window.past


def _entries(body: bytes) -> EntryList:
    """Return the `url` and `sitemap` elements of `body`.

    :raises SourceError: when it is no sitemap, or too large.
    """
    entries = EntryList(_unzipped(body), ("url", "sitemap"), MAX_SIGNS)
    if entries.root not in ("urlset", "sitemapindex"):
        raise SourceError("not_a_sitemap", f"root is {entries.root or 'missing'}")
    return entries


def _fields(entry: Any) -> dict[str, str]:
    """Return the first text of each field of `entry`, those of a news sitemap among them.

    A picture or a video has fields of the same names, in a namespace of its own.
    """
    own = split_tag(entry.tag)[0]
    fields: dict[str, str] = {}
    for element in entry.iter():
        space, name = split_tag(element.tag)
        if name in ("loc", "lastmod"):
            is_field = space == own and element.getparent() is entry
        else:
            is_field = name in ("publication_date", "title", "keywords") and NEWS in space
        if is_field and (text := (element.text or "").strip()):
            fields.setdefault(name, text)
    return fields


def _is_askable(url: str) -> bool:
    """Return True if `url` is a public host's, at a port that can be."""
    address = public_address(url)
    return address is not None and address[1] != 0


def _unzipped(body: bytes) -> bytes:
    """Return `body`, unpacked if it is gzip; what arrived of a body that was cut off.

    :raises SourceError: when it is broken, or larger than MAX_BYTES.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    text = bytearray()
    for _ in range(MAX_MEMBERS):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            text += unpacker.decompress(body, MAX_BYTES + 1 - len(text))
        except zlib.error as error:
            raise SourceError("not_a_sitemap", f"gzip: {error}") from error
        if len(text) > MAX_BYTES:
            raise SourceError("too_large", f"more than {MAX_BYTES} bytes unpacked")
        body = unpacker.unused_data
        if not body.startswith(b"\x1f\x8b"):
            return bytes(text)
    raise SourceError("too_large", f"more than {MAX_MEMBERS} gzip members")
