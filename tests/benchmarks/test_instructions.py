"""Instructions are counted in other processes, by whatever counts on this machine."""

import subprocess
import sys

import pytest

from benchmarks import instructions, ratio, tools
from benchmarks.tools import Sample


def page(paragraphs: int) -> Sample:
    text = "".join(f"<p>Paragraf {number} tentang ponsel.</p>" for number in range(paragraphs))
    html = f"<html><body><article>{text}</article></body></html>"
    return Sample("page", "https://koran.example/1", html, html.encode())


@pytest.mark.trial
def test_a_longer_page_costs_more_instructions():
    if instructions.counter() is None:
        pytest.skip("neither perf nor valgrind counts instructions on this machine")
    short, long = (instructions.a_page("jusText", [page(size)]) for size in (10, 100))
    assert short
    assert long
    assert 5 * short < long < 20 * short


def test_the_process_that_is_counted_fails_loudly_over_an_unknown_tool(tmp_path):
    (tmp_path / "samples").write_bytes(b"\x80\x04].")
    command = [
        sys.executable,
        "-m",
        "benchmarks.instructions",
        "nothing",
        tmp_path / "samples",
        "1",
    ]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_an_uncounted_machine_gives_no_figure(monkeypatch):
    monkeypatch.setattr(instructions, "counter", lambda: None)
    assert instructions.a_page(tools.PEER, [page(1)]) is None


def test_a_share_is_compared_with_those_of_the_same_build_only():
    assert "trafilatura" in ratio.build()
    assert ratio.build().startswith(f"Python {sys.version_info.major}.{sys.version_info.minor} ")


def test_the_pages_of_the_ratio_are_small_and_heavy_ones_and_always_the_same():
    sizes = sorted(len(sample.raw) for sample in ratio.samples())
    assert sizes[0] < 10_000
    assert sizes[-len(ratio.HEAVY)] > 90_000
    assert ratio.samples() == ratio.samples()
