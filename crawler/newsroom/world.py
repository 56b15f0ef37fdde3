"""The newsroom's world: every outlet's articles, and the reply of each URL, without a network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from itertools import chain, islice
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from crawler.newsroom import listings, timetable
from crawler.newsroom.clock import WIB, slots
from crawler.newsroom.furniture import furnish
from crawler.newsroom.houses import House, HouseIndex, houses
from crawler.newsroom.pages import render
from crawler.newsroom.story import Entry, Story, list_entry, tell
from crawler.newsroom.timetable import RECENT, YOUNGEST
from crawler.newsroom.wires import LATEST, carried

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.newsroom.clock import Slot
    from crawler.newsroom.furniture import Furniture
    from crawler.newsroom.houses import HouseFeed, HouseSitemap

PAST = datetime(2023, 9, 1, tzinfo=WIB), datetime(2023, 10, 1, tzinfo=WIB)
OLDER = datetime(2021, 1, 4, tzinfo=WIB), datetime(2021, 2, 1, tzinfo=WIB)
OLDER_TIMES, MOST_OLDER = 15, 500
"""Articles that no list names any more but that still answer: 15 times the recent
articles, that is a month, and at most 500."""
HTML, XML = "text/html; charset=utf-8", "text/xml; charset=utf-8"
NEIGHBOURS = 40


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Desk:
    """An outlet with its articles, newest first."""

    house: House
    entries: list[Entry]
    furniture: Furniture
    older: Iterator[Entry]
    """Articles that no list names any more, made on demand."""
    listed: dict[str, Reply] = field(default_factory=dict)
    """Feeds and sitemaps, made once."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a URL: an article's page 1 or 2 of two, or 0 for the whole."""

    desk: Desk
    entry: Entry
    page: int


