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
    """For each element the weight of the prose in it."""
    weights: dict[int, float] = {}
    judged: dict[int, bool] = {}
    for node in tree.body.traverse(include_text=True) if tree.body else ():
        if node.tag != "-text":
            continue
        raw = node.text_content or ""
        if len(raw) < _MIN_PROSE:
            continue
        text = " ".join(raw.split())
        if len(text) < _MIN_PROSE:
            continue
        weight = float(min(len(text), _LONG_PROSE))
        if _DATELINE.match(text):
            weight += _DATELINE_BONUS
        path = _ancestors(node)
        if any(_is_junk(element, judged) for element in path):
            continue
        for element in path:
            weights[element.mem_id] = weights.get(element.mem_id, 0.0) + weight
    return weights


def _is_junk(element: LexborNode, judged: dict[int, bool]) -> bool:
    known = judged.get(element.mem_id)
    if known is None:
        if element.tag in _UNREAD:
            known = True
        elif element.tag in ("body", "html"):
            known = False
        else:
            attributes = element.attributes
            named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
            known = judge(named) is not None or is_hidden(named, attributes)
        judged[element.mem_id] = known
    return known


def _ancestors(node: LexborNode) -> list[LexborNode]:
    path = []
    above = node.parent
    while above is not None:
        path.append(above)
        above = above.parent
    return path


def _children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        if not (child.tag or "-").startswith("-"):
            found.append(child)
        child = child.next
    return found
