"""Articles as Markdown with YAML front matter; see https://spec.commonmark.org/0.31.2/."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any

from output.clock import WIB
from output.schema import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from output.schema import Row

_FRONT = ("article_id", "title", "outlet", "authors", "published_at", "modified_at", "fetched_at")
"""The columns in the front matter, beside the URL; those without a value are left out."""
# Of the inline marks, an underscore inside a word is none.
_INLINE = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#|\w+;)")
_LEADING = re.compile(r"[>:]|[-+](?=\s|$)|-(?=-)|#(?=#*(?:\s|$))")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_CLOSING = re.compile(r"#+$")


def write_markdown(batches: Iterable[pa.RecordBatch], _: pa.Schema, file: IO[bytes]) -> None:
    """Write the articles one below the other, each as `as_markdown` gives the article."""
    for batch in batches:
        for row in batch.to_pylist():
            file.write(f"{as_markdown(row)}\n".encode("utf-8", "replace"))


def as_markdown(row: Row) -> str:
    """Return an article as a document: front matter, headline, paragraphs by their kinds.

    Only the front matter has lines of three dashes. Times are in WIB.

    :param row: of articles, with outlet; without kinds all are paragraphs
    """
    texts = [_line(text) for text in row["paragraphs"] or (row["body"] or "").split("\n\n")]
    kinds = row.get("kinds") or [PARAGRAPH] * len(texts)
    headline = f"# {_heading(_line(row['title'] or ''))}"
    return "\n\n".join([f"---\n{_front_matter(row)}---", headline, *_blocks(texts, kinds)]) + "\n"


def _front_matter(row: Row) -> str:
    values = {"url": row.get("canonical_url") or row.get("url")}
    values |= {name: row.get(name) for name in _FRONT}
    return "".join([f"{name}: {_scalar(value)}\n" for name, value in values.items() if value])


def _scalar(value: Any) -> str:
    """Return `value` in YAML, of which JSON is a part."""
    if isinstance(value, datetime):
        return value.astimezone(WIB).isoformat()
    if isinstance(value, str):
        value = _line(value)
    return json.dumps(value, ensure_ascii=False)


def _blocks(texts: list[str], kinds: list[str]) -> Iterator[str]:
    """Yield each paragraph, each list and each quotation."""
    for kind, paragraphs in groupby(zip(texts, kinds, strict=True), key=itemgetter(1)):
        group = [text for text, _ in paragraphs]
        if kind == "list_item":
            yield "\n".join(map(_item, group))
        elif kind == "quote":
            yield "\n>\n".join([f"> {_text(text)}" for text in group])
        elif kind == "heading":
            yield from (f"## {_heading(text)}" for text in group)
        else:
            yield from map(_text, group)


def _item(text: str) -> str:
    """Return a list item, with the number that is in the text if any."""
    number = _NUMBER.match(text)
    if number and text[number.end() :].strip():
        return f"{number[0]} {_text(text[number.end() :].lstrip())}"
    return f"- {_text(text)}"


def _heading(text: str) -> str:
    return _CLOSING.sub(r"\\\g<0>", _inline(text))


def _text(text: str) -> str:
    """Return `text` as a paragraph of the same words, without marks that Markdown would read."""
    number = _NUMBER.match(text)
    if number:
        return f"{number[1]}\\{number[2]}{_inline(text[number.end() :])}"
    lead = _LEADING.match(text)
    return f"\\{text[0]}{_inline(text[1:])}" if lead else _inline(text)


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\g<0>", text)


def _line(text: str) -> str:
    return " ".join(text.split())
