"""Extraction must not grow slower unseen: its instructions are held to trafilatura's of one run."""

import pytest

from benchmarks import instructions, ratio

ROOM = 1.05


@pytest.mark.trial
def test_extraction_costs_no_larger_share_of_trafilaturas_instructions_than_recorded():
    """Two to five minutes under valgrind, seconds where `perf stat` counts."""
    if instructions.counter() is None:
        pytest.skip("neither perf nor valgrind counts instructions on this machine")
    if (before := ratio.recorded().get(ratio.build())) is None:
        pytest.skip(
            f"no share is recorded for {ratio.build()}: python -m benchmarks.ratio --record"
        )
    found = ratio.measure()
    assert found
    assert found.share <= before * ROOM, (
        f"{found.ours:,.0f} instructions a page are {found.share:.4f} of trafilatura's"
        f" {found.peer:,.0f}; {before} was recorded"
    )
