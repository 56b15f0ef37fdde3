"""Whether two captures show the same text, though different rules took parts out of it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from output.lifted import restored

if TYPE_CHECKING:
    from output.schema import Row

_CUT = "\0"


def is_same_text(one: Row, other: Row) -> bool:
    """Return True if all that either row shows as the article is in the other's body too, or was
    removed there by a rule: the outlet changed nothing, the rules did.

    :param one: a row of articles/ with title, body, paragraphs and removed; `other` likewise
    """
    if _squeezed(one["title"]) != _squeezed(other["title"]):
        return False
    one, other = restored(one), restored(other)
    return _is_within(one, other) and _is_within(other, one)


def _is_within(one: Row, other: Row) -> bool:
    """Return True if each paragraph of `one` is in the body of `other`, but for what was removed
    there."""
    body, gone, gone_here = _squeezed(other["body"]), _removed(other), _removed(one)
    kept = [body, _without(body, gone_here, "")]
    for paragraph in one["paragraphs"] or ():
        text = _squeezed(paragraph)
        if any(text in place for place in (*kept, *gone)):
            continue
        pieces = _without(text, gone, _CUT).split(_CUT)
        if not all(any(piece in place for place in kept) for piece in pieces):
            return False
    return True


def _removed(row: Row) -> list[str]:
    """Return what rules removed from `row`, the longest first."""
    texts = {_squeezed(each["text"]) for each in row["removed"] or ()} - {""}
    return sorted(texts, key=lambda text: (-len(text), text))


def _without(text: str, fragments: list[str], mark: str) -> str:
    for fragment in fragments:
        text = text.replace(fragment, mark)
    return text


def _squeezed(text: str | None) -> str:
    return "".join(unicodedata.normalize("NFC", text or "").split())
