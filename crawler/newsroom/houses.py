"""The outlets as the newsroom plays them, described in houses.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class HouseFeed:
    """An RSS feed; `flaw` names a fault that real feeds have."""

    path: str
    host: str = ""
    holds: str = "all"  # all, technology, or a section's name
    flaw: Literal[
        "", "empty", "html", "stale", "self_links", "undated", "tracked", "relative", "wib_as_gmt"
    ] = ""


@dataclass(frozen=True, kw_only=True)
class HouseSitemap:
    """A sitemap: an index of sitemaps, the news of two days, everything (flat) or a month."""

    path: str
    host: str = ""
    kind: Literal["index", "news", "flat", "month"] = "news"
    holds: str = "all"
    clock: Literal["wib", "utc", "wib_as_utc"] = "wib"


@dataclass(frozen=True, kw_only=True)
class HouseIndex:
    """An index page. The groups of the regex `path`, and the parameters of `query`, give page,
    offset, date (in the format `date`), or year, month and day; and tag."""

    path: str
    host: str = ""
    holds: str = "all"
    query: dict[str, str] | None = None
    date: str = "%Y-%m-%d"
    size: int = 20

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.path)


@dataclass(frozen=True, kw_only=True)
class House:
    """An outlet: hosts, URLs, habits and templates."""

    name: str
    publisher: str
    host: str
    aliases: tuple[str, ...] = ()
    article: str
    """An article's URL, with {section}, {number}, {slug}, {code}, {tail} and {day:%Y...}."""
    technology: str = "Teknologi"
    sections: tuple[str, ...] = ("Olahraga", "Ekonomi", "Hiburan", "Humaniora", "Nusantara")
    """The outlet's names of sport, economy, culture, people and regions."""
    channels: tuple[str, ...] = ()
    """The sections of technology, where it has several."""
    share: float = 0.7
    """Share of technology among the articles, 0 to 1."""
    template: str = ""
    older: tuple[str, ...] = ()
    """The templates of articles from before 2022, which alternate by day."""
    older_ends_with_name: bool = False
    """True: older articles end with the writer's name, in capitals."""
    dateline: str = ""
    capitals: bool = False
    """True: an article's first word is in capitals."""
    signoffs: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    agency: str = ""
    """The name under which the outlet itself is a news agency."""
    whole: str = ""
    """Suffix of an article's URL for all pages in one."""
    paging: str = ""
    """Suffix of an article's URL for page {n}; if set, long articles are split in two."""
    junk: tuple[str, ...] = ()
    """Kinds of junk that the template puts between paragraphs."""
    lead: str = "<strong>{dateline}</strong> - "
    """Form of the dateline in the first paragraph; empty if the template prints the dateline."""
    end: str = " {signoff}"
    """Forms of the sign-off in the last paragraph; empty if the template prints the sign-off."""
    jsonld: tuple[str, ...] = ("article",)
    robots: str = "User-agent: *\nAllow: /\n"
    item: str = '<article><h2><a href="{url}">{title}</a></h2><span>{when}</span></article>'
    """HTML of an article on an index page."""
    list: str = "div"
    """The element, with attributes, around the articles of an index page."""
    when: str = "%d %B %Y %H:%M WIB"
    """Format of times on index pages."""
    feeds: tuple[HouseFeed, ...] = ()
    sitemaps: tuple[HouseSitemap, ...] = ()
    indexes: tuple[HouseIndex, ...] = ()

    @property
    def hosts(self) -> set[str]:
        """Return every host of the outlet."""
        listings: tuple[HouseFeed | HouseSitemap | HouseIndex, ...]
        listings = (*self.feeds, *self.sitemaps, *self.indexes)
        return {self.host, *self.aliases, *(listing.host for listing in listings if listing.host)}


def _house(name: str, declared: dict[str, Any]) -> House:
    parts = {"feeds": HouseFeed, "sitemaps": HouseSitemap, "indexes": HouseIndex}
    known = {f.name for f in fields(House)}
    if unknown := declared.keys() - known:
        raise ValueError(f"houses.toml: {name} declares {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {"name": name, "template": name}
    for key, value in declared.items():
        if key in parts:
            values[key] = tuple(parts[key](**listing) for listing in value)
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    return House(**values)


@cache
def houses() -> dict[str, House]:
    """Return every outlet by the name of its spider."""
    text = Path(__file__).with_name("houses.toml").read_text("utf-8")
    return {name: _house(name, declared) for name, declared in tomllib.loads(text).items()}
