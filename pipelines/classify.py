"""Stage 200: topics, and the rejection of articles that are not about technology."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from crawler.extraction.topics import THRESHOLD, classify
from crawler.items import Rejected

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.items import Article


class ClassifyPipeline:
    """Fills topics and tech_score; in a crawl, rejects articles that are not about technology.

    Reject reason: `off_topic`, with the score and the words that gave it.
    """

    def __init__(self, technology: str | None = "") -> None:
        """
        :param technology: regex; an article whose URL matches is technology by its section and is
            kept with any score. "", the default, matches all, so that `extract` keeps every
            document; None matches nothing.
        """
        self.technology = None if technology is None else re.compile(technology)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(getattr(crawler.spider or crawler.spidercls, "technology", ""))

    def process_item(self, article: Article) -> Article:
        lead = " ".join([article.description or "", *article.paragraphs[:3]])
        verdict = classify(article.title, article.tags, article.section, lead)
        article.topics, article.tech_score = verdict.topics, verdict.score
        if verdict.score < THRESHOLD and not self._in_section(article):
            raise Rejected("off_topic", f"score {verdict.score}: {', '.join(verdict.terms[:12])}")
        return article

    def _in_section(self, article: Article) -> bool:
        return self.technology is not None and any(
            self.technology.search(url or "") for url in (article.url, article.canonical_url)
        )
