"""`scrapy browse` as it is typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

from tests.datasets import row, write
from tests.places import CHECKOUT


@contextmanager
def browse(folder, *words):
    command = [sys.executable, "-m", "scrapy", "browse", *words]
    environment = os.environ | {"OUTPUT_DIR": str(folder)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def test_browse_answers_at_the_printed_address_and_ends_quietly(tmp_path):
    write(tmp_path, kontan=[row(1)])
    with browse(tmp_path, "--port", "0", "--json") as first:
        url = json.loads(first.stdout.readline())["url"]
        with urllib.request.urlopen(url) as page:
            assert page.status == 200
        with browse(tmp_path, "--port", url.rstrip("/").rpartition(":")[2]) as second:
            assert second.wait() == 2
            assert second.stdout.read() == ""
            complaint = second.stderr.read()
            assert "Address already in use; --port 0 takes any free port" in complaint
            assert complaint.count("\n") == 1
        first.send_signal(signal.SIGINT)
        assert first.wait() == 0
        assert (first.stdout.read(), first.stderr.read()) == ("", "")


def test_a_mistake_is_one_line_and_exit_code_2(tmp_path):
    write(tmp_path, kontan=[row(1)])
    with browse(tmp_path, "--port", "65536") as process:
        assert process.wait() == 2
        assert process.stderr.read() == "scrapy browse: --port 65536 is no port\n"


def test_an_index_that_cannot_be_kept_is_made_for_the_time_being(tmp_path):
    write(tmp_path, kontan=[row(1)])
    (tmp_path / "search").write_text("in the way")
    with browse(tmp_path, "--port", "0") as process:
        url = process.stdout.readline().split()[4]
        with urllib.request.urlopen(url) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert "set STATE_DIR" in process.stderr.read()
