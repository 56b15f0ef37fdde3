"""The trial of evidence: planted notices go, planted facts stay, and real texts lose no prose."""

from __future__ import annotations

import pytest

from benchmarks.recurrence import MANY, generated, many

pytestmark = pytest.mark.trial


def test_planted_notices_go_and_planted_facts_stay(tmp_path):
    figures = generated(tmp_path)
    assert len(figures.notices) >= 40 and len(figures.planted) - len(figures.notices) >= 100
    assert figures.facts_taken == []
    assert figures.precision >= 0.99, figures.wrong
    assert figures.recall >= 0.85, figures.missed
    firsts = figures.first_removals
    assert len(firsts) >= 0.85 * len(figures.notices)
    assert max(firsts.values()) <= 10
    assert figures.bytes_each <= 60


@pytest.mark.skipif(
    not MANY.exists(), reason="the thousands of texts (../shared/many) are not here"
)
def test_real_texts_lose_notices_and_no_labelled_prose(tmp_path):
    for by_rules in (False, True):
        before, after = many(tmp_path / str(by_rules), by_rules=by_rules)
        (_, texts, notices, _), (_, texts_left, notices_left, prose_gone) = before, after
        assert prose_gone == 0
        assert texts_left < texts and notices_left < notices
        assert by_rules or notices_left <= 0.41 * notices  # 126 of 310, as labelled