class World:
    """All outlets, from a seed: the same arguments make the same articles on the same pages at any
    `now`, which decides what is published, and what is recent enough to be listed.

    :param outlets: names of spiders; default all.
    :param now: the world's present (aware): the newest articles are a few hours older.
    :param recent: articles per outlet of the last two days.
    :param past: articles per outlet of September 2023.
    :param older: articles per outlet of January 2021, in the older template, if any.
    :param wires: agency stories of the last two days, each carried by some outlets.
    :param edited: some recent articles have additions by their desks.
    """

    def __init__(
        self,
        seed: int,
        outlets: Iterable[str] = (),
        *,
        now: datetime,
        recent: int = 20,
        past: int = 10,
        older: int = 4,
        wires: int = 0,
        edited: bool = False,
    ) -> None:
        self.seed = seed
        self.wires = wires
        self.now = now
        self.robots: dict[str, str] = {}
        """robots.txt by outlet, in place of the house's own."""
        self._cores: dict[tuple[str, int], bytes] = {}
        self._places: dict[str, _Place] = {}
        self._hosts: dict[str, list[Desk]] = {}
        self.desks: dict[str, Desk] = {}
        spans = (*PAST, past), (*OLDER, older)
        for name in outlets or houses():
            self._open_desk(houses()[name], recent, spans, edited=edited)

    def _open_desk(
        self,
        house: House,
        recent: int,
        spans: Iterable[tuple[datetime, datetime, int]],
        *,
        edited: bool,
    ) -> None:
        own = timetable.recent(house, self.seed, recent, self.now, edited=edited)
        sent = slots(
            f"{self.seed}/wires", self.wires, self.now - RECENT, self.now - YOUNGEST - LATEST
        )
        entries = [*islice(own, recent), *self._wired(house, islice(sent, self.wires))]
        for start, end, count in spans:
            entries += timetable.between(
                house, f"{self.seed}/{house.name}/{start:%Y%m%d}", count, start, end
            )
        entries.sort(key=attrgetter("published_at"), reverse=True)
        older = chain(
            islice(own, min(recent * OLDER_TIMES, MOST_OLDER)),
            self._wired(house, islice(sent, self.wires * OLDER_TIMES)),
        )
        desk = Desk(house, entries, furnish(house, entries[:200], self.seed), older)
        self.desks[house.name] = desk
        for host in house.hosts:
            self._hosts.setdefault(host, []).append(desk)
        for entry in entries:
            self._place(desk, entry)

    def _wired(self, house: House, sent: Iterable[Slot]) -> Iterator[Entry]:
        for wire, published in carried(self.seed, house, sent):
            yield list_entry(house, f"{wire.key}/{house.name}", "article", published, wire)

    def _place(self, desk: Desk, entry: Entry) -> None:
        house = desk.house
        split = (
            bool(house.paging)
            and entry.kind == "article"
            and Random(f"{entry.key}/pages").random() < 0.2
        )
        where = _address(entry.url)
        if where in self._places:  # two headlines alike on one day: the desk changes the URL
            entry.url += "-2"
            where = _address(entry.url)
        self._places[where] = _Place(desk, entry, 1 if split else 0)
        desks = self._hosts.setdefault(where.partition("/")[0], [])
        if desk not in desks:
            desks.append(desk)
        if house.whole:
            self._places[where + house.whole] = _Place(desk, entry, 0)
        if split:
            self._places[(where + house.paging.format(n=2)).rstrip("/")] = _Place(desk, entry, 2)

    # ------------------------------------------------------------------ for tests

    def urls(self, outlet: str) -> list[str]:
        """Return every article's URL, newest first."""
        return [entry.url for entry in self.desks[outlet].entries]

    def truth(self, url: str) -> Story:
        """Return the truth about the article at `url`, in any form of the URL.

        :raises KeyError: when there is no such article.
        """
        place = self._find(urlsplit(url).netloc, url.split("//", 1)[1].partition("/")[2])
        if place is None:
            raise KeyError(url)
        return self._story(place.desk, place.entry)

    def edit(self, url: str) -> None:
        """Add a sentence to the article at `url`."""
        place = self._places[_address(url)]
        place.entry.revision += 1
        place.entry.modified_at = max(place.entry.modified_at, self.now) + timedelta(seconds=1)
        self._forget(place)

    def remove(self, url: str) -> None:
        """Answer 410 for the article at `url` from now on; listings still name it."""
        place = self._places[_address(url)]
        place.entry.gone = True
        self._forget(place)

    def publish(self, outlet: str, count: int = 1) -> list[str]:
        """Publish `count` new articles, first in all listings; feeds drop as many old articles."""
        desk = self.desks[outlet]
        newest = desk.entries[0].published_at if desk.entries else self.now - RECENT
        start, end = newest + timedelta(seconds=1), newest + timedelta(seconds=1 + 2 * count)
        key = f"{self.seed}/{outlet}/{start:%Y%m%dT%H%M%S}"
        fresh = list(timetable.between(desk.house, key, count, start, end))
        for entry in fresh:
            self._place(desk, entry)
        desk.entries[:0] = fresh
        desk.listed.clear()
        return [entry.url for entry in fresh]

    def _forget(self, place: _Place) -> None:
        place.desk.listed.clear()
        for page in range(3):
            self._cores.pop((place.entry.url, page), None)

    # ------------------------------------------------------------------ replies

    def render_all(self) -> None:
        """Make every page in advance and keep it; else each request makes the page."""
        for place in self._places.values():
            self._cores[place.entry.url, place.page] = self._core(place)

    def answer(self, host: str, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply of `host` to `target`: path and query."""
        place = self._find(host, target.removeprefix("/"))
        reply = self._article(place) if place else self._listing(host, target) or _missing(host)
        return _unchanged(reply, headers or {})

    def _find(self, host: str, target: str) -> _Place | None:
        return self._placed(host, target) or self._dug_out(host, target)

    def _dug_out(self, host: str, target: str) -> _Place | None:
        """Give the articles that no list names any more their places, and look again."""
        found = [(desk, entry) for desk in self._hosts.get(host, ()) for entry in desk.older]
        for desk, entry in found:
            self._place(desk, entry)
        return self._placed(host, target) if found else None

    def _placed(self, host: str, target: str) -> _Place | None:
        path, _, query = target.partition("?")
        path = path.rstrip("/")
        home = self._hosts.get(host)
        canonical = {
            host: None,
            **{d.house.host: None for d in home or () if host in d.house.aliases},
        }
        for name in canonical:
            for form in (f"{name}/{path}?{query}", f"{name}/{path}"):
                if place := self._places.get(form):
                    return place
        return None

    def _article(self, place: _Place) -> Reply:
        if place.entry.gone:
            return Reply(
                410,
                b"<html><body><h1>Artikel ini telah dihapus</h1></body></html>",
                {"Content-Type": HTML},
            )
        stamp = format_datetime(place.entry.modified_at.astimezone(UTC), usegmt=True)
        etag = f'"{place.entry.revision}-{int(place.entry.modified_at.timestamp())}-{place.page}"'
        return Reply(
            200, self._page(place), {"Content-Type": HTML, "Last-Modified": stamp, "ETag": etag}
        )

    def _page(self, place: _Place) -> bytes:
        core = self._cores.get((place.entry.url, place.page)) or self._core(place)
        return place.desk.furniture.around(core)

    def _core(self, place: _Place) -> bytes:
        return render(self._story(place.desk, place.entry), place.desk.house, place.page)

    def _story(self, desk: Desk, entry: Entry) -> Story:
        return tell(desk.house, entry, desk.entries[-NEIGHBOURS:], self.seed)

    def _listing(self, host: str, target: str) -> Reply | None:
        path = target.partition("?")[0]
        for desk in self._hosts.get(host, ()):
            if path == "/robots.txt":
                robots = self.robots.get(desk.house.name, desk.house.robots).lstrip()
                return Reply(200, robots.encode(), {"Content-Type": "text/plain"})
            if listed := desk.listed.get(f"{host}{path}") or self._make_listed(desk, host, path):
                return listed
            if page := self._index(desk, host, target):
                return page
            if path == "/" and host in (desk.house.host, *desk.house.aliases):
                return self._index_page(desk, HouseIndex(path="/"), {})
        return None

    def _make_listed(self, desk: Desk, host: str, path: str) -> Reply | None:
        house = desk.house
        for feed in house.feeds:
            if (feed.host or house.host, feed.path) == (host, path):
                desk.listed[f"{host}{path}"] = self.feed(desk, feed)
        for sitemap in house.sitemaps:
            if (sitemap.host or house.host) == host:
                self._add_sitemap(desk, sitemap, host, path)
        return desk.listed.get(f"{host}{path}")

    def _add_sitemap(self, desk: Desk, sitemap: HouseSitemap, host: str, path: str) -> None:
        before, by_month, after = sitemap.path.partition("{month}")
        month = path.removeprefix(before).removesuffix(after) if by_month else ""
        if path != sitemap.path.replace("{month}", month) or (by_month and len(month) != 7):
            return
        text = listings.sitemap_xml(sitemap, desk.house, desk.entries, self.now, month)
        body = listings.gzipped(text) if path.endswith(".gz") else text.encode()
        kind = "application/gzip" if path.endswith(".gz") else XML
        desk.listed[f"{host}{path}"] = _validated(body, kind, desk, self.now)

    def feed(self, desk: Desk, feed: HouseFeed, flaw: str | None = None) -> Reply:
        """Return a feed, with `flaw` in place of the feed's own if given."""
        if flaw is not None:
            feed = replace(feed, flaw=flaw)  # type: ignore[arg-type]
        newest = desk.entries[0].modified_at if desk.entries else self.now
        text = listings.feed_xml(feed, desk.house, desk.entries, newest)
        return _validated(text.encode(), HTML if feed.flaw == "html" else XML, desk, self.now)

    def _index(self, desk: Desk, host: str, target: str) -> Reply | None:
        path, _, query = target.partition("?")
        for index in desk.house.indexes:
            match = index.pattern.fullmatch(path)
            if match is None or (index.host or desk.house.host) != host:
                continue
            asked = {name: text for name, text in match.groupdict().items() if text}
            roles = index.query or {}
            asked |= {roles[name]: text for name, text in parse_qsl(query) if name in roles}
            return self._index_page(desk, index, asked)
        return None

    def _index_page(self, desk: Desk, index: HouseIndex, asked: dict[str, str]) -> Reply:
        core = listings.index_html(index, desk.house, desk.entries, asked)
        return Reply(200, desk.furniture.around(core), {"Content-Type": HTML})


def _address(url: str) -> str:
    """Return host and path of `url`, the key of articles."""
    return url.partition("//")[2].partition("?")[0].rstrip("/")


def _validated(body: bytes, content_type: str, desk: Desk, now: datetime) -> Reply:
    changed = max((entry.modified_at for entry in desk.entries), default=now)
    headers = {
        "Content-Type": content_type,
        "ETag": f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()[:16]}"',
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
    }
    return Reply(200, body, headers)


def _unchanged(reply: Reply, headers: Mapping[str, str]) -> Reply:
    """Return `reply`, or 304 if the client has it: by ETag, then by date (RFC 9110, 13.2.2)."""
    etag, changed = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
    if etag is None or changed is None:
        return reply
    if given := headers.get("if-none-match"):
        held = etag in given
    elif since := headers.get("if-modified-since"):
        held = parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    else:
        held = False
    return Reply(304, b"", reply.headers) if held else reply


def _missing(host: str) -> Reply:
    body = f"<html><body><h1>Halaman tidak ditemukan</h1><p>{host}</p></body></html>"
    return Reply(404, body.encode(), {"Content-Type": HTML})
