"""ETag, Last-Modified and hash of pages, to ask for changes only (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.extraction import EXTRACTOR_VERSION
from crawler.state.database import microseconds
from output.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.http import Response

    from crawler.state.database import Database

KEPT = timedelta(days=30)
FULL_READ = timedelta(days=1)
"""The longest time between two full reads of a list, whatever its server says of changes."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators that a server sent with one page, and the SHA-256 of the page's body."""

    etag: str | None
    last_modified: str | None
    body_hash: bytes

    @classmethod
    def of(cls, response: Response) -> Validators:
        """Return the validators of `response`."""
        return cls(
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            body_hash=hashlib.sha256(response.body).digest(),
        )


class PageValidators:
    """The validators of all pages, by URL.

    :param version: of the rules that read the pages; pages are read again by newer rules
    """

    def __init__(
        self,
        db: Database,
        version: str = EXTRACTOR_VERSION,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.db = db
        self.version = version
        self.clock = clock

    def find(self, url: str, *, is_list: bool) -> Validators | None:
        """Return the validators to ask `url` with; of a list, none older than FULL_READ."""
        since = self.clock() - FULL_READ if is_list else EPOCH
        query = """SELECT etag, last_modified, body_hash FROM validators
                   WHERE url = ? AND version = ? AND seen_at >= ?"""
        row = self.db.execute(query, (url, self.version, microseconds(since))).fetchone()
        return Validators(*row) if row else None

    def keep(self, url: str, found: Validators) -> None:
        """Replace all that is kept of `url`: validators of two answers may contradict."""
        row = (url, found.etag, found.last_modified, found.body_hash, self.version)
        seen_at = microseconds(self.clock())
        self.db.execute("REPLACE INTO validators VALUES (?, ?, ?, ?, ?, ?)", (*row, seen_at))

    def keep_response(self, response: Response) -> None:
        """Keep the validators of `response` under the URL that was asked for."""
        self.keep(asked_url(response), Validators.of(response))

    def tidy(self) -> None:
        """Remove validators that were not renewed for KEPT."""
        horizon = microseconds(self.clock() - KEPT)
        self.db.execute("DELETE FROM validators WHERE seen_at < ?", (horizon,))


def asked_url(response: Response) -> str:
    """Return the URL that was asked for, before any redirect."""
    url: str = response.meta.get("redirect_urls", [response.url])[0]
    return url


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
