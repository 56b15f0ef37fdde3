"""What stands in deploy/ is what the documentation promises, and what cron and systemd accept."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from crawler.terminal import base as terminal
from crawler.terminal import exit_codes
from output import clock
from output.dataset import read
from tests.moment import newsroom
from tests.places import CHECKOUT

BIN = str(Path(sys.executable).parent)
DEPLOY = CHECKOUT / "deploy"


def test_every_exit_code_is_in_the_table():
    rows = re.findall(r"^\| (\d+) \|", (CHECKOUT / "docs/cron.md").read_text(), re.MULTILINE)
    codes = {0, exit_codes.UNHEALTHY, terminal.USAGE, exit_codes.HELD}
    assert {int(row) for row in rows} == codes


def test_cron_does_not_call_make():
    lines = [line for line in (DEPLOY / "crontab").read_text().splitlines() if "scrapy" in line]
    assert len(lines) == 2
    assert all(".venv/bin/python -m scrapy" in line and "make" not in line for line in lines)


def test_systemd_takes_a_held_outlet_for_no_failure():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "wartatek.service")
    assert unit["Service"]["SuccessExitStatus"] == str(exit_codes.HELD)
    assert unit["Service"]["ExecStart"].endswith(".venv/bin/python -m scrapy crawlall")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("unit", ["wartatek.service", "wartatek.timer"])
def test_systemd_accepts_the_units(tmp_path, unit):
    for name in ("wartatek.service", "wartatek.timer"):
        text = (DEPLOY / name).read_text().replace("/srv/wartatek/.venv/bin/python", "/bin/true")
        (tmp_path / name).write_text(text.replace("User=wartatek\n", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True
    )
    assert "wartatek" not in done.stderr, done.stderr


@pytest.mark.skipif(not shutil.which("logrotate"), reason="logrotate is not here")
def test_logrotate_accepts_the_file(tmp_path):
    copied = tmp_path / "wartatek"
    copied.write_text((DEPLOY / "logrotate").read_text())
    copied.chmod(0o644)  # it ignores what a group may write
    done = subprocess.run(
        ["logrotate", "--debug", "--state", str(tmp_path / "state"), str(copied)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "error" not in done.stderr, done.stderr


@pytest.mark.trial
@pytest.mark.skipif(not shutil.which("cron") or os.getuid() != 0, reason="no cron daemon here")
def test_the_real_cron_runs_it_every_minute(tmp_path):
    if subprocess.run(["crontab", "-l"], capture_output=True).returncode == 0:
        pytest.skip("this user has a crontab of its own")
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=8, past=0, older=0) as room:
        table = (DEPLOY / "crontab").read_text().replace("*/30", "*")
        table = table.replace(
            "crawlall -q --logfile output/", f"crawlall mediaindonesia -q --logfile {tmp_path}/"
        )
        table = table.replace("WARTATEK=/srv/wartatek", f"WARTATEK={CHECKOUT}").replace(
            "MAILTO=you@example.org", 'MAILTO=""'
        )
        present = f"{clock.OFFSET}={os.environ[clock.OFFSET]}\n"
        table = f"NEWSROOM={room.url}\nOUTPUT_DIR={tmp_path}/data\n{present}{table}"
        subprocess.run(["crontab", "-"], input=table, text=True, check=True)
        daemon = subprocess.Popen(["cron", "-f"])
        try:
            wait_for(lambda: len(list((tmp_path / "data/runs").rglob("*.parquet"))) >= 2)
        finally:
            daemon.terminate()
            daemon.wait()
            subprocess.run(["crontab", "-r"], check=True)
    stored = read(tmp_path / "data", columns=["article_id"])["article_id"].to_pylist()
    assert stored and len(stored) == len(set(stored))


@pytest.mark.trial
@pytest.mark.skipif(not shutil.which("scrapyd", path=BIN), reason="scrapyd is not here")
def test_scrapyd_serves_the_checkout_as_it_is(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folders = "".join(f"{name}_dir = {tmp_path / name}\n" for name in ("eggs", "logs", "dbs"))
    config = f"[scrapyd]\nhttp_port = {port}\nbind_address = 127.0.0.1\npoll_interval = 0.5\n"
    (tmp_path / ".scrapyd.conf").write_text(config + folders)
    asked = {"project": "default", "spider": "mediaindonesia"}
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=8, past=0, older=0) as room:
        names = {"HOME": str(tmp_path), "NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path / "data")}
        with subprocess.Popen([f"{BIN}/scrapyd"], cwd=CHECKOUT, env=os.environ | names) as scrapyd:
            try:
                wait_for(lambda: answers(port))
                address = f"http://127.0.0.1:{port}/schedule.json"
                with urlopen(address, urlencode(asked).encode()) as response:
                    assert json.load(response)["status"] == "ok"
                wait_for(lambda: list((tmp_path / "data/runs").rglob("*.parquet")))
            finally:
                scrapyd.terminate()
    assert len(read(tmp_path / "data"))


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(done, seconds=600):
    """Another program's own clock is all there is to wait for."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it has not come"
        time.sleep(1)
