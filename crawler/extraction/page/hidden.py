"""Elements that their own markup hides from readers of a wide screen."""

from __future__ import annotations

import re
from functools import lru_cache

_CLASSES = (
    "hidden d-none hide sr-only visually-hidden visuallyhidden screen-reader-text "
    "screen-reader-only is-hidden u-hidden util-hide dont-display display-none displaynone "
    "element-invisible assistive-text offscreen is-sr-only show-for-sr uk-hidden"
)
_WIDE = r"(?:md|lg|xl|xxl|2xl)"  # screens of which the page is read
_HIDDEN_CLASS = re.compile(
    rf"(?<!\S)(?:{_CLASSES.replace(' ', '|')}|d-{_WIDE}-none|{_WIDE}:hidden)(?!\S)"
)
# "d-none d-md-block", "hidden md:flex": hidden on a telephone alone.
_SHOWN_CLASS = re.compile(
    rf"(?<!\S)(?:d-{_WIDE}-|{_WIDE}:)(?:block|flex|grid|inline|table|contents|list-item|not-sr)"
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LONGEST = 1000  # characters of classes and ids, looked at in all
HIDDEN = (
    "[hidden],[style*='display:none'],[style*='display: none'],[style*='visibility:hidden'],"
    "[style*='visibility: hidden'],div[aria-hidden='true'],p[aria-hidden='true'],"
    ".sr-only,.visually-hidden,.screen-reader-text"
)
"""A selector of the commonest forms; each costs a look at every element of the page."""
HIDDEN_BY_WIDTH = ".d-none,.hidden"
"""A selector of elements that another class may show on a wide screen."""


def is_hidden(marks: str, attributes: dict[str, str | None]) -> bool:
    """Return whether an element's own markup hides the element from readers.

    :param marks: classes and id, in lower case
    """
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    style = attributes.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return True
    return _has_hidden_class(marks)


@lru_cache(maxsize=4096)  # all pages of a template have the same classes
def _has_hidden_class(marks: str) -> bool:
    marks = marks[:_LONGEST]
    return bool(_HIDDEN_CLASS.search(marks)) and not _SHOWN_CLASS.search(marks)
