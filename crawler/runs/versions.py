"""The versions that a run's row names, and its counts by reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import scrapy

from crawler.extraction import EXTRACTOR_VERSION
from output.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable


def counted(counts: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return pairs of reason and count in the form of columns such as `failed_by`"""
    return [{"reason": name, "count": count} for name, count in counts]


def versions() -> list[dict[str, str]]:
    """Return the versions of all that decides what a row holds, in the form of the column."""
    running = {
        "extractor": EXTRACTOR_VERSION,
        "schema": str(SCHEMA_VERSION),
        "scrapy": scrapy.__version__,
        "pyarrow": pa.__version__,
    }
    return [{"name": name, "version": version} for name, version in running.items()]
