"""Unicode's composed form (NFC) of texts, at a cost that grows with their length."""

from __future__ import annotations

import re
import unicodedata

MOST_MARKS = 30
"""Combining marks in a row, as in Unicode's Stream-Safe Text Format (UAX #15, section 13): Python
sorts each row of marks in a time that grows with the square of the row's length."""
_JOINER = "\u034f"  # combining grapheme joiner, which is not seen and ends a row of marks
_MAY_BE_MARKS = re.compile(rf"[\u0300-\U0010ffff]{{{MOST_MARKS + 1},}}")


def nfc(text: str) -> str:
    """Return `text` in NFC, with a joiner after each MOST_MARKS combining marks in a row."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MAY_BE_MARKS.sub(_parted, text))


def _parted(found: re.Match[str]) -> str:
    parts: list[str] = []
    marks = 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MOST_MARKS:
            parts.append(_JOINER)
            marks = 1
        parts.append(character)
    return "".join(parts)
