"""Whole processes that are killed, starved of disk or started twice; the long trials too."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.backfill import OUTLET, backfill
from crawler.newsroom import Newsroom
from crawler.state.locks import locked
from output.dataset import open_dataset, read
from output.verification import verify
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests import prefork
from tests.crawls import crawl
from tests.moment import newsroom, world
from tests.places import CHECKOUT
from tests.test_incremental import ARTICLE, an_hour_later

UNHEALTHY, USAGE, HELD = 1, 2, 75
INTERRUPTED = HELD
SETTINGS = ("PART_ROWS=4", "DOWNLOAD_DELAY=0.02", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
OPTIONS = [word for setting in SETTINGS for word in ("-s", setting)]


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(seed=7, outlets=["mediaindonesia"], recent=16, past=0, older=0) as served:
        yield served


def environment(room: Newsroom, folder: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("CONTACT", "STATE_DIR")}
    return {**clean, "NEWSROOM": room.url, "OUTPUT_DIR": str(folder)}


def start(room: Newsroom, folder: Path, *arguments: str, command: str = "crawl") -> prefork.Command:
    words = [command, *OPTIONS, *(arguments or ("mediaindonesia",))]
    return prefork.Command(*words, env=environment(room, folder))


def finish(process: prefork.Command) -> tuple[int, str]:
    _, errors = process.communicate()
    return process.wait(), errors


def crawled(room: Newsroom, folder: Path) -> Counter[str]:
    """Return the stored URLs of `folder` after an undisturbed run."""
    done = crawl(MediaIndonesiaSpider, room, folder)
    assert done.outcomes.judgement()[0] == "healthy", done.stats
    assert verify(folder) == []
    return stored(folder)


def stored(folder: Path) -> Counter[str]:
    return Counter(read(folder, columns=["url"])["url"].to_pylist())


def test_a_killed_run_loses_no_article(room, tmp_path):
    folder = tmp_path / "killed"
    process = start(room, folder)
    while not any((folder / "articles").rglob("*.parquet")):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate()
    before = stored(folder)
    assert before
    after = crawled(room, folder)
    assert before <= after == crawled(room, tmp_path / "whole")
    assert set(after.values()) == {1}


def judgements(folder: Path) -> list[str]:
    return open_dataset(folder, "runs").to_table(["judgement"])["judgement"].to_pylist()


@pytest.mark.trial
@pytest.mark.parametrize("command", ["crawl", "crawlall"])
def test_a_terminated_run_is_judged_interrupted_and_loses_no_article(room, tmp_path, command):
    folder = tmp_path / "ended"
    room.fail("stall", path=ARTICLE, after=8)  # so that it is not done before
    process = start(room, folder, "-s", "DOWNLOAD_TIMEOUT=5", "mediaindonesia", command=command)
    while not any((folder / "articles").rglob("*.parquet")):
        assert process.poll() is None
        time.sleep(0.01)
    process.terminate()
    code, errors = finish(process)
    before = stored(folder)
    assert (code, judgements(folder)) == (INTERRUPTED, ["interrupted"]), errors
    [complaint] = [line for line in errors.splitlines() if line.startswith("mediaindonesia is")]
    assert f"interrupted: {len(before)} stored," in complaint
    room.recover()
    an_hour_later(folder)
    assert before <= crawled(room, folder) == crawled(room, tmp_path / "whole")


@pytest.mark.trial
def test_an_outlet_not_begun_within_run_timeout_is_named(tmp_path):
    with newsroom(seed=7, outlets=["kontan", "mediaindonesia"], recent=4, past=0) as room:
        room.fail("stall")
        settings = ("PARALLEL_OUTLETS=1", "RUN_TIMEOUT=5", "DOWNLOAD_TIMEOUT=10", "RETRY_ENABLED=0")
        options = [word for setting in settings for word in ("-s", setting)]
        code, errors = finish(start(room, tmp_path, *options, command="crawlall"))
    assert code == UNHEALTHY
    said = {line.split()[0]: line for line in errors.splitlines() if " is " in line}
    assert said["mediaindonesia"].endswith("not begun when RUN_TIMEOUT ended the run")
    assert judgements(tmp_path) != ["healthy"]


def test_a_full_disk_fails_the_run_and_loses_no_article(room, tmp_path):
    def small_files_only() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, 70_000))

    folder = tmp_path / "full"
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", *OPTIONS, "mediaindonesia"],
        cwd=CHECKOUT, env=environment(room, folder), capture_output=True, text=True,
        preexec_fn=small_files_only,
    )  # fmt: skip
    assert done.returncode in (UNHEALTHY, USAGE)
    assert "File too large" in done.stderr or "disk" in done.stderr
    assert crawled(room, folder) == crawled(room, tmp_path / "whole")


def test_an_outlet_is_crawled_by_a_single_process_at_a_time(room, tmp_path):
    with locked(tmp_path, "mediaindonesia"):
        crawl_one, crawl_all = start(room, tmp_path), start(room, tmp_path, command="crawlall")
        for code, errors in (finish(crawl_one), finish(crawl_all)):
            assert code == HELD
            assert f"process {os.getpid()} on" in errors
    assert not (tmp_path / "runs").exists()


# -- long trials


@pytest.mark.trial
def test_thirty_kills_lose_and_double_nothing(tmp_path):
    chance = random.Random(11)
    with newsroom(seed=11, outlets=["mediaindonesia"], recent=150, past=0, older=0) as room:
        folder = tmp_path / "killed"
        amid = 0
        for _ in range(30):
            room.publish("mediaindonesia", 5)
            # Counted in requests, since a machine's speed must not decide where a kill lands.
            enough = len(room.requests) + chance.randint(2, 30)
            process = start(room, folder)
            while process.poll() is None and len(room.requests) < enough:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.1))
            amid += process.poll() is None
            process.kill()
            process.communicate()
        assert amid > 15
        killed = crawled(room, folder)
        # A crawl that starts now misses only articles that the lists no longer name.
        assert crawled(room, tmp_path / "whole") <= killed
        assert set(killed.values()) == {1}


@pytest.mark.trial
def test_memory_stays_flat_over_a_backfill(tmp_path):
    """Backfill as many articles as BACKFILL in the environment says."""
    articles = int(os.environ.get("BACKFILL", "6000"))
    done = backfill(articles, tmp_path)
    told_of = world(1, [OUTLET], recent=0, past=articles, older=0)
    told = [entry.url for entry in told_of.desks[OUTLET].entries if entry.kind == "article"]
    assert sorted(read(tmp_path, columns=["canonical_url"])["canonical_url"].to_pylist()) == sorted(
        told
    )
    first, *_, last = done.memory.values()
    assert last < 1.15 * first, done.memory
