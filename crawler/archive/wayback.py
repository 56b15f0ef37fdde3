"""Pages as the Wayback Machine serves them, with a toolbar and a note on the capture."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_TOOLBAR = re.compile(
    rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->.*?<!-- END WAYBACK TOOLBAR INSERT -->", re.DOTALL
)
_NOTE = re.compile(rb"FILE ARCHIVED ON (\d\d:\d\d:\d\d [A-Z][a-z]{2} \d\d, \d{4})")
_LAST = 20_000  # bytes at the end of a page, where the note is


def without_toolbar(body: bytes) -> bytes:
    """Return the page without the toolbar, whose dates are no dates of the article."""
    return _TOOLBAR.sub(b"", body, count=1) if b"BEGIN WAYBACK TOOLBAR" in body else body


def archived_on(body: bytes) -> datetime | None:
    """Return the instant of the capture that the note at the end of the page names."""
    note = _NOTE.search(body, max(0, len(body) - _LAST))
    if note is None:
        return None
    try:
        return datetime.strptime(note[1].decode(), "%H:%M:%S %b %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
