"""The archived page of a capture: the words, and a copy without scripts or requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from crawler.archive.reader import BadRecordError, read_page
from crawler.extraction.page.page import Page
from crawler.items import Rejected
from crawler.web.browse.removed_in_place import text_of

if TYPE_CHECKING:
    from output.filesystem import Root

_OURS = re.compile(r"archive/outlet=[\w-]+/[\w.-]+\.warc\.gz")
_ACTIVE = (
    "script, link, base, iframe, frame, frameset, object, embed, applet, portal, noscript,"
    " meta[http-equiv], template, audio, video, source, track,"
    " input, button, select, textarea, set, animate, animatemotion, animatetransform"
)
"""Elements that act, fetch or ask; the page's Content-Security-Policy refuses the rest."""
_LEADS = frozenset({"href", "xlink:href", "ping", "action", "formaction", "srcdoc", "background"})
"""Attributes that lead elsewhere, or hold a page."""
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


def inert(page: Page) -> str:
    """Return the page without elements and attributes that act, fetch or lead elsewhere.

    A form leaves its contents, since whole pages are forms.
    """
    for node in page.tree.css(_ACTIVE):
        node.decompose()
    page.tree.unwrap_tags(["form"], delete_empty=True)
    for node in page.tree.root.traverse() if page.tree.root else ():
        for name, value in node.attributes.items():
            if _acts(name.lower(), _IGNORED.sub("", value or "")):
                del node.attrs[name]
    return page.tree.html or ""


def _acts(name: str, value: str) -> bool:
    """Return whether the attribute `name` runs a script or leads to another page."""
    return name.startswith("on") or name in _LEADS or bool(_SCRIPT_URL.match(value))
