"""Where the article stands on a page of which nothing is known: the density of linkless prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.vocabulary import is_hidden, judge

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNREAD = frozenset(
    "script style noscript template svg textarea select option button title a h1 h2 h3 h4 h5 h6 "
    "figcaption nav footer form label iframe".split()
)
_MIN_PROSE = 40  # characters of a text node that may be a sentence
_LONG_PROSE = 400  # a longer one says no more for its place than this
_DOMINANT = 0.6  # a child that holds this share of the prose below an element is where it stands
_DATELINE = re.compile(
    r"^\W{0,3}(?:"
    r"[A-Z][\w.,/ ]{2,40}(?:\.com|\.CO\.ID|\.co\.id|\(ANTARA[^)]{0,8}\))"
    r"|[A-Z .,]{4,30}\s*[-–—]{1,2}\s"
    r"|[A-Z][a-z]+(?: [A-Z][a-z]+)?\s+[-–—]{1,2}\s)"
)
_DATELINE_BONUS = 600.0


def prose_container(tree: LexborHTMLParser) -> LexborNode | None:
    """The smallest element that holds most of the page's prose, None if there is hardly any."""
    weights = _weigh(tree)
    node = tree.body
    if node is None or weights.get(node.mem_id, 0.0) < _MIN_PROSE:
        return None
    while True:
        best = max(
            (child for child in _children(node)),
            key=lambda child: weights.get(child.mem_id, 0.0),
            default=None,
        )
        if best is None or weights.get(best.mem_id, 0.0) < _DOMINANT * weights[node.mem_id]:
            return node
        if best.tag == "p":  # one paragraph is not a container, unless it is all there is
            return best if weights[best.mem_id] >= 0.95 * weights[node.mem_id] else node
        node = best


def _weigh(tree: LexborHTMLParser) -> dict[int, float]:
    """For each element, by its id, the weight of the prose in it."""
    weights: dict[int, float] = {}
    places = _Places()
    for node in tree.body.traverse(include_text=True) if tree.body else ():
        if node.tag != "-text":
            continue
        raw = node.text_content or ""
        if len(raw) < _MIN_PROSE:
            continue
        text = raw.strip()
        if len(text) < _MIN_PROSE or (above := node.parent) is None:
            continue
        weight = float(min(len(text), _LONG_PROSE))
        if _DATELINE.match(text):
            weight += _DATELINE_BONUS
        for element in places.around(above):
            weights[element] = weights.get(element, 0.0) + weight
    return weights


class _Places:
    """What stands around an element; each element of the tree is looked at once."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}  # an element's parent, both by id; 0 above the root
        self._junk: dict[int, bool] = {}  # whether it or anything around it is not for reading

    def around(self, node: LexborNode) -> list[int]:
        """The ids of `node` and of all elements around it; none if one of them is junk."""
        self._learn(node)
        element = node.mem_id
        if self._junk[element]:
            return []
        path = []
        while element:
            path.append(element)
            element = self._above[element]
        return path

    def _learn(self, node: LexborNode) -> None:
        new: list[LexborNode] = []
        cursor: LexborNode | None = node
        while cursor is not None and cursor.mem_id not in self._above:
            new.append(cursor)
            cursor = cursor.parent
        above = cursor.mem_id if cursor is not None else 0
        for element in reversed(new):
            self._junk[element.mem_id] = self._junk.get(above, False) or _is_junk(element)
            self._above[element.mem_id] = above
            above = element.mem_id


def _is_junk(element: LexborNode) -> bool:
    if element.tag in _UNREAD:
        return True
    attributes = element.attributes if element.tag not in ("body", "html") else {}
    if not attributes:
        return False
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    return judge(named) is not None or is_hidden(named, attributes)


def _children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        if not (child.tag or "-").startswith("-"):
            found.append(child)
        child = child.next
    return found
