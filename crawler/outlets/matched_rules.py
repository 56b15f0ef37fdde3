"""The rule that gave each field of a page, so that a contributor sees which rules to repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules
    from crawler.items import Article

SELECTED = ("title", "body", "published", "byline", "editor", "section", "tags")
NO_RULE = "–"


def matched_rules(page: Page, rules: Rules, article: Article) -> dict[str, str]:
    """Return by field the first selector that matches, else the source of the value.

    A selector whose value the page contradicts gave no field.
    """
    instead = {"body": article.body_source, "published": article.published_source}
    believed = (field for field in SELECTED if field not in article.contradicted)
    first = {field: _first_match(page, rules.selectors(field)) for field in believed}
    return {field: first.get(field) or instead.get(field) or NO_RULE for field in SELECTED}


def unmatched(page: Page, rules: Rules) -> list[str]:
    """Return the fields whose selectors all fail on `page`, so that defaults served."""
    return [
        field
        for field in SELECTED
        if rules.selectors(field) and not _first_match(page, rules.selectors(field))
    ]


def _first_match(page: Page, selectors: tuple[str, ...]) -> str:
    """Return the first of `selectors` that finds any text on `page`, else ""."""
    return next(
        (s for s in selectors if any((node.text() or "").strip() for node in page.tree.css(s))), ""
    )
