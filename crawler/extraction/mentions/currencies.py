"""Currencies as Indonesian print names them, with their ISO 4217 codes."""

from __future__ import annotations

import re

SIGNS = {
    "rp": "IDR", "idr": "IDR", "us$": "USD", "usd": "USD", "$": "USD", "as$": "USD", "s$": "SGD",
    "sgd": "SGD", "sin$": "SGD", "a$": "AUD", "aud": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD",
    "cad": "CAD", "nz$": "NZD", "nzd": "NZD", "hk$": "HKD", "hkd": "HKD", "nt$": "TWD",
    "twd": "TWD", "r$": "BRL", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "JPY",
    "jpy": "JPY", "cny": "CNY", "rmb": "CNY", "rm": "MYR", "myr": "MYR", "krw": "KRW", "₩": "KRW",
    "inr": "INR", "₹": "INR", "thb": "THB", "฿": "THB", "php": "PHP", "₱": "PHP", "vnd": "VND",
    "₫": "VND", "chf": "CHF", "sar": "SAR", "aed": "AED", "rub": "RUB", "₽": "RUB",
}  # fmt: skip
"""Signs and codes before an amount, in lower case; codes are printed in capitals."""
_COUNTRIES: dict[str, dict[str, str | None]] = {
    "dolar": {
        "as": "USD", "amerika serikat": "USD", "amerika": "USD", "singapura": "SGD",
        "australia": "AUD", "kanada": "CAD", "hong kong": "HKD", "hongkong": "HKD",
        "taiwan": "TWD", "selandia baru": "NZD", "brunei": "BND", "jamaika": "JMD", "fiji": "FJD",
        "namibia": "NAD", "zimbabwe": None, "liberia": "LRD", "karibia": "XCD", "bahama": "BSD",
        "barbados": "BBD", "trinidad": "TTD", "guyana": "GYD", "suriname": None,
    },
    "rupiah": {}, "euro": {}, "yen": {}, "yuan": {}, "renminbi": {}, "ringgit": {}, "baht": {},
    "won": {"korea utara": "KPW"}, "poundsterling": {}, "pound sterling": {},
    "rupee": {"pakistan": "PKR", "sri lanka": "LKR", "nepal": "NPR", "mauritius": "MUR"},
    "riyal": {"qatar": "QAR", "oman": "OMR", "yaman": "YER", "iran": "IRR"},
    "dirham": {"maroko": "MAD"},
    "rial": {"oman": "OMR", "iran": "IRR", "yaman": "YER"},
    "peso": {"filipina": "PHP", "meksiko": "MXN", "argentina": "ARS", "chile": "CLP", "kuba": "CUP",
             "kolombia": "COP"},
    "rubel": {"belarus": "BYN"}, "franc": {"swiss": "CHF"}, "frank": {"swiss": "CHF"},
    "lira": {"turki": "TRY"}, "dong": {"vietnam": "VND"}, "shekel": {}, "rand": {},
    "kyat": {}, "taka": {}, "hryvnia": {},
}  # fmt: skip
"""Words behind an amount, with the countries that choose between currencies of the name; None: an
amount is no mention, since the code has changed."""
_ALONE = {
    "dolar": "USD", "rupiah": "IDR", "euro": "EUR", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY",
    "ringgit": "MYR", "baht": "THB", "won": "KRW", "poundsterling": "GBP", "pound sterling": "GBP",
    "rupee": "INR", "riyal": "SAR", "dirham": "AED", "rubel": "RUB", "lira": "TRY",
    "shekel": "ILS", "kyat": "MMK", "taka": "BDT", "hryvnia": "UAH",
}  # fmt: skip
"""Codes of words without a country; the others (peso, franc, dong) say nothing alone."""
NAMES = "|".join(
    sorted(
        [
            name
            + (rf"(?:\s+(?:{'|'.join(sorted(lands, key=len, reverse=True))})(?!\w))?" * bool(lands))
            for name, lands in _COUNTRIES.items()
        ],
        key=len,
        reverse=True,
    )
).replace("dolar", "doll?ar")
NAMES += f"|(?-i:{'|'.join(sign.upper() for sign in SIGNS if len(sign) == 3 and sign.isalpha())})"
"""Pattern of a currency's name with its country, or a code, behind an amount."""

STEMS = ("dollar", *_COUNTRIES)
"""The names, in lower case."""


def code_of(printed: str) -> str | None:
    """Return the ISO 4217 code of a sign, or of a name and country; None for no certain one."""
    said = " ".join(printed.lower().replace("dollar", "dolar").split())
    if said in SIGNS:
        return SIGNS[said]
    name = next(name for name in (*_COUNTRIES,) if re.match(rf"{name}(?!\w)", said))
    land = said.removeprefix(name).strip()
    return _COUNTRIES[name].get(land) if land else _ALONE.get(name)
