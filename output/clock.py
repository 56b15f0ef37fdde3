"""The time of day, in one place, so that a test or a demo can live at another moment."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesia's time: Jakarta has kept +07:00 since 1964, without summer time."""
WEB_YEARS = range(1991, 2200)
"""Years in which a page may be fetched or served: there was no web before, and a calendar's last
years have no other zone."""
OFFSET = "WARTATEK_CLOCK_OFFSET"
"""Environment variable: seconds that `now` adds to the machine's clock; children inherit it."""


def now() -> datetime:
    """Return the present in UTC, shifted by WARTATEK_CLOCK_OFFSET; it runs at the machine's pace.

    :raises ValueError: WARTATEK_CLOCK_OFFSET is no number of seconds, or leads out of the calendar.
    """
    present = datetime.now(UTC)
    offset = os.environ.get(OFFSET)
    if not offset:
        return present
    try:
        return present + timedelta(seconds=float(offset))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{OFFSET}={offset}: not seconds, as 3600 or -86400.5 are") from error


def offset_to(moment: datetime) -> str:
    """Return the value of WARTATEK_CLOCK_OFFSET with which it is `moment` (aware) now."""
    return str((moment - datetime.now(UTC)).total_seconds())


def file_time() -> float:
    """Return the machine's own time in seconds since 1970, which file systems stamp on files."""
    return time.time()
