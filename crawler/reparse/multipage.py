"""Articles on several pages, joined from the records of a file in any order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from crawler.archive.reader import BadRecordError, read_page
from crawler.extraction.body.multipage import MAX_PAGES, address, is_further

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from crawler.archive.reader import ArchivedPage
    from crawler.archive.scanner import Counts


class _Kept(NamedTuple):
    """The place of a page in the file, and the addresses that the page links to."""

    url: str
    fetched_at: datetime
    offset: int
    listed: bytes
    outlet: str
    further: Sequence[str]


class Paged:
    """The places of pages that may be parts of articles, until all pages of a file are seen.

    The bodies are not held, but read again from the file.
    """

    def __init__(self) -> None:
        self._kept: dict[str, list[_Kept]] = defaultdict(list)

    def keep(self, page: ArchivedPage, further: Sequence[str]) -> None:
        """:param further: the addresses of other pages of the article, by the links on `page`"""
        kept = _Kept(page.url, page.fetched_at, page.offset, page.listed, page.outlet, further)
        self._kept[address(page.url)].append(kept)

    def articles(
        self, source: BinaryIO, counts: Counts
    ) -> Iterator[tuple[ArchivedPage, list[ArchivedPage] | None]]:
        """Yield each first page with the further pages of the article; None if a page is missing.

        A further page that no first page leads to is an article that lacks a page, too. Pages that
        cannot be found again, as in a file compressed as a whole, count as `bad/place`.
        """
        for first, rest in self._articles():
            further = [_read(source, page) for page in rest or ()]
            if page := _read(source, first):
                whole = [page for page in further if page]
                yield page, whole if rest is not None and len(whole) == len(rest) else None
            else:
                counts[first.outlet, "bad/place"] += 1 + len(further)

    def _articles(self) -> Iterator[tuple[_Kept, list[_Kept] | None]]:
        parts = self._parts()
        used: set[int] = set()
        for place, pages in self._kept.items():
            for first in pages if place not in parts else ():
                rest = self._follow(first)
                used.update(page.offset for page in rest or ())
                yield first, rest
        for place in parts:
            for page in self._kept[place]:
                if page.offset not in used:
                    yield page, None

    def _parts(self) -> list[str]:
        """Return the addresses of further pages.

        Such an address holds a page number, or is longer than the address of a linked page.
        """
        steps = [
            (place, address(link))
            for place, pages in self._kept.items()
            for page in pages
            for link in page.further
        ]
        longer = {max(step, key=len) for step in steps if len(step[0]) != len(step[1])}
        return [
            place
            for place, [page, *_] in self._kept.items()
            if place in longer or is_further(page.url)
        ]

    def _follow(self, first: _Kept) -> list[_Kept] | None:
        """Return the further pages of the article on `first`, None if a page is missing."""
        read, rest, page = {address(first.url)}, [], first
        while left := [link for link in page.further if address(link) not in read]:
            if len(read) == MAX_PAGES:
                break
            captures = self._kept.get(address(left[0]))
            if not captures:
                return None
            page = min(captures, key=lambda page: abs(page.fetched_at - first.fetched_at))
            read.add(address(page.url))
            rest.append(page)
        return rest


def _read(source: BinaryIO, kept: _Kept) -> ArchivedPage | None:
    try:
        page = read_page(source, kept.offset)
    except (OSError, BadRecordError):
        return None
    return page and replace(page, listed=kept.listed, outlet=kept.outlet)
