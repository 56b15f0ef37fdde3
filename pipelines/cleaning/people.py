"""Writers, editors and news agencies named in a body's own lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.bylines import parse_byline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.items import Article
    from pipelines.cleaning.fragments import Cleaned
    from pipelines.cleaning.rules import Rulebook

_SIGNED = re.compile(r"[A-Z][A-Z.'’]+ [A-Z][A-Z.'’ ]+(?:\||$)")  # "SINTA LESTARI | ANTARA"


def add_people(article: Article, cleaned: Cleaned, book: Rulebook) -> None:
    """Add the people and agencies that bylines, sign-off and dateline name to `article`."""
    named = [*_sources(article, cleaned)]  # before authors that were a wire's name are replaced
    for line in cleaned.bylines:
        people = parse_byline(line)
        article.editors = article.editors or people.editors
        # Metadata that names the editor as the author is weaker than a printed byline.
        if people.authors and set(article.authors) <= set(article.editors):
            article.authors = people.authors
    if not article.authors and _SIGNED.match(cleaned.signoff or ""):
        article.authors = parse_byline((cleaned.signoff or "").partition("|")[0]).authors
    agencies = (book.agencies.get(name.strip().lower()) for name in named)
    article.agencies = list(dict.fromkeys(filter(None, agencies)))


def _sources(article: Article, cleaned: Cleaned) -> Iterator[str]:
    """Yield each name that may be a news agency."""
    yield from article.agencies
    yield from article.authors
    for line in cleaned.bylines:
        yield from parse_byline(line).sources
    for mark in (cleaned.signoff, cleaned.dateline):
        yield from re.split(r"[()\[\]/,&+]", mark or "")
