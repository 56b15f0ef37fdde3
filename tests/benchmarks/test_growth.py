"""A step that grows too fast is stopped and shown, and Python's start is no row's cost."""

import os
import sys

import pytest

from benchmarks import growth
from benchmarks.growth import Cost
from benchmarks.report import generate
from output.verification import verify


def test_a_step_over_the_limit_is_stopped_and_shown_as_over_it(monkeypatch):
    monkeypatch.setattr(growth, "LIMIT", 1)
    spent = growth.cost([sys.executable, "-c", "while True: pass"], os.environ)
    assert spent.stopped
    assert spent.seconds >= 0.9
    assert str(spent) == "over 1 s"


def test_a_step_that_fails_is_no_figure():
    with pytest.raises(RuntimeError, match="ended with 3: why"):
        growth.cost(
            [sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"],
            os.environ,
        )


def test_a_further_row_costs_what_the_larger_dataset_takes_more(monkeypatch):
    monkeypatch.setattr(growth, "SIZES", [1000, 11_000, 101_000])
    spent = [Cost(2.0, 100), Cost(3.0, 100), Cost(30.0, 100, stopped=True)]
    assert growth.further(1, spent) == "100 µs"
    assert growth.further(2, spent) == "> 300 µs"
    monkeypatch.setattr(growth, "SIZES", [1000, 11_000])
    assert growth.further(1, [Cost(30.0, 100, stopped=True), Cost(30.0, 100)]) == "–"


def test_every_step_that_is_to_stay_linear_is_measured(tmp_path):
    commands = " ".join(" ".join(command) for command in growth.steps(tmp_path).values())
    for word in ("compact", "verify", "report", "export", "Library", "crawl", "forget", "coverage"):
        assert word in commands


def test_the_dataset_that_grows_is_whole_by_verify(tmp_path):
    generate(tmp_path, 24, ["kontan", "tirto"])
    assert list(verify(str(tmp_path))) == []
