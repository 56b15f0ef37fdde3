"""Where the article stands in the text of a whole page, with its menus and side columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extraction.indonesian.headlines import looks_like_headline
from crawler.extraction.text.paragraphs import ends_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

_MENU = 12  # lines without prose above the first that has it make a page, not an article
_GAIN, _COST = 300, 30  # characters that a line of prose adds at most, that any other line takes
LONG_LINE = 150  # characters; a line so long is a paragraph even without a full stop


def is_prose(text: str) -> bool:
    """Eight words or more that end as a sentence does, and are no headline and no teaser."""
    if text.count(" ") < 7 or text.endswith(("...", "…")) or looks_like_headline(text):
        return False
    return ends_sentence(text) or len(text) > LONG_LINE


def article_lines(texts: Sequence[str]) -> tuple[int, int] | None:
    """The first and the last line (excluded) of the body, where much else stands around it.

    The stretch with the most prose for the other lines in it: Kadane's largest sum.
    """
    worth = [min(len(text), _GAIN) if is_prose(text) else -_COST for text in texts]
    first = next((i for i, value in enumerate(worth) if value > 0), 0)
    if first <= _MENU:
        return None
    best, found = 0, None
    start, total = first, 0
    for i, value in enumerate(worth):
        if total <= 0:
            start, total = i, 0
        total += value
        if total > best:
            best, found = total, (start, i + 1)
    return found
