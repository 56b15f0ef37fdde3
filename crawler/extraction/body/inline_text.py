"""A line of running text, put together from the text nodes between two breaks."""

from __future__ import annotations

import re

from crawler.items import Anchor

_TAIL = 60  # characters
_UNSEEN = "\u00ad\u200b\u200e\u200f\u2060\ufeff"
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_ODD = [*_UNSEEN, *(c for c in map(chr, range(1, 0x3001)) if c.isspace() and c != " ")]
_LONG = 150  # characters; from here on the search for odd characters is faster


def _is_plain(text: str) -> bool:
    """Return whether `text` has no white space but spaces, and no invisible characters.

    Most text is plain, and either test, by length, is faster than splitting the text.
    """
    return text.isprintable() if len(text) < _LONG else not any(map(text.__contains__, _ODD))


class Line:
    """A text with single spaces; pieces join without a space unless the markup has a space."""

    __slots__ = ("_bold", "_italic", "_pieces", "anchors", "length", "spans")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0
        self._bold = 0
        self._italic = 0
        self.anchors: list[tuple[int, int, str]] = []
        self.spans: list[tuple[int, int, frozenset[str]]] = []

    def add(self, raw: str, *, bold: bool = False, italic: bool = False) -> None:
        """Append the text of a node."""
        plain = _is_plain(raw)
        if not plain:
            raw = _INVISIBLE.sub("", raw)
        piece = raw.strip(" ") if plain and "  " not in raw else " ".join(raw.split())
        piece = self._spaced(raw, piece)
        if not piece:
            return
        self._pieces.append(piece)
        self.length += len(piece)
        if bold or italic:
            letters = len(piece) - piece.count(" ")
            self._bold += letters if bold else 0
            self._italic += letters if italic else 0

    def _spaced(self, raw: str, piece: str) -> str:
        """Return `piece` with the outer spaces of `raw`, but no second space in the line."""
        if raw[:1].isspace() and self._pieces and not self._pieces[-1].endswith(" "):
            piece = f" {piece}"
        if raw[-1:].isspace() and piece and piece != " ":
            piece += " "
        return piece

    @property
    def empty(self) -> bool:
        """True while nothing was added but spaces."""
        return not self._pieces

    @property
    def text(self) -> str:
        """The added text, without outer blanks."""
        return "".join(self._pieces).strip()

    @property
    def tail(self) -> str:
        """The end of the text; all of a short text."""
        tail = ""
        for piece in reversed(self._pieces):
            tail = piece + tail
            if len(tail) > _TAIL:
                break
        return tail.rstrip()

    def wholly(self, text: str) -> tuple[bool, bool]:
        """Return whether all of the line's `text` is bold, and whether all is italic."""
        if not self._bold and not self._italic:
            return False, False
        letters = len(text) - text.count(" ")
        return self._bold >= letters, self._italic >= letters

    def marks(self, text: str) -> frozenset[str]:
        """Return classes and ids of inline elements around all of the line's `text`."""
        found: set[str] = set()
        for start, end, marks in self.spans:
            if start == 0 and end >= len(text):
                found |= marks
        return frozenset(found)

    def links(self, text: str) -> list[Anchor]:
        """Return the links of the line, with their ranges in the line's `text`."""
        found = []
        for start, end, url in self.anchors:
            label = text[start:end]
            bare = label.strip()
            if bare:
                begin = start + len(label) - len(label.lstrip())
                found.append(Anchor(bare, url, begin, begin + len(bare)))
        return found
