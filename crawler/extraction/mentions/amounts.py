"""Amounts of money, and percentages, as values.

An amount whose size or currency print leaves open (Rp 5X, US$ 5 M, 5 peso) is no mention: no value
is better than one that is a million times too small.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick

from crawler.extraction.mentions.currencies import NAMES, SIGNS, STEMS, code_of
from crawler.extraction.mentions.spoken import POWERS, WORDS, lowered, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCALES = {
    "ratus": 2, "ribu": 3, "rb": 3, "k": 3, "juta": 6, "jt": 6, "million": 6, "mio": 6, "mn": 6,
    "miliar": 9, "milyar": 9, "billion": 9, "bn": 9, "b": 9, "triliun": 12, "trilyun": 12,
    "trillion": 12, "tn": 12, "t": 12, "kuadriliun": 15, "ribu triliun": 15, "ratus ribu": 5,
    "ratus juta": 8, "ratus miliar": 11, "ratus triliun": 14, "puluh juta": 7, "puluh ribu": 4,
    "puluh miliar": 10, "puluh triliun": 13,
}  # fmt: skip
"""Powers of ten of words and letters; M is a milliard of rupiah, and a million in US$ 5M."""


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _end(name: str) -> str:
    """Return the pattern of an end of a range: a number and what scales the number."""
    return (
        rf"(?P<{name}>{_NUMBER})"
        rf"(?:(?P<{name}_scale>[\s-]?(?:{_WORDY}|(?-i:[TMBKk])))(?P<{name}_an>\s?-?an)?(?!\w)"
        rf"|(?P<{name}_each>-?an(?!\w))|(?![^\W\d_])|(?<=\.\d{{3}})(?![mtb](?!\w)))"
    )


_NUMBER = (
    r"(?:\d{1,3}(?:\.\d{3}){1,6}(?:,\d{1,6})?|\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,6})?|"
    r"\d{1,15}(?:[.,]\d{1,6})?)(?![.,]?\d)"
)
_WORDY = _any(word for word in _SCALES if len(word) > 1)
_CODES = "|".join(
    rf"(?-i:{sign.upper()}|{sign.title()})" if sign.isalpha() else re.escape(sign)
    for sign in sorted(SIGNS, key=len, reverse=True)
)
_TO = r"\s?(?:[-–—]|hingga|sampai(?:\s+dengan)?|s\.?/?d\.?)\s?"
_UNIT_BEFORE = re.compile(
    rf"(?<![\w$])(?:{_CODES})\.?\s{{0,2}}(?:minus\s|negatif\s|[-−–])?$", re.IGNORECASE
)
_LAST_OF_UNITS = frozenset("-−–sf" + "".join(sign[-1] for sign in SIGNS))
"""What may be printed last before a number behind a currency, in lower case."""
_AMOUNT = re.compile(
    rf"(?P<unit>{_CODES})\.?\s{{0,2}}(?P<inner>minus\s|negatif\s|[-−–])?"
    rf"{_end('first')}(?:{_TO}{_end('last')}(?!\s?(?:%|persen)))?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?<![\w.,$€£¥])(?P<inner>)(?:{_end('first')}{_TO})?{_end('last')}"
    rf"\s{{1,2}}(?P<unit>{NAMES})(?!\w)",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.,])(?:(?P<first>{_NUMBER})(?:\s?%)?{_TO})?(?P<last>{_NUMBER})"
    rf"\s?(?:%|p(?:ersen|ercent|er\s?cent|rosen)(?!\w))",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?:(?<!\w)(?:minus|negatif)\s|(?<![\w%])[-−–+])$", re.IGNORECASE)
_SPOKEN = rf"(?P<words>(?:{'|'.join(WORDS)})(?:\s(?:{'|'.join(WORDS)}))*)"
_UNITS = AhoCorasick(["persen", *STEMS])
_UNIT = re.compile(rf"(?:{NAMES}|persen)(?!\w)", re.IGNORECASE)
_SPOKEN_BEFORE = re.compile(rf"(?<!\w)(?<!\d\s){_SPOKEN}\s$", re.IGNORECASE)
_SPOKEN_FIRST = re.compile(rf"(?<!\w)(?<!\d\s){_SPOKEN}\s(?:hingga|sampai)\s$", re.IGNORECASE)
_SPOKEN_BEHIND = re.compile(rf"(?P<unit>Rp|US\$|USD)\.?\s?(?i:{_SPOKEN})(?!\w)")
_MINUS_BEFORE = re.compile(r"(?<!\w)(?:minus|negatif)\s$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?<!\w)(?:sekitar|kira-kira|hampir|kurang lebih|lebih dari|kurang dari|lebih|di atas|"
    r"di bawah|nyaris|kisaran|setidaknya|sedikitnya|sebanyaknya|minimal|minimum|maksimal|"
    r"maksimum|mendekati|melebihi|melampaui|berkisar|antara|lebih kurang|hingga|sampai|tak kurang|"
    r"diperkirakan|ditaksir|paling (?:sedikit|banyak))"
    r"(?:\s+(?:mencapai|menyentuh|menembus|senilai|sebesar|sebanyak|seharga|angka|level|total|"
    r"setara|dari|antara|di|pada))*\s*$|[±~]\s*$",
    re.IGNORECASE,
)
_ABOUT_BEHIND = re.compile(
    r"\s(?:lebih(?=\s*(?:[.,;:)!?\n]|$|(?:untuk|pada|di|dalam|per|yang|dan)(?!\w)))|"
    r"ke atas|ke bawah)(?!\w)",
    re.IGNORECASE,
)
_RANGE = re.compile(_TO, re.IGNORECASE)
_ANTARA = re.compile(r"(?<!\w)antara\s$", re.IGNORECASE)
_AMOUNT_BEFORE = re.compile(rf"(?:\d|%|{_WORDY}|{NAMES}|persen)\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGITS = re.compile(r"\d[\d.,]*")
_LOOKED_BACK = 45  # characters before an amount in which a word says that it is not exact
_LONGEST = 90  # characters of a number in words


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a text: where, the value, the ISO 4217 code or `%`, exact or not."""

    start: int
    end: int
    value: Decimal
    unit: str
    approximate: bool


