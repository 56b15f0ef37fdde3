"""The kinds of a clean body's paragraphs, without the marks of lists, which the kinds replace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.patterns import BULLETS, DASHES
from crawler.items import PARAGRAPH_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.items import Block, ParagraphKind
    from pipelines.cleaning.fragments import Cleaned

_BULLET = re.compile(rf"[{BULLETS}]\s*(?=\S)")
_DASH = re.compile(rf"([{DASHES}*])\s+(?=\S)")
_NUMBER = re.compile(r"(?:(\d{1,3})|([a-z]))[.)]\s+(?=\S)")
# In Word's lists these letters are bullets, in fonts of symbols.
_OF_WORD = re.compile(r"[o§Øüvq]\s+(?=\S)")
_WORD_LIST = "msolistparagraph"
_MARKDOWN = re.compile(r"(?:#{2,6}|(>))\s+(?=\S)")
_NEAR = 2  # paragraphs: how far apart the items of a list may be, where a note is between
_SUBHEADING = 90  # characters: the longest line in bold that is a heading
_NO_HEADING = (".", ",", ";", "…", '"', "”", "’", "'", ")", "]")


@dataclass(slots=True)
class Paragraph:
    """A paragraph of a clean body. `block` is where the text begins, `whole` if it ends there."""

    text: str
    kind: ParagraphKind
    block: Block
    whole: bool


def structured(
    cleaned: Cleaned, blocks: Sequence[Block], *, plain: bool = False
) -> list[Paragraph]:
    """Return the kept paragraphs of `blocks`, with their kinds in place of the marks of lists.

    A number stays in the text, which may refer to the number ("nomor tiga").

    :param plain: the blocks are of a plain text, which may have the marks of Markdown
    """
    found = _paragraphs(cleaned, blocks)
    if plain:
        _read_markdown(found)
    _name_numbered(found)
    _take_marks(found)
    _name_subheadings(found)
    return found


def _paragraphs(cleaned: Cleaned, blocks: Sequence[Block]) -> list[Paragraph]:
    found: list[Paragraph] = []
    for parts in cleaned.joined():
        text = " ".join([part.text for part in parts])
        block = blocks[parts[0].block]
        kind = PARAGRAPH_KINDS.get(block.kind, "paragraph")
        if kind == "list_item" and found and found[-1].block is block:
            kind = "paragraph"  # the rest of an item that lost its middle
        found.append(Paragraph(text, kind, block, len(text) == len(block.text)))
    return found


def _read_markdown(found: list[Paragraph]) -> None:
    for paragraph in found:
        if mark := _MARKDOWN.match(paragraph.text):
            paragraph.kind = "quote" if mark[1] else "heading"
            paragraph.text = paragraph.text[mark.end() :]


def _name_numbered(found: list[Paragraph]) -> None:
    """Make list items of paragraphs that follow one another with numbers, or letters, in a row."""
    numbers = [_number(paragraph) for paragraph in found]
    for (above, first), (below, second) in pairwise(zip(found, numbers, strict=True)):
        if first and second and second == (first[0], first[1] + 1):
            above.kind = below.kind = "list_item"


def _number(paragraph: Paragraph) -> tuple[bool, int] | None:
    """Return the number that opens a paragraph, or letter as one, and whether it is a letter."""
    mark = _NUMBER.match(paragraph.text) if paragraph.kind in ("paragraph", "list_item") else None
    if mark is None:
        return None
    return (True, ord(mark[2])) if mark[2] else (False, int(mark[1]))


def _take_marks(found: list[Paragraph]) -> None:
    """Take the marks of list items; a dash is one beside another, or below a colon."""
    dashes = [_DASH.match(paragraph.text) for paragraph in found]
    listed = {i for i in range(len(found)) if _is_listed(found, dashes, i)}
    for i, paragraph in enumerate(found):
        if paragraph.kind not in ("paragraph", "list_item"):
            continue
        mark = _BULLET.match(paragraph.text) or (dashes[i] if i in listed else None)
        if mark is None and paragraph.kind == "list_item":
            mark = _mark_of_word(paragraph)
        if mark:
            paragraph.kind, paragraph.text = "list_item", paragraph.text[mark.end() :]


def _is_listed(found: Sequence[Paragraph], dashes: Sequence[re.Match[str] | None], i: int) -> bool:
    """Return whether the dash that opens paragraph `i`, if any, is the mark of a list item."""
    dash = dashes[i]
    if dash is None:
        return False
    if found[i].kind == "list_item" or (i and found[i - 1].text.endswith(":")):
        return True
    beside = (*dashes[max(0, i - _NEAR) : i], *dashes[i + 1 : i + 1 + _NEAR])
    return any(other and other[1] == dash[1] for other in beside)


def _mark_of_word(paragraph: Paragraph) -> re.Match[str] | None:
    if not any(mark.startswith(_WORD_LIST) for mark in paragraph.block.marks):
        return None
    return _OF_WORD.match(paragraph.text)


def _name_subheadings(found: list[Paragraph]) -> None:
    """Make headings of short lines all in bold between other paragraphs."""
    for before, paragraph, behind in zip(found, found[1:], found[2:], strict=False):
        if (
            _may_be_heading(paragraph)
            and not behind.block.bold
            and behind.kind != "heading"
            and not behind.text[0].islower()
            and before.text[-1] not in ",;"
        ):
            paragraph.kind = "heading"


def _may_be_heading(paragraph: Paragraph) -> bool:
    block, text = paragraph.block, paragraph.text
    return (
        block.bold
        and paragraph.kind == "paragraph"
        and paragraph.whole
        and not block.cell
        and not block.anchors
        and len(text) <= _SUBHEADING
        and not text[0].islower()
        and not text.endswith(_NO_HEADING)
    )
