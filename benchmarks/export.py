"""`scrapy export` in every format: seconds, processor seconds and peak memory, at two sizes.

`EXPORT_ROWS=1000000` in the environment takes as many articles as it says. The texts are 2,000
made-up ones, over and over: real ones compress less.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import generate

SIZES = (10_000, 100_000)
KINDS = ("csv", "jsonl", "parquet", "duckdb")


def measure(folder: Path, kind: str) -> str:
    """One line about the export of the dataset in `folder`."""
    target = folder / f"export.{kind}"
    command = [sys.executable, "-m", "scrapy", "export", "--latest", "-q", "--to", kind]
    started = time.perf_counter()
    child = subprocess.Popen([*command, "-o", str(target), "-s", f"OUTPUT_DIR={folder}"])
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0
    seconds = time.perf_counter() - started
    size = target.stat().st_size / 1e6
    target.unlink()
    return (
        f"{kind:8} {seconds:6.1f} s, {used.ru_utime + used.ru_stime:6.1f} s of processor,"
        f" {used.ru_maxrss // 1024:5} MB peak, {size:7.1f} MB written"
    )


def main() -> None:
    asked = os.environ.get("EXPORT_ROWS")
    for rows in [int(asked)] if asked else SIZES:
        with tempfile.TemporaryDirectory() as name:
            generate(Path(name), rows)
            for kind in KINDS:
                print(f"{rows:>9,} articles {measure(Path(name), kind)}", flush=True)


if __name__ == "__main__":
    main()
