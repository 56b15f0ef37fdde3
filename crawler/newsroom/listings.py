"""An outlet's lists of articles: feeds, sitemaps and index pages."""

from __future__ import annotations

import gzip
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markupsafe import escape

from crawler.newsroom.clock import WIB
from crawler.newsroom.story import slug
from crawler.newsroom.templates import spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.newsroom.houses import House, HouseFeed, HouseIndex, HouseSitemap
    from crawler.newsroom.story import Entry

FEED_ITEMS = 40
NEWS = timedelta(days=2)  # reach of a news sitemap: https://developers.google.com/search/docs
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
GOOGLE_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def held(entries: Sequence[Entry], house: House, holds: str, word: str = "") -> list[Entry]:
    """Return the entries of a listing; `word` is the section or tag named by the URL."""
    if holds == "all":
        return list(entries)
    if holds == "tag":
        return [e for e in entries if word in [slug(tag) for tag in e.tags]]
    wanted = {"technology": house.technology, "section": word}.get(holds, holds)
    return [e for e in entries if slug(e.section) == slug(wanted)]


def feed_xml(feed: HouseFeed, house: House, entries: Sequence[Entry], now: datetime) -> str:
    """Return an RSS feed as the outlet serves it, with the feed's flaw."""
    if feed.flaw == "html":
        return f"<!DOCTYPE html><html><head><title>{house.publisher}</title></head></html>"
    chosen = held(entries, house, feed.holds)[:FEED_ITEMS]
    if feed.flaw == "empty":
        chosen = []
    late = timedelta(days=900) if feed.flaw == "stale" else timedelta(0)
    items = "".join(_item(entry, feed, house, late) for entry in chosen)
    built = format_datetime(now.astimezone(WIB))
    return (
        f'{XML}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>\n'
        f"<title>{escape(house.publisher)}</title><link>https://{house.host}/</link>"
        f"<description>{escape(house.publisher)}</description><language>id</language>"
        f"<lastBuildDate>{built}</lastBuildDate>\n{items}</channel></rss>\n"
    )


def _item(entry: Entry, feed: HouseFeed, house: House, late: timedelta) -> str:
    link = entry.url
    if feed.flaw == "tracked":
        link += "?utm_source=rss&utm_medium=feed"
    elif feed.flaw == "relative":
        link = urlsplit(entry.url).path
    elif feed.flaw == "self_links":
        link = f"https://{house.host}/"
    date = format_datetime((entry.published_at - late).astimezone(WIB))
    if feed.flaw == "wib_as_gmt":
        date = date.replace("+0700", "GMT")
    dated = "" if feed.flaw == "undated" else f"<pubDate>{date}</pubDate>"
    return (
        f"<item><title><![CDATA[{entry.title}]]></title><link>{escape(link)}</link>"
        f'<guid isPermaLink="false">{escape(entry.url)}</guid>{dated}'
        f"<category>{escape(entry.section)}</category>"
        f"<description><![CDATA[{entry.title}. Simak selengkapnya.]]></description>"
        f'<enclosure url="https://asset.example/{slug(entry.key)}.jpg" length="30000" '
        f'type="image/jpeg"/>'
        f"</item>\n"
    )


def sitemap_xml(
    sitemap: HouseSitemap, house: House, entries: Sequence[Entry], now: datetime, month: str = ""
) -> str:
    """Return a sitemap; `month` ("2023-09") is the month of a sitemap by month."""
    chosen = held(entries, house, sitemap.holds)
    if sitemap.kind == "index":
        return _sitemap_index(house, entries)
    if sitemap.kind == "news":
        chosen = [entry for entry in chosen if now - entry.published_at < NEWS]
    elif sitemap.kind == "month":
        chosen = [entry for entry in chosen if _month(entry) == month]
    rows = "".join(_url(entry, sitemap, house) for entry in chosen)
    return f"{XML}<urlset {SITEMAP} {GOOGLE_NEWS}>\n{rows}</urlset>\n"


def _month(entry: Entry) -> str:
    return f"{entry.published_at.astimezone(WIB):%Y-%m}"


