"""Watched searches and silent outlets, as the home of browse shows these."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from crawler.runs.health import OLDEST_NEWEST
from crawler.runs.metrics import healths
from crawler.runs.watch.book import Book, book_path
from crawler.web.browse.home import Silent, Watched
from output.clock import WIB
from output.verification import READ_ERRORS

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.settings import BaseSettings


def watched_since(settings: BaseSettings, moment: datetime) -> list[Watched]:
    """Return the watches without their secrets, with the entries of their feeds since `moment`;
    none where the file of watches is missing, locked or damaged, as `scrapy watch list` tells."""
    path = book_path(settings)
    if not path.exists():
        return []
    first = int(moment.timestamp() * 1_000_000)
    try:
        with Book(path) as book:
            return [
                Watched(
                    watch.name,
                    watch.query,
                    sum(entry.moment >= first for entry in book.entries(watch.name)),
                )
                for watch in book.watches()
            ]
    except (OSError, sqlite3.Error):
        return []


def silent_at(location: str, now: datetime) -> list[Silent]:
    """Return the outlets whose last crawl was not healthy, or whose newest article is old; none
    where a file of runs/ cannot be read, as `scrapy verify` tells."""
    found = []
    try:
        for row in healths(location):
            newest: datetime | None = row["newest_published_at"]
            is_old = newest is not None and now - newest > OLDEST_NEWEST
            if is_old or row["judgement"] == "unhealthy":
                last = newest and newest.astimezone(WIB)
                found.append(Silent(row["outlet"], row["judgement"], last))
    except READ_ERRORS:
        return []
    return found
