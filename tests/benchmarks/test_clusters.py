"""The benchmark of stories asks what a crawl asks."""

from __future__ import annotations

from benchmarks import clusters
from crawler.state.index import open_index
from crawler.state.regroup import rewrite_clusters
from output.stories import stories


def test_the_benchmark_of_stories_groups_credits_and_asks(tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "COUNT", 60)
    monkeypatch.setattr(clusters, "NEW", 3)
    clusters.write_dataset(str(tmp_path))
    with open_index(tmp_path, tmp_path) as index:
        grouped = rewrite_clusters(index)
        clusters.ask(index)
    assert grouped.articles == 60
    assert ["Antara"] in stories(tmp_path)["wire"].to_pylist()
