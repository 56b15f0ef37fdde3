"""Notifications, sent by Apprise. The URLs are secrets: nothing is logged while one is in use."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.runs.watch.book import Entry

LISTED = 20
"""Entries that a notification lists; more are counted."""
_WIDEST = 200  # characters of a headline
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]+")
"""Control characters, line ends and marks of direction: none may leave a headline's line."""


def is_known(url: str) -> bool:
    """Return True if Apprise has a service for `url`."""
    from apprise import Apprise  # loads a hundred services

    with _silence():
        return Apprise.instantiate(url, suppress_exceptions=True) is not None


def send(url: str, title: str, body: str) -> bool:
    """Send a plain text; return False if the service does not take it."""
    from apprise import Apprise, NotifyFormat

    with _silence():
        service = Apprise()
        return bool(
            service.add(url) and service.notify(body, title=title, body_format=NotifyFormat.TEXT)
        )


@contextmanager
def _silence() -> Iterator[None]:
    """Log nothing: at DEBUG, libraries of HTTP log addresses with the tokens in them."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def message(name: str, entries: Sequence[Entry]) -> tuple[str, str]:
    """Return title and text of a notification: a line for each entry, with its address below."""
    kinds = dict.fromkeys(entry.kind for entry in entries)
    counts = (f"{sum(entry.kind == kind for entry in entries)} {kind}" for kind in kinds)
    lines = [line for entry in entries[:LISTED] for line in _lines(entry)]
    if more := len(entries) - LISTED:
        lines += [f"and {more} more"] * (more > 0)
    return f"{name}: {', '.join(counts)}", "\n".join(lines)


def _lines(entry: Entry) -> Iterator[str]:
    row = entry.row
    headline = _shown(row.get("title") or entry.article_id)
    if entry.kind in ("healthy", "unhealthy"):
        yield f"[{entry.kind}] {headline}: {_shown(row.get('lead') or '')}".rstrip(": ")
        return
    yield f"[{entry.kind}] {headline} ({row.get('outlet') or entry.article_id.partition(':')[0]})"
    if row.get("url"):
        yield _UNSEEN.sub("", row["url"])


def _shown(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())[:_WIDEST]
