"""Tests of running text against menus, teasers and headlines, each as strict as its callers need.

A body's lines, a flattened page's sentences and a page's text nodes hold different noise, so no
single test serves all; the name of each says what the test asks for.
"""

from __future__ import annotations

from crawler.extraction.indonesian.headlines import looks_like_headline

SENTENCE_ENDS = ".!?…:\"”’')"
_CLOSERS = "\"”’')]»"
_LONG_LINE = 150  # characters; so long a line is a paragraph even without a full stop
_LONGEST_TEASER = 400  # characters; a longer line that is cut off is a paragraph all the same
_LONG_NODE = 80  # characters; a shorter text node is a label or a teaser
_WORDS = 8  # the shortest sentence that no menu or ticker looks like
_SCANNED = 1000  # characters in which words are counted, so that no paragraph is read to its end


def ends_sentence(text: str) -> bool:
    """Return whether `text` ends as a sentence does, quotes and brackets aside."""
    bare = text.rstrip(_CLOSERS)
    return not bare or bare[-1] in ".!?:…" or (text[-1] in '”"' and bare[-1] == ",")


def is_sentence(text: str) -> bool:
    """Return whether `text` has five words and ends as a sentence; a cut-off teaser does not."""
    if text[:_SCANNED].count(" ") < 4 or text.endswith("..."):
        return False
    return text[-1] in ".\"”’')" or (text[-1] in "!?" and not looks_like_headline(text))


def is_body_line(text: str) -> bool:
    """Return whether `text` has eight words, no form of a headline or teaser, and an end.

    A line of over 150 characters needs no end: scrapers break lines at links.
    """
    if text.count(" ") < _WORDS - 1 or looks_like_headline(text):
        return False
    if text.endswith(("...", "…")) and len(text) <= _LONGEST_TEASER:
        return False
    return ends_sentence(text) or len(text) > _LONG_LINE


def is_plain_sentence(text: str) -> bool:
    """Return whether `text` has eight words, mostly in lower case, and a full stop.

    Stricter than `is_body_line`, for pages whose menus and headlines run into the prose.
    """
    words = text.split()
    lower = sum(word[0].islower() for word in words)
    plain = 2 * lower > len(words) and not looks_like_headline(text)
    return len(words) >= _WORDS and text.endswith(".") and plain


def is_prose_node(text: str) -> bool:
    """Return whether the text node `text` is longer than 80 characters and ends as a sentence."""
    return len(text) > _LONG_NODE and text.endswith((".", '"', "”"))
