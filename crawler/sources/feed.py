"""Feeds (RSS, Atom): what an outlet published last.

feedparser reads them, which knows how feeds are written, but has corners where an item takes
seconds or raises. So feedparser sees a clean feed instead: of each item what a candidate needs,
bounded, and cut out of the outlet's feed by `crawler.sources.xml`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import quoteattr

from scrapy import Request

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.urls import absolute, registered_domain, split_url
from crawler.sources.candidate import Candidate, Source, SourceError, SourceStatus, served_at
from crawler.sources.xml import MAX_TEXT, PREFIXES, EntryList, split_tag, text_of
from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrapy.http import Response

    from crawler.sources.window import Window

MAX_ITEMS = 2_000  # per feed; real ones have 10 to 500
MAX_CLEANED = 1_000_000  # characters for feedparser, at 1 s; 500 items have some 450,000
MAX_SIGNS = 500_000  # `<`; a feed of 500 whole articles has 120,000
MAX_TAGS = 30  # of an item; further ones are spam
MAX_LINKS = 5  # of an item to its article; real ones have one or two
ROOTS = ("rss", "rdf", "feed")

_ROOM = {
    **dict.fromkeys((
        "title", "dc:title", "media:title", "guid", "id", "feedburner:origlink",
        "pubdate", "published", "issued", "dcterms:issued",
        "updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified",
    ), 1),
    "link": MAX_LINKS,
}  # fmt: skip
"""Elements that a candidate needs, and how many of each at most. Authors are not among them."""
_TAGS = {
    "category", "keywords", "dc:subject", "media:category", "media:keywords", "itunes:category",
    "itunes:keywords",
}  # fmt: skip
_ATTRIBUTES = {"link": ("href", "type"), "guid": ("isPermaLink",)}
"""Attributes that a candidate needs, by the element; a category's term becomes its text."""
_PREFIXES = {space: prefix for prefix, space in PREFIXES.items()}
_ABOUT = f"{{{PREFIXES['rdf']}}}about"  # the address of an item of RSS 1.0
_START = "<rss version='2.0' {}><channel>".format(
    " ".join(f"xmlns:{prefix}={quoteattr(space)}" for prefix, space in PREFIXES.items())
)
_END = "</channel></rss>"
_RAISED = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip
"""Exceptions of a parser written in Python that meets an item which nobody foresaw."""


@dataclass(frozen=True)
class Feed(Source):
    """A feed.

    `status` says how it was last seen; a feed whose newest item is older than `stale_after` days
    is dead: nobody writes it. `distrust` "zone": times are WIB under any printed zone (JawaPos
    prints GMT).
    """

    url: str
    status: SourceStatus = "listed"
    stale_after: int = 30
    distrust: Literal["", "zone"] = ""

    @property
    def has_past(self) -> bool:
        return False

    def requests(self, window: Window) -> Iterator[Request]:
        if window.reaches(clock.now()):
            yield Request(self.url)

    def parse(self, response: Response, window: Window) -> Iterator[Candidate | Request]:
        # No Content-Type: outlets mislabel the charset there.
        entries = EntryList(response.body, ("item", "entry"), MAX_SIGNS)
        if entries.root not in ROOTS:
            raise SourceError("not_a_feed", response.body[:60].decode("utf-8", "replace"))
        now = served_at(response)
        items = list(_bounded(map(_cleaned, entries)))
        candidates = [self._candidate(entry, response.url, now) for entry in _parsed_each(items)]
        bad = len(items) - len(candidates)
        if not candidates:
            entries.end(len(items), bad)
            raise SourceError("empty_feed")
        if all(_is_home(c.url) for c in candidates):
            raise SourceError("self_links", candidates[0].url)
        newest = max((c.published for c in candidates if c.published), default=None)
        if newest and newest < now - timedelta(days=self.stale_after):
            raise SourceError("stale_feed", f"newest item is of {newest:%Y-%m-%d}")
        yield from candidates
        if len(items) == MAX_ITEMS or sum(map(len, items)) >= MAX_CLEANED:
            raise SourceError("too_many_urls", f"{len(items)} or more")
        entries.end(len(items), bad)

    def _candidate(self, entry: Any, base: str, now: datetime) -> Candidate:
        """Return the candidate of `entry`, an entry of feedparser's."""
        tags = [tag.term for tag in entry.get("tags", ())]
        return Candidate(
            url=_link(entry, base),
            published=self._instant(entry, "published", now),
            modified=self._instant(entry, "updated", now),
            title=entry.get("title") or None,
            section=tags[0] if tags else None,
            tags=tags,
        )

    def _instant(self, entry: Any, name: str, now: datetime) -> datetime | None:
        # feedparser itself reads no Indonesian days, and gives `published` for a missing `updated`.
        date = parse_date(entry[name], now=now) if name in entry else None
        if date and self.distrust == "zone":
            return date.instant.replace(tzinfo=WIB)
        return date.instant if date else None


