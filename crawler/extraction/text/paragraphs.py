"""Paragraphs from the lines of a plain text: scrapers break lines at every link."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.headlines import SMALL, looks_like_headline
from crawler.extraction.indonesian.patterns import BULLETS, DASHES
from crawler.extraction.indonesian.sentences import ends_sentence, is_body_line

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL = re.compile(
    r"(?:Baca|BACA|Lihat|LIHAT|Simak|SIMAK|Tonton)(?: (?:[Jj]uga|JUGA))?\s*:|"
    r"(?:Baca|BACA) (?:[Jj]uga|JUGA)$|Pilihan [Ee]ditor\s*:|(?:[Ss]umber|[Ee]ditor|[Rr]eporter)\s*:"
)
_GOES_ON = re.compile(rf"[{DASHES}a-z,.;:)\]%&/]")  # first of a line inside a sentence
_NO_SPACE_BEFORE = ",.;:!?)]%”’"
_WIDEST = 120  # characters; no mail program or editor breaks lines at a greater width
_FEWEST = 5  # full lines, at least, of a text that is broken at one width
_FULL = 0.8  # share of full lines, at least, in such a text
_ITEM_LINES = 6  # lines of a list item, at most, where lines are broken
_SEEN = 2_000  # characters at a paragraph's end that show whether the next line continues it
_SIGNOFF = re.compile(
    r"[(\[] ?[A-Za-z*][A-Za-z0-9*]{0,11}(?: ?[/&+] ?[A-Za-z0-9*]{1,12}){0,4} ?[)\]]"
)
_NESTED = 80  # characters; shorter lines that are printed again are labels, titles and lyrics
_REPEATED = 4  # lines, at most, of an element that are printed again for the element's children
_ITEM = re.compile(rf"([{DASHES}*](?=\s)|[{BULLETS}])\s*\S|(\d{{1,3}})[.)]\s+\S|([a-z])[.)]\s+\S")
_BROKEN = 3  # lines; with so many beginning inside a sentence, a document's lines are broken


def parted(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return `lines` with each item of a list apart from the line above.

    The mark of an item is that of the item before or behind, or the next number or letter.
    """
    marks = [_ITEM.match(line.text) for line in lines]
    found = [(i, mark) for i, mark in enumerate(marks) if mark]
    items = {i for i, mark in found if mark[1] and (mark[1] in BULLETS or _is_announced(lines, i))}
    for (i, first), (j, second) in pairwise(found):
        if j - i <= _ITEM_LINES and _follows(first, second):
            items |= {i, j}
    return [replace(line, apart=True) if i in items else line for i, line in enumerate(lines)]


def _is_announced(lines: Sequence[TextLine], i: int) -> bool:
    return i > 0 and lines[i - 1].text.endswith(":")


def _follows(first: re.Match[str], second: re.Match[str]) -> bool:
    """Return whether the items with the marks `first` and `second` are neighbours in a list."""
    if first[1]:
        return first[1] == second[1]
    if first[2]:
        return bool(second[2]) and int(second[2]) == int(first[2]) + 1
    return bool(second[3]) and ord(second[3]) == ord(first[3]) + 1


