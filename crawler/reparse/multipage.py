"""Articles on several pages, put together from the records of one file, in whatever order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from crawler.archive.reader import BadRecordError, read_capture
from crawler.extraction.body.multipage import MAX_PAGES, address, is_further

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from crawler.archive.reader import Capture, Counts


class _Kept(NamedTuple):
    """Where a page stands in the file, and where it leads to."""

    url: str
    fetched_at: datetime
    offset: int
    listed: bytes
    outlet: str
    further: Sequence[str]


class Paged:
    """The pages of a file that may be parts of articles: which ones belong together is known when
    all have been seen. They are not held, but read again."""

    def __init__(self) -> None:
        self._kept: dict[str, list[_Kept]] = defaultdict(list)

    def keep(self, page: Capture, further: Sequence[str]) -> None:
        """:param further: where links on `page` say that other pages of its article stand"""
        kept = _Kept(page.url, page.fetched_at, page.offset, page.listed, page.outlet, further)
        self._kept[address(page.url)].append(kept)

    def articles(
        self, source: BinaryIO, counts: Counts
    ) -> Iterator[tuple[Capture, list[Capture] | None]]:
        """Every first page with the further ones of its article; None: one is not in the file.

        A further page that no first one leads to is an article that lacks a page, too. Where a
        page is not found again, as in a file that was compressed as a whole, that is counted.
        """
        for first, rest in self._articles():
            further = [_read(source, page) for page in rest or ()]
            if page := _read(source, first):
                whole = [one for one in further if one]
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
        """The addresses that say themselves that they are no first page, or are longer than those
        of pages that lead to them, or lead back."""
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
        """The further pages of the article that begins on `first`, as a crawl would read them."""
        read, rest, page = {address(first.url)}, [], first
        while left := [link for link in page.further if address(link) not in read]:
            if len(read) == MAX_PAGES:
                break
            captures = self._kept.get(address(left[0]))
            if not captures:
                return None
            page = min(captures, key=lambda one: abs(one.fetched_at - first.fetched_at))
            read.add(address(page.url))
            rest.append(page)
        return rest


def _read(source: BinaryIO, kept: _Kept) -> Capture | None:
    try:
        page = read_capture(source, kept.offset)
    except (OSError, BadRecordError):
        return None
    return page and replace(page, listed=kept.listed, outlet=kept.outlet)
