"""Times as Indonesian outlets print them, turned into instants.

A time without a zone is WIB (UTC+07:00), as Indonesian outlets mean such a time. Names of days are
ignored: outlets print wrong names beside right dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.patterns import DASHES
from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIRST_YEAR, LAST_YEAR = 1900, 2199  # databases store "no date" as 0001 or 9999
MAX_LENGTH = 500
"""Characters searched for a printed time; a longer text is prose, or an attack."""


@dataclass(frozen=True, slots=True)
class Date:
    """An instant, and the printed parts of that instant.

    Without a printed time of day, `instant` is 00:00 WIB and `time_known` is False: the day is
    right, the order within the day is unknown. `is_relative`: printed as a distance from the
    reading, "3 jam yang lalu", and as rough as that.
    """

    instant: datetime
    zone_assumed: bool
    time_known: bool = True
    is_relative: bool = field(default=False, compare=False)


# fmt: off
MONTHS = {
    "januari": 1, "january": 1, "jan": 1,
    "februari": 2, "february": 2, "pebruari": 2, "feb": 2, "peb": 2,
    "maret": 3, "march": 3, "mar": 3, "mrt": 3,
    "april": 4, "apr": 4,
    "mei": 5, "may": 5,
    "juni": 6, "june": 6, "jun": 6,
    "juli": 7, "july": 7, "jul": 7,
    "agustus": 8, "august": 8, "agust": 8, "agu": 8, "agt": 8, "ags": 8, "aug": 8,
    "september": 9, "sept": 9, "sep": 9,
    "oktober": 10, "october": 10, "okt": 10, "oct": 10,
    "november": 11, "nopember": 11, "nov": 11, "nop": 11,
    "desember": 12, "december": 12, "des": 12, "dec": 12,
}
ZONES = {
    "WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "UT": 0, "Z": 0,
    "ICT": 7, "SGT": 8, "MYT": 8, "HKT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10,
    "AEDT": 11, "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    # RFC 822, section 5.1
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}
UNITS = {
    "detik": 1, "dtk": 1, "second": 1, "seconds": 1, "secs": 1, "sec": 1, "s": 1,
    "menit": 60, "mnt": 60, "minute": 60, "minutes": 60, "mins": 60, "min": 60, "m": 60,
    "jam": 3600, "hour": 3600, "hours": 3600, "hrs": 3600, "h": 3600,
    "hari": 86_400, "hr": 86_400, "day": 86_400, "days": 86_400, "d": 86_400,
    "minggu": 604_800, "mgg": 604_800, "pekan": 604_800, "week": 604_800, "weeks": 604_800,
    "w": 604_800,
    "bulan": 2_592_000, "bln": 2_592_000, "month": 2_592_000, "months": 2_592_000,
    "tahun": 31_536_000, "thn": 31_536_000, "year": 31_536_000, "years": 31_536_000,
    "yrs": 31_536_000, "yr": 31_536_000, "y": 31_536_000,
}
COUNTS = {
    "setengah": 0.5,
    "se": 1, "satu": 1, "a": 1, "an": 1, "one": 1, "dua": 2, "tiga": 3, "empat": 4,
    "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9, "sepuluh": 10,
}
DAYS_AGO = {"hari ini": 0, "today": 0, "kemarin": 1, "yesterday": 1}
WEEKDAYS = (
    "senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu", "ahad",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "sen", "sel", "rab", "kam", "jum", "sab", "min",
    "mon", "tue", "wed", "thu", "fri", "sat", "sun",
)
# fmt: on


def _any(words: Iterable[str]) -> str:
    """Return an alternation of `words`, the longest first, so that no abbreviation hides a word."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_FLAGS = re.IGNORECASE | re.ASCII  # without ASCII the long s of "ſep" would pass as a month
