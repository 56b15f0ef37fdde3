"""A page's article: every field that stands on the page itself. Cleaning makes the paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extraction.rules import GENERIC, Rules
from crawler.items import Article, Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.extraction.page import Page


def extract(page: Page, rules: Rules = GENERIC, *, fetched_at: datetime) -> Article:
    """The article on `page`, its body as blocks.

    :raises Rejected: `gallery`, `video` or `not_article`.
    """
    raise Rejected("not_article", "extraction is not there yet")
