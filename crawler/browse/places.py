"""Where the fragments that cleaning took had stood, as far as that can be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.page import parse_html

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_NEAR = 6_000
"""Letters of the page around the body; the same words further away are a menu's or a sidebar's."""
_HEAD = 40
"""Letters by which a paragraph is found: its end may have been joined around a fragment."""
_FIRST, _LAST = "dateline", ("signoff", "after-signoff")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or a fragment that `rule` took."""

    text: str
    rule: str = ""


def in_place(
    paragraphs: Sequence[str], removed: Sequence[dict[str, Any]], page: str | None
) -> tuple[list[Piece], list[Piece]]:
    """The body with the fragments where they stood, and those whose place is not known.

    :param page: the text of the page as it was served, None where there is none
    """
    fragments = [Piece(one["text"] or "", one["rule"] or "") for one in removed]
    body = [Piece(text) for text in paragraphs]
    if page is None:
        return _by_rule(body, fragments)
    squeezed = _squeeze(page)
    starts = _starts(paragraphs, squeezed)
    if not starts:
        return _by_rule(body, fragments)
    placed: list[tuple[int, int, Piece]] = [
        (at, 0, piece) for at, piece in zip(starts, body, strict=True)
    ]
    beside = []
    taken: dict[str, int] = {}
    for fragment in fragments:
        needle = _squeeze(fragment.text)
        at = _nearest(squeezed, needle, starts, taken.get(needle, -1))
        if at is None:
            beside.append(fragment)
        else:
            taken[needle] = at
            placed.append((at, 1, fragment))
    return [piece for *_, piece in sorted(placed, key=lambda one: one[:2])], beside


def text_of(body: bytes | str) -> str:
    """The words of a page, without its scripts and styles.

    :raises Rejected: it cannot be parsed safely.
    """
    tree = parse_html(body)
    tree.strip_tags(["script", "style", "noscript", "template"])
    return tree.body.text(separator=" ") if tree.body else ""


def _by_rule(body: list[Piece], fragments: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Without the page only the ends are known: a dateline, a sign-off."""
    opening = [one for one in fragments if one.rule.startswith(_FIRST)]
    closing = [one for one in fragments if one.rule.startswith(_LAST)]
    beside = [one for one in fragments if one not in opening and one not in closing]
    return opening + body + closing, beside


def _squeeze(text: str) -> str:
    return "".join(text.split()).lower()


def _starts(paragraphs: Sequence[str], page: str) -> list[int]:
    """Where each paragraph begins in `page`; nothing unless all are found, in their order."""
    starts: list[int] = []
    after = 0
    for paragraph in paragraphs:
        after = page.find(_squeeze(paragraph)[:_HEAD], after)
        if after < 0:
            return []
        starts.append(after)
        after += 1
    return starts


def _nearest(page: str, needle: str, starts: list[int], after: int) -> int | None:
    """Where `needle` stands in or around the body, behind `after`; None: nowhere near."""
    if not needle:
        return None
    first, last = starts[0] - _NEAR, starts[-1] + _NEAR
    at = page.find(needle, max(0, first, after + 1))
    inside = page.find(needle, max(starts[0], after + 1))
    if 0 <= inside <= last:  # a headline that is also in the menu above belongs to the body
        at = inside
    return at if 0 <= at <= last else None
