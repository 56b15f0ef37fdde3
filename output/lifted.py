"""Parts of a body that recur in other articles: lifted out of a row, and put back.

A row with the column `lifted` can be restored to the letter as the outlet published it, so that a
later decision, or a person's veto, undoes an earlier one.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from output.schema import content_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from output.schema import Row


BODY = ("title", "body", "paragraphs", "kinds", "removed", "lifted", "content_hash")
"""The columns from which a row's body is restored; older files lack some."""


class Cut(NamedTuple):
    """Characters `start` to `end` of a paragraph, to be lifted out by `rule`."""

    paragraph: int
    start: int
    end: int
    rule: str


def published_hash(row: Row) -> str:
    """Return the content hash of what the outlet published, before anything was lifted."""
    return str(row.get("published_hash") or row["content_hash"])


def restored(row: Row) -> Row:
    """Return `row` as before anything was lifted; `row` itself where nothing was."""
    lifted = row.get("lifted")
    if not lifted:
        return row
    paragraphs = list(row["paragraphs"])
    kinds = None if row.get("kinds") is None else list(row["kinds"])
    for part in lifted:
        number, at, text = part["paragraph"], part["at"], part["text"]
        if at is None:
            paragraphs.insert(number, text)
            if kinds is not None:
                kinds.insert(number, part["kind"] or "paragraph")
        else:
            left, right = paragraphs[number][:at], paragraphs[number][at:]
            paragraphs[number] = left + text + (right[1:] if left and right else right)
    removed = list(row["removed"])[: len(row["removed"]) - len(lifted)]
    return _with_body(row | {"removed": removed, "lifted": []}, paragraphs, kinds)


def lift(row: Row, cuts: Iterable[Cut]) -> Row:
    """Return `row`, of which nothing is lifted yet, without `cuts`, which do not touch each other.

    Each cut is the last of `removed`, in reading order, and its place is in `lifted`.
    """
    cuts = sorted(cuts)
    if not cuts:
        return row
    before = row["paragraphs"]
    kinds = row.get("kinds")
    kept: dict[int, str | None] = dict(enumerate(before))
    removed, lifted = [], []
    for number, of_paragraph in groupby(cuts, key=lambda cut: cut.paragraph):
        for cut in reversed(list(of_paragraph)):
            text = kept[number] or ""
            start, end = _with_blanks(text, cut.start, cut.end)
            left, right = text[:start], text[end:]
            kept[number] = (left + " " + right if left and right else left + right) or None
            whole = kept[number] is None
            kind = kinds[number] if kinds is not None and whole else None
            place = {"paragraph": number, "at": None if whole else start, "kind": kind}
            lifted.append(place | {"text": text if whole else text[start:end]})
            removed.append({"rule": cut.rule, "text": text[cut.start : cut.end]})
    order = sorted(range(len(lifted)), key=lambda i: (lifted[i]["paragraph"], lifted[i]["at"] or 0))
    columns = {
        "removed": [*(row["removed"] or ()), *(removed[i] for i in order)],
        "lifted": [lifted[i] for i in order],
        "published_hash": published_hash(row),
    }
    left_kinds = None
    if kinds is not None:
        left_kinds = [kind for i, kind in enumerate(kinds) if kept[i] is not None]
    return _with_body(row | columns, [text for text in kept.values() if text], left_kinds)


def _with_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the ends of a cut with the blanks on either side."""
    while start and text[start - 1] == " ":
        start -= 1
    while end < len(text) and text[end] == " ":
        end += 1
    return start, end


def _with_body(row: Row, paragraphs: list[str], kinds: list[str] | None) -> Row:
    body = "\n\n".join(paragraphs)
    words = sum(text.count(" ") + 1 for text in paragraphs)  # single spaces
    columns = {"paragraphs": paragraphs, "body": body, "word_count": words}
    columns["content_hash"] = content_hash(row["title"], body)
    return row | columns | ({"kinds": kinds} if "kinds" in row else {})