def amounts(text: str) -> list[Amount]:
    """Return the amounts of money and the percentages in `text`, in order.

    Both ends of a range are amounts, and approximate. The value of `puluhan juta` is the least that
    the words may mean.
    """
    found: list[Amount] = []
    end = 0
    for number in _DIGITS.finditer(text):
        if number.start() < end:
            continue
        if match := _money_at(text, number.start()):
            found += _money(text, match)
        elif match := _PERCENT.match(text, number.start()):
            found += _percent(text, match)
        end = max([end, *(each.end for each in found[-2:])])
    found += [each for each in _in_words(text) if not any(_meet(each, one) for one in found)]
    return _ranged(text, sorted(found, key=lambda each: (each.start, each.value)))


def _meet(one: Amount, other: Amount) -> bool:
    return one.start < other.end and other.start < one.end


def _money_at(text: str, at: int) -> re.Match[str] | None:
    """Return the match of money whose number begins at `at`."""
    before = text[max(0, at - 3) : at].rstrip().rstrip(".")[-1:].lower()
    if before in _LAST_OF_UNITS and (unit := _UNIT_BEFORE.search(text, max(0, at - 16), at)):
        return _AMOUNT.match(text, unit.start())
    return _NAMED.match(text, at)


def _money(text: str, match: re.Match[str]) -> list[Amount]:
    """Return the ends of a range of money, or the only amount; none of an unclear size."""
    unit = code_of(match["unit"])
    if unit is None:
        return []
    ends = _ends(match, unit)
    sign = _sign(text, match)
    minus = bool(sign or match["inner"])
    about = len(ends) > 1 or _is_about(text, match)
    end = match.end()
    if ends and match["first"] and match["last"] and match.start("last") not in dict(ends):
        end = max(map(match.end, ("first", "first_scale", "first_an", "first_each")))
    return [
        Amount(
            start if number else match.start() - len(sign),
            end,
            -value if minus else value,
            unit,
            about,
        )
        for number, (start, value) in enumerate(ends)
    ]


def _ends(match: re.Match[str], unit: str) -> list[tuple[int, Decimal]]:
    """Return start and value of each end of a range of money."""
    names = [name for name in ("first", "last") if match[name]]
    powers = {name: _power(match[f"{name}_scale"], unit) for name in names}
    if None in powers.values():
        return []
    last = names[-1]
    found = {}
    for name in names:
        value = _value(match[name], scaled=bool(powers[name] or powers[last]))
        if value is None:
            return []
        found[name] = value
    if len(names) > 1 and not powers["first"]:
        if _is_no_range(match["first"], match["last"]):
            del found["first"]
        elif found["first"] <= found["last"]:
            powers["first"] = powers["last"]  # 5-7 juta
        elif found["first"] < 1000 or not powers["last"]:  # 500-1 juta; Rp 50.000-3 orang
            del found["first" if powers["last"] else "last"]
    elif len(names) > 1 and not powers["last"] and match.start("unit") < match.start("first"):
        del found["last"]  # Rp 5 juta sampai 7 orang
    return [(match.start(name), value.scaleb(powers[name] or 0)) for name, value in found.items()]


def _power(scale: str | None, unit: str) -> int | None:
    """Return the power of ten of a word or letter behind a number of `unit`; None: unclear."""
    if scale is None:
        return 0
    said = scale.strip(" \u00a0-")
    if said == "M":  # by itself: milliards in Indonesian, millions in English
        return 9 if unit == "IDR" else 6 if scale == said else None
    return _SCALES[" ".join(said.lower().split())]


def _is_no_range(first: str, last: str) -> bool:
    """Return True for a year before a number: Juli 2025 - 5 persen."""
    return bool(_YEAR.fullmatch(first)) and not _YEAR.fullmatch(last)


