"""Paragraphs from the lines of a plain text, which scrapers break at every link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.extraction.headlines import SMALL, looks_like_headline

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL = re.compile(
    r"(?:Baca|BACA|Lihat|LIHAT|Simak|SIMAK|Tonton)(?: (?:[Jj]uga|JUGA))?\s*:|"
    r"(?:Baca|BACA) (?:[Jj]uga|JUGA)$|Pilihan [Ee]ditor\s*:|(?:[Ss]umber|[Ee]ditor|[Rr]eporter)\s*:"
)
_CLOSERS = "\"”’')]»"
_GOES_ON = re.compile(r"[a-z,.;:)\]%&/–—-]")  # what begins a line in the middle of a sentence
_NO_SPACE_BEFORE = ",.;:!?)]%”’"
_BROKEN = 3  # lines that begin inside a sentence make a document of broken lines


@dataclass(slots=True)
class Line:
    """One line of text with single spaces; `apart`: a blank line stands above it."""

    text: str
    apart: bool = False
    indented: bool = False


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Join the lines that are parts of one paragraph."""
    broken = sum(_begins_inside(a, b) for a, b in pairwise(lines)) >= _BROKEN
    joined: list[str] = []
    after_label = False
    for line in lines:
        label = LABEL.match(line.text)
        goes_on = bool(joined) and not line.apart and not label and not after_label
        if goes_on and _is_one(joined[-1], line, broken=broken):
            joined[-1] = _join(joined[-1], line.text)
        else:
            joined.append(line.text)
        alone = bool(label and label.end() == len(line.text))
        # A headline under a label that stands alone is one line, and no part of a paragraph.
        after_label = alone or (after_label and looks_like_headline(line.text))
    return joined


def ends_sentence(text: str) -> bool:
    """Whether `text` ends as a sentence does, quotes and brackets aside."""
    bare = text.rstrip(_CLOSERS)
    return not bare or bare[-1] in ".!?:…" or (text[-1] in '”"' and bare[-1] == ",")


def _begins_inside(before: Line, line: Line) -> bool:
    return not line.apart and not ends_sentence(before.text) and bool(_GOES_ON.match(line.text))


def _is_one(paragraph: str, line: Line, *, broken: bool) -> bool:
    """Whether `line` goes on with `paragraph`."""
    if line.text.startswith(("http://", "https://")) and paragraph.endswith(":"):
        return True
    if ends_sentence(paragraph):
        return False
    if _GOES_ON.match(line.text) or line.indented or paragraph[-1] in ",(–—-":
        return True
    if paragraph.rsplit(" ", 1)[-1] in SMALL:
        return True
    heading = looks_like_headline(paragraph) and "(" not in paragraph and line.text.count(" ") > 4
    return broken and not heading


def _join(paragraph: str, text: str) -> str:
    glued = text[0] in _NO_SPACE_BEFORE or paragraph[-1] in "(“‘"
    return f"{paragraph}{'' if glued else ' '}{text}"
