"""The headlines that an article's promos announce, for the column `related`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extraction.indonesian.patterns import DASHES
from crawler.extraction.indonesian.sentences import is_sentence
from crawler.items import Link
from pipelines.cleaning.fragments import PROMO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.items import Block
    from pipelines.cleaning.fragments import Cleaned, Fragment
    from pipelines.cleaning.rules import Rulebook


def related_links(blocks: Sequence[Block], cleaned: Cleaned, book: Rulebook) -> list[Link]:
    """Return the headlines of the removed promos, each once, with their URLs where known."""
    found: dict[str, Link] = {}
    for fragment in cleaned.fragments:
        block = blocks[fragment.block]
        if not _is_promo(fragment, block, book):
            continue
        for link in _links(fragment, block):
            link.title = _without_label(link.title, book)
            if _is_named(link):
                found.setdefault(link.url or link.title, link)
    return list(found.values())


def _is_promo(fragment: Fragment, block: Block, book: Rulebook) -> bool:
    if not fragment.rule:
        return False
    if fragment.rule.endswith(PROMO) or block.kind == "promo":
        return True
    return bool(book.any_label.match(fragment.text))


def _links(fragment: Fragment, block: Block) -> list[Link]:
    """Return the links inside `fragment`, tag pages left out; without links, its whole text."""
    first, last = fragment.start, fragment.start + len(fragment.text)
    inside = [a for a in block.anchors if first <= a.start < last and "/tag/" not in a.url]
    return [Link(title=a.text, url=a.url) for a in inside] or [Link(title=fragment.text)]


def _is_named(link: Link) -> bool:
    """Return True if the title of `link` is a headline; without a URL, a label or prose is none."""
    if not link.title:
        return False
    return bool(link.url) or (link.title.count(" ") > 1 and not is_sentence(link.title))


def _without_label(text: str, book: Rulebook) -> str:
    for rule in book.of_kind("label") if book.any_label.match(text) else ():
        if match := rule.pattern.match(text):
            text = text[match.end() :]
    return text.strip(f" \u00a0•·:|*{DASHES}")