_PARTS = r"(?:pagi|siang|sore|petang|malam|dini\shari)\b"  # of the day
# Gaps are bounded, so that no string can make the search slow.
_CLOCK = rf"""
    (?P<hour>\d{{1,2}}) (?: [:.] (?P<minute>\d{{2}})
    (?: [:.] (?P<second>\d{{2}}) (?: [.,] (?P<fraction>\d{{1,9}}) )? )? (?!\d) | (?=\s{_PARTS}) )
    (?: \s? (?: (?P<half>[ap])\.?m\b\.? | (?P<part>{_PARTS}) ) )?
    (?: \s{{0,3}} \(? (?P<zone>
        (?:GMT|UTC)\s?[+-]\d{{1,2}}(?::?\d{{2}})?(?!\d) | [+-]\d{{2}}:?\d{{2}}(?!\d)
        | (?<=\d)[+-]\d{{2}}(?!\d) | (?<=\s)\+\d{{2}}(?!\d)
        | (?<=:\d\d:\d\d\s)\d\d:\d\d(?!\d)  # "+" is a blank in a form's data
        | (?:{_any(ZONES)})\b
        # A zone that the table lacks: a time in an unknown zone is no time.
        | (?-i:[A-Z]{{2,3}}T)\b | (?<=:\d\d:\d\d\s)(?-i:[A-Z]{{1,5}})(?=\s?\Z) ) )?
"""
_TIME = rf"[{DASHES}\s,|/•·@T()»]{{0,8}} (?:(?:pukul|pkl|jam|at)\b\.?)? [\s:]{{0,3}} {_CLOCK}"
_MONTH = rf"(?:{_any(MONTHS)})"
_DATE = re.compile(
    rf"""
    (?: (?=\d) (?<![\d/]) (?<!\d[.-])  # first the tests that fail soonest
        (?: (?P<day>\d{{1,2}}) (?:st|nd|rd|th)? [\s./-]{{1,4}} (?P<month>{_MONTH}) [\s,./-]{{1,4}}
            (?P<year>\d{{4}}|\d{{2}})
          | (?P<iso_year>\d{{4}}) [-/.] (?P<iso_month>\d{{1,2}}) [-/.] (?P<iso_day>\d{{1,2}})
          | (?P<first>\d{{1,2}}) (?P<cut>[-/.]) (?P<then>\d{{1,2}}) (?P=cut)
            (?P<last>\d{{4}}|\d{{2}})
        )
      | \b (?=[a-z]{{3,9}}+\.?\s{{1,3}}\d) (?<!/) (?<!\d[.-])
        (?P<us_month>{_MONTH}) \.?\s{{1,3}} (?P<us_day>\d{{1,2}}) (?:st|nd|rd|th)? [\s,]{{1,3}}
        (?P<us_year>\d{{4}})
    ) (?!\d|[:.]\d)
    (?: {_TIME} )?
    """,
    re.VERBOSE | _FLAGS,
)
# "18:29 WIB, 26 Februari 2016"; the weekday before the day is the last part.
_CLOCK_BEFORE = re.compile(
    rf"(?<![\d.,:/]) (?<!rp) (?<!rp[\s.]) {_CLOCK} [{DASHES}\s,|/•·]{{1,5}}"
    rf"(?: (?:{_any(WEEKDAYS)}|jum.at) [\s,]{{1,3}} )? \Z",
    re.VERBOSE | _FLAGS,
)
_BEFORE = 40  # characters before a day, searched for a clock
# "Mon Jul 28 14:53:18 WIB 2014"
_UNIX = re.compile(
    rf"(?P<month>{_MONTH})\s{{1,2}}(?P<day>\d{{1,2}})\s {_CLOCK} \s(?P<year>\d{{4}})(?!\d)",
    re.VERBOSE | _FLAGS,
)
_WEEKDAY = re.compile(rf"\b(?:{_any(WEEKDAYS)}|jum.at)\b[\s,./]{{0,4}}\Z", _FLAGS)
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH_DAY = re.compile(rf"\b({'|'.join(_ENGLISH)})[a-z]{{0,6}},?\s\Z", _FLAGS)
_NO_CLOCK = (None,) * 7
_AGO = re.compile(
    rf"(?<!\w)(?P<count>\d{{1,4}}|{_any(COUNTS)})\s?(?P<unit>{_any(UNITS)})\s(?:(?:yang|yg)\s)?(?:lalu|ago)",
    _FLAGS,
)
_NAMED_DAY = re.compile(rf"\b(?P<day>{_any(DAYS_AGO)})\b (?: {_TIME} )?", re.VERBOSE | _FLAGS)
_JUST_NOW = re.compile(r"\b(?:baru saja|barusan|just now)\b", _FLAGS)


