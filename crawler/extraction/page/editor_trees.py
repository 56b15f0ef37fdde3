"""The trees that editors keep a text in (Slate, ProseMirror, Editor.js, Draft.js), as HTML.

They agree in little but this: a list of blocks, each with a `type`, and `text` somewhere below it.
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
    """`content` as HTML: itself if it is text, the blocks of a tree as elements, else ""."""
    if isinstance(content, str):
        return content
    return "".join(_element(block) for block in _blocks(content))


def _blocks(content: Any) -> list[Any]:
    """The list of blocks in a tree: the first list on the way down."""
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
    # Editor.js and plain strings bring markup of their own.
    return f"<{tag}>{text if _MARKUP.search(text) else html.escape(text, quote=False)}</{tag}>"


def _text(block: Any) -> str:
    """All `text` below `block`, in its order."""
    found: list[str] = []
    waiting = [block]
    for _ in range(_MOST):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            waiting += reversed([v for v in value if isinstance(v, (dict, list))])
        elif isinstance(value, dict):
            below = [
                v for name, v in value.items() if name != "text" and isinstance(v, (dict, list))
            ]
            waiting += reversed(below)
            if isinstance(text := value.get("text"), str):
                waiting.append(text)
    return "".join(found)
