"""Entities by their mentions in the latest captures: how often, with whom, first and last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.compute as pc

from output.mentions import open_mentions
from output.views import connect, reading

if TYPE_CHECKING:
    from output.dataset import Location
    from output.schema import Row

_FOUND = """
    CREATE TEMP TABLE found AS
    SELECT article_id, title, sentence, part, start,
        coalesce(published_at, fetched_at) AS moment,
        strftime(coalesce(published_at, fetched_at) AT TIME ZONE 'Asia/Jakarta', '%Y-%m') AS month
    FROM mentions JOIN latest USING (article_id, content_hash) WHERE entity_id = ?"""
_FIRST = "FROM found ORDER BY moment, article_id, part DESC, start LIMIT 1"
_NEWEST = """
    FROM found QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY part, start) = 1
    ORDER BY moment DESC, article_id LIMIT 20"""
_MONTHS = "SELECT month, count(DISTINCT article_id) AS articles FROM found GROUP BY 1 ORDER BY 1"
_BESIDE = """
    SELECT entity_id, count(DISTINCT article_id) AS articles
    FROM mentions JOIN latest USING (article_id, content_hash)
    WHERE article_id IN (SELECT article_id FROM found) AND entity_id <> ?
        AND kind NOT IN ('money', 'percent')
    GROUP BY ALL ORDER BY articles DESC, entity_id LIMIT 20"""


class Profile(NamedTuple):
    """An entity: counts of articles by month in WIB and of the entities in the same articles, the
    first mention, and a mention of each of the twenty newest articles, in bodies rather than
    headlines."""

    articles: int
    months: list[Row]
    beside: list[Row]
    first: Row
    newest: list[Row]


def profile(location: Location, entity_id: str) -> Profile | None:
    """Return the profile of an entity; None for an entity without a mention.

    :raises OSError: when a file cannot be read.
    """
    with reading(), connect(location) as connection:

        def rows(query: str, *values: str) -> list[Row]:
            told: list[Row] = connection.sql(query, params=values).to_arrow_table().to_pylist()
            return told

        connection.execute(_FOUND, [entity_id])
        first = rows(_FIRST)
        if not first:
            return None
        months = rows(_MONTHS)
        total = sum(each["articles"] for each in months)
        return Profile(total, months, rows(_BESIDE, entity_id), first[0], rows(_NEWEST))


def named_in(location: Location, outlet: str, article_id: str, content_hash: str) -> list[str]:
    """Return the ids of the entities that a content of an article names, the most often named
    first.

    :raises OSError: when a file cannot be read.
    """
    wanted = pc.field("article_id") == pc.scalar(article_id)
    wanted &= pc.field("content_hash") == pc.scalar(content_hash)
    wanted &= ~pc.field("kind").isin(["money", "percent"])
    with reading():
        found = open_mentions(location, outlet).to_table(["entity_id"], filter=wanted)
    counts = Counter(str(entity_id) for entity_id in found["entity_id"].to_pylist())
    return sorted(counts, key=lambda entity_id: (-counts[entity_id], entity_id))