def parse_date(text: str, *, now: datetime | None = None) -> Date | None:
    """Return the first time in `text` that exists, None without any.

    A distance of a day or more has no time of day, and is rough as printed: "2 bulan lalu" is
    60 days.

    :param now: aware; the origin of "3 jam yang lalu" and "kemarin 10:30". Default: the present
    """
    text = " ".join(text[:MAX_LENGTH].split())
    if text.isdecimal():
        return _from_digits(text)
    if date := _from_iso(text):
        return date
    match = _DATE.search(text)
    while match:
        if date := _read(match):
            return date
        match = _DATE.search(text, match.end())
    if unix := _UNIX.search(text):
        month, day, *printed, year = unix.groups()
        return _at(int(year), MONTHS[month.lower()], int(day), printed)
    relative = _from_relative(text, now or clock.now())
    return replace(relative, is_relative=True) if relative else None


def find_date(text: str, *, timed: bool = True) -> tuple[Date, str] | None:
    """Return the first date in a `text` of single spaces, and that date as printed.

    :param timed: skip dates without a time of day
    """
    for match in _DATE.finditer(text):
        date = _read(match)
        if date and (date.time_known or not timed):
            start = match.start()
            if date.time_known and match["hour"] is None and (before := _clock_before(match)):
                return date, text[start - len(before.group()) : match.end()]
            weekday = _WEEKDAY.search(text[max(0, start - 14) : start])
            if weekday:
                start -= len(weekday.group())
            return date, text[start : match.end()]
    return None


def _read(match: re.Match[str]) -> Date | None:
    """Return the date of a match of `_DATE`; None for a day or time that does not exist."""
    (day, name, year, iso_year, iso_month, iso_day, first, _, then, last, us_name, us_day, us_year,
     *clock) = match.groups()  # fmt: skip
    if name:
        month = MONTHS[name.lower()]
    elif us_name:
        day, month, year = us_day, MONTHS[us_name.lower()], us_year
    elif iso_year:
        day, month, year = iso_day, int(iso_month), iso_year
    else:
        day, month, year = first, int(then), last
        # Only the American order comes with AM and PM, or with a thirteenth month.
        if month > 12 or (clock[4] and int(first) <= 12) or _is_american(match, first, then, year):
            day, month = then, int(first)
    if clock[0] is None and (before := _clock_before(match)):
        timed = _at(_year(year), month, int(day), before.groups())
        if timed:
            return timed
    return _at(_year(year), month, int(day), clock)


def _is_american(match: re.Match[str], first: str, then: str, year: str) -> bool:
    """Return whether "Mon, 09/02/2019" is a Monday in the American order alone."""
    if int(first) > 12 or first == then:
        return False
    named = _ENGLISH_DAY.search(match.string[max(0, match.start() - 14) : match.start()])
    if named is None:
        return False
    weekday = _ENGLISH.index(named[1].lower())
    days = ((int(first), int(then)), (int(then), int(first)))
    american, ours = (_at(_year(year), month, day, _NO_CLOCK) for month, day in days)
    is_ours = ours is not None and ours.instant.weekday() == weekday
    return not is_ours and american is not None and american.instant.weekday() == weekday


def _clock_before(day: re.Match[str]) -> re.Match[str] | None:
    """Return the clock right before a `day` without a clock behind: "18:29 WIB, 26 Februari"."""
    start = day.start()
    return _CLOCK_BEFORE.search(day.string[max(0, start - _BEFORE) : start])


