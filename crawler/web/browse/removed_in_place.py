"""The places, where they can be found, of the fragments that cleaning removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.page.page import parse_html
from output.schema import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_NEAR = 6_000
"""Characters around the body: the same words further away are in a menu or a sidebar."""
_HEAD = 40
"""Characters that identify a paragraph that was joined around a fragment."""
_FIRST, _LAST = "dateline", ("signoff", "after-signoff")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph of a kind, or a fragment that `rule` removed."""

    text: str
    rule: str = ""
    kind: str = PARAGRAPH


def in_place(
    paragraphs: Sequence[str],
    removed: Sequence[dict[str, Any]],
    page: str | None,
    kinds: Sequence[str] = (),
) -> tuple[list[Piece], list[Piece]]:
    """Return the body with the fragments in place, and the fragments without a known place.

    :param page: the text of the page as it was served, None where there is none
    :param kinds: of each of `paragraphs`; all are plain paragraphs without
    """
    fragments = [Piece(one["text"] or "", one["rule"] or "") for one in removed]
    pairs = zip(paragraphs, kinds or [PARAGRAPH] * len(paragraphs), strict=True)
    body = [Piece(text, kind=kind) for text, kind in pairs]
    if page is None:
        return _by_rule(body, fragments)
    squeezed, kept = _squeeze(page), [_squeeze(text) for text in paragraphs]
    starts = _starts(kept, squeezed)
    if not starts:
        return _by_rule(body, fragments)
    for start, text in zip(starts, kept, strict=True):
        if squeezed.startswith(text, start):  # no fragment was removed inside a whole paragraph
            squeezed = _blanked(squeezed, start, len(text))
    places = _places(fragments, squeezed, starts)
    placed = [*zip(starts, body, strict=True)]
    placed += [(at, one) for at, one in zip(places, fragments, strict=True) if at is not None]
    beside = [one for at, one in zip(places, fragments, strict=True) if at is None]
    return [piece for _, piece in sorted(placed, key=lambda one: one[0])], beside


def text_of(body: bytes | str) -> str:
    """Return the words of a page, without scripts and styles.

    :raises Rejected: it cannot be parsed safely.
    """
    tree = parse_html(body)
    tree.strip_tags(["script", "style", "noscript", "template"])
    return tree.body.text(separator=" ") if tree.body else ""


def _by_rule(body: list[Piece], fragments: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Return dateline and sign-off in place, and the rest: for bodies without an archived page."""
    opening = [one for one in fragments if one.rule.startswith(_FIRST)]
    closing = [one for one in fragments if one.rule.startswith(_LAST)]
    beside = [one for one in fragments if one not in opening and one not in closing]
    return opening + body + closing, beside


def _squeeze(text: str) -> str:
    return "".join(text.split()).lower()


def _starts(paragraphs: Sequence[str], page: str) -> list[int]:
    """Return the start of each paragraph in `page`; empty unless all are found in order.

    They are looked for up and down from the longest one, each as near as it is found: headlines and
    summaries around a body open with the same words as its first paragraph.

    :param paragraphs: squeezed, as `page` is
    """
    longest = max(range(len(paragraphs)), key=lambda number: len(paragraphs[number]))
    starts = [_above(page, paragraphs[longest], len(page))]
    for paragraph in reversed(paragraphs[:longest]):
        starts.insert(0, _above(page, paragraph, max(starts[0], 0)))
    for paragraph in paragraphs[longest + 1 :]:
        starts.append(_below(page, paragraph, starts[-1] + 1))
    return starts if min(starts) >= 0 else []


def _above(page: str, paragraph: str, end: int) -> int:
    at = page.rfind(paragraph, 0, end)
    return at if at >= 0 else page.rfind(paragraph[:_HEAD], 0, end)


def _below(page: str, paragraph: str, after: int) -> int:
    at = page.find(paragraph, after)
    return at if at >= 0 else page.find(paragraph[:_HEAD], after)


def _blanked(page: str, at: int, length: int) -> str:
    return page[:at] + "\0" * length + page[at + length :]


def _places(fragments: Sequence[Piece], page: str, starts: list[int]) -> list[int | None]:
    """Return the start of each fragment; None where no match is near the body.

    The longest fragment is placed first and no two share a place, so that a headline is not looked
    for in the promo that names the headline.
    """
    places: list[int | None] = [None] * len(fragments)
    needles = [_squeeze(fragment.text) for fragment in fragments]
    for number in sorted(range(len(needles)), key=lambda number: -len(needles[number])):
        needle, at = needles[number], None
        if fragments[number].rule.startswith(
            _FIRST
        ):  # an outlet's name is elsewhere on the page too
            at = _opening(page, needle, starts)
        if at is None:
            at = _nearest(page, needle, starts)
        if at is not None:
            page = _blanked(page, at, len(needle))
        places[number] = at
    return places


def _opening(page: str, needle: str, starts: list[int]) -> int | None:
    """Return the first of `starts` at which `needle` opens the paragraph; None without a match."""
    ends = (start for start in starts if needle and page.endswith(needle, 0, start))
    return next((end - len(needle) for end in ends), None)


def _nearest(page: str, needle: str, starts: list[int]) -> int | None:
    """Return the start of `needle` in or around the body; None where no match is near."""
    if not needle:
        return None
    first, last = starts[0] - _NEAR, starts[-1] + _NEAR
    at = page.find(needle, max(0, first))
    inside = page.find(needle, starts[0])
    if 0 <= inside <= last:  # a headline that is also in the menu above belongs to the body
        at = inside
    return at if 0 <= at <= last else None
