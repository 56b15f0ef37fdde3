"""Log lines that name an article instead of printing the whole, and no state's traceback."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING, Any

from scrapy import logformatter

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


class _Quiet(logging.Filter):
    """Drops Scrapy's tracebacks of a state that cannot be used, as on a full disk: the run ends,
    and `wartatek/state_error` says why."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], sqlite3.Error))


for _name in ("scrapy.core.scraper", "scrapy.utils.signal"):
    logging.getLogger(_name).addFilter(_Quiet())


class LogFormatter(logformatter.LogFormatter):
    """Scrapy's formatter, but with an item's URL for the item: whole articles bury the log."""

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return super().scraped(item.url, response, spider)

    def dropped(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        return super().dropped(item.url, exception, response, spider)

    def item_error(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        return super().item_error(item.url, exception, response, spider)
