"""A walk over a body's tree, in reading order, without recursion: markup in, blocks out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.body.broken_lines import rejoin, runs_on, unbroken
from crawler.extraction.body.class_names import Verdict, is_page, judge
from crawler.extraction.body.inline_text import Line
from crawler.extraction.fields.images import Picture
from crawler.extraction.indonesian.patterns import BULLETS
from crawler.extraction.page.hidden import is_hidden
from crawler.extraction.urls import absolute
from crawler.items import Anchor, Block, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selectolax.lexbor import LexborNode

    from crawler.extraction.rules import Rules

_SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed video audio canvas map head title "
    "meta link base param source track select option textarea input -comment _comment !-- #comment "
    "!doctype amp-ad amp-embed amp-iframe amp-twitter amp-instagram amp-facebook amp-tiktok "
    "amp-youtube amp-video amp-social-share amp-sidebar amp-list amp-sticky-ad amp-consent "
    "amp-analytics amp-carousel amp-selector".split()
)
_INLINE = frozenset(
    "a abbr acronym amp-img b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr "
    "q rb rp rt ruby s samp small span strike strong sub sup time tt u var wbr picture".split()
)
_BOLD = frozenset("b strong h1 h2 h3 h4 h5 h6 th".split())
_ITALIC = frozenset("i em cite small".split())
_ASIDE: dict[str, Kind] = {
    "nav": "widget", "aside": "widget", "footer": "widget", "form": "widget", "button": "widget",
    "menu": "widget", "dialog": "widget", "figure": "caption", "figcaption": "caption",
}  # fmt: skip
_KINDS: dict[str, Kind] = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading",
    "h6": "heading", "li": "list_item", "blockquote": "quote",
}  # fmt: skip
_POST = re.compile(
    r"(?:twitter|instagram|tiktok|facebook|fb|threads|bluesky)[-_]?(?:tweet|media|embed|post|video)"
)
_POST_LINK = (
    "a[href*='/status/'],a[href*='instagram.com/p/'],a[href*='instagram.com/reel/'],"
    "a[href*='tiktok.com/@'],a[href*='facebook.com/'][href*='/posts/'],a[href*='threads.net/@']"
)
# Below this line Promedia's template lists advertisers' texts.
_ADVERTISER = ("Konten di bawah ini disajikan oleh", "Konten ini disajikan oleh Advertiser")
_PAID = ("a", "ins")
_FIELDS = "input,select,textarea"  # of a form: a poll, a letter to subscribe to
_LONGEST_BOX = 300  # characters of the text around a form's fields; an article has more
_LONGEST_PLEA = 160  # characters of a paragraph beside a form's fields; a longer one is prose
_ANCHORS = frozenset("# ¶ § 🔗".split())  # links behind headings to themselves
_OF_ITEMS = ("list_item", "heading")  # kinds of the text that a list item begins with
_CELLS = frozenset("td th dt dd".split())
_NO_MARKS: frozenset[str] = frozenset()
_MIN_PAGE = 80  # characters; a shorter hidden page of the article is a promo


@dataclass(slots=True)
class _Frame:
    """An open element; kind, rule and style are inherited by the elements inside."""

    node: LexborNode
    inline: bool
    marks: frozenset[str]
    kind: Kind
    rule: str = ""
    bold: bool = False
    italic: bool = False
    start: int = 0
    url: str = ""
    own: frozenset[str] = frozenset()
    outer: Line | None = None  # the line that goes on when this aside ends
    begun: bool = False  # the text of this list item has begun


class Walk:
    """A walk from the roots of a body to `blocks`, with the images on the way as `pictures`."""

    def __init__(self, base: str, rules: Rules, page_text: int) -> None:
        self.blocks: list[Block] = []
        self.pictures: list[Picture] = []
        self._base = base
        self._rules = rules
        self._page_text = page_text
        self._line = Line()
        self._breaks = 0
        self._stack: list[_Frame] = []
        self._ruled: dict[int, str] = {}
        self._ends: dict[int, str] = {}
        self._ended = ""
        self._after_picture = False

    def run(self, roots: Sequence[LexborNode]) -> list[Block]:
        """Return the blocks of `roots`, in order."""
        for root in roots:
            self._find_ruled(root)
            self._root(root)
        self.blocks = rejoin(unbroken(self.blocks, roots))
        return self.blocks

    def _find_ruled(self, root: LexborNode) -> None:
        for selector in self._rules.selectors("junk"):
            for node in root.css(selector):
                self._ruled.setdefault(node.mem_id, f"{self._rules.name}:{selector}")
        for node in root.css(_FIELDS):
            if box := self._box_of(node, root):
                self._ruled.setdefault(box.mem_id, "markup:form")
        for selector in self._rules.selectors("body_end"):
            if end := root.css_first(selector):
                self._ends[end.mem_id] = f"{self._rules.name}:{selector}"

    def _box_of(self, field: LexborNode, root: LexborNode) -> LexborNode | None:
        """Return the widest element around `field` that holds a form alone, None without one."""
        box = None
        around = field.parent
        while around is not None and around.mem_id != root.mem_id and _is_box(around):
            box, around = around, around.parent
        return box if box is not None and 4 * len(box.text()) < self._page_text else None

    def _root(self, root: LexborNode) -> None:
        self._stack = [_Frame(root, False, frozenset(), _KINDS.get(root.tag or "", "paragraph"))]
        cursor: LexborNode | None = root.first_child
        while True:
            if cursor is None:
                frame = self._stack.pop()
                self._leave(frame)
                if not self._stack:
                    return
                cursor = frame.node.next
                continue
            tag = cursor.tag or ""
            if tag == "-text":
                self._text(cursor.text_content or "")
            elif tag == "br":
                self._breaks += 1
            elif tag == "img":
                self._picture(cursor)
            elif tag not in _SKIPPED and (frame := self._enter(cursor, tag)):
                self._stack.append(frame)
                cursor = cursor.first_child
                continue
            cursor = cursor.next

    def _enter(self, node: LexborNode, tag: str) -> _Frame:
        above = self._stack[-1]
        if self._ends and (end := self._ends.get(node.mem_id)):
            self._flush()
            self._ended = end
        attributes = node.attributes
        named = _named(attributes) if attributes else ""
        own = frozenset(named.split()) if named else _NO_MARKS
        inline = tag in _INLINE
        if not inline:
            self._flush()
        frame = _Frame(
            node,
            inline,
            above.marks | own if own and not inline else above.marks,
            above.kind if inline else _kind(tag, above.kind, named),
            above.rule,
            above.bold or tag in _BOLD,
            above.italic or tag in _ITALIC,
            own=own,
        )
        if above.kind in ("promo", "widget", "caption", "embed"):
            frame.kind = above.kind
        elif verdict := self._judge(node, tag, named, attributes, inline):
            frame.kind, frame.rule = verdict
            if inline:  # the line goes on behind it
                frame.outer, self._line = self._line, Line()
        if tag == "a" and (href := attributes.get("href")):
            frame.url = absolute(self._base, href)
        frame.start = self._line.length
        return frame

    def _judge(
        self,
        node: LexborNode,
        tag: str,
        named: str,
        attributes: dict[str, str | None],
        inline: bool,
    ) -> Verdict | None:
        """Return the verdict that takes `node` out of the running text, None for text."""
        if self._ruled and (rule := self._ruled.get(node.mem_id)):
            verdict = judge(named)
            return Verdict(verdict.kind if verdict and verdict.kind == "promo" else "widget", rule)
        if tag == "blockquote" and node.css_first(_POST_LINK):
            return Verdict("embed", "markup:embed")
        if tag == "figure" and node.css_first("table,pre") is not None:
            return None
        if tag in _PAID and _is_advert(node, tag, attributes):
            return Verdict("widget", "markup:ad")
        if not attributes:
            return Verdict(_ASIDE[tag], f"markup:{tag}") if tag in _ASIDE else None
        if is_hidden(named, attributes) or self._is_aside(node, attributes):
            if is_page(attributes) and len(node.text()) >= _MIN_PAGE:
                return None
            verdict = judge(named)
            return Verdict(verdict.kind if verdict else "widget", "markup:hidden")
        if inline:
            return None
        if _POST.search(named):
            return Verdict("embed", "markup:embed")
        if kind := _ASIDE.get(tag):
            return Verdict(kind, f"markup:{tag}")
        if named and (verdict := judge(named, tag)) and 2 * len(node.text()) < self._page_text:
            return verdict
        return None

    def _is_aside(self, node: LexborNode, attributes: dict[str, str | None]) -> bool:
        """Return whether `node`, the smaller part of the body, is marked as no content."""
        marked = attributes.get("aria-hidden") == "true"
        return marked and 2 * len(node.text()) < self._page_text

    def _leave(self, frame: _Frame) -> None:
        if frame.inline:
            _mark(self._line, frame)
        if not frame.inline or frame.outer is not None:
            self._flush(frame)
        if frame.outer is not None:
            self._line = frame.outer

    def _text(self, raw: str) -> None:
        if not raw or raw.isspace():
            if not self._line.empty and not self._breaks:
                self._line.add(" ")
            return
        if self._breaks:
            self._break(raw)
        frame = self._stack[-1]
        self._line.add(raw, bold=frame.bold, italic=frame.italic)

    def _break(self, raw: str) -> None:
        """End the paragraph, unless after a single break the sentence runs on."""
        goes_on = self._breaks == 1 and runs_on(self._line.tail, raw.lstrip())
        self._breaks = 0
        if goes_on:
            self._line.add(" ")
        else:
            self._flush()

    def _picture(self, node: LexborNode) -> None:
        attributes = node.attributes
        for name in ("data-src", "data-original", "data-lazy-src", "data-lazyload", "src"):
            source = (attributes.get(name) or "").strip()
            if source and not source.startswith("data:"):
                self.pictures.append(Picture(absolute(self._base, source), len(self.blocks)))
                break
        if self._line.empty:
            self._after_picture = True

    def _flush(self, frame: _Frame | None = None) -> None:
        """End the line, and make a block of the text in the line."""
        self._breaks = 0
        if self._line.empty:
            return
        line, self._line = self._line, Line()
        text = line.text
        for open_frame in reversed(self._stack):
            if not open_frame.inline:
                break
            _mark(line, open_frame)
            open_frame.start = 0
        if not text:
            return
        frame = frame or self._stack[-1]
        if text.startswith(_ADVERTISER):
            self._ended = "markup:advertiser"
        bold, italic = line.wholly(text)
        kind, rule = frame.kind, self._ended or frame.rule
        if self._ended and kind not in ("promo", "embed"):
            kind = "widget"
        if self._after_picture and kind == "paragraph" and italic:
            kind, rule = "caption", "markup:caption"
        self._after_picture = False
        if kind in _OF_ITEMS and not rule:
            kind = self._in_item(frame, kind)
        links, marks = line.links(text), frame.marks | line.marks(text)
        if text[0] in BULLETS and kind in ("paragraph", "list_item"):
            kind, text = "list_item", _without_bullet(text, links)
        if text:
            cell = bold and any(
                open_frame.node.tag in _CELLS for open_frame in (*self._stack, frame)
            )
            self.blocks.append(Block(kind, text, links, marks, bold, rule, cell=cell))

    def _in_item(self, frame: _Frame, kind: Kind) -> Kind:
        """Return the kind of a text in a list: an item is its first text, the rest paragraphs."""
        for open_frame in (frame, *reversed(self._stack)):
            if open_frame.node.tag == "li":
                begun, open_frame.begun = open_frame.begun, True
                return "paragraph" if begun and kind == "list_item" else kind
        return kind


def _kind(tag: str, above: Kind, named: str) -> Kind:
    """Return the kind of the texts in a block element; `above`, that of the element around."""
    if named and "msolistparagraph" in named:
        return "list_item"
    return _KINDS.get(tag, above if above != "heading" else "paragraph")


def _without_bullet(text: str, links: list[Anchor]) -> str:
    """Return `text` without the mark of a list item; the ranges of `links` move along."""
    item = text[1:].lstrip()
    cut = len(text) - len(item)
    for link in links:
        link.start, link.end = max(0, link.start - cut), max(0, link.end - cut)
    return item


def _is_advert(node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
    """Return whether `node` is an ad's place, a link of a heading to itself, or a paid link that is
    no part of a sentence."""
    if (attributes.get("href") or "")[:1] == "#" and node.text() in _ANCHORS:
        return True
    if tag == "ins":
        return any(name.startswith("data-") for name in attributes)
    if "sponsored" not in (attributes.get("rel") or "").lower().split():
        return False
    around = node.parent.text().strip() if node.parent is not None else ""
    return around == node.text().strip() or node.css_first("p,div,img,figure,ul,h3,h4") is not None


def _is_box(node: LexborNode) -> bool:
    """Return whether `node` is small, and no paragraph in it is prose."""
    return len(node.text()) <= _LONGEST_BOX and all(
        len(paragraph.text()) <= _LONGEST_PLEA for paragraph in node.css("p")
    )


def _named(attributes: dict[str, str | None]) -> str:
    """Return classes and ids in lower case, "" without any."""
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower().strip()


def _mark(line: Line, frame: _Frame) -> None:
    """Record the range of an inline element in the line."""
    if line.length > frame.start:
        if frame.url:
            line.anchors.append((frame.start, line.length, frame.url))
        if frame.own:
            line.spans.append((frame.start, line.length, frame.own))
