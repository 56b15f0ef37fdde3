"""Feeds (RSS, Atom): what an outlet published last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from scrapy import Request

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.urls import absolute, registered_domain, split_url
from crawler.sources.candidate import Candidate, Source, SourceError, SourceStatus, served_at
from crawler.sources.xml import MAX_TEXT, PREFIXES, EntryList, split_tag, text_of
from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

    from crawler.sources.window import Window

MAX_ITEMS = 10_000  # per feed; real ones have 10 to 500
MAX_SIGNS = 500_000  # `<`; a feed of 500 whole articles has 120,000
MAX_TAGS = 30  # of an item; further ones are spam
ROOTS = ("rss", "rdf", "feed")

ATOM = PREFIXES["atom"]
_FIELDS = {
    "title": "title", "link": "link", "guid": "id", "id": "id", "category": "tags",
    "keywords": "tags", "pubdate": "published", "published": "published", "issued": "published",
    "updated": "modified", "modified": "modified", "lastbuilddate": "modified",
}  # fmt: skip
"""Fields of a candidate by the element of an item that holds them, in lower case."""
_FURTHER = {
    (PREFIXES["dc"], "title"): "further_title",
    (PREFIXES["dc"], "subject"): "tags",
    (PREFIXES["dc"], "date"): "modified",
    (PREFIXES["dcterms"], "issued"): "published",
    (PREFIXES["dcterms"], "modified"): "modified",
    (PREFIXES["media"], "title"): "further_title",
    (PREFIXES["media"], "category"): "tags",
    (PREFIXES["media"], "keywords"): "tags",
    (PREFIXES["itunes"], "category"): "tags",
    (PREFIXES["itunes"], "keywords"): "tags",
    (PREFIXES["feedburner"], "origlink"): "original",
}
"""Fields by the namespace and the name of an element of another vocabulary."""


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
        listed = islice(entries, MAX_ITEMS)
        candidates = [self._candidate(entry, response.url, now) for entry in listed]
        if not candidates:
            entries.end(0)
            raise SourceError("empty_feed")
        if all(_is_home(c.url) for c in candidates):
            raise SourceError("self_links", candidates[0].url)
        newest = max((c.published for c in candidates if c.published), default=None)
        if newest and newest < now - timedelta(days=self.stale_after):
            raise SourceError("stale_feed", f"newest item is of {newest:%Y-%m-%d}")
        yield from candidates
        if len(candidates) == MAX_ITEMS:
            raise SourceError("too_many_urls", f"{MAX_ITEMS} or more")
        entries.end(len(candidates))

    def _candidate(self, entry: Any, base: str, now: datetime) -> Candidate:
        """Return the candidate of `entry`, an item of RSS or an entry of Atom."""
        about = entry.get(f"{{{PREFIXES['rdf']}}}about")  # RSS 1.0
        fields = {"id": about} if about else {}
        tags: dict[str, None] = {}
        for element in entry:
            name = _field(element, entry)
            if name == "tags":
                tags.update(dict.fromkeys(_terms(element) if len(tags) < MAX_TAGS else ()))
            elif name == "link":
                _add_link(fields, element)
            elif name and name not in fields and (text := text_of(element)):
                fields[name] = text
                if name == "id" and element.get("isPermaLink", "true") == "true":
                    fields.setdefault("permalink", text)
        kept = list(islice(tags, MAX_TAGS))
        return Candidate(
            url=_link(fields, base),
            published=self._instant(fields.get("published"), now),
            modified=self._instant(fields.get("modified"), now),
            title=fields.get("title") or fields.get("further_title"),
            section=kept[0] if kept else None,
            tags=kept,
        )

    def _instant(self, text: str | None, now: datetime) -> datetime | None:
        date = parse_date(text, now=now) if text else None
        if date and self.distrust == "zone":
            return date.instant.replace(tzinfo=WIB)
        return date.instant if date else None


def _field(element: Any, entry: Any) -> str:
    """Return the name of the candidate's field in `element`, "" without any."""
    space, name = split_tag(element.tag)
    if space in (split_tag(entry.tag)[0], ATOM, ""):
        return _FIELDS.get(name, "")
    return _FURTHER.get((space, name), "")


def _terms(element: Any) -> list[str]:
    """Return the tags in `element`: of a category a single tag, of keywords all of them."""
    text = element.get("term") or element.get("text") or text_of(element)
    is_list = split_tag(element.tag)[1] == "keywords"
    terms = text.split(",", MAX_TAGS)[:MAX_TAGS] if is_list else [text[:MAX_TEXT]]
    return [term for term in map(str.strip, terms) if term]


def _add_link(fields: dict[str, str], element: Any) -> None:
    """Add the link in `element`, text in RSS, an attribute in Atom; not to a feed or a comment."""
    link = element.get("href")
    if link is None:
        link = text_of(element)
    elif element.get("rel", "alternate") != "alternate" or "html" not in _type(element):
        return
    if link:
        fields.setdefault("link", absolute(element.base or "", link))


def _type(link: Any) -> str:
    return str(link.get("type", "text/html"))


def _link(fields: dict[str, str], base: str) -> str:
    """Return the article's URL, which syndicators (FeedBurner, feedsportal) put beside theirs."""
    link = absolute(base, fields.get("link") or fields.get("permalink", ""))
    site = registered_domain(base)
    if registered_domain(link) != site:
        for own in (fields.get("original", ""), fields.get("id", "")):
            if own.startswith(("http://", "https://")) and registered_domain(own) == site:
                return own
    return link


def _is_home(url: str) -> bool:
    parts = split_url(url)
    return bool(parts.netloc) and parts.path.strip("/") == "" and not parts.query
