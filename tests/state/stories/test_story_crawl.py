"""A crawl of several outlets that carry an agency's stories ends in exactly these stories."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from scrapy.spiderloader import SpiderLoader

from crawler.state.regroup import regroup
from output.dataset import read
from output.stories import stories
from output.verification import verify
from tests.crawls import crawl, project_settings
from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.newsroom import Newsroom

OUTLETS = ("antara", "kontan", "mediaindonesia", "sindonews")


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom(seed=4, outlets=OUTLETS, recent=4, past=0, older=0, wires=24) as served:
        yield served


@pytest.fixture(scope="module")
def dataset(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    loader = SpiderLoader.from_settings(project_settings(room.url, folder))
    for outlet in OUTLETS:
        crawl(loader.load(outlet), room, folder)
    regroup(project_settings(room.url, folder))
    return folder


def wires_of(room: Newsroom, dataset: Path) -> dict[str, str]:
    """Return the story of each stored article: an agency's, or the article's own id."""
    rows = read(dataset, columns=["article_id", "url"]).to_pylist()
    return {row["article_id"]: room.truth(row["url"]).wire or row["article_id"] for row in rows}


def test_a_crawl_ends_in_the_agency_s_stories(room: Newsroom, dataset: Path):
    expected = defaultdict(set)
    for article_id, story in wires_of(room, dataset).items():
        expected[story].add(article_id)
    told = stories(dataset).to_pylist()
    assert sorted(map(sorted, expected.values())) == sorted(
        sorted(one["article_ids"]) for one in told
    )
    copied = [one for one in told if len(one["outlets"]) > 1]
    assert len(copied) >= 4
    assert all(one["cluster_id"].startswith("antara:") for one in copied)
    assert verify(dataset) == []


def test_a_row_has_the_story_known_when_it_was_stored(room: Newsroom, dataset: Path):
    wires = wires_of(room, dataset)
    rows = read(dataset, columns=["article_id", "cluster_id", "outlet"]).to_pylist()
    assert all(row["cluster_id"] for row in rows)
    later = [
        row for row in rows if row["outlet"] != "antara" and "/wire/" in wires[row["article_id"]]
    ]
    assert later  # the agency was crawled first
    assert all(wires[row["cluster_id"]] == wires[row["article_id"]] for row in later)
    assert all(row["cluster_id"].startswith("antara:") for row in later)


def test_the_wire_of_a_story_is_what_any_of_its_copies_prints(room: Newsroom, dataset: Path):
    printed = {
        row["article_id"]: {*room.truth(row["url"]).agencies}
        for row in read(dataset, columns=["article_id", "url"]).to_pylist()
    }
    told = stories(dataset).to_pylist()
    for story in told:
        agencies = set().union(*(printed[article_id] for article_id in story["article_ids"]))
        assert story["wire"] == sorted(agencies)
    silent = [
        article_id
        for story in told
        for article_id in story["article_ids"]
        if story["wire"] and not printed[article_id]
    ]
    assert silent  # a copy that does not name the agency has it all the same