def _bounded(items: Iterable[str]) -> Iterator[str]:
    """Yield the first MAX_ITEMS of `items`, up to the item that reaches MAX_CLEANED."""
    room = MAX_CLEANED
    for item in islice(items, MAX_ITEMS):
        yield item
        room -= len(item)
        if room <= 0:
            return


def _parsed_each(items: list[str]) -> list[Any]:
    """Return feedparser's entries of `items`: of one feed with all, or else of a feed for each."""
    with suppress(*_RAISED):
        entries = _parsed(items)
        if len(entries) == len(items):
            return entries
    entries = []
    for item in items:
        with suppress(*_RAISED):
            entries += _parsed([item])
    return entries


def _parsed(items: list[str]) -> list[Any]:
    """Return feedparser's entries of a feed that consists of `items`."""
    import feedparser  # here, since it loads slowly and few processes read feeds

    # Bytes in a stream: a string may be taken for a URL and fetched. Titles stay as printed.
    feed = feedparser.parse(
        BytesIO(f"{_START}{''.join(items)}{_END}".encode()),
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    return list(feed.entries)


def _cleaned(entry: Any) -> str:
    """Return `entry`, an item or an entry of lxml's, as an item of RSS with bounded elements."""
    elements: list[str] = []
    tags: dict[str, None] = {}
    room = Counter(_ROOM)
    for element in entry:
        name = _name(element, entry)
        if name in _TAGS:
            tags.update(dict.fromkeys(_terms(element) if len(tags) < MAX_TAGS else ()))
        elif room[name] and element.get("rel", "alternate") == "alternate":
            text = text_of(element)
            if text or element.get("href"):
                room[name] -= 1
                kept = {key: element.get(key) for key in _ATTRIBUTES.get(name, ())}
                elements.append(f"<{name}{_attributes(kept)}>{_text(text)}</{name}>")
    elements += [f"<category>{_text(tag)}</category>" for tag in islice(tags, MAX_TAGS)]
    about = _attributes({"rdf:about": entry.get(_ABOUT), "xml:base": entry.base})
    return f"<item{about}>{''.join(elements)}</item>"


def _text(text: str) -> str:
    """Return `text` on a single line, as CDATA.

    feedparser takes the text of an element in pieces, a piece for each line break and reference.
    """
    return f"<![CDATA[{' '.join(text.split()).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _attributes(values: dict[str, str | None]) -> str:
    return "".join(f" {key}={quoteattr(text[:MAX_TEXT])}" for key, text in values.items() if text)


def _name(element: Any, entry: Any) -> str:
    """Return the name of `element`, with the usual prefix if the feed's own has none."""
    space, name = split_tag(element.tag)
    if space in (split_tag(entry.tag)[0], PREFIXES["atom"], ""):
        return name
    return f"{_PREFIXES.get(space)}:{name}"


def _terms(element: Any) -> list[str]:
    """Return the tags in `element`: of a category a single tag, of keywords all of them."""
    text = element.get("term") or element.get("text") or text_of(element)
    is_list = split_tag(element.tag)[1] == "keywords"
    terms = text.split(",", MAX_TAGS)[:MAX_TAGS] if is_list else [text[:MAX_TEXT]]
    return [term for term in map(str.strip, terms) if term]


def _link(entry: Any, base: str) -> str:
    """Return the article's URL, which syndicators (FeedBurner, feedsportal) put beside theirs."""
    link = absolute(base, entry.get("link", ""))
    site = registered_domain(base)
    if registered_domain(link) != site:
        for own in (entry.get("feedburner_origlink", ""), entry.get("id", "")):
            if own.startswith(("http://", "https://")) and registered_domain(own) == site:
                return str(own)
    return link


def _is_home(url: str) -> bool:
    parts = split_url(url)
    return bool(parts.netloc) and parts.path.strip("/") == "" and not parts.query
