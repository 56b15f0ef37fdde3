"""Every command loads all others when it starts, so that none may load what only it needs."""

from __future__ import annotations

import subprocess
import sys

from tests.places import CHECKOUT

NEEDED_BY_FEW = {
    "distributed", "duckdb", "jinja2", "starlette", "tldextract", "trafilatura",
    "uvicorn", "vl_convert",
}  # fmt: skip


def test_a_start_loads_nothing_that_only_some_commands_need() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "scrapy", "list"]
    started = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    modules = {line.rpartition("|")[2].strip() for line in started.stderr.splitlines()}
    assert "crawler.terminal.maintenance" in modules
    assert not {module.partition(".")[0] for module in modules} & NEEDED_BY_FEW