def _sitemap_index(house: House, entries: Sequence[Entry]) -> str:
    rows = []
    newest = {_month(entry): entry.modified_at for entry in sorted(entries, key=_month)}
    for sitemap in house.sitemaps:
        host = sitemap.host or house.host
        if sitemap.kind == "month":
            for month, changed in newest.items():
                place = f"https://{host}{sitemap.path.format(month=month)}"
                rows.append(
                    f"<sitemap><loc>{place}</loc><lastmod>{changed.isoformat()}</lastmod></sitemap>\n"
                )
        elif sitemap.kind != "index":
            rows.append(f"<sitemap><loc>https://{host}{sitemap.path}</loc></sitemap>\n")
    return f"{XML}<sitemapindex {SITEMAP}>\n{''.join(rows)}</sitemapindex>\n"


def _url(entry: Entry, sitemap: HouseSitemap, house: House) -> str:
    zone = UTC if sitemap.clock == "utc" else WIB
    published, modified = (
        moment.astimezone(zone).isoformat(timespec="seconds")
        for moment in (entry.published_at, entry.modified_at)
    )
    if sitemap.clock != "wib":  # JawaPos prints WIB times with a Z
        published, modified = f"{published[:19]}Z", f"{modified[:19]}Z"
    news = ""
    if sitemap.kind == "news":
        news = (
            f"<news:news><news:publication><news:name>{escape(house.publisher)}</news:name>"
            f"<news:language>id</news:language></news:publication>"
            f"<news:publication_date>{published}</news:publication_date>"
            f"<news:title>{escape(entry.title)}</news:title>"
            f"<news:keywords>{escape(', '.join(entry.tags))}</news:keywords></news:news>"
        )
    return f"<url><loc>{escape(entry.url)}</loc><lastmod>{modified}</lastmod>{news}</url>\n"


def gzipped(text: str) -> bytes:
    """Return `text` in gzip, the same bytes every time."""
    return gzip.compress(text.encode(), mtime=0)


def index_html(
    index: HouseIndex,
    house: House,
    entries: Sequence[Entry],
    asked: dict[str, str],
) -> bytes:
    """Return an index page without furniture; `asked` names a section, tag or day.

    An index of all articles names the feeds of all, another index those of a part.
    """
    word = asked.get("tag") or asked.get("section") or ""
    if day := _day(index, asked):
        entries = _published_on(day, entries)
    chosen = held(entries, house, index.holds, word)
    start = int(asked.get("offset") or (int(asked.get("page") or 1) - 1) * index.size)
    shown = chosen[start : start + index.size]
    rows = "\n".join(_row(entry, house) for entry in shown)
    element = house.list.split()[0]
    feeds = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{escape(house.publisher)}"'
        f' href="https://{feed.host or house.host}{feed.path}">\n'
        for feed in house.feeds
        if (feed.holds == "all") == (index.holds == "all")
    )
    html = (
        f'<!DOCTYPE html>\n<html lang="id-ID"><head><meta charset="utf-8">'
        f"<title>Indeks Berita - {escape(house.publisher)}</title>\n{feeds}"
        f"<!-- furniture --></head><body>"
        f"<!-- furniture -->\n<main><{house.list}>\n{rows}\n</{element}></main>\n<!-- furniture -->"
        f"<!-- furniture --></body></html>\n"
    )
    return html.encode()


def _day(index: HouseIndex, asked: dict[str, str]) -> datetime | None:
    if date := asked.get("date"):
        return datetime.strptime(date, index.date).replace(tzinfo=WIB)
    if {"year", "month", "day"} <= asked.keys():
        return datetime(int(asked["year"]), int(asked["month"]), int(asked["day"]), tzinfo=WIB)
    return None


def _published_on(day: datetime, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries of `day`, by bisection: `entries`, newest first, may be 100,000."""

    def first_before(moment: datetime) -> int:
        return bisect_right(entries, -moment.timestamp(), key=lambda e: -e.published_at.timestamp())

    return entries[first_before(day + timedelta(days=1)) : first_before(day)]


def _row(entry: Entry, house: House) -> str:
    return house.item.format(
        url=entry.url,
        bare=entry.url.removeprefix("https:"),
        path=urlsplit(entry.url).path,
        title=escape(entry.title),
        section=escape(entry.section),
        when=spell(entry.published_at, house.when),
        unix=int(entry.published_at.timestamp()),
        iso=entry.published_at.astimezone(WIB).isoformat(),
        image="https://asset.example/thumb.jpg",
    )
