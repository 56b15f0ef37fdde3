"""Instructions that a tool spends on a page: a figure that other work on the machine leaves alone.

`perf stat` counts them in hardware. Where the machine hides its counters, as most virtual ones do,
valgrind's cachegrind counts the same by simulation, fifty times slower.
"""

from __future__ import annotations

import functools
import os
import pickle
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.tools import TOOLS, Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKOUT = Path(__file__).resolve().parents[1]


def by_perf(command: Sequence[str], place: Path) -> int | None:
    """Return the instructions of the second reading: those of two readings less those of one."""
    counts = []
    for readings in ("1", "2"):
        report = place / readings
        counted = ["perf", "stat", "-x,", "-e", "instructions:u", "-o", str(report), "--"]
        if _run([*counted, *command, readings]) != 0:
            return None
        found = re.search(r"^(\d+),", report.read_text(), re.MULTILINE)
        if found is None:
            return None
        counts.append(int(found[1]))
    return counts[1] - counts[0]


def by_valgrind(command: Sequence[str], place: Path) -> int | None:
    """Return the instructions of the second reading: those of a process that reads twice, less
    those of the child that it forks in between, which has done all that comes before."""
    options = ["--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={place}/%p"]
    if _run(["valgrind", "-q", *options, *command, "forked"]) != 0:
        return None
    reports = [path.read_text(errors="replace") for path in place.glob("[0-9]*")]
    counts = [re.search(r"^summary: (\d+)", report, re.MULTILINE) for report in reports]
    once, twice = sorted(int(count[1]) for count in counts if count)
    return twice - once


def _run(command: Sequence[str]) -> int:
    """Run `command` with hashes that are the same every time, and return its exit code."""
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, check=False, capture_output=True)
    return done.returncode


@functools.cache
def counter() -> str | None:
    """Return the name of what counts on this machine, or None."""
    if shutil.which("perf"):
        asked = ["perf", "stat", "-x,", "-e", "instructions:u", "true"]
        told = subprocess.run(asked, check=False, capture_output=True, text=True).stderr
        if re.match(r"\d+,", told):
            return "perf stat"
    return "valgrind" if shutil.which("valgrind") else None


def a_page(tool: str, samples: Sequence[Sample]) -> float | None:
    """Return the instructions that `tool` spends on one of `samples` when it has read all of them
    once before, so that nothing is left to load.

    :return: None if nothing counts on this machine, or if the tool fails under the counter
    """
    if (name := counter()) is None:
        return None
    with tempfile.TemporaryDirectory() as place:
        pages = Path(place, "samples")
        pages.write_bytes(pickle.dumps([(s.file, s.url, s.html, s.raw) for s in samples]))
        command = [sys.executable, "-m", "benchmarks.instructions", tool, str(pages)]
        count = {"perf stat": by_perf, "valgrind": by_valgrind}[name]
        spent = count(command, Path(place))
    return None if spent is None else spent / len(samples)


def python_build() -> str:
    """Return this Python's version, and whether it was built with profile-guided optimisation."""
    configured = sysconfig.get_config_var("CONFIG_ARGS") or ""
    pgo = "with" if "--enable-optimizations" in configured else "without"
    return f"Python {sys.version.split()[0]} {pgo} --enable-optimizations (PGO)"


def main() -> None:
    """Read the samples of a file with one tool: the process that is counted."""
    tool, pages, readings = sys.argv[1:]
    samples = [Sample(*values) for values in pickle.loads(Path(pages).read_bytes())]
    read = TOOLS[tool]()

    def all_samples() -> None:
        for sample in samples:
            read(sample)

    all_samples()
    if readings == "forked" and os.fork() == 0:
        os._exit(0)
    if readings != "1":
        all_samples()
    os._exit(0)  # as the child: taking down the interpreter is no part of reading


if __name__ == "__main__":
    main()
