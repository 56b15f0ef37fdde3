"""Where the article stands on a page of which nothing is known: the prose below the headline."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.body.ancestors import Places
from crawler.extraction.body.class_names import HEADINGS
from crawler.extraction.indonesian.dates import find_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from crawler.extraction.fields.title import Title

_TEASER_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_MIN_PROSE = 40  # characters of a text node that may be a sentence
_LONG_PROSE = 400  # a longer one says no more for its place than this
_DOMINANT = 0.6  # a child that holds this share of the prose below an element is where it stands
_ALL = 0.95  # the same for what can be a part of a text: a list, a quotation
_PARTS = frozenset(
    "p ul ol li dl dd blockquote table tbody tr td span font b strong i em u center details".split()
)
_MIN_HEADLINE = 20  # characters; a shorter heading is a logo or a channel
_TEASER_PROSE = 2  # text nodes of prose in a teaser, at most
_COLUMN = 0.2  # the same for a column of the layout
_PART = 0.03  # of what the largest part of a text holds, another part holds at least
_FAR = 15  # links outside the prose; what stands behind so many says half as much for its place
_STAMPS = frozenset({"time", "cite", "small", "abbr"})  # comments and teasers have one each
_STAMP = 3  # links that one of them counts for
_APART = 6  # links between two texts, behind which a heading heads something else
_ABOVE = 0.1  # what prose above the headline says
_BELOW = 0.03  # what prose under a heading says that ends articles
_ENDING = re.compile(
    r"(?:\d{1,4} )?(?:komentar|comments?|diskusi|tanggapan|tinggalkan|tulis|beri(?:kan)?|leave a|"
    r"(?:berita|artikel|video|foto|topik|pos|kabar) (?:terkait|lain|popul|terp|terb|terk|pilihan)|"
    r"terpop|terkini|terbaru|popul|related|re[ck]om|you m(?:ay|ight)|read (?:next|more)|"
    r"baca (?:selanjutnya|lainnya)|lihat juga|tentang (?-i:[A-Z])|about|arsip|newsletter)",
    re.IGNORECASE,
)
_MIN_STATED = 400  # characters of a body in metadata that tells where the text stands
_MIN_FOUND = 3  # text nodes of it that are found, at least
_UNSTATED = 0.1  # what prose says that is not in it
_PROBE = 40  # characters of a text node that are looked for there
_NEXT, _LONGEST_DATE = (
    4,
    120,
)  # nodes below a heading, and characters, among which a date is its own
_TOP = 8  # lines of a part of the page among which a headline and a date make it another article
_DATELINE = re.compile(
    r"^\W{0,3}(?:"
    r"[A-Z][\w.,/ ]{2,40}(?:(?:\.com|\.CO\.ID|\.co\.id)\s?(?=[,|:–—-])|\(ANTARA[^)]{0,8}\))"
    r"|[A-Z .,]{4,30}\s*[-–—]{1,2}\s"
    r"|[A-Z][a-z]+(?: [A-Z][a-z]+)?\s+[-–—]{1,2}\s)"
)
_DATELINE_BONUS = 600.0
_LAYOUT = re.compile(r"(?<![a-z])(?:row|container|col|columns?|grid|clearfix|wrapper)(?![a-z])")
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class _Prose:
    """A text node of prose: what stands around it, and how much it says for its place."""

    around: list[int]
    weight: float
    headed: int = 0  # what holds both it and a foreign headline before it; 0: nothing does
    other: bool = False  # that headline is a page's own, not a teaser's
    stated: int = 0  # its length, if metadata's body holds it


def prose_container(
    tree: LexborHTMLParser, title: Title | None = None, stated: str = ""
) -> LexborNode | None:
    """The smallest element that holds most of the page's prose, None if there is hardly any.

    Prose counts the less the more links stand between it and the headline, and not at all in
    teasers and under the headlines of other articles.

    :param stated: the body as metadata has it, with single spaces; it is believed as far as the
        page shows it
    """
    weights = _Scan(tree, title, stated).weights()
    node = tree.body
    if node is None or weights.get(node.mem_id, 0.0) < _MIN_PROSE:
        return None
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
    """Whether `child` is another part of the text that `best` is one part of, such as a page."""
    if child is best or child.mem_id == best.mem_id or child.tag != best.tag:
        return False
    if weights.get(child.mem_id, 0.0) < _PART * weights[best.mem_id]:
        return False
    name = _named(best)
    if _named(child) != name or _is_another(child):
        return False
    if _LAYOUT.search(name):  # a column of the page, unless all of it is text
        return weights[child.mem_id] >= _COLUMN * weights[best.mem_id] and not child.css_first("a")
    return bool(name.strip()) or not (_children(best) or _children(child))


def _is_another(part: LexborNode) -> bool:
    """Whether `part` begins with a headline and a date, as the next article on a page does."""
    if part.css_first("h1,h2,h3") is None:
        return False
    top = [line for line in part.text(separator="\n").split("\n") if not line.isspace() and line]
    return any(find_date(" ".join(line.split())) for line in top[:_TOP] if len(line) < _LONG_PROSE)


def _item_around(stamp: LexborNode) -> LexborNode | None:
    """The item of a list that `stamp` stands at the top of."""
    above = stamp.parent
    for _ in range(_NEXT):
        if above is None or above.tag == "li":
            return above
        above = above.parent
    return None


def _is_dated(heading: LexborNode) -> bool:
    """Whether a date stands right below `heading`, as below those of articles."""
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
    """Its class and its id, which tells pages apart by a number."""
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {_DIGITS.sub('', attributes.get('id') or '')}"


class _Scan:
    """One reading of the page, from its top to its end."""

    def __init__(self, tree: LexborHTMLParser, title: Title | None, stated: str) -> None:
        self._tree = tree
        self._stated = stated if len(stated) >= _MIN_STATED else ""
        self._title = title.text if title else ""
        sure = title is not None and len(title.text) > _MIN_HEADLINE
        self._node = title.node.mem_id if sure and title and title.node is not None else 0
        self._places = Places()
        self._head: list[int] = []  # what is around the last foreign headline
        self._other = False  # whether that is an article's on the same page
        self._links = 0
        self._passed = 0  # links before the last prose
        self._homes: set[int] = set()  # what holds the paragraphs of the article so far
        self._names: set[str] = set()  # and what that is called
        self._below = 0  # what holds a heading that ends articles, and what it heads
        self._paragraph = 0  # what holds the last prose
        self._dateline = False
        self._headline: set[int] = set()  # what is around it

    def weights(self) -> dict[int, float]:
        """For each element, by its id, the weight of the prose in it that may be the article's."""
        found = self._prose()
        size = Counter(element for prose in found for element in prose.around)
        own = [prose for prose in found if not self._is_teaser(prose, size)] or found
        self._believe_metadata(own)
        everywhere = _sums(own)
        total = sum(prose.weight for prose in own)
        misnamed = {e for e in self._places.named if everywhere.get(e, 0.0) > 0.5 * total}
        widgets = self._places.named - misnamed
        return _sums(prose for prose in own if widgets.isdisjoint(prose.around))

    def _believe_metadata(self, own: list[_Prose]) -> None:
        """Where the page shows the body that metadata has, other prose says little."""
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
        """The prose of the page in its order."""
        found: list[_Prose] = []
        for node in self._tree.body.traverse(include_text=True) if self._tree.body else ():
            tag = node.tag
            if tag == "-text":
                raw = node.text_content or ""
                if len(raw) >= _MIN_PROSE and len(text := raw.strip()) >= _MIN_PROSE:
                    found.extend(self._read(node, text))
            elif tag == "a":
                self._links += node.parent is None or node.parent.mem_id != self._paragraph
            elif tag in _TEASER_HEADS:
                self._heading(node, found)
            elif tag in _STAMPS and found:
                self._links += _STAMP
                if item := _item_around(node):  # who comments, and when
                    self._end(item)
        return found

    def _heading(self, node: LexborNode, found: list[_Prose]) -> None:
        if node.mem_id == self._node:
            self._start(node, found)
            return
        other = bool(self._headline) and len(node.text()) > _MIN_HEADLINE
        other = other and (node.tag == "h1" or (bool(self._homes) and _is_dated(node)))
        if other or node.css_first("a") or (node.parent is not None and node.parent.tag == "a"):
            around = self._places.around(node.parent or node)
            if other or not (self._other and self._head[0] in around):
                self._head, self._other = around, other
        elif self._links - self._passed >= _APART or _ENDING.match(node.text().strip()):
            self._end(node)

    def _end(self, mark: LexborNode) -> None:
        """Here ends the article, if it has begun: what holds `mark` holds no more of it."""
        box = mark.parent if mark.tag != "li" else mark
        while box is not None and box.parent is not None and len(_children(box)) == 1:
            box = box.parent
        if box is not None and self._homes and self._below not in self._places.around(box):
            self._below = box.mem_id

    def _start(self, node: LexborNode, found: list[_Prose]) -> None:
        """Here is the headline; what came before it says little, if it is one for sure."""
        for prose in found if node.tag == "h1" else ():
            prose.weight *= _ABOVE
        self._headline = set(self._places.around(node.parent or node))
        self._links, self._head, self._dateline = 0, [], False
        self._homes, self._names, self._below, self._passed = set(), set(), 0, 0

    def _read(self, node: LexborNode, text: str) -> Iterator[_Prose]:
        if (above := node.parent) is None:
            return
        around = self._places.around(above)
        if not self._node and not self._headline and text == self._title and above.tag != "a":
            self._headline = set(around)
            self._links, self._head = 0, []
            return
        if not around or self._places.is_junk(above):
            return
        if above.tag in HEADINGS and not text.endswith("."):
            return
        weight = float(min(len(text), _LONG_PROSE))
        if not self._dateline and _DATELINE.match(text):
            self._dateline = True  # an article begins once
            weight += _DATELINE_BONUS
        headed = next((element for element in around if element in self._head), 0)
        self._paragraph = above.mem_id
        if not self._other:  # a teaser has one text, an article has many
            self._head = []
        far = self._links / _FAR if self._headline else 0.0
        home = above.parent if above.tag in _PARTS and above.parent is not None else above
        weight *= 0.5**far * self._standing(around, home)
        self._passed = self._links
        yield _Prose(around, weight, headed, self._other, self._is_stated(text))

    def _standing(self, around: list[int], home: LexborNode) -> float:
        """What prose says by its place; the article goes on where it stood before, or alike."""
        name = _named(home)
        if self._below in around and home.mem_id not in self._homes and name not in self._names:
            return _BELOW
        self._homes.add(home.mem_id)
        self._names |= {name} if name.strip() else set()
        return 1.0

    def _is_stated(self, text: str) -> int:
        """The length of `text` if it is in metadata's body."""
        if not self._stated:
            return 0
        probe = " ".join(text[: 2 * _PROBE].split())[:_PROBE]
        return len(text) if probe in self._stated else 0


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
