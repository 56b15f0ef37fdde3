"""The outlet's state, as middlewares take it from the spider of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.state.outlet_state import OutletState


class WithState(Protocol):
    """A spider that has opened the state of its outlet."""

    outlet_state: OutletState


def state_of(crawler: Crawler) -> OutletState:
    """Return the state that the spider of `crawler` has opened."""
    return cast("WithState", crawler.spider).outlet_state