def _at(year: int, month: int, day: int, clock: Sequence[str | None]) -> Date | None:
    """Return the date of a day and of `clock`, the groups of `_TIME`; None if it does not exist."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    hour, minute, second, fraction, half, part, zone = clock
    try:
        if hour is None:
            midnight = datetime(year, month, day, tzinfo=WIB)
            return Date(midnight, zone_assumed=True, time_known=False)
        instant = datetime(
            year,
            month,
            day,
            _hour(int(hour), half, part) if half or part else int(hour),
            int(minute) if minute else 0,
            int(second) if second else 0,
            int(fraction.ljust(6, "0")[:6]) if fraction else 0,
            _zone(zone) if zone else WIB,
        )
    except ValueError:
        return None
    return Date(instant, zone_assumed=zone is None)


def _year(year: str) -> int:
    """Return the year; two digits are 1970 to 2069, since no web was before."""
    number = int(year)
    return number if len(year) == 4 else number + (1900 if number >= 70 else 2000)


def _hour(hour: int, half: str | None, part: str | None) -> int:
    """Return the hour of 24: 12 AM is 0, 12 PM is 12, 13 PM is 13, 6 sore is 18, 2 malam is 2."""
    if part:
        half = _half(hour, part.lower())
    return hour if hour > 12 else hour % 12 + (12 if half in ("p", "P") else 0)


def _half(hour: int, part: str) -> str:
    """Return "a" or "p" for an hour of 12 in a part of the day."""
    if part == "siang":  # 11 siang is before noon
        return "p" if hour < 6 or hour == 12 else "a"
    if part == "malam":  # 12 and 2 malam are after midnight
        return "p" if 5 < hour < 12 else "a"
    return "p" if part in ("sore", "petang") else "a"


@lru_cache(maxsize=64)
def _zone(name: str) -> timezone:
    """Return the zone of a name or an offset.

    :raises ValueError: when the offset is a day or more, and for an unknown name.
    """
    name = name.upper()
    if name in ZONES:
        return WIB if name == "WIB" else timezone(timedelta(hours=ZONES[name]), name)
    sign = -1 if "-" in name else 1
    digits = re.split("[+-]", name)[-1].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))


def _from_digits(text: str) -> Date | None:
    """Return the date of Unix seconds, milliseconds (`dtk:publishdateunix`) or YYYYMMDD[HHMMSS]."""
    try:
        if len(text) in (10, 13):
            seconds = int(text) / (1 if len(text) == 10 else 1000)
            date = Date(datetime.fromtimestamp(seconds, UTC), zone_assumed=False)
        elif len(text) in (8, 14):
            form = "%Y%m%d" if len(text) == 8 else "%Y%m%d%H%M%S"
            instant = datetime.strptime(text, form).replace(tzinfo=WIB)
            date = Date(instant, zone_assumed=True, time_known=len(text) == 14)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return date if FIRST_YEAR <= date.instant.year <= LAST_YEAR else None


def _from_iso(text: str) -> Date | None:
    if not text[:4].isdecimal():
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        return None
    assumed = instant.tzinfo is None
    return Date(
        instant.replace(tzinfo=WIB) if assumed else instant,
        zone_assumed=assumed,
        time_known=len(text) > len("2026-07-24"),
    )


def _from_relative(text: str, now: datetime) -> Date | None:
    here = now.astimezone(WIB)
    today = here.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if ago := _AGO.search(text):
            count, unit = ago["count"].lower(), UNITS[ago["unit"].lower()]
            if ago.group().lower().endswith("hr ago"):  # English for hour, Indonesian for day
                unit = UNITS["jam"]
            distance = timedelta(seconds=unit * (COUNTS.get(count) or int(count)))
            if unit < UNITS["hari"]:
                return Date(here - distance, zone_assumed=False)
            return Date(today - distance, zone_assumed=True, time_known=False)
        if named := _NAMED_DAY.search(text):
            day = today - timedelta(days=DAYS_AGO[named["day"].lower()])
            return _at(day.year, day.month, day.day, named.groups()[1:])
    except OverflowError:
        return None
    return Date(here, zone_assumed=False) if _JUST_NOW.search(text) else None