def unwrapped(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return `lines` as before a mail program or an editor broke all lines at one width.

    A line is full if the first word of the next line would have made the line too long.
    """
    followed = [(a, b) for a, b in pairwise(lines) if not b.apart]
    width = max((len(a.text) for a, _ in followed), default=0)
    full = sum(_is_full(a, b, width) for a, b in followed)
    if width > _WIDEST or full < _FEWEST or full < _FULL * len(followed):
        return list(lines)
    joined = [[lines[0]]]
    for before, line in pairwise(lines):
        if not line.apart and _is_full(before, line, width):
            joined[-1].append(line)
        else:
            joined.append([line])
    return [
        TextLine(" ".join([line.text for line in parts]), parts[0].apart, parts[0].indented)
        for parts in joined
    ]


def unnested(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return `lines` without those that print other lines again.

    Some scrapers print an element and then each of the element's children: a line is then the next
    lines, put together.
    """
    kept: list[TextLine] = []  # the last first
    for line in reversed(lines):
        parts = _parts_of(line.text, kept) if len(line.text) >= _NESTED else 0
        if parts:
            first = kept[-1]
            kept[-1] = TextLine(first.text, first.apart or line.apart, first.indented)
            continue
        kept.append(line)
        for count in range(2, _REPEATED + 1):
            if _is_repeated(kept, count):
                del kept[-count:]
                break
    return kept[::-1]


def _parts_of(text: str, following: Sequence[TextLine]) -> int:
    """Return the number of lines that make `text`, from the last of `following` on; 0 for none."""
    at = count = 0
    while at < len(text):
        if count == len(following):
            return 0
        part = following[-1 - count].text
        at += text[at] == " "
        if not text.startswith(part, at):
            return 0
        at, count = at + len(part), count + 1
    return count if count > 1 or is_body_line(text) else 0


def _is_repeated(kept: Sequence[TextLine], count: int) -> bool:
    """Return whether the last `count` lines of `kept` are the `count` lines before, of prose."""
    last, before = kept[-count:], kept[-2 * count : -count]
    return len(before) == count and all(
        len(a.text) >= _NESTED and a.text == b.text and is_body_line(a.text)
        for a, b in zip(last, before, strict=True)
    )


def _is_full(line: TextLine, following: TextLine, width: int) -> bool:
    return len(line.text) + 1 + len(following.text.split(" ", 1)[0]) > width


def paragraphs(lines: Sequence[TextLine]) -> list[str]:
    """Join the lines of each paragraph."""
    broken = sum(_begins_inside(a, b) for a, b in pairwise(lines)) >= _BROKEN
    joined: list[list[str]] = []
    after_label = False
    end = ""
    for line in lines:
        label = LABEL.match(line.text)
        goes_on = bool(joined) and not line.apart and not label and not after_label
        if goes_on and _continues(end, line, broken=broken):
            part = f"{_glue(end, line.text)}{line.text}"
            joined[-1].append(part)
            end = (end + part)[-_SEEN:]
        else:
            joined.append([line.text])
            end = line.text[-_SEEN:]
        if len(joined) == 1 and len(joined[0]) == 2 and is_dash(line.text):
            end = "."  # a dateline whose dash is a line: the prose is a paragraph by itself
        alone = bool(label and label.end() == len(line.text))
        # A headline below a lone label is a line by itself, and no part of a paragraph.
        after_label = alone or (after_label and looks_like_headline(line.text))
    return ["".join(parts) for parts in joined]


def is_dash(text: str) -> bool:
    """Return whether `text` is nothing but dashes."""
    return not text.strip(DASHES)


def _begins_inside(before: TextLine, line: TextLine) -> bool:
    return not line.apart and not ends_sentence(before.text) and bool(_GOES_ON.match(line.text))


def _continues(paragraph: str, line: TextLine, *, broken: bool) -> bool:
    """Return whether `line` continues the paragraph that ends with `paragraph`."""
    if line.text.startswith(("http://", "https://")) and paragraph.endswith(":"):
        return True
    if ends_sentence(paragraph) or _SIGNOFF.fullmatch(paragraph) or _SIGNOFF.fullmatch(line.text):
        return False
    if _GOES_ON.match(line.text) or line.indented or paragraph[-1] in f",({DASHES}":
        return True
    if paragraph.rsplit(" ", 1)[-1] in SMALL:
        return True
    heading = looks_like_headline(paragraph) and "(" not in paragraph and line.text.count(" ") > 4
    return broken and not heading


def _glue(paragraph: str, text: str) -> str:
    """Return the space, or none, between `paragraph` and its next line."""
    return "" if text[0] in _NO_SPACE_BEFORE or paragraph[-1] in "(“‘" else " "


@dataclass(slots=True)
class TextLine:
    """A line of text with single spaces. `apart`: a blank line is above."""

    text: str
    apart: bool = False
    indented: bool = False
