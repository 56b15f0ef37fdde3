"""Blocks: what a body is made of, between the page's markup and the cleaned paragraphs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["paragraph", "heading", "list_item", "quote", "caption", "embed", "promo", "widget"]


@dataclass(slots=True)
class Anchor:
    """A link inside a block: its text, its absolute target, and where its text stands."""

    text: str
    url: str
    start: int
    end: int


@dataclass(slots=True)
class Block:
    """One block of a body, in reading order.

    `text` has single spaces and no outer blanks; `marks` are the classes and ids, in lower case,
    of the block's own element and of every element between it and the body's root, and of inline
    elements that hold its whole text. `rule` is empty while the block is kept; whoever
    takes it out (extraction for markup, cleaning for wording) writes its rule's id there.
    """

    kind: Kind
    text: str
    anchors: list[Anchor] = field(default_factory=list)
    marks: frozenset[str] = frozenset()
    bold: bool = False  # the whole text stands in strong, b or a heading-like element
    rule: str = ""
