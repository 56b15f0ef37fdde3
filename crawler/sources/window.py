"""The arguments of a crawl: `-a since=2023-09-01 -a until=2023-09-30 -a limit=100`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from crawler.sources.candidate import Window

if TYPE_CHECKING:
    from collections.abc import Mapping


class ArgumentError(ValueError):
    """An argument that cannot be meant; the message is one clear line."""


@dataclass(frozen=True)
class Arguments:
    """`window`: the days asked for; `limit`: the most article pages to download, None for all."""

    window: Window
    limit: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Arguments:
        """:raises ArgumentError: an unknown name, a date that is none, days that run backwards."""
        # Scrapyd hands its own arguments over, marked by an underscore.
        unknown = sorted(n for n in given if n not in ("since", "until", "limit") and n[0] != "_")
        if unknown:
            raise ArgumentError(f"unknown argument {unknown[0]}: since, until and limit are known")
        window = Window(_day("since", given), _day("until", given))
        if window.since and window.until and window.since > window.until:
            raise ArgumentError(f"since={window.since} is after until={window.until}")
        return cls(window, _positive("limit", given))


def _day(name: str, given: Mapping[str, str]) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentError(f"{name}={text} is no date like 2023-09-01") from None


def _positive(name: str, given: Mapping[str, str]) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentError(f"{name}={text} is no whole number above 0")
    return int(text)
