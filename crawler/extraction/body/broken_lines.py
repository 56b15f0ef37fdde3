"""Paragraphs that adverts or a word processor broke into several blocks, whole again."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.sentences import ends_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selectolax.lexbor import LexborNode

    from crawler.items import Block

_SENTENCE_END = (".", "!", "?", ":", ";", '"', "”", "’", "'", ")", "]", "…")
_LABEL = re.compile(r"\w{2,12}\s?:")
_MIN_BROKEN = 40  # characters; a shorter line without a full stop is a heading or a list item
_WIDEST = 120  # characters; no printed line is wider
_FEWEST = 4  # lines, at least, of a paragraph or more that break off inside a sentence
_FULL = 0.7  # of the longest line's width; a paragraph's last line alone may be shorter
_MOSTLY = 0.8  # share of full lines, at least, among those with a line behind
_SMALL = 0.4  # share of lines that begin in lower case, at least, among those behind a line


def unbroken(blocks: list[Block], roots: Sequence[LexborNode]) -> list[Block]:
    """Return `blocks` with the lines of each paragraph joined, if printed lines are blocks.

    Word processors save a press release so, with empty paragraphs between the true ones. Without
    any, a short line that ends a sentence is a paragraph's last.
    """
    short = [block for block in blocks if _is_line(block) and len(block.text) <= _WIDEST]
    if sum(not ends_sentence(block.text) for block in short) < _FEWEST:
        return blocks
    groups = _paragraphs(blocks, roots, _FULL * max(len(block.text) for block in short))
    inside = [pair for group in groups for pair in pairwise(group)]
    if not _are_printed(inside, _FULL * max((len(a.text) for a, _ in inside), default=0)):
        return blocks
    joined = {id(group[0]): group for group in groups}
    more = {id(line) for group in groups for line in group[1:]}
    return [_joined(joined.get(id(block), [block])) for block in blocks if id(block) not in more]


def _is_line(block: Block) -> bool:
    return block.kind == "paragraph" and not block.rule


def _paragraphs(
    blocks: Sequence[Block], roots: Sequence[LexborNode], full: float
) -> list[list[Block]]:
    """Return the lines among `blocks` by paragraph.

    :param full: characters of a line that another line of the same paragraph may follow
    """
    parted = _behind_empty(roots)
    groups: list[list[Block]] = []
    last: Block | None = None
    for block in blocks:
        if not _is_line(block):
            last = last if block.rule else None
            continue
        ended = last is not None and len(last.text) < full and ends_sentence(last.text)
        whole = last is None or max(len(last.text), len(block.text)) > _WIDEST
        if whole or block.text in parted or (not parted and ended):
            groups.append([block])
        else:
            groups[-1].append(block)
        last = block
    return groups


def _are_printed(inside: Sequence[tuple[Block, Block]], full: float) -> bool:
    """Return whether the lines `inside` paragraphs, with those behind, break as print does."""
    broken = sum(not ends_sentence(line.text) for line, _ in inside)
    filled = sum(len(line.text) >= full for line, _ in inside)
    small = sum(behind.text[0].islower() for _, behind in inside)
    enough = filled >= _MOSTLY * len(inside) and small >= _SMALL * len(inside)
    return broken >= max(_FEWEST, len(inside) / 2) and enough


def _behind_empty(roots: Iterable[LexborNode]) -> set[str]:
    """Return the texts of the paragraphs of markup right behind empty ones."""
    texts = [" ".join(node.text().split()) for root in roots for node in root.css("p")]
    return {text for before, text in pairwise(texts) if text and not before}


def rejoin(blocks: list[Block]) -> list[Block]:
    """Join sentences that an advert inside a paragraph has torn apart."""
    sentences: list[list[Block]] = []
    last: list[Block] = []
    for block in blocks:
        if not block.rule and last and _continues(last, block):
            last.append(block)
            continue
        sentences.append([block])
        if not block.rule:
            last = sentences[-1]
    return [_joined(parts) for parts in sentences]


def _continues(parts: list[Block], block: Block) -> bool:
    """Return whether `block` continues the sentence that begins with `parts`."""
    last = parts[-1]
    plain = last.kind == block.kind == "paragraph" and not block.bold
    return plain and runs_on(last.text, block.text, broken=len(parts) > 1)


def _joined(parts: list[Block]) -> Block:
    """Return the first of `parts`, with the text and the links of all."""
    first, *others = parts
    if not others:
        return first
    length = len(first.text)
    for block in others:
        for anchor in block.anchors:
            anchor.start += length + 1
            anchor.end += length + 1
        first.anchors += block.anchors
        length += len(block.text) + 1
    first.text = " ".join([block.text for block in parts])
    return first


def runs_on(text: str, following: str, *, broken: bool = False) -> bool:
    """Return whether `following` continues the sentence that `text` breaks off.

    :param broken: `text` is the rest of a longer sentence
    """
    return (
        (broken or len(text) >= _MIN_BROKEN)
        and following[:1].islower()
        and not text.endswith(_SENTENCE_END)
        and following[1:2] not in (".", ")")  # "a. ..." is the next item
        and not _LABEL.match(following)
    )
