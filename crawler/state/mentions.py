"""The table mentions/ of the dataset, by the rules of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extraction.mentions.models import all_rules, find_all
from output.clock import WIB
from output.mentions import Text, rebuild

if TYPE_CHECKING:
    from collections.abc import Iterator

    from output.dataset import Location
    from output.schema import Row


def rebuild_mentions(location: Location, outlet: str) -> int:
    """Bring the mentions of `outlet` up to date; return the number of files written.

    The caller holds the outlet's lock.

    :raises OSError: when the dataset cannot be read or written.
    """
    return rebuild(location, outlet, all_rules(), _rows)


def _rows(text: Text) -> Iterator[Row]:
    year = text.published_at.astimezone(WIB).year if text.published_at else None
    for one in find_all(text.title, text.body, year):
        yield {
            "article_id": text.article_id,
            "content_hash": text.content_hash,
            "entity_id": one.entity_id,
            "kind": one.kind,
            "written": one.text,
            "part": one.part,
            "start": one.start,
            "sentence": one.sentence,
            "value": one.value,
            "unit": one.unit,
            "approximate": one.approximate,
        }
