"""Personal data in texts, masked: e-mail addresses, phones, identity numbers and plates.

Shape alone decides where it can. Where numbers of other things have the same shape, the nearest
word before the number does: `WhatsApp 0812...`, `rekening 0812...`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("email", "phone", "nik", "plate")
_AT = r"(?:[@＠]|[ ]?[\[({<][ ]?(?:at|et)[ ]?[\])}>][ ]?)"
_DOT = r"(?:\.|[ ]?[\[({<][ ]?(?:dot|titik)[ ]?[\])}>][ ]?)"
_EMAIL = re.compile(
    rf"(?<![\w.+@＠-])[\w.+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,2}}"
    rf"{_AT}(?:[\w-]{{1,63}}{_DOT}){{1,4}}[A-Za-z]{{2,24}}\b",
    re.IGNORECASE,
)
_MAYBE_EMAIL = re.compile(_AT, re.IGNORECASE)
"""A sign without which `_EMAIL`, the slowest pattern, has nothing to find."""
_BETWEEN = r"[ .\u00a0\u2010-\u2013-]"
"""A sign between groups of digits: space, full stop, hyphens, en dash."""
_AFTER = r"(?![\w/-]|[.,]\d)"
_GROUPS = rf"(?:{_BETWEEN}{{0,3}}\d)"
_COUNTRY = rf"(?:\(?\+ ?62\)?{_BETWEEN}?(?:(?:\(0\)|0){_BETWEEN}?)?|\(?62\)?[ -]?)"
_PHONE = re.compile(
    r"(?=[(+06])(?<!\d[.,])(?<![\d_+-])(?:"
    rf"(?:{_COUNTRY}|\(?0\)?[ -]?)\(?8[1-35-9]\d\)?{_GROUPS}{{5,10}}"  # mobile
    rf"|(?:{_COUNTRY}\(?[2-7]\d{{1,2}}\)?|\(\+?(?:0|62[ -]?)[2-7]\d{{1,2}}\)"
    rf"|0[2-7]\d{{1,2}}(?={_BETWEEN})){_GROUPS}{{6,8}}"  # landline
    r"|0[2-7]\d{7,10}"  # landline in one run
    r"|\+[1-9]\d{0,2}[ -]?\(?\d{1,4}\)?(?:[ -]?\d{2,4}){2,4}"  # of another country
    r")(?![\d_a-z-]|[.,]\d)"
)
_NIK = re.compile(
    rf"(?=\d\d)(?<!\d[.,])(?<![\w-])(?:\d{{16}}|\d{{6}}{_BETWEEN}\d{{6}}{_BETWEEN}\d{{4}}"
    rf"|\d{{4}}(?:{_BETWEEN}\d{{4}}){{3}}|\d\d(?:{_BETWEEN}\d\d){{5}}{_BETWEEN}\d{{4}}){_AFTER}"
)
"""The number of an identity card: region (6 digits), birthday (DDMMYY; women: day + 40), serial."""
_PROVINCES = re.compile("1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7]")
"""First two digits of an identity number."""
_PLATE = re.compile(
    r"(?=[A-Z])(?<![\w-])(?:A[ABDEG]|B[ABDEGHKLMNP]|D[ABCDEGHKLMNRST]|E[ABD]|K[BHTU]|P[ABGSTY]"
    r"|[ABDEFGHKLMNPRSTWZ])([ .-]?)([1-9]\d{0,3})\1([A-Z]{1,3})(?![\w-])"
)
_UNITS = frozenset(
    "GB TB MB KB GHZ MHZ HZ MAH MP KM KW CC HP MM CM RPM USD WIB WIT FE GT RS M T K".split()
)
"""Suffixes of sizes and models, which are no plate's."""
_MODELS = frozenset("GTL GSA AMG TFT LED LCD PRO MAX SSD RTX GTX".split())
"""Suffixes of models of three letters."""
_BEFORE = 60
"""Characters before a number in which a word says what it is."""
_SAYS_PHONE = (
    r"telepon|telpon|telp|tlp|telf|ponsel|handphone|hp|nomor kontak|kontak|whatsapp|whats app|wa"
    r"|sms|hubungi|menghubungi|call ?center|hotline|faks|fax|seluler|phone"
)
_SAYS_NIK = r"nik|ktp|e-ktp|nomor induk|kependudukan|kartu keluarga|nomor kk|no\.? ?kk|identitas"
_SAYS_OTHER = (
    r"rekening|no\.? ?rek|norek|virtual account|va|kartu kredit|kartu debit|kartu|resi|pesanan"
    r"|order|invoice|faktur|transaksi|referensi|isbn|issn|imei|seri|serial|sk|kode|npwp|polis"
    r"|tiket|lisensi|rp|idr|usd"
)
_WORDS = re.compile(
    rf"(?<!\w)(?:(?P<phone>{_SAYS_PHONE})|(?P<nik>{_SAYS_NIK})|(?P<other>{_SAYS_OTHER}))(?!\w)",
    re.IGNORECASE,
)
_GLUED = re.compile(rf"(?:{_SAYS_PHONE})$", re.IGNORECASE)
"""A word for phones to which a scraper glued the number."""
_NUMBER_AND = re.compile(r"(?:\d[ .-]?){7}/$|wa\.me/$")
"""A number before a slash and another number, or the address of a chat."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_SAYS_PLATE = re.compile(
    r"\b(?:(?:ber)?(?:plat|pelat|nopol)(?:nya)?|nomor polisi|bernomor|nomor kendaraan|tnkb)\b",
    re.IGNORECASE,
)
_SAYS_VEHICLE = re.compile(
    r"\b(?:mobil|(?:sepeda )?motor|truk|bus|minibus|kendaraan|angkot|taksi|pikap|sedan)(?:nya)?\b",
    re.IGNORECASE,
)


def mask(text: str) -> tuple[str, dict[str, int]]:
    """Return `text` with `[EMAIL]`, `[PHONE]`, `[NIK]` and `[PLATE]` in place of personal data, and
    how many of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    for kind, pattern, is_meant in RULES:
        if kind == "email" and not _MAYBE_EMAIL.search(text):
            continue
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


