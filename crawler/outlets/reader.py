"""From a page to a finished article outside a crawl: an outlet's rules, then the stages.

A crawl takes the same steps: crawler/spider.py calls `extract` and `join`, and Scrapy the stages.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from crawler.extraction.article import extract
from crawler.extraction.body.multipage import join
from crawler.extraction.page.page import Page
from crawler.extraction.rules import GENERIC, Rules
from crawler.extraction.text.document import extract_text
from crawler.extraction.urls import captured
from crawler.items import Rejected
from crawler.outlets.documents import Document, UnreadableError
from crawler.outlets.registry import Registry, load_spiders, load_stages, project_settings
from output import clock
from output.row_check import RowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from scrapy.settings import Settings

    from crawler.items import Article
    from crawler.outlets.registry import Stage


class ReaderError(Exception):
    """An exception that no page should cause; the message names the exception, as `name` does."""

    def __init__(self, error: Exception) -> None:
        self.name = type(error).__name__
        first_line = str(error).partition("\n")[0]
        super().__init__(f"{self.name}: {first_line}" if first_line else self.name)


@contextmanager
def one_page() -> Iterator[None]:
    """Let a page cost itself alone, whatever exception a bug of ours raises on the page.

    `Rejected`, `UnreadableError` and `RowError` are no bugs, and pass.

    :raises ReaderError: in place of any other exception.
    """
    try:
        yield
    except (Rejected, UnreadableError, RowError):
        raise
    # The only such clause of the project: thousands of pages wait behind this page.
    except Exception as error:
        raise ReaderError(error) from error


class Reader:
    """The rules of an outlet, and the stages that finish the outlet's articles."""

    def __init__(self, rules: Rules, stages: Sequence[Stage]) -> None:
        self.rules = rules
        self.stages = stages

    def page(self, body: bytes, url: str, content_type: str | None = None) -> Page:
        """Return the parsed page.

        :raises Rejected: `body` holds no page.
        """
        return Page(body, url, content_type=content_type, encoding=self.rules.encoding)

    def extract(self, page: Page, further: Iterable[Page] = (), *, fetched_at: datetime) -> Article:
        """Return the article on `page` and its `further` pages, in blocks, before all stages.

        :raises Rejected: a page holds no article.
        """
        article = extract(page, self.rules, fetched_at=fetched_at)
        for more in further:
            article = join(article, more, self.rules)
        return article

    def finish(self, article: Article) -> Article:
        """Return `article` after all stages.

        :raises Rejected: a stage turned the article away.
        """
        for stage in self.stages:
            article = stage.process_item(article)
        return article


class DocumentReader:
    """Readers of pages and texts from anywhere, by the outlet of the URL."""

    def __init__(self, settings: Settings) -> None:
        spiders = load_spiders(settings)
        stages = load_stages(settings)
        self._registry = Registry(spiders)
        self._readers = {name: Reader(spider.rules(), stages) for name, spider in spiders.items()}
        self._readers[GENERIC.name] = Reader(GENERIC, stages)

    @property
    def names(self) -> list[str]:
        """The names that `read` takes as `outlet`."""
        return list(self._readers)

    def read(
        self,
        document: Document,
        *,
        url: str = "",
        outlet: str | None = None,
        fetched_at: datetime | None = None,
    ) -> Article:
        """Return the article in `document`.

        :param url: the address of the document, if known; default: the one that its file tells
        :param outlet: the outlet whose rules apply; None: the outlet of `url`, else of the address
            that the page states, else no outlet (`generic`)
        :param fetched_at: an instant after the article's publication; default: the time that the
            file tells, else now
        :raises Rejected: `document` holds no article.
        """
        url, captured_at = captured(url or document.url)
        fetched_at = fetched_at or captured_at
        reader = self._readers[outlet] if outlet else self._reader_of([url])
        if document.kind == "text":
            text = document.body.decode("utf-8", "replace")
            fetched_at = fetched_at or document.fetched_at or clock.now()
            return reader.finish(extract_text(text, url, reader.rules, fetched_at=fetched_at))
        page = reader.page(document.body, url, document.content_type)
        if outlet is None and reader.rules is GENERIC:
            reader = self._reader_of(page.own_urls())
        fetched_at = fetched_at or page.captured_at or document.fetched_at or clock.now()
        return reader.finish(reader.extract(page, fetched_at=fetched_at))

    def _reader_of(self, urls: Iterable[str]) -> Reader:
        spider = self._registry.nearest(urls)
        return self._readers[spider.name if spider else GENERIC.name]


@cache
def _documents() -> DocumentReader:
    return DocumentReader(project_settings({}))


def read_page(html: bytes, url: str, *, fetched_at: datetime | None = None) -> Article:
    """Return the article on an HTML page, by the rules of the outlet at `url`.

    The page of an unknown outlet is read by the defaults that all outlets share. The article's
    topics are found, and demand nothing.

    :param html: the body of the response, in the page's own charset, not compressed
    :param fetched_at: timezone-aware; later times on the page count as impossible. Default: now
    :raises Rejected: the page holds no article; docs/dataset.md lists the reasons.
    """
    return _documents().read(Document(html, "html"), url=url, fetched_at=fetched_at)
