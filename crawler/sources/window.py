"""The days and the number of articles that a run or a command asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


REACH = 14  # days that a list of the newest articles may hold
MAX_URLS = 100_000  # of a file that names articles; at the usual pace they take weeks


class ArgumentError(ValueError):
    """An argument without a possible meaning; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days in WIB, both ends included. Both None: the present."""

    since: date | None = None
    until: date | None = None

    @classmethod
    def parse(cls, since: str | None, until: str | None) -> Window:
        """Return the window between two days that were typed.

        :raises ArgumentError: when a day is no date, or the days run backwards.
        """
        window = cls(_day("since", since), _day("until", until))
        if window.since and window.until and window.since > window.until:
            raise ArgumentError(f"since={window.since} is after until={window.until}")
        return window

    @property
    def past(self) -> bool:
        """True for days; feeds, which list the present only, do not serve them."""
        return self.since is not None or self.until is not None

    def holds(self, moment: datetime | None) -> bool:
        """Return True if `moment` lies inside; None, an unknown moment, may."""
        if moment is None:
            return True
        day = moment.astimezone(WIB).date()
        return self.holds_from(moment) and (self.until is None or day <= self.until)

    def holds_from(self, moment: datetime) -> bool:
        """Return True if `moment` lies inside or after the window."""
        return self.since is None or moment.astimezone(WIB).date() >= self.since

    def reaches(self, now: datetime, days: int = REACH) -> bool:
        """Return True if any of the last `days` days lies inside."""
        return self.until is None or self.until >= now.astimezone(WIB).date() - timedelta(days=days)

    def or_last_days(self, now: datetime) -> Window:
        """Return the window of days; for the present, the days that lists of the newest hold."""
        return self if self.past else Window(now.astimezone(WIB).date() - timedelta(days=REACH))

    def days(self, now: datetime | None = None) -> Iterator[date]:
        """Yield the days, newest first; an open end is today, an open start the last day."""
        today = (now or clock.now()).astimezone(WIB).date()
        last = min(self.until or today, today)
        first = self.since or last
        for ordinal in range(last.toordinal(), first.toordinal() - 1, -1):
            yield date.fromordinal(ordinal)


_KNOWN = ("since", "until", "limit", "urls")


@dataclass(frozen=True)
class Arguments:
    """The arguments of a crawl: `-a since=2023-09-01 -a until=2023-09-30 -a limit=100`, or
    `-a urls=FILE`.

    `limit`: the most article pages to download, None for all. `urls`: the addresses that a file
    names, a line each, in place of the outlet's lists; None without a file.
    """

    window: Window
    limit: int | None = None
    urls: tuple[str, ...] | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Arguments:
        """Return the arguments that `given` names.

        :raises ArgumentError: when a name is unknown, a day is no date, the days run backwards or
            begin in the future, the limit is no whole number above 0, or the file of URLs cannot
            be read or names none.
        """
        # Scrapyd hands its own arguments over, marked by an underscore.
        unknown = sorted(name for name in given if name not in _KNOWN and name[0] != "_")
        if unknown:
            raise ArgumentError(f"unknown argument {unknown[0]}: {', '.join(_KNOWN)} are known")
        window = Window.parse(given.get("since"), given.get("until"))
        if window.since and window.since > clock.now().astimezone(WIB).date():
            raise ArgumentError(f"since={window.since} is still to come")
        urls = _lines("urls", given["urls"]) if "urls" in given else None
        if urls and window.past:
            raise ArgumentError("urls goes with limit alone, not with since and until")
        return cls(window, _positive("limit", given.get("limit")), urls)


def _day(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentError(f"{name}={text} is no date like 2023-09-01") from None


def _lines(name: str, path: str) -> tuple[str, ...]:
    """Return the lines of the file at `path`, without blank lines and those that begin with #."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            lines = (line.strip() for line in file)
            named = tuple(islice((line for line in lines if line and line[0] != "#"), MAX_URLS + 1))
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"{name}={path} cannot be read: {error}") from None
    if not named or len(named) > MAX_URLS:
        raise ArgumentError(f"{name}={path} names {'none' if not named else f'over {MAX_URLS:,}'}")
    return named


def _positive(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentError(f"{name}={text} is no whole number above 0")
    return int(text)
