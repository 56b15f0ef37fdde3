"""The ancestors of elements, and the parts of a page that are not for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extraction.body.class_names import is_page, judge
from crawler.extraction.page.hidden import is_hidden

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_UNREAD = frozenset(
    "script style noscript template svg textarea select option button title a h1 figcaption nav "
    "footer form label iframe amp-sidebar amp-ad amp-embed amp-list amp-twitter amp-consent".split()
)


class Ancestors:
    """The ancestors of elements of a tree; each element is looked at once."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}  # parent by element, both by id; 0 above the root
        self._junk: dict[int, bool] = {}  # by id: the element or an ancestor is not for reading
        self.named: set[int] = set()  # ids of elements with names of promos and widgets

    def around(self, node: LexborNode) -> list[int]:
        """Return the ids of `node` and of all ancestors, nearest first."""
        self._learn(node)
        element = node.mem_id
        path = []
        while element:
            path.append(element)
            element = self._above[element]
        return path

    def is_junk(self, node: LexborNode) -> bool:
        """Return whether `node`, already looked at, or an ancestor is not for reading."""
        return self._junk[node.mem_id]

    def _learn(self, node: LexborNode) -> None:
        new: list[LexborNode] = []
        cursor: LexborNode | None = node
        while cursor is not None and cursor.mem_id not in self._above:
            new.append(cursor)
            cursor = cursor.parent
        above = cursor.mem_id if cursor is not None else 0
        for element in reversed(new):
            self._junk[element.mem_id] = self._junk.get(above, False) or self._is_unread(element)
            self._above[element.mem_id] = above
            above = element.mem_id

    def _is_unread(self, element: LexborNode) -> bool:
        if element.tag in _UNREAD:
            return True
        attributes = element.attributes if element.tag not in ("body", "html") else {}
        if not attributes:
            return False
        named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
        if is_hidden(named, attributes):
            return not is_page(attributes)
        if judge(named):
            self.named.add(element.mem_id)
        return False
