"""The moment at which every test module begins, and made-up outlets whose present it is."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.newsroom import Newsroom, World

if TYPE_CHECKING:
    from collections.abc import Iterable

MOMENT = "WARTATEK_TEST_MOMENT"
"""Environment variable: another moment, in ISO 8601 with its offset from UTC."""
NOW = datetime.fromisoformat(os.environ.get(MOMENT) or "2026-11-24T05:00:00+00:00")


def world(seed: int, outlets: Iterable[str] = (), **size: Any) -> World:
    """Return a world whose present is NOW; `size` is what else `World` takes."""
    return World(seed, outlets, now=NOW, **size)


def newsroom(seed: int, outlets: Iterable[str], *, compress: bool = False, **size: Any) -> Newsroom:
    """Return a newsroom, not started, whose present is NOW; `size` is what else `World` takes."""
    return Newsroom(world(seed, outlets, **size), compress=compress)
