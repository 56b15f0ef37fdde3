"""Refusal of pages that are too deep or too large, before and after the parser.

lexbor is worse than quadratic in nesting, in open formatting and in attributes, in C, where no time
limit reaches. A page with few tags is parsed at once, since that ends soon whatever the tags are.
The tags of any other page are followed first. The tree of every page is measured after parsing.
"""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick

from crawler.extraction.page.nesting import FORMATTING, OVERLOADED, START, follow
from crawler.items import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_DEPTH = 500  # elements; the deepest real page seen has 24
MAX_NODES = 50_000
_WORK = 20_000_000  # tags times elements that may be around each: some 20 ms
_REOPENED = 650_000  # tags times formatting elements that each may reopen
_FEW = 3_000  # tags; even nested in each other these take 20 ms
_FEW_OPEN = 1_000  # start tags without an end tag
_LONG = 1_000  # bytes; the attributes of a shorter tag do no harm
# Upper-case tags count too. The attributes of each <html> and <body> go to the first such element.
# An automaton takes a third of the time of a pattern, which tries each byte.
_FORMATTING = BytesAhoCorasick(
    [
        f"<{name}{end}".encode()
        for name in f"{FORMATTING} html body".split()
        for end in "\t\n\v\f\r />"
    ]
    + [f"<{capital}".encode() for capital in ascii_uppercase]
)
# All tags but paragraphs and breaks: a text may have any number of these.
_NESTING = re.compile(rb"<(?!(?:p|br)[\s/>])[a-zA-Z]")
_STRIDE = 100  # elements
_ABOVE = 2  # html and body, which do not count


def check(body: bytes) -> None:
    """Refuse a page that would hang the parser.

    :raises Rejected: `too_many_nodes` over MAX_NODES tags, `too_deep` over MAX_DEPTH open elements.
    """
    signs = len(body) - len(body.replace(b"<", b""))  # three times as fast as to count them
    if signs > MAX_NODES and (signs > 3 * MAX_NODES or len(START.findall(body)) > MAX_NODES):
        raise Rejected("too_many_nodes", f"over {MAX_NODES:,} tags")
    if not _is_soon_parsed(body, signs):
        follow(body, MAX_DEPTH)


def _is_soon_parsed(body: bytes, tags: int) -> bool:
    """Return whether `body`, with so many `tags`, is parsed soon whatever the tags are."""
    if tags > _FEW and tags - 2 * body.count(b"</") > _FEW_OPEN:
        return False
    if tags * tags > _WORK and tags * len(_NESTING.findall(body)) > _WORK:
        return False
    if (
        tags * tags > _REOPENED
        and tags * len(_FORMATTING.find_matches_as_indexes(body)) > _REOPENED
    ):
        return False
    return not any(OVERLOADED.match(body, start + 1) for start in _long_tags(body))


def _long_tags(body: bytes) -> Iterator[int]:
    """Yield the position of each < without another < in the next _LONG bytes.

    A stretch of that length covers a multiple of _LONG, so only multiples are looked at.
    """
    for at in range(_LONG, len(body), _LONG):
        start = body.rfind(b"<", at - _LONG, at)
        if start >= 0 and body.find(b"<", at, start + _LONG) < 0:
            yield start


def check_tree(tree: LexborHTMLParser) -> None:
    """Refuse a parsed page that is too deep or too large all the same.

    :raises Rejected: `too_deep`, `too_many_nodes`.
    """
    elements = tree.tags("*")
    if len(elements) > MAX_NODES:
        raise Rejected("too_many_nodes", f"{len(elements):,} elements")
    # The depth grows by 1 at most between neighbours, so every 100th element is enough.
    if any(_is_below(element, MAX_DEPTH - _STRIDE) for element in elements[::_STRIDE]):
        deepest = max(_depths(elements)) - _ABOVE
        if deepest > MAX_DEPTH:
            raise Rejected("too_deep", f"{deepest} elements in each other")


def _is_below(element: LexborNode | None, depth: int) -> bool:
    """Return whether more than `depth` elements are around `element`."""
    for _ in range(depth + _ABOVE + 1):
        if element is None:
            return False
        element = element.parent
    return element is not None


def _depths(elements: Iterable[LexborNode]) -> Iterable[int]:
    """Return the depth of each of `elements`, which are all elements of a tree in order."""
    depths: dict[int, int] = {}
    for element in elements:
        above = element.parent
        depths[element.mem_id] = 1 + (depths.get(above.mem_id, 0) if above is not None else 0)
    return depths.values()
