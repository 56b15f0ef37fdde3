"""The article's body on a page: the elements that hold the text, and the blocks of the text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.body.class_names import HEADINGS
from crawler.extraction.body.density import prose_containers
from crawler.extraction.body.walk import Walk
from crawler.extraction.page.guard import MAX_NODES
from crawler.extraction.page.page import parse_html
from crawler.items import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from crawler.extraction.fields.images import Picture
    from crawler.extraction.fields.title import Title
    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules

MAX_LAST_RESORT = 1_000_000  # bytes; trafilatura is too slow for larger pages
_MIN_TEXT = 80  # characters; a shorter body gives way to the next source
_MIN_OWN = 20  # characters; the same for a body at an outlet's own selector
_MIN_SHOWN = 400  # characters; a page that shows less may have more in data
_SHOWN = 0.3  # share of metadata's text, at least, in a visible body of the same text
_PROBE = 40  # characters of a block, looked for in metadata's text
_HEAD = 500  # characters of a property, searched for markup
_ONE_ID = re.compile(r"#[\w-]+")
_SIGNOFF = re.compile(r"[(\[] ?[A-Za-z*]{2,12}(?: ?[/&] ?[A-Za-z*]{1,12}){0,3} ?[)\]]")
_MARKUP = re.compile(
    r"<(?:p|div|br|span|h[1-6]|strong|b|em|figure|section|ul|ol|a)\b[^<]*>", re.IGNORECASE
)
_ESCAPED = re.compile(r"&lt;(?:p|div|br|strong|b|h[1-6])\b", re.IGNORECASE)


@dataclass(slots=True)
class Body:
    """The blocks of an article, the source of the blocks, and the pictures among the blocks."""

    source: str
    blocks: list[Block]
    pictures: list[Picture]

    @property
    def text(self) -> str:
        """The text of all kept blocks, with single spaces."""
        return " ".join(block.text for block in self.blocks if not block.rule)

    @property
    def size(self) -> int:
        """Characters of the kept blocks, without links."""
        blocks = [block for block in self.blocks if not block.rule]
        linked = sum([len(anchor.text) for block in blocks for anchor in block.anchors])
        return sum([len(block.text) for block in blocks]) - linked


def find_body(page: Page, rules: Rules, title: Title | None = None) -> Body | None:
    """Return the body that selectors, page data or itemprop mark; None without any mark.

    :param title: decides between bodies of several articles on the page
    """
    sources = (
        (_selected, _MIN_OWN),
        (_embedded, _MIN_TEXT),
        (_itemprop, _MIN_TEXT),
    )
    for source, least in sources:
        for body in source(page, rules, title):
            if body.size >= least:
                return body
    return None


def guess_body(page: Page, rules: Rules, title: Title | None = None) -> Body | None:
    """Return the body by the density of prose, or the body in metadata or data.

    A page that builds the text by script shows a teaser at most.
    """
    stated = _stated(page, rules)
    text = stated.text if stated else ""
    shown = _density(page, rules, title, text)
    if shown and shown.size >= _MIN_SHOWN and (len(text) < _MIN_SHOWN or _shows(shown, text)):
        return shown
    hidden = max((stated, _in_data(page, rules)), key=lambda body: body.size if body else 0)
    return hidden if hidden and (shown is None or hidden.size > shown.size) else shown


def last_resort(page: Page) -> Body | None:
    """Return the body by trafilatura, which takes longer than all other sources together."""
    import trafilatura  # here: the import takes a tenth of a second

    if page.size > MAX_LAST_RESORT:
        return None
    text = trafilatura.extract(page.text, include_comments=False, include_tables=False)
    return _plain("trafilatura", (text or "").splitlines())


def _selected(page: Page, rules: Rules, title: Title | None) -> Iterator[Body]:
    for selector in rules.selectors("body"):
        roots = _of_one_article(page, _outermost(page.select(selector)), title)
        if _ONE_ID.fullmatch(selector) and len(roots) > 1:
            # Elsewhere, an element with the same id holds the article that scrolling loads.
            roots = [node for node in roots if node.parent == roots[0].parent]
        if roots:
            yield _walk(page, rules, f"css:{selector}", roots)


def _of_one_article(page: Page, roots: list[LexborNode], title: Title | None) -> list[LexborNode]:
    """Return the `roots` below the headline `title`, else below that of the first root.

    A page that scrolls on appends the next article, with the same classes and an h1 of its own.
    """
    if len(roots) < 2 or len(page.select("h1")) < 2:
        return roots
    owners = [_headline_over(root) for root in roots]
    own = title.node.mem_id if title and title.node is not None else 0
    wanted = own if own in owners else owners[0]
    return [root for root, owner in zip(roots, owners, strict=True) if owner == wanted]


def _headline_over(root: LexborNode) -> int:
    """Return the id of the first h1 in the nearest ancestor of `root` with any; 0 without any."""
    above = root.parent
    while above is not None:
        if (heading := above.css_first("h1")) is not None:
            return heading.mem_id
        above = above.parent
    return 0


def _embedded(page: Page, rules: Rules, _: Title | None) -> Iterator[Body]:
    content = page.article.get("content")
    if isinstance(content, str) and (body := _written(page, rules, "page-data", content)):
        yield body


def _itemprop(page: Page, rules: Rules, title: Title | None) -> Iterator[Body]:
    marked = _outermost(page.tree.css('[itemprop~="articleBody"]'))
    if roots := _of_one_article(page, marked, title):
        yield _walk(page, rules, "itemprop", roots)


def _density(page: Page, rules: Rules, title: Title | None, stated: str) -> Body | None:
    found = prose_containers(page.tree, title, stated)
    roots = [*_lead(found[0]), *found, *_left_behind(found[-1])] if found else []
    roots = list({root.mem_id: root for root in roots}.values())
    body = _walk(page, rules, "density", roots)
    return body if body.size >= _MIN_TEXT else None


def _lead(root: LexborNode) -> list[LexborNode]:
    """Return the paragraph right above `root`, unless right below a headline: a summary."""
    above = _element_before(root)
    if above is None or above.tag != "p" or not _is_paragraph(above):
        return []
    top = _element_before(above)
    return [] if top is not None and top.tag in HEADINGS else [above]


def _element_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before


def _is_paragraph(node: LexborNode) -> bool:
    text = node.text().strip()
    return len(text) >= _MIN_TEXT and text.endswith(".") and node.css_first("a") is None


def _left_behind(root: LexborNode) -> list[LexborNode]:
    """Return paragraphs right behind `root`, put there by a stray end tag, and a sign-off."""
    found: list[LexborNode] = []
    whole = 0
    behind = root.next
    while behind is not None and behind.tag in ("p", "-text", "br"):
        if behind.tag == "p":
            found.append(behind)
            whole = len(found) if _is_paragraph(behind) else whole
        behind = behind.next
    signed = behind is not None and _SIGNOFF.fullmatch(behind.text().strip())
    torn = found[:whole] if root.tag not in ("p", "body") else []
    return [*torn, behind] if behind is not None and signed else torn


def _walk(page: Page, rules: Rules, source: str, roots: list[LexborNode]) -> Body:
    size = sum(len(root.text()) for root in roots)
    walk = Walk(page.url, rules, size)
    blocks = walk.run(roots)
    _take_trailing_headings(blocks)
    return Body(source, blocks, walk.pictures)


def _take_trailing_headings(blocks: list[Block]) -> None:
    """Take out headings at the end: they belong to an infographic, a video or a list."""
    for block in reversed(blocks):
        if block.rule:
            continue
        if block.kind != "heading" or block.text.endswith((".", "!", "?")):
            return
        block.kind, block.rule = "widget", "markup:trailing-heading"


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Return `nodes` without meta tags and without nodes inside other nodes of the list."""
    nodes = [node for node in nodes if node.tag != "meta"]
    if len(nodes) < 2:
        return nodes
    chosen = {node.mem_id for node in nodes}
    return [node for node in nodes if not _inside(node, chosen)]


