"""The end of a reparse: its row in runs/, and the wires by the agencies that it has read."""

from __future__ import annotations

from crawler.reparse.job import Job
from crawler.reparse.run_rows import keep_run
from output.stories import publish, stories
from output.verification import verify
from tests.datasets import NOON, row, write


def test_a_reparse_that_reads_other_agencies_keeps_the_wire_true(tmp_path):
    write(tmp_path, kontan=[row(1, agencies=["AFP"])], tirto=[row(2, "tirto")])
    publish(tmp_path, [("kontan:1", "kontan:1"), ("tirto:2", "kontan:1")])
    newer = {"extractor_version": "2099.01.01"}
    write(tmp_path, kontan=[row(1, agencies=[], **newer)])
    write(tmp_path, tirto=[row(2, "tirto", agencies=["Antara"], **newer)])
    assert [finding.path for finding in verify(tmp_path)] == ["clusters/clusters.parquet"]
    keep_run(Job(str(tmp_path), "uji"), [], 1.0, NOON)
    assert stories(tmp_path)["wire"].to_pylist() == [["Antara"]]
    assert verify(tmp_path) == []
