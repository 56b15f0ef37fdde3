"""A run without a network, in a process of its own: a single line names the cause."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

RESOLVER = """
import socket, time

def look_up(host, *rest, **more):
    {answer}

socket.getaddrinfo = look_up
"""
REFUSED = 'raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")'
SILENT = "time.sleep(600)"
TRIAL = pytest.mark.trial  # 11 to 36 s each, most of them waiting


def scrapy(folder: Path, *words: str, **environment: str) -> tuple[int, list[str], float]:
    """The exit code, the lines on standard error, and the seconds of a command."""
    clean = {k: v for k, v in os.environ.items() if k not in ("NEWSROOM", "CONTACT")}
    clean = {k: v for k, v in clean.items() if not k.lower().endswith("_proxy")}
    clean |= {"OUTPUT_DIR": str(folder / "data"), "CONTACT": "redaksi@wartatek.id"}
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=CHECKOUT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stderr.splitlines(), time.monotonic() - start


@pytest.mark.parametrize("words", [("crawlall", "-q"), ("crawl", "kontan", "-q")])
@pytest.mark.parametrize(
    "answer", [REFUSED, pytest.param(SILENT, marks=TRIAL)], ids=["refused", "silent"]
)
def test_failed_lookups_are_one_line(tmp_path, words, answer):
    (tmp_path / "sitecustomize.py").write_text(RESOLVER.format(answer=answer))
    code, said, seconds = scrapy(tmp_path, *words, PYTHONPATH=str(tmp_path))
    assert (code, said) == (1, ["no outlet could be reached: DNS lookup failed"])
    assert seconds < (60 if answer is SILENT else 40)  # 19 s and 3 s on a machine at rest


@pytest.mark.parametrize("words", [("crawlall",), ("crawl", "kontan")])
def test_a_dead_newsroom_is_named_last_and_without_a_traceback(tmp_path, words):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code, said, _ = scrapy(tmp_path, *words, NEWSROOM=f"http://127.0.0.1:{port}")
    assert (code, said[-1]) == (1, "no outlet could be reached: connection refused")
    assert not [line for line in said if "Traceback" in line]


CONNECTING = """
import errno, socket

def look_up(host, port, *rest, **more):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port or 0))]

def connect(self, address):
    return errno.{answer}

socket.getaddrinfo = look_up
socket.socket.connect_ex = connect
socket.socket.connect = None
"""


@pytest.mark.parametrize(
    ("words", "answer", "cause"),
    [
        (("crawlall", "-q"), "ECONNREFUSED", "connection refused"),
        pytest.param(("crawlall", "-q"), "ENETUNREACH", "connection failed", marks=TRIAL),
        pytest.param(("crawl", "kontan", "-q"), "EHOSTUNREACH", "connection failed", marks=TRIAL),
    ],
)
def test_hosts_that_resolve_and_take_no_connection_are_one_line(tmp_path, words, answer, cause):
    (tmp_path / "sitecustomize.py").write_text(CONNECTING.format(answer=answer))
    code, said, seconds = scrapy(tmp_path, *words, PYTHONPATH=str(tmp_path))
    assert (code, said) == (1, [f"no outlet could be reached: {cause}"])
    assert seconds < 60