def _inside(node: LexborNode, chosen: set[int]) -> bool:
    above = node.parent
    while above is not None:
        if above.mem_id in chosen:
            return True
        above = above.parent
    return False


def _stated(page: Page, rules: Rules) -> Body | None:
    """Return JSON-LD's articleBody, for pages that build the text by script."""
    text = page.article.get("articleBody")
    return _written(page, rules, "jsonld", text) if isinstance(text, str) else None


def _in_data(page: Page, rules: Rules) -> Body | None:
    """Return the text in the page's own data, for pages whose JSON-LD has no text."""
    content = page.embedded.get("content")
    return _written(page, rules, "page-data", content) if isinstance(content, str) else None


def _written(page: Page, rules: Rules, source: str, content: str) -> Body | None:
    """Return the body in a property: markup, markup in entities, or lines of text."""
    if _ESCAPED.search(content, 0, _HEAD):
        content = html.unescape(content)
    if _MARKUP.search(content, 0, _HEAD) and (root := parse_html(content).body):
        return _walk(page, rules, source, [root])
    return _plain(source, html.unescape(content).split("\n"))


def _shows(shown: Body, stated: str) -> bool:
    """Return whether `shown` contains a good part of the text `stated` by metadata."""
    held = sum(len(b.text) for b in shown.blocks if b.text[:_PROBE] in stated and not b.rule)
    return held >= _SHOWN * len(stated)


def _plain(source: str, lines: list[str]) -> Body | None:
    if len(lines) > MAX_NODES:  # no more than a page may have elements
        return None
    texts = [" ".join(line.split()) for line in lines]
    blocks = [Block("paragraph", text) for text in texts if text]
    body = Body(source, blocks, [])
    return body if body.size >= _MIN_TEXT else None
