"""Numbers in Indonesian words: dua setengah juta, ratusan miliar."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = {
    word: value
    for value, word in enumerate("nol satu dua tiga empat lima enam tujuh delapan sembilan".split())
}
_TENS = {"belas": 0, "puluh": 1, "ratus": 2}
_PLAIN = {"ribu": 3, "juta": 6, "miliar": 9, "milyar": 9, "triliun": 12, "trilyun": 12}
_ONE = {"sepuluh": 10, "sebelas": 11, "seratus": 100}
_PARTS = {"setengah": Decimal("0.5"), "seperempat": Decimal("0.25")}
_ABOUT = {"belasan": 11, "puluhan": 10, "ratusan": 100}
POWERS = {
    **_PLAIN,
    **{f"se{word}": power for word, power in _PLAIN.items()},
    **{f"{word}an": power for word, power in _PLAIN.items()},
}
WORDS = tuple(
    sorted({*_DIGITS, *_TENS, *_ONE, *_PARTS, *_ABOUT, *POWERS, "koma"}, key=len, reverse=True)
)
"""All words of numbers, the longest first."""


def lowered(text: str) -> str:
    """Return `text` in lower case, each character at the offset that it had."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join([c.lower() if len(c.lower()) == 1 else c for c in text])


class Spoken(NamedTuple):
    """A number; approximate for puluhan, ratusan, jutaan, of which the value is the least."""

    value: Decimal
    approximate: bool


def number_of(words: Iterable[str]) -> Spoken | None:
    """Return the number that `words`, in lower case, say; None if they say none."""
    total, group = Decimal(0), Decimal(0)
    before, about, place, said = "", False, 0, False
    for word in words:
        if word == "koma":
            if place or (before not in _DIGITS and before not in _TENS and before not in _ONE):
                return None
            place = 1
        elif word in _DIGITS:
            if before in _DIGITS and not place:
                return None  # a list, as in "satu dua"
            group += Decimal(_DIGITS[word]).scaleb(-place)
            place += bool(place)
        elif word in _TENS:
            if before not in _DIGITS or place:
                return None
            digit = _DIGITS[before]
            group += 10 if word == "belas" else Decimal(digit).scaleb(_TENS[word]) - digit
        elif word in _ONE or word in _ABOUT:
            group += _ONE.get(word) or _ABOUT[word]
            about = about or word in _ABOUT
        elif word in _PARTS:
            group += _PARTS[word]
        else:
            power = POWERS[word]
            if not group and total and before in POWERS:
                total = total.scaleb(power)  # seribu triliun
            elif not group and not (word.startswith("se") or word.endswith("an")):
                return None  # per juta
            else:
                total += (group or Decimal(1)).scaleb(power)
            about = about or word.endswith("an")
            group, place = Decimal(0), 0
        before, said = word, True
    return Spoken(total + group, about) if said and before != "koma" else None
