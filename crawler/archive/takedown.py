"""Takedown of an article for good: rows, rejects, the queue, and the pages in the archive.

The tombstone comes first and says that it is unfinished until all is gone, so that the outlet's
next run, or any command that holds its lock, finishes what a kill cut short.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.archive.erase import erase
from crawler.archive.writer import open_folder, recover
from output import mentions, stories
from output.filesystem import Root
from output.takedown import bury, clear_staging, remove_rows, settle, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings


class TakenDown(NamedTuple):
    """Counts of removed rows and pages, and damaged archive files, which may hold more pages."""

    rows: int
    pages: int
    damaged: list[str]


def take_down(
    settings: BaseSettings, outlet: str, article_id: str, aliases: Iterable[str] = ()
) -> TakenDown:
    """Remove the article so that it is never fetched again, under its aliases neither. The caller
    holds the outlet's lock.

    :raises OSError: the dataset or the archive cannot be written; the next run finishes.
    """
    location = settings["OUTPUT_DIR"]
    begun = {article: tombstone for tombstone, article in unfinished(location, outlet)}
    tombstones = {
        name: begun.get(name) or bury(location, outlet, name) for name in (article_id, *aliases)
    }
    gone = [_remove(settings, outlet, name, place) for name, place in tombstones.items()]
    clear_staging(Root(location), outlet)
    return TakenDown(sum(one.rows for one in gone), sum(one.pages for one in gone), gone[0].damaged)


def finish_takedowns(settings: BaseSettings, outlet: str) -> None:
    """Finish the takedowns that were killed. The caller holds the outlet's lock.

    :raises OSError: as `take_down`.
    """
    for tombstone, article_id in unfinished(settings["OUTPUT_DIR"], outlet):
        _remove(settings, outlet, article_id, tombstone)


def _remove(settings: BaseSettings, outlet: str, article_id: str, tombstone: str) -> TakenDown:
    location = settings["OUTPUT_DIR"]
    root, folder = Root(location), Path(settings["STATE_DIR"] or location)
    growing = open_folder(str(folder), outlet)
    recover(
        root, growing, outlet
    )  # a run that died may have left a page of the article in an open file
    rows = remove_rows(location, outlet, article_id)
    stories.remove(root, article_id)
    mentions.remove(root, outlet, article_id)
    pages, damaged = erase(root, growing, outlet, article_id)
    settle(location, tombstone)
    return TakenDown(rows, pages, damaged)
