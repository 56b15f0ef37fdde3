"""Amounts of money, and percentages, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_CURRENCIES = {
    "rp": "IDR", "idr": "IDR", "rupiah": "IDR", "us$": "USD", "usd": "USD", "$": "USD",
    "as$": "USD", "dolar as": "USD", "dollar as": "USD", "dolar amerika": "USD",
    "dolar amerika serikat": "USD", "dolar": "USD", "dollar": "USD", "s$": "SGD", "sgd": "SGD",
    "dolar singapura": "SGD", "sin$": "SGD", "a$": "AUD", "dolar australia": "AUD", "€": "EUR",
    "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "poundsterling": "GBP",
    "pound sterling": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "yuan": "CNY", "cny": "CNY",
    "rmb": "CNY", "rm": "MYR", "ringgit": "MYR", "won": "KRW", "krw": "KRW", "rupee": "INR",
    "₹": "INR", "baht": "THB", "hk$": "HKD", "nt$": "TWD", "riyal": "SAR", "dirham": "AED",
}  # fmt: skip
_SCALES = {
    "ratus": 2, "ribu": 3, "rb": 3, "k": 3, "juta": 6, "jt": 6, "million": 6, "miliar": 9,
    "milyar": 9, "billion": 9, "triliun": 12, "trilyun": 12, "trillion": 12, "kuadriliun": 15,
    "ribu triliun": 15, "ratus ribu": 5, "ratus juta": 8, "ratus miliar": 11, "puluh juta": 7,
    "puluh ribu": 4, "puluh miliar": 10,
}  # fmt: skip


def _any(words: dict[str, object] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NUMBER = r"\d{1,3}(?:[.,]\d{3}){1,6}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,6})?"
_SCALE = rf"(?:\s?(?P<scale>{_any([*_SCALES])})(?P<an>\s?-?an)?(?!\w))?"
_BEFORE = [mark for mark in _CURRENCIES if not mark.isalpha() and " " not in mark] + [
    "rp", "idr", "usd", "sgd", "eur", "gbp", "jpy", "cny", "rmb", "rm", "krw",
]  # fmt: skip
_BEHIND = [word for word in _CURRENCIES if word.replace(" ", "").isalpha() and len(word) > 2]
_SPAN = rf"(?P<number>{_NUMBER})(?:\s?(?:[-–—]|hingga|sampai)\s?(?P<last>{_NUMBER}))?"
_AMOUNT = re.compile(
    rf"(?<![\w$])(?P<before>{_any(_BEFORE)})\.?\s{{0,2}}{_SPAN}(?P<each>-?an)?{_SCALE}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?<![\w.,$€£¥])(?P<number>{_NUMBER})(?P<last>)(?P<each>){_SCALE}\s(?P<before>{_any(_BEHIND)})(?!\w)",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.,])(?P<sign>(?:minus|negatif)\s|[-−+](?=\d))?(?P<number>{_NUMBER})\s?(?:%|persen(?!\w))",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:sekitar|kira-kira|hampir|kurang lebih|lebih dari|di atas|di bawah|nyaris|kisaran|"
    r"setidaknya|sedikitnya|minimal|maksimal|mendekati|berkisar(?: antara)?|lebih kurang|±|~)\s*$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[\d.,]*")
_AROUND = 60  # characters around a number in which the words of the longest amount are
_LOOKED_BACK = 25  # characters before an amount in which a word says that it is not exact


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a text: where, the value, the ISO 4217 code or `%`, exact or not."""

    start: int
    end: int
    value: Decimal
    unit: str
    approximate: bool


def amounts(text: str) -> list[Amount]:
    """Return the amounts of money and the percentages in `text`, in order."""
    found: list[Amount] = []
    for span in _around_digits(text):
        money = [each for match in _AMOUNT.finditer(text, *span) for each in _money(text, match)]
        taken = [(each.start, each.end) for each in money]
        for match in _NAMED.finditer(text, *span):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                money += _money(text, match)
        found += money
        found += [_percent(text, match) for match in _PERCENT.finditer(text, *span)]
    return sorted(found, key=lambda each: (each.start, each.value))


def _around_digits(text: str) -> list[tuple[int, int]]:
    """Return the stretches of `text` in which an amount may be, apart from each other."""
    spans: list[tuple[int, int]] = []
    for match in _DIGITS.finditer(text):
        start, end = max(0, match.start() - _AROUND), match.end() + _AROUND
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, end))
    return spans


def _money(text: str, match: re.Match[str]) -> list[Amount]:
    unit = _CURRENCIES[match["before"].lower()]
    power = _SCALES[match["scale"].lower()] if match["scale"] else 0
    last = match["last"]
    about = bool(match["each"] or match["an"] or last or _is_about(text, match.start()))
    starts = {match.start(): match["number"], **({match.start("last"): last} if last else {})}
    return [
        Amount(start, match.end(), _value(number, scaled=bool(power)).scaleb(power), unit, about)
        for start, number in starts.items()
    ]


def _percent(text: str, match: re.Match[str]) -> Amount:
    value = _value(match["number"], scaled=True)
    minus = (match["sign"] or "").strip().lower() not in ("", "+")
    about = _is_about(text, match.start())
    return Amount(match.start(), match.end(), -value if minus else value, "%", about)


def _is_about(text: str, start: int) -> bool:
    return bool(_ABOUT.search(text, max(0, start - _LOOKED_BACK), start))


def _value(printed: str, *, scaled: bool) -> Decimal:
    """Return the value of a number as Indonesian prints it: 1.234.567,89; also 1,234,567.89.

    :param scaled: a word or sign behind scales the number: then 1,255 has a decimal comma
    """
    marks = [mark for mark in printed if mark in ".,"]
    if len(set(marks)) == 2:
        point = marks[-1]
    elif len(marks) > 1:
        point = ""
    elif marks and len(printed.rpartition(marks[0])[2]) == 3:
        point = "," if scaled and marks[0] == "," else ""
    else:
        point = marks[0] if marks else ""
    whole, _, part = printed.rpartition(point) if point else (printed, "", "")
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{part}" if part else digits)
