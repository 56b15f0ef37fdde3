"""Personal data in texts, masked: e-mail addresses, phones, identity numbers and plates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("email", "phone", "nik", "plate")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}\b")
_PHONE = re.compile(
    r"(?<![\w.,+-])"
    r"(?:(?:(?:\+62|0)[ .-]?|62[ -]?)8\d{1,2}(?:[ -]?\d{3,4}[ -]?|\.?\d{4}\.?)\d{2,5}"  # mobile
    r"|(?:\(0\d{2,3}\) ?|(?:\+62|0)[ -]?(?:2[1-9]|3[1-9]\d?|[4-7]\d{2})[ -])\d{3,4}[ -]?\d{3,4})"
    r"(?![\w-]|[.,]\d)"
)
_NIK = re.compile(r"(?<![\w.,-])[1-9]\d{15}(?![\w-]|[.,]\d)")
"""The number of an identity card: region (6 digits), birthday (DDMMYY; women: day + 40), serial."""
_PLATE = re.compile(
    r"(?<![\w-])(?:A[ABDEG]|B[ABDEGHKLMNP]|D[ABCDEGHKLMNRST]|E[ABD]|K[BHTU]|P[ABGSTY]"
    r"|[ABDEFGHKLMNPRSTWZ]) (\d{1,4}) ([A-Z]{1,3})(?![\w-])"
)
_UNITS = frozenset(
    "GB TB MB KB GHZ MHZ HZ MAH MP KM KW CC HP RPM USD WIB WIT FE GT RS M T K".split()
)
"""Suffixes of sizes and models, which are no plate's."""
_SAYS_PLATE = re.compile(r"\b(?:plat|pelat|nopol|nomor polisi|bernomor|nopolnya)\b", re.IGNORECASE)
_BEFORE = 60
"""Characters before a plate in which a text calls it a plate."""


def mask(text: str) -> tuple[str, dict[str, int]]:
    """Return `text` with `[EMAIL]`, `[PHONE]`, `[NIK]` and `[PLATE]` in place of personal data, and
    how many of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    for kind, pattern, is_meant in _RULES:
        text = pattern.sub(_masking(kind, is_meant, counts), text)
    return text, counts


def _masking(
    kind: str, is_meant: Callable[[re.Match[str]], bool], counts: dict[str, int]
) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        if not is_meant(found):
            return found[0]
        counts[kind] += 1
        return f"[{kind.upper()}]"

    return replaced


def _is_nik(found: re.Match[str]) -> bool:
    number = found[0]
    region, day, month = int(number[:2]), int(number[6:8]), int(number[8:10])
    return 11 <= region <= 97 and 1 <= day % 40 <= 31 and day <= 71 and 1 <= month <= 12


def _is_plate(found: re.Match[str]) -> bool:
    """Return True where the text calls the number a plate: models and sizes look the same."""
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    return found[2] not in _UNITS and bool(_SAYS_PLATE.search(before))


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("email", _EMAIL, lambda _: True),
    ("nik", _NIK, _is_nik),
    ("phone", _PHONE, lambda found: 9 <= sum(map(str.isdigit, found[0])) <= 14),
    ("plate", _PLATE, _is_plate),
)
