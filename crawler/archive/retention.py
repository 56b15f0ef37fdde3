"""The archive's retention: ARCHIVE_KEEP in days or GB, and the removal of older files."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.archive.writer import ARCHIVE
from output import clock

if TYPE_CHECKING:
    from output.filesystem import Root

_KEEP = re.compile(r"(?P<number>\d+)\s*(?P<unit>d|days?|gb?)", re.IGNORECASE)


def allowance(keep: str) -> tuple[int, bool]:
    """Return the number in "90 days" or "50 GB", and whether the unit is days.

    :raises ValueError: `keep` is neither days nor a size.
    """
    match = _KEEP.fullmatch(keep.strip())
    if not match:
        raise ValueError(f"ARCHIVE_KEEP={keep} is neither days (90 days) nor a size (50 GB)")
    return int(match["number"]), match["unit"].lower().startswith("d")


def prune(root: Root, keep: str, now: datetime | None = None) -> list[str]:
    """Remove the oldest finished files, of all outlets, until `keep` allows the rest; return the
    paths of the removed files, below the dataset's root.

    :param keep: as for `allowance`
    """
    number, is_days = allowance(keep)
    horizon = (now or clock.now()) - timedelta(days=number) if is_days else None
    removed, total = [], 0
    files = sorted(root.files(ARCHIVE), key=lambda info: info.base_name, reverse=True)
    for info in files:  # newest first: names begin with the time of their run
        total += info.size or 0
        if horizon and info.base_name >= f"{horizon:%Y%m%dT%H%M%SZ}":
            continue
        if horizon or total > number * 10**9:
            root.remove(info.path)
            removed.append(root.relative(info.path))
    return removed
