"""The small tables of the dataset, by what the state knows of stories and recurring lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crawler.state.index import DatasetIndex
from crawler.state.recurrence.table import Judgement, rewrite_boilerplate
from crawler.state.stories.index import Stories
from output import stories as table
from output.description import publish_description

if TYPE_CHECKING:
    from collections.abc import Collection

    from scrapy.settings import BaseSettings


class Grouping(NamedTuple):
    """Counts of the articles that were grouped, and of their stories."""

    articles: int
    stories: int


def regroup(settings: BaseSettings) -> Grouping:
    """Rewrite clusters/ in the project's dataset, and the files that describe the dataset.

    :raises StateError, sqlite3.Error: the state cannot be opened.
    :raises OSError: the dataset cannot be written.
    """
    with DatasetIndex.of(settings) as index:
        grouping = rewrite_clusters(index)
    publish_description(settings["OUTPUT_DIR"])
    return grouping


def judge(
    settings: BaseSettings, outlets: Collection[str], asked: Collection[str]
) -> tuple[Grouping, Judgement]:
    """Rewrite clusters/ and boilerplate/ in the project's dataset, and its description.

    :param outlets: all outlets of the dataset
    :param asked: those of which lines are decided
    :raises StateError, sqlite3.Error: the state cannot be opened.
    :raises OSError: the dataset cannot be written.
    """
    with DatasetIndex.of(settings) as index:
        grouping = rewrite_clusters(index)
        judgement = rewrite_boilerplate(index, outlets, asked)
    publish_description(settings["OUTPUT_DIR"])
    return grouping, judgement


def rewrite_clusters(index: DatasetIndex) -> Grouping:
    """Rewrite clusters/ in the dataset that `index` indexes; an empty dataset gets no table.

    :raises OSError: the dataset cannot be written.
    """
    stories = Stories(index.db, index.root)
    stories.catch_up()
    if stories.is_empty():
        return Grouping(0, 0)
    clusters = table.publish(index.root.location, stories.all())
    return Grouping(len(clusters), len(clusters["cluster_id"].unique()))
