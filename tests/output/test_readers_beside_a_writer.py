"""Tools that read folders in loops, while their partitions are compacted a thousand times.

A run, a reparse and a grouping publish meanwhile. A read is exact if it has each row once: all that
were published before it began, and none that nobody had begun to publish when it ended. It takes
some three minutes; COMPACTIONS in the environment says how many.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.output import beside


@pytest.mark.trial
def test_a_read_is_exact_or_fails_while_partitions_are_compacted(tmp_path):
    asked = int(os.environ.get("COMPACTIONS", "1000"))
    rounds = range(2, 2 + asked // len(beside.OUTLETS))
    data = tmp_path / "data"
    beside.publish(data, [(f"kontan:{n}", "kontan:0") for n in range(beside.GROUPED)])
    for outlet in beside.OUTLETS:
        beside.compacting(tmp_path, outlet, range(2))
    groups = [[tool] for tool in beside.PLAIN] + [list(beside.OURS)]
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(12, mp_context=spawned) as pool:
        others = [
            pool.submit(work, tmp_path)
            for work in (beside.running, beside.reparsing, beside.grouping)
        ]
        readers = [pool.submit(beside.reading, tmp_path, tools) for tools in groups]
        writers = [pool.submit(beside.compacting, tmp_path, o, rounds) for o in beside.OUTLETS]
        try:
            compactions = sum(writer.result() for writer in writers)
        finally:
            beside.stop(tmp_path)
        for other in others:
            other.result()
        tallies = [tally for reader in readers for tally in reader.result()]
    print(f"\n{compactions:,} compactions of articles/\n| tool | reads | exact | errors | wrong |")
    for tally in tallies:
        errors, wrong = tally.errors.total(), tally.wrong.total()
        print(f"| {tally.tool} | {tally.reads} | {tally.exact} | {errors} | {wrong} |")
        print("  ", dict(tally.errors), dict(tally.wrong))
    assert compactions >= asked
    for tally in tallies:
        assert not tally.wrong, tally
        assert tally.exact > 0, tally
        assert tally.tool not in ("read", "select") or not tally.errors, tally
