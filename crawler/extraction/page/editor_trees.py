"""The trees in which editors keep a text (Slate, ProseMirror, Editor.js, Draft.js), as HTML.

All have a list of blocks, each with a `type`, and `text` somewhere below.
"""

from __future__ import annotations

import html
import re
from typing import Any

_LISTS = ("blocks", "children", "nodes", "content", "document", "root", "doc")
_TAGS = {"head": "h2", "list": "li", "item": "li", "quote": "blockquote"}
_ASIDE = ("ad", "embed", "image", "video", "related", "readmore", "read-more", "caption")
_MARKUP = re.compile(r"</?[a-z][^<>]{0,300}>", re.IGNORECASE)
_DEEPEST = 6  # levels above the blocks
_MOST = 20_000  # values of one block that are looked at


def as_html(content: Any) -> str:
    """Return `content` as HTML: text unchanged, the blocks of a tree as elements, else ""."""
    if isinstance(content, str):
        return content
    return "".join(_element(block) for block in _blocks(content))


def _blocks(content: Any) -> list[Any]:
    """Return the list of blocks in a tree: the first list on the way down."""
    for _ in range(_DEEPEST):
        if isinstance(content, list):
            return content
        if not isinstance(content, dict):
            return []
        content = next((content[name] for name in _LISTS if content.get(name)), None)
    return []


def _element(block: Any) -> str:
    kind = str(block.get("type", "")).lower() if isinstance(block, dict) else ""
    text = _text(block)
    if not text.strip() or kind.startswith(_ASIDE):
        return ""
    tag = next((tag for part, tag in _TAGS.items() if part in kind), "p")
    # Editor.js and plain strings contain markup.
    return f"<{tag}>{text if _MARKUP.search(text) else html.escape(text, quote=False)}</{tag}>"


def _text(block: Any) -> str:
    """Return all `text` below `block`, in order."""
    found: list[str] = []
    waiting = [block]
    for _ in range(_MOST):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            waiting += reversed(_trees(value))
        elif isinstance(value, dict):
            waiting += reversed(_trees([v for name, v in value.items() if name != "text"]))
            waiting += [text for text in [value.get("text")] if isinstance(text, str)]
    return "".join(found)


def _trees(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, (dict, list))]
