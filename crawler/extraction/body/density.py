"""The element that holds the article on a page of no known template, by its prose."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.body.ancestors import Ancestors
from crawler.extraction.body.class_names import HEADINGS, judge
from crawler.extraction.indonesian.dates import find_date
from crawler.extraction.indonesian.patterns import DASH, DASHES
from crawler.extraction.indonesian.sentences import is_prose_node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from crawler.extraction.fields.title import Title

_TEASER_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_MIN_PROSE = 40  # characters; a shorter text node is no sentence
_LONG_PROSE = 400  # characters; the most that a single text node counts
_DOMINANT = 0.6  # share of an element's prose; a child with so much holds the article
_ALL = 0.95  # the same for a child that may be a part of the text: a list, a quotation
_PARTS = frozenset(
    "p ul ol li dl dd blockquote table tbody tr td span font b strong i em u center details".split()
)
_MIN_HEADLINE = 20  # characters; a shorter heading is a logo or a channel
_TEASER_PROSE = 2  # text nodes of prose; a teaser has no more
_COLUMN = 0.2  # the same as `_PART` for a column of the layout
_PART = 0.03  # share of the prose in a text's largest part; another part holds at least so much
_MIN_PART = 80  # weight of prose in a part beside the largest, at least
_MIN_PARAGRAPHS = 2  # in the same; a lone sentence is a disclaimer or a summary
_SECTIONS = frozenset({"div", "section", "article", "main"})
_PLAIN = 0.4  # weight by character of a part; less, and the part is far off, or hardly prose
_LINKED = 0.3  # share of a part's text in links, at most
_FAR = 15  # links outside the prose; each such number halves the weight of what follows
_STAMPS = frozenset({"time", "cite", "small", "abbr"})  # one in each comment and teaser
_STAMP = 3  # links; each stamp counts as so many
_APART = 6  # links between two texts; a heading behind so many ends the article
_ABOVE = 0.1  # factor on the weight of prose above the headline
_BELOW = 0.03  # factor on the weight of prose below a heading that ends articles
_ENDING = re.compile(
    r"(?:\d{1,4} )?(?:komentar|comments?|diskusi|tanggapan|tinggalkan|tulis|beri(?:kan)?|leave a|"
    r"(?:berita|artikel|video|foto|topik|pos|kabar) (?:terkait|lain|popul|terp|terb|terk|pilihan)|"
    r"terpop|terkini|terbaru|popul|related|re[ck]om|you m(?:ay|ight)|read (?:next|more)|"
    r"baca (?:selanjutnya|lainnya)|lihat juga|tentang (?-i:[A-Z])|about|arsip|newsletter)",
    re.IGNORECASE,
)
_MIN_STATED = 400  # characters; a shorter body in metadata is an excerpt
_MIN_FOUND = 3  # text nodes; with fewer on the page, the body in metadata is not believed
_UNSTATED = 0.1  # factor on the weight of prose that is not in metadata's body
_PROBE = 40  # characters of a text node, compared with metadata's body
_NEXT = 4  # nodes below a heading, and elements above a stamp, that are looked at
_LONGEST_DATE = 120  # characters; a longer text below a heading is no date
_TOP = 8  # lines; a headline and a date among the first of a part show another article
_DATELINE = re.compile(
    r"^\W{0,3}(?:"
    rf"[A-Z][\w.,/ ]{{2,40}}"
    rf"(?:(?:\.com|\.CO\.ID|\.co\.id)\s?(?=[{DASHES},|:])|\(ANTARA[^)]{{0,8}}\))"
    rf"|[A-Z .,]{{4,30}}\s*{DASH}{{1,2}}\s"
    rf"|[A-Z][a-z]+(?: [A-Z][a-z]+)?\s+{DASH}{{1,2}}\s)"
)
_DATELINE_BONUS = 600.0
_LAYOUT = re.compile(r"(?<![a-z])(?:row|container|col|columns?|grid|clearfix|wrapper)(?![a-z])")
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class _Prose:
    """A text node of prose, with the ids of all elements around the node, nearest first."""

    around: list[int]
    weight: float
    headed: int = 0  # id of the nearest common ancestor with a foreign headline above; 0: none
    other: bool = False  # the foreign headline is another article's, and no teaser's
    stated: int = 0  # characters of the node, if metadata's body holds the node


def prose_containers(
    tree: LexborHTMLParser, title: Title | None = None, stated: str = ""
) -> list[LexborNode]:
    """Return the smallest element with most of the page's prose, and siblings with more of it.

    No element on a page without prose.

    The weight of prose falls with the links between the headline and the prose, and is 0 in teasers
    and below the headlines of other articles.

    :param stated: the body in metadata, with single spaces; believed where the page shows that body
    """
    weights = _Scan(tree, title, stated).weights()
    node = tree.body
    if node is None or weights.get(node.mem_id, 0.0) < _MIN_PROSE:
        return []
    node = _smallest(node, weights)
    parts = _children(node.parent) if node.parent is not None and node.tag != "body" else [node]
    return [part for part in parts if part is node or _belongs(part, node, weights)]


def _belongs(part: LexborNode, node: LexborNode, weights: dict[int, float]) -> bool:
    """Return whether the sibling `part` of `node` is of the same article: unmarked, unlinked prose.

    The weight of prose above the headline, below an ending and behind links is a small part of the
    length.
    """
    if part.mem_id == node.mem_id:
        return True
    weight = weights.get(part.mem_id, 0.0)
    if part.tag not in _SECTIONS or weight < max(_MIN_PART, _PART * weights[node.mem_id]):
        return False
    linked = sum(len(link.text()) for link in part.css("a"))
    if weight < _PLAIN * len(part.text()) or linked > _LINKED * len(part.text()):
        return False
    prose = sum(is_prose_node(" ".join(p.text().split())) for p in part.css("p"))
    named = judge(_named(part).lower(), part.tag or "") is not None
    return prose >= _MIN_PARAGRAPHS and not named and not _is_another(part)


def _smallest(node: LexborNode, weights: dict[int, float]) -> LexborNode:
    """Return the smallest element inside `node` with most of the prose of `node`."""
    while True:
        children = _children(node)
        best = max(children, key=lambda child: weights.get(child.mem_id, 0.0), default=None)
        if best is None:
            return node
        share = weights.get(best.mem_id, 0.0) / weights[node.mem_id]
        if share < (_ALL if best.tag in _PARTS else _DOMINANT):
            return node
        if any(_is_like(best, child, weights) for child in children):
            return node
        node = best


def _is_like(best: LexborNode, child: LexborNode, weights: dict[int, float]) -> bool:
    """Return whether `child` is another part of the text that `best` is a part of."""
    if child.mem_id == best.mem_id or child.tag != best.tag:
        return False
    share = weights.get(child.mem_id, 0.0) / weights[best.mem_id]
    name = _named(best)
    if share < _PART or _named(child) != name or _is_another(child):
        return False
    if _LAYOUT.search(name):  # a column of the page, unless all of the column is text
        return share >= _COLUMN and not child.css_first("a")
    return bool(name.strip()) or not (_children(best) or _children(child))


def _is_another(part: LexborNode) -> bool:
    """Return whether `part` begins with a headline and a date, and so is another article."""
    if part.css_first("h1,h2,h3") is None:
        return False
    top = [line for line in part.text(separator="\n").split("\n") if not line.isspace() and line]
    return any(find_date(" ".join(line.split())) for line in top[:_TOP] if len(line) < _LONG_PROSE)


def _item_around(stamp: LexborNode) -> LexborNode | None:
    """Return the list item at whose top `stamp` is, None if there is none."""
    above = stamp.parent
    for _ in range(_NEXT):
        if above is None or above.tag == "li":
            return above
        above = above.parent
    return None


def _is_dated(heading: LexborNode) -> bool:
    """Return whether a date is right below `heading`, as below the headings of articles."""
    below = heading.next
    for _ in range(_NEXT):
        if below is None:
            return False
        text = below.text().strip()
        if text:
            return len(text) < _LONGEST_DATE and find_date(" ".join(text.split())) is not None
        below = below.next
    return False


def _named(node: LexborNode) -> str:
    """Return class and id of `node`; without digits, by which ids number the pages."""
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {_DIGITS.sub('', attributes.get('id') or '')}"


class _Scan:
    """A single reading of the page, from top to end."""

    def __init__(self, tree: LexborHTMLParser, title: Title | None, stated: str) -> None:
        self._tree = tree
        self._stated = stated if len(stated) >= _MIN_STATED else ""
        self._title = title.text if title else ""
        self._node = _id_of_sure(title)
        self._ancestors = Ancestors()
        self._head: list[int] = []  # ids around the last foreign headline
        self._other = False  # the last foreign headline is another article's
        self._links = 0
        self._passed = 0  # links before the last prose
        self._homes: set[int] = set()  # ids of the elements with the article's paragraphs so far
        self._names: set[str] = set()  # classes and ids of the same elements
        self._below = 0  # id of the element with a heading that ends articles, and with the rest
        self._paragraph = 0  # id of the element with the last prose
        self._dateline = False  # a dateline was read
        self._headline: set[int] = set()  # ids around the article's headline

    def weights(self) -> dict[int, float]:
        """Return by element id the weight of the prose inside that may be the article's."""
        found = self._prose()
        size = Counter(element for prose in found for element in prose.around)
        own = [prose for prose in found if not self._is_teaser(prose, size)] or found
        self._believe_metadata(own)
        widgets = self._ancestors.named - self._misnamed(own)
        return _sums(prose for prose in own if widgets.isdisjoint(prose.around))

    def _misnamed(self, own: list[_Prose]) -> set[int]:
        """Return the elements named as widgets that hold most of the prose all the same."""
        everywhere = _sums(own)
        half = 0.5 * sum(prose.weight for prose in own)
        return {e for e in self._ancestors.named if everywhere.get(e, 0.0) > half}

    def _believe_metadata(self, own: list[_Prose]) -> None:
        """Lower the weight of prose outside the body in metadata, if the page shows that body."""
        shown = [prose.stated for prose in own if prose.stated]
        if len(shown) >= _MIN_FOUND and 2 * sum(shown) >= len(self._stated):
            for prose in own:
                prose.weight *= 1 if prose.stated else _UNSTATED

    def _is_teaser(self, prose: _Prose, size: Counter[int]) -> bool:
        headed = prose.headed
        if not headed or headed in self._headline:
            return False
        return prose.other or size[headed] <= _TEASER_PROSE

    def _prose(self) -> list[_Prose]:
        """Return the prose of the page, in order."""
        found: list[_Prose] = []
        for node in self._tree.body.traverse(include_text=True) if self._tree.body else ():
            tag = node.tag
            if tag == "-text":
                raw = node.text_content or ""
                if len(raw) >= _MIN_PROSE and (prose := self._read(node, raw.strip())):
                    found.append(prose)
            elif tag == "a":
                self._links += node.parent is None or node.parent.mem_id != self._paragraph
            elif tag in _TEASER_HEADS:
                self._heading(node, found)
            elif tag in _STAMPS and found:
                self._stamp(node)
        return found

    def _stamp(self, node: LexborNode) -> None:
        """Count the stamp `node`; a stamp in a list item is a comment's, and ends the article."""
        self._links += _STAMP
        if item := _item_around(node):
            self._end(item)

    def _heading(self, node: LexborNode, found: list[_Prose]) -> None:
        if node.mem_id == self._node:
            self._start(node, found)
            return
        other = self._heads_another(node)
        if other or _is_linked(node):
            around = self._ancestors.around(node.parent or node)
            if other or not (self._other and self._head[0] in around):
                self._head, self._other = around, other
        elif self._links - self._passed >= _APART or _ENDING.match(node.text().strip()):
            self._end(node)

    def _heads_another(self, node: LexborNode) -> bool:
        """Return whether the heading `node` begins another article on the same page."""
        if not self._headline or len(node.text()) <= _MIN_HEADLINE:
            return False
        return node.tag == "h1" or (bool(self._homes) and _is_dated(node))

    def _end(self, mark: LexborNode) -> None:
        """End the article, if prose was read, at the element around `mark`."""
        box = mark.parent if mark.tag != "li" else mark
        while box is not None and box.parent is not None and len(_children(box)) == 1:
            box = box.parent
        if box is not None and self._homes and self._below not in self._ancestors.around(box):
            self._below = box.mem_id

    def _start(self, node: LexborNode, found: list[_Prose]) -> None:
        """Begin the article at the headline `node`; prose above a sure headline loses weight."""
        for prose in found if node.tag == "h1" else ():
            prose.weight *= _ABOVE
        self._headline = set(self._ancestors.around(node.parent or node))
        self._links, self._head, self._dateline = 0, [], False
        self._homes, self._names, self._below, self._passed = set(), set(), 0, 0

    def _read(self, node: LexborNode, text: str) -> _Prose | None:
        """Return the prose of the text node `node`; None for a headline and for unread text."""
        above = node.parent
        if len(text) < _MIN_PROSE or above is None:
            return None
        around = self._ancestors.around(above)
        if self._is_headline(above, text):
            self._headline = set(around)
            self._links, self._head = 0, []
            return None
        if not around or self._is_unread(above, text):
            return None
        weight = min(len(text), _LONG_PROSE) + self._bonus(text)
        headed = next((element for element in around if element in self._head), 0)
        self._paragraph = above.mem_id
        if not self._other:  # a teaser has a single text, an article has many
            self._head = []
        far = self._links / _FAR if self._headline else 0.0
        weight *= 0.5**far * self._factor(around, above)
        self._passed = self._links
        return _Prose(around, weight, headed, self._other, self._stated_length(text))

    def _is_headline(self, above: LexborNode, text: str) -> bool:
        """Return whether `text` is the headline that no element was known for."""
        unknown = not self._node and not self._headline
        return unknown and text == self._title and above.tag != "a"

    def _is_unread(self, above: LexborNode, text: str) -> bool:
        heading = above.tag in HEADINGS and not text.endswith(".")
        return heading or self._ancestors.is_junk(above)

    def _bonus(self, text: str) -> float:
        """Return the bonus of the first dateline, since an article begins once; else 0."""
        if self._dateline or not _DATELINE.match(text):
            return 0.0
        self._dateline = True
        return _DATELINE_BONUS

    def _factor(self, around: list[int], above: LexborNode) -> float:
        """Return the factor on prose in `above`: low below an ending, except in known elements."""
        home = above.parent if above.tag in _PARTS and above.parent is not None else above
        name = _named(home)
        if self._below in around and home.mem_id not in self._homes and name not in self._names:
            return _BELOW
        self._homes.add(home.mem_id)
        self._names |= {name} if name.strip() else set()
        return 1.0

    def _stated_length(self, text: str) -> int:
        """Return the length of `text` if metadata's body holds `text`, else 0."""
        if not self._stated:
            return 0
        probe = " ".join(text[: 2 * _PROBE].split())[:_PROBE]
        return len(text) if probe in self._stated else 0


def _id_of_sure(title: Title | None) -> int:
    """Return the id of the element that shows `title`; 0 for a short title or none."""
    if title is None or title.node is None or len(title.text) <= _MIN_HEADLINE:
        return 0
    return title.node.mem_id


def _is_linked(heading: LexborNode) -> bool:
    """Return whether `heading` holds a link or is in a link."""
    if heading.css_first("a") is not None:
        return True
    return heading.parent is not None and heading.parent.tag == "a"


def _sums(found: Iterable[_Prose]) -> dict[int, float]:
    sums: dict[int, float] = {}
    for prose in found:
        for element in prose.around:
            sums[element] = sums.get(element, 0.0) + prose.weight
    return sums


def _children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        if not (child.tag or "-").startswith("-"):
            found.append(child)
        child = child.next
    return found
