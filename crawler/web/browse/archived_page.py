"""The archived page of a capture: the words, and a copy without scripts or requests."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from crawler.archive.reader import BadRecordError, read_page
from crawler.extraction.page.page import Page, parse_html
from crawler.items import Rejected
from crawler.web.browse.removed_in_place import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from output.filesystem import Root

_OURS = re.compile(r"archive/outlet=[\w-]+/[\w.-]+\.warc\.gz")
_ACTIVE = (
    "script, link, base, iframe, frame, frameset, fencedframe, object, embed, applet, portal,"
    " noscript,"
    " meta[http-equiv], template, audio, video, source, track,"
    " input, button, select, textarea, set, animate, animatemotion, animatetransform"
)
"""Elements that act, fetch or ask; the page's Content-Security-Policy refuses the rest."""
_LEADS = frozenset(
    "href xlink:href ping action formaction srcdoc background manifest attributionsrc".split()
)
"""Attributes that lead elsewhere, or hold a page."""
_READINGS = 6
PLACE = "wartatek-article"
"""The id of the place where the article begins in a copy of its page."""
_OPENING = 40  # characters of a paragraph, without blanks, that are looked for
_TRIED = 3  # paragraphs that are looked for
_SCRIPT_URL = re.compile(r"\s*(?:javascript|vbscript|data:text/)", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20]+")
"""Characters that browsers skip in the scheme of a URL."""


def archived(root: Root, place: dict[str, Any] | None) -> Page | None:
    """Return the page that a row's column `archive` names; None where no page can be read.

    Only what stands in the dataset's own archive is opened.
    """
    if not place or not _OURS.fullmatch(place["file"] or "") or ".." in place["file"]:
        return None
    try:
        with root.filesystem.open_input_file(root.at(place["file"])) as file:
            capture = read_page(cast("BinaryIO", file), place["offset"])
        if capture is None:
            return None
        return Page(capture.body, capture.url, content_type=capture.content_type)
    except (OSError, BadRecordError, Rejected):
        return None


def words(page: Page) -> str:
    """Return the page's text."""
    return text_of(page.text)


def inert(page: Page, headline: str = "", paragraphs: Sequence[str] = ()) -> str:
    """Return the page without elements and attributes that act, fetch or lead elsewhere.

    The copy is read again, as a browser reads it, until nothing in it acts: markup in svg and math
    may be another tree when it is read again. A page that changes each time is its words alone.

    A form leaves its contents, since whole pages are forms. The place where the article of
    `headline` and `paragraphs` begins has the id PLACE.
    """
    _disarm(page.tree)
    _mark_article(page.tree, headline, paragraphs)
    copy = page.tree.html or ""
    try:
        for _ in range(_READINGS):
            tree = parse_html(copy)
            if not _disarm(tree):
                return copy
            copy = tree.html or ""
    except Rejected:
        pass
    return escape(words(page))


def _mark_article(tree: LexborHTMLParser, headline: str, paragraphs: Sequence[str]) -> None:
    """Give the place where the article begins the id PLACE: the first heading with the headline,
    else the smallest element that holds the beginning of the text. Nothing is marked where the
    page has neither."""
    for node in tree.css(f"[id={PLACE}]"):
        del node.attrs["id"]
    wanted = _squeezed(headline)
    headings = [*tree.css("h1"), *tree.css("h2")] if wanted else []
    place = next((node for node in headings if _squeezed(node.text()) == wanted), None)
    openings = filter(None, (_squeezed(text)[:_OPENING] for text in paragraphs[:_TRIED]))
    place = place or next(filter(None, (_smallest(tree, opening) for opening in openings)), None)
    if place:
        place.attrs["id"] = PLACE


def _smallest(tree: LexborHTMLParser, text: str) -> LexborNode | None:
    """Return the smallest element of the body that holds `text`, None if the page does not."""
    node, found = tree.body, None
    while node and text in _squeezed(node.text()):
        found = node
        node = next((one for one in node.iter() if text in _squeezed(one.text())), None)
    return found


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()


def _disarm(tree: LexborHTMLParser) -> bool:
    """Take out of `tree` what acts, fetches or leads elsewhere; return whether there was any."""
    active, forms = tree.css(_ACTIVE), tree.css("form")
    for node in active:
        node.decompose()
    tree.unwrap_tags(["form"], delete_empty=True)
    acting = [
        (node, name)
        for node in (tree.root.traverse() if tree.root else ())
        for name, value in node.attributes.items()
        if _acts(name.lower(), _IGNORED.sub("", value or ""))
    ]
    for node, name in acting:
        del node.attrs[name]
    return bool(active or forms or acting)


def _acts(name: str, value: str) -> bool:
    """Return whether the attribute `name` runs a script or leads to another page."""
    return name.startswith("on") or name in _LEADS or bool(_SCRIPT_URL.match(value))
