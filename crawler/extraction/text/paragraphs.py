"""Paragraphs from the lines of a plain text, which scrapers break at every link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.headlines import SMALL, looks_like_headline

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL = re.compile(
    r"(?:Baca|BACA|Lihat|LIHAT|Simak|SIMAK|Tonton)(?: (?:[Jj]uga|JUGA))?\s*:|"
    r"(?:Baca|BACA) (?:[Jj]uga|JUGA)$|Pilihan [Ee]ditor\s*:|(?:[Ss]umber|[Ee]ditor|[Rr]eporter)\s*:"
)
_CLOSERS = "\"”’')]»"
_GOES_ON = re.compile(r"[a-z,.;:)\]%&/–—-]")  # what begins a line in the middle of a sentence
_NO_SPACE_BEFORE = ",.;:!?)]%”’"
_WIDEST, _FEWEST = 120, 5  # characters of a line, and lines, of a text broken at one width
_BROKEN = 3  # lines that begin inside a sentence make a document of broken lines


@dataclass(slots=True)
class Line:
    """One line of text with single spaces; `apart`: a blank line stands above it."""

    text: str
    apart: bool = False
    indented: bool = False


def unwrapped(lines: Sequence[Line]) -> list[Line]:
    """`lines` as they were before a mail program or an editor broke them all at one width.

    Each such line would have been too long with the first word of the next one.
    """
    followed = [(a, b) for a, b in pairwise(lines) if not b.apart]
    width = max((len(a.text) for a, _ in followed), default=0)
    full = sum(_is_full(a, b, width) for a, b in followed)
    if width > _WIDEST or full < _FEWEST or full < 0.8 * len(followed):
        return list(lines)
    joined = [lines[0]]
    for before, line in pairwise(lines):
        if not line.apart and _is_full(before, line, width):
            last = joined[-1]
            joined[-1] = Line(f"{last.text} {line.text}", last.apart, last.indented)
        else:
            joined.append(line)
    return joined


def _is_full(line: Line, following: Line, width: int) -> bool:
    return len(line.text) + 1 + len(following.text.split(" ", 1)[0]) > width


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
