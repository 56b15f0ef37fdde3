"""The searches that are watched, as the home of browse shows these: without their secrets."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from crawler.runs.watch.book import Book, book_path
from crawler.web.browse.home import Watched

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.settings import BaseSettings


def watched_since(settings: BaseSettings, moment: datetime) -> list[Watched]:
    """Return the watches, with the entries of their feeds since `moment`; none where the file of
    watches is missing, locked or damaged, as `scrapy watch list` tells."""
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
