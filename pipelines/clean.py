"""Stage 100: the body, cleaned of everything that is not the article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extraction.urls import house_of
from crawler.items import Removal
from pipelines.cleaning.captions import add_captions
from pipelines.cleaning.people import add_people
from pipelines.cleaning.related import related_links
from pipelines.cleaning.rules import load_rules
from pipelines.cleaning.steps import clean
from pipelines.cleaning.structure import structured

if TYPE_CHECKING:
    from crawler.items import Article, Block
    from pipelines.cleaning.fragments import Cleaned


_INVITATIONS = ("paywall", "paywall-invitation")
"""Rules that take an invitation to read the rest of an article for money or by an account."""


class CleanPipeline:
    """Fills body, paragraphs, kinds, dateline, sign-off, agencies, related and removed from
    the blocks.

    Each block that cleaning removed whole gets the id of the rule that removed it. People and
    captions printed in the body fill the fields that extraction left empty.
    """

    def __init__(self) -> None:
        self.book = load_rules()
        rules = [rule for rule in self.book.rules if rule.id in _INVITATIONS]
        self._invitations = [rule.pattern for rule in rules]

    def process_item(self, article: Article) -> Article:
        house = house_of(article.url or article.canonical_url or "")
        cleaned = clean(article.blocks, article.outlet, article.authors, self.book, house=house)
        plain = article.body_source == "text"
        paragraphs = structured(cleaned, article.blocks, plain=plain)
        article.paragraphs = [paragraph.text for paragraph in paragraphs]
        article.kinds = [paragraph.kind for paragraph in paragraphs]
        article.body = "\n\n".join(article.paragraphs) or None
        article.word_count = sum(p.count(" ") + 1 for p in article.paragraphs)  # single spaces
        article.dateline = cleaned.dateline
        article.signoff = cleaned.signoff
        article.related = related_links(article.blocks, cleaned, self.book)
        article.removed = _removed(article.removed, cleaned)
        if article.paywalled is None and self._is_cut_off(article.removed):
            article.paywalled = True
        add_people(article, cleaned, self.book)
        article.images = add_captions(article.images, cleaned.captions)
        _mark_blocks(article.blocks, cleaned)
        return article

    def _is_cut_off(self, removed: list[Removal]) -> bool:
        """Return whether an invitation to pay or sign in was removed, by whichever rule."""
        return any(
            removal.rule in _INVITATIONS
            or any(pattern.fullmatch(removal.text) for pattern in self._invitations)
            for removal in removed
        )


def _mark_blocks(blocks: list[Block], cleaned: Cleaned) -> None:
    """Set the rule of each block of which cleaning kept nothing."""
    kept = {fragment.block for fragment in cleaned.fragments if not fragment.rule}
    for fragment in cleaned.fragments:
        block = blocks[fragment.block]
        if fragment.block not in kept and not block.rule:
            block.rule, block.cleaned = fragment.rule, True


def _removed(before: list[Removal], cleaned: Cleaned) -> list[Removal]:
    """Return extraction's removals, then those of cleaning, then the doubtful promos."""
    taken = [Removal(rule=f.rule, text=f.text) for f in cleaned.fragments if f.rule and f.text]
    taken += [Removal(rule=f.rule, text=f.text) for f in cleaned.doubtful]
    again = {(removal.rule, removal.text) for removal in taken}
    return [each for each in before if (each.rule, each.text) not in again] + taken
