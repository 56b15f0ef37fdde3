"""Stage 100: the body without what is not the article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.bylines import parse_byline
from crawler.extraction.indonesian.sentences import is_sentence
from crawler.extraction.urls import house_of
from crawler.items import Image, Link, Removal
from pipelines.cleaning.cleaning import clean
from pipelines.cleaning.fragments import PROMO, Cleaned
from pipelines.cleaning.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.items import Article, Block
    from pipelines.cleaning.rules import Rulebook


_NAMED = re.compile(r"[A-Z][A-Z.'’]+ [A-Z][A-Z.'’ ]+(?:\||$)")  # "SINTA LESTARI | ANTARA"


class CleanPipeline:
    """Fills body, paragraphs, dateline, sign-off, agencies, related and removed from the blocks.

    Writes each rule's id on the blocks that it took whole. People and captions that stand in the
    body fill what extraction left empty.
    """

    def __init__(self) -> None:
        self.book = load_rules()

    def process_item(self, article: Article) -> Article:
        house = house_of(article.url or article.canonical_url or "")
        cleaned = clean(article.blocks, article.outlet, article.authors, self.book, house=house)
        article.paragraphs = cleaned.paragraphs
        article.body = "\n\n".join(article.paragraphs) or None
        article.word_count = sum(p.count(" ") + 1 for p in article.paragraphs)  # single spaces
        article.dateline = cleaned.dateline
        article.signoff = cleaned.signoff
        article.related = list(_related(article.blocks, cleaned, self.book))
        article.removed = _removed(article.removed, cleaned)
        _add_people(article, cleaned, self.book)
        _add_captions(article, cleaned.captions)
        _mark_blocks(article.blocks, cleaned)
        return article


def _mark_blocks(blocks: list[Block], cleaned: Cleaned) -> None:
    """Write on each block that went whole the rule that took it."""
    kept = {fragment.block for fragment in cleaned.fragments if not fragment.rule}
    for fragment in cleaned.fragments:
        if fragment.block not in kept and not blocks[fragment.block].rule:
            blocks[fragment.block].rule = fragment.rule


def _removed(before: list[Removal], cleaned: Cleaned) -> list[Removal]:
    """What extraction took outside the blocks, what cleaning took, and the promos it doubts."""
    taken = [Removal(rule=f.rule, text=f.text) for f in cleaned.fragments if f.rule and f.text]
    taken += [Removal(rule=f.rule, text=f.text) for f in cleaned.doubtful]
    return [removal for removal in before if removal not in taken] + taken


def _related(blocks: list[Block], cleaned: Cleaned, book: Rulebook) -> Iterator[Link]:
    """The headlines of the promos that were taken, each once, with their links if they have any."""
    seen: set[str] = set()
    for fragment in cleaned.fragments:
        block = blocks[fragment.block]
        if not fragment.rule:
            continue
        if not (
            fragment.rule.endswith(PROMO)
            or block.kind == "promo"
            or any(rule.pattern.match(fragment.text) for rule in book.of_kind("label"))
        ):
            continue
        first, last = fragment.start, fragment.start + len(fragment.text)
        inside = [a for a in block.anchors if first <= a.start < last and "/tag/" not in a.url]
        found = [Link(title=a.text, url=a.url) for a in inside]
        for link in found or [Link(title=fragment.text)]:
            link.title = _without_label(link.title, book)
            key = link.url or link.title
            # What has no link may be a label alone, or the next story's prose.
            named = link.url or (link.title.count(" ") > 1 and not is_sentence(link.title))
            if link.title and named and key not in seen:
                seen.add(key)
                yield link


def _without_label(text: str, book: Rulebook) -> str:
    for rule in book.of_kind("label"):
        if match := rule.pattern.match(text):
            text = text[match.end() :]
    return text.strip(" \u00a0•·:-–—|*")


def _add_people(article: Article, cleaned: Cleaned, book: Rulebook) -> None:
    """People and wires named in the body's own lines, its sign-off and its dateline."""
    named = article.agencies + article.authors
    named += [name for line in cleaned.bylines for name in parse_byline(line).sources]
    for mark in (cleaned.signoff, cleaned.dateline):
        named += re.split(r"[()\[\]/,&+]", mark or "")
    for line in cleaned.bylines:
        people = parse_byline(line)
        article.editors = article.editors or people.editors
        # Metadata that names the editor as the author is weaker than a line that says who is who.
        if people.authors and set(article.authors) <= set(article.editors):
            article.authors = people.authors
    if not article.authors and _NAMED.match(cleaned.signoff or ""):
        article.authors = parse_byline((cleaned.signoff or "").partition("|")[0]).authors
    article.agencies = []
    for name in named:
        agency = book.agencies.get(name.strip().lower())
        if agency and agency not in article.agencies:
            article.agencies.append(agency)


def _add_captions(article: Article, captions: Iterable[str]) -> None:
    """Captions that no image has yet: to the first image without one, else to a new image."""
    for text in captions:
        credit = re.search(r" ?\(([^()]{2,60})\)$", text)
        caption = text[: credit.start()] if credit else text
        if any(i.caption and (i.caption in text or text in i.caption) for i in article.images):
            continue
        image = next((i for i in article.images if not i.caption), None)
        if image is None:
            image = Image()
            article.images.append(image)
        image.caption = caption
        image.credit = image.credit or (credit[1] if credit else None)
