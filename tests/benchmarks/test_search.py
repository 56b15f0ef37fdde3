"""The judged queries of the search keep their floors."""

from __future__ import annotations

from statistics import mean

from benchmarks.search import judged


def test_60_judged_queries_find_what_readers_expect(tmp_path):
    scores = judged(tmp_path)
    assert len(scores) >= 60
    assert mean(scores.values()) >= 0.9
    assert {query for query, score in scores.items() if score < 0.5} == set()