def _before(found: re.Match[str]) -> str:
    return found.string[max(0, found.start() - _BEFORE) : found.start()]


def _called(found: re.Match[str]) -> str | None:
    """Return `phone`, `nik` or `other` by the nearest word before the number; None without one."""
    words = list(_WORDS.finditer(_before(found)))
    return words[-1].lastgroup if words else None


def _is_phone(found: re.Match[str]) -> bool:
    before, called = _before(found), _called(found)
    if before[-1:].isalpha() and not _GLUED.search(before):
        return False
    if before.endswith("/") and not _NUMBER_AND.search(before):
        return False
    groups = re.findall(r"\d+", found[0])
    if called in ("other", "nik") or len(groups) > 6:
        return False
    if any(len(each) < 2 and each != "0" for each in groups[1:]):  # a list of small numbers
        return False
    digits, is_international = "".join(groups), "+" in found[0]
    if is_international and not digits.startswith("62"):
        return 10 <= len(digits) <= 15
    is_bare = digits.startswith("62") and not is_international
    if is_bare and called != "phone" and all(len(each) == 3 for each in groups[1:]) and groups[1:]:
        return False  # 62 812 345 678, a number of four groups
    national = "0" + digits.removeprefix("62").lstrip("0")
    if national.startswith("08"):
        return 10 <= len(national) <= 14
    is_plain = (is_bare and "(" not in found[0]) or (len(groups) == 1 and not is_international)
    is_of_years = all(map(_YEAR.fullmatch, groups[1:]))
    return 9 <= len(national) <= 12 and (called == "phone" or not (is_plain or is_of_years))


def _is_nik(found: re.Match[str]) -> bool:
    """Return True where a word calls the number an identity number, or no word calls it otherwise
    and it holds a province and a birthday."""
    if called := _called(found):
        if called == "nik":
            return True
        if called == "other":
            return False
    number = found[0]
    if not number.isdigit() or not _PROVINCES.match(number) or number[12:] == "0000":
        return False
    try:
        date(2000, int(number[8:10]), int(number[6:8]) % 40)  # 2000 has a 29 February
    except ValueError:
        return False
    return int(number[6:8]) <= 71


def _is_plate(found: re.Match[str]) -> bool:
    """Return True where the text calls the number a plate, or names a vehicle before one that is
    written in full: models and sizes look the same."""
    _, number, suffix = found.groups()
    if suffix in _UNITS:
        return False
    before = _before(found)
    is_full = found[1] == " " and len(number) == 4 and len(suffix) == 3 and suffix not in _MODELS
    return bool(_SAYS_PLATE.search(before) or (is_full and _SAYS_VEHICLE.search(before)))


RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("email", _EMAIL, lambda _: True),
    ("nik", _NIK, _is_nik),
    ("phone", _PHONE, _is_phone),
    ("plate", _PLATE, _is_plate),
)
