"""The newsroom's world: every outlet's articles, and what each URL answers. No network here."""

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
from crawler.newsroom.houses import House, houses
from crawler.newsroom.pages import render
from crawler.newsroom.story import Entry, Story, list_entry, tell
from crawler.newsroom.timetable import RECENT, YOUNGEST
from crawler.newsroom.wires import LATEST, carried

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.newsroom.clock import Slot
    from crawler.newsroom.furniture import Furniture
    from crawler.newsroom.houses import Feed, Sitemap

PAST = datetime(2023, 9, 1, tzinfo=WIB), datetime(2023, 10, 1, tzinfo=WIB)
OLDER = datetime(2021, 1, 4, tzinfo=WIB), datetime(2021, 2, 1, tzinfo=WIB)
OLDER_TIMES, MOST_OLDER = 15, 500
"""Of an outlet's articles, those that no list names any more still answer: so many times the recent
ones, which is a month, but no more than that."""
HTML, XML = "text/html; charset=utf-8", "text/xml; charset=utf-8"
NEIGHBOURS = 40


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends back."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Desk:
    """One outlet with its articles, newest first."""

    house: House
    entries: list[Entry]
    furniture: Furniture
    older: Iterator[Entry]
    """What no list names any more, but still answers: made when it is asked for."""
    listed: dict[str, Reply] = field(default_factory=dict)
    """Feeds and sitemaps, made once."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an article stands: page 1 or 2 of two, or 0 for the whole."""

    desk: Desk
    entry: Entry
    page: int


class World:
    """Seeded: the same arguments make the same articles on the same pages, whatever `now` is; it
    decides which of them are out, and which are recent enough to be listed.

    :param outlets: spider names; all by default.
    :param now: the world's present (aware): the newest articles are a few hours older.
    :param recent: articles per outlet of the last two days.
    :param past: articles per outlet of September 2023.
    :param older: articles per outlet of January 2021, in the older template where there is one.
    :param wires: stories of an agency, of the last two days, each of which some outlets carry too.
    :param edited: a part of the recent articles says more, as their desks have edited them.
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
        """robots.txt by outlet, where it is another than the house's own."""
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

    # ------------------------------------------------------------------ what tests ask and change

    def urls(self, outlet: str) -> list[str]:
        """Every article's URL, newest first."""
        return [entry.url for entry in self.desks[outlet].entries]

    def truth(self, url: str) -> Story:
        """What is true of the article at `url`, in any of its forms.

        :raises KeyError: there is no such article.
        """
        place = self._find(urlsplit(url).netloc, url.split("//", 1)[1].partition("/")[2])
        if place is None:
            raise KeyError(url)
        return self._story(place.desk, place.entry)

    def edit(self, url: str) -> None:
        """The desk adds a sentence to the article at `url`."""
        place = self._places[_address(url)]
        place.entry.revision += 1
        place.entry.modified_at = max(place.entry.modified_at, self.now) + timedelta(seconds=1)
        self._forget(place)

    def remove(self, url: str) -> None:
        """The article at `url` answers 410 from now on; listings go on naming it."""
        place = self._places[_address(url)]
        place.entry.gone = True
        self._forget(place)

    def publish(self, outlet: str, count: int = 1) -> list[str]:
        """`count` new articles, newest first in every listing; feeds forget as many old ones."""
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

    # ------------------------------------------------------------------ what URLs answer

    def render_all(self) -> None:
        """Make every page before it is asked for; otherwise each is made anew each time."""
        for place in self._places.values():
            self._cores[place.entry.url, place.page] = self._core(place)

    def answer(self, host: str, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        """What `target` (path and query) of `host` answers."""
        place = self._find(host, target.removeprefix("/"))
        reply = self._article(place) if place else self._listing(host, target) or _missing(host)
        return _unchanged(reply, headers or {})

    def _find(self, host: str, target: str) -> _Place | None:
        return self._placed(host, target) or self._dug_out(host, target)

    def _dug_out(self, host: str, target: str) -> _Place | None:
        """The same, when what lists have forgotten has its place too."""
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

    def _add_sitemap(self, desk: Desk, sitemap: Sitemap, host: str, path: str) -> None:
        before, by_month, after = sitemap.path.partition("{month}")
        month = path.removeprefix(before).removesuffix(after) if by_month else ""
        if path != sitemap.path.replace("{month}", month) or (by_month and len(month) != 7):
            return
        text = listings.sitemap_xml(sitemap, desk.house, desk.entries, self.now, month)
        body = listings.gzipped(text) if path.endswith(".gz") else text.encode()
        kind = "application/gzip" if path.endswith(".gz") else XML
        desk.listed[f"{host}{path}"] = _validated(body, kind, desk, self.now)

    def feed(self, desk: Desk, feed: Feed, flaw: str | None = None) -> Reply:
        """A feed, with another flaw than its own if `flaw` says so."""
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
            core = listings.index_html(index, desk.house, desk.entries, asked)
            return Reply(200, desk.furniture.around(core), {"Content-Type": HTML})
        return None


def _address(url: str) -> str:
    """Host and path of `url`, which is how articles are found."""
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
    """`reply`, or 304 if the client holds it; an ETag goes before a date (RFC 9110, 13.2.2)."""
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
