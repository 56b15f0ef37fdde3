"""The outlets as the newsroom plays them; what each is like stands in houses.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

Holds = Literal["all", "technology", "tag"]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """An RSS feed. `flaw` is what is wrong with it, in the words of the outlets' dossier."""

    path: str
    host: str = ""
    holds: str = "all"  # all, technology, or a section's name
    flaw: Literal["", "empty", "html", "stale", "self_links", "undated", "tracked", "relative"] = ""


@dataclass(frozen=True, kw_only=True)
class Sitemap:
    """A sitemap: an index of the others, the news of two days, everything (flat) or one month."""

    path: str
    host: str = ""
    kind: Literal["index", "news", "flat", "month"] = "news"
    holds: str = "all"
    clock: Literal["wib", "utc", "wib_as_utc"] = "wib"


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index page: `path` is a regex, whose groups, and the query's parameters by `query`, say
    page, offset, date (read by `date`), or year, month and day; and tag."""

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
    """One outlet: its hosts, its URLs, its manners and its template."""

    name: str
    publisher: str
    host: str
    aliases: tuple[str, ...] = ()
    article: str
    """An article's URL, with {section}, {number}, {slug}, {code}, {tail} and {day:%Y...}."""
    technology: str = "Teknologi"
    sections: tuple[str, ...] = ("Olahraga", "Ekonomi", "Hiburan", "Humaniora", "Nusantara")
    """What it calls sport, economy, culture, people and regions."""
    channels: tuple[str, ...] = ()
    """Where technology stands in one of several sections instead of one of its own."""
    share: float = 0.7
    """How much of what it publishes is technology."""
    template: str = ""
    older: tuple[str, ...] = ()
    """The templates of what it published before 2022, which take turns by day."""
    older_ends_with_name: bool = False
    """Whether its older articles end with their writer's name, in capitals."""
    dateline: str = ""
    capitals: bool = False
    """Whether an article's first word is in capitals."""
    signoffs: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    agency: str = ""
    """The agency that it is itself."""
    whole: str = ""
    """What added to an article's URL gives all its pages."""
    paging: str = ""
    """What added to it gives page {n}; only where this is set, long articles are split in two."""
    junk: tuple[str, ...] = ()
    """What its template puts between paragraphs."""
    lead: str = "<strong>{dateline}</strong> - "
    """How the first paragraph begins; empty where the template itself prints the dateline."""
    end: str = " {signoff}"
    """How the last paragraph ends; empty where the template itself prints the sign-off."""
    jsonld: tuple[str, ...] = ("article",)
    robots: str = "User-agent: *\nAllow: /\n"
    item: str = '<article><h2><a href="{url}">{title}</a></h2><span>{when}</span></article>'
    """One article on an index page."""
    list: str = "div"
    """The element, with its attributes, that holds them."""
    when: str = "%d %B %Y %H:%M WIB"
    """How index pages print a time."""
    feeds: tuple[Feed, ...] = ()
    sitemaps: tuple[Sitemap, ...] = ()
    indexes: tuple[Index, ...] = ()

    @property
    def hosts(self) -> set[str]:
        """Every host this outlet answers on."""
        listings: tuple[Feed | Sitemap | Index, ...] = (*self.feeds, *self.sitemaps, *self.indexes)
        return {self.host, *self.aliases, *(listing.host for listing in listings if listing.host)}


def _house(name: str, declared: dict[str, Any]) -> House:
    parts = {"feeds": Feed, "sitemaps": Sitemap, "indexes": Index}
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
    """Every outlet by its spider's name."""
    text = Path(__file__).with_name("houses.toml").read_text("utf-8")
    return {name: _house(name, declared) for name, declared in tomllib.loads(text).items()}
