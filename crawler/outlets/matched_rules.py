"""Which of an outlet's rules gave each field of a page: what a contributor repairs by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules
    from crawler.items import Article

SELECTED = ("title", "body", "published", "byline", "editor", "section", "tags")
NO_RULE = "–"


def matched_rules(page: Page, rules: Rules, article: Article) -> dict[str, str]:
    """By field the selector that matches first; where none does, where the value came from."""
    instead = {"body": article.body_source, "published": article.published_source}
    return {
        field: _first_match(page, rules.selectors(field)) or instead.get(field) or NO_RULE
        for field in SELECTED
    }


def unmatched(page: Page, rules: Rules) -> list[str]:
    """Fields whose every selector fails on this page, so that defaults served."""
    return [
        field
        for field in SELECTED
        if rules.selectors(field) and not _first_match(page, rules.selectors(field))
    ]


def _first_match(page: Page, selectors: tuple[str, ...]) -> str:
    """The first of `selectors` that finds any text on `page`, "" if none does."""
    return next(
        (s for s in selectors if any((node.text() or "").strip() for node in page.tree.css(s))), ""
    )