def _percent(text: str, match: re.Match[str]) -> list[Amount]:
    """Return the ends of a range of percentages, or the only percentage."""
    names = [name for name in ("first", "last") if match[name]]
    if len(names) > 1 and _is_no_range(match["first"], match["last"]):
        names = ["last"]
    sign = _sign(text, match)
    values = [_value(match[name], scaled=True) for name in names]
    known = [value for value in values if value is not None]
    about = (len(known) > 1 and known[0] < known[1]) or _is_about(text, match)  # not 80-20
    found = []
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        # minus 2-3 persen; but -2 hingga 3 persen
        minus = sign not in ("", "+") and (not number or len(sign) > 1)
        begin = match.start(name) - (0 if number else len(sign))
        if value is not None:
            found.append(Amount(begin, match.end(), -value if minus else value, "%", about))
    return found


def _sign(text: str, match: re.Match[str]) -> str:
    """Return the sign before an amount, "" for none, for a bullet of a list, for a dash of a range.

    A plus counts before percentages alone.
    """
    sign = _SIGN.search(text, max(0, match.start() - 8), match.start())
    if sign is None or len(sign[0]) > 1:
        return sign[0] if sign else ""
    percent = match.re is _PERCENT
    before = text[max(0, sign.start() - _LOOKED_BACK) : sign.start()]
    bullet = not percent and not before.rpartition("\n")[2].strip()
    alone = not before or before[-1].isspace() or before[-1] == "("
    if (
        bullet
        or _AMOUNT_BEFORE.search(before)
        or not (alone or percent)
        or (sign[0] == "+" and not percent)
    ):
        return ""
    return sign[0]


def _is_about(text: str, match: re.Match[str]) -> bool:
    """Return True if print says that the amount is not exact."""
    said = match.groupdict()
    return (
        any(said.get(name) for name in ("first_an", "first_each", "last_an", "last_each"))
        or bool(_ABOUT.search(text, max(0, match.start() - _LOOKED_BACK), match.start()))
        or bool(_ABOUT_BEHIND.match(text, match.end()))
    )


def _in_words(text: str) -> Iterator[Amount]:
    """Yield amounts in words: setengah miliar rupiah, puluhan juta dolar AS, lima persen."""
    lower = lowered(text)
    for _, at, _ in _UNITS.find_matches_as_indexes(lower):
        if at > 1 and lower[at - 1].isspace() and lower[at - 2].isalpha():
            yield from _worded(text, at)
    for match in _SPOKEN_BEHIND.finditer(text):
        inside = match.start() and text[match.start() - 1].isalnum()
        number = None if inside else number_of(match["words"].lower().split())
        if number is not None:
            unit = code_of(match["unit"]) or ""
            about = number.approximate or _is_about(text, match)
            yield Amount(match.start(), match.end(), number.value, unit, about)


def _worded(text: str, at: int) -> Iterator[Amount]:
    """Yield the amounts whose unit is printed at `at`, behind a number in words."""
    unit = _UNIT.match(text, at)
    words = unit and _SPOKEN_BEFORE.search(text, max(0, at - _LONGEST), at)
    code = unit and ("%" if unit[0].lower() == "persen" else code_of(unit[0]))
    last = number_of(words["words"].lower().split()) if words else None
    if not unit or not words or not code or last is None:
        return
    begin = words.start()
    minus = _MINUS_BEFORE.search(text, max(0, begin - _LOOKED_BACK), begin)
    about = last.approximate or _is_about(text, words)
    yield Amount(
        minus.start() if minus else begin,
        unit.end(),
        -last.value if minus else last.value,
        code,
        about,
    )
    before = _SPOKEN_FIRST.search(text, max(0, begin - _LONGEST), begin)
    if before:
        said = before["words"].lower().split()
        scale = words["words"].lower().split()[-1]
        first = number_of([*said, scale] if said[-1] not in POWERS and scale in POWERS else said)
        if first is not None:
            yield Amount(before.start(), unit.end(), first.value, code, approximate=True)


def _ranged(text: str, found: list[Amount]) -> list[Amount]:
    """Return `found` with both ends of ranges like `Rp 5 juta - Rp 7 juta` as approximate."""
    for number, (one, other) in enumerate(pairwise(found)):
        between = text[one.end : other.start]
        if one.unit == other.unit and (
            _RANGE.fullmatch(between)
            or (between == " dan " and _ANTARA.search(text, max(0, one.start - 10), one.start))
        ):
            found[number] = replace(one, approximate=True)
            found[number + 1] = replace(other, approximate=True)
    return found


def _value(printed: str, *, scaled: bool) -> Decimal | None:
    """Return the value of a number as Indonesian prints it: 1.234.567,89; also 1,234,567.89.

    :param scaled: a word or sign behind scales the number: then 1,255 has a decimal comma
    :return: None for a number in no form, as 1.234.56
    """
    marks = [mark for mark in printed if mark in ".,"]
    digits = re.sub(r"[.,]", "", printed)
    behind = len(re.split(r"[.,]", printed)[-1])
    if not marks or (len(set(marks)) == 1 and len(marks) > 1):
        return Decimal(digits) if not marks or behind == 3 else None
    if len(marks) == 1 and behind == 3 and not (scaled and marks[0] == ","):
        return Decimal(digits)
    return Decimal(digits).scaleb(-behind)
