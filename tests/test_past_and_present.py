"""A backfill, then the present: no article of the present is lost, and health is not harmed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.utils.project import get_project_settings

from crawler.newsroom import Newsroom
from crawler.outlets.registry import CRAWLED, load_spiders
from crawler.spider import NewsSpider
from output.dataset import open_dataset, read
from tests.crawls import crawl
from tests.moment import newsroom
from tests.places import CHECKOUT

DAYS = {"since": "2023-09-01", "until": "2023-09-30"}
OUTLETS = {
    name: outlet for name, outlet in load_spiders(get_project_settings()).items() if outlet.sources
}
IN_THE_SUITE = ("dailysocial", "kontan", "uzone")
"""An index without times, front pages beside a sitemap of the past, an outlet without a past."""


def serve(name: str, recent: int) -> Newsroom:
    return newsroom(seed=5, outlets=[name], recent=recent, past=4, older=0)


def stored(folder: Path) -> set[str]:
    if not (folder / "articles").exists():
        return set()
    return set(read(folder, columns=["article_id"])["article_id"].to_pylist())


def hold_to_the_present(outlet: type[NewsSpider], room: Newsroom, folder: Path) -> None:
    """Crawl the past and then the present; assert that the present is as without the past."""
    present = crawl(outlet, room, folder / "present")
    past = crawl(outlet, room, folder / "both", arguments=DAYS)
    both = crawl(outlet, room, folder / "both")
    has_past = any(source.has_past for source in outlet.sources)
    if not has_past:
        assert past.outcomes.stats["wartatek/judgement"] == "no_past"
    assert present.outcomes.count("stored") > 0
    assert stored(folder / "present") - stored(folder / "both") == set()
    judgements = [run.outcomes.stats["wartatek/judgement"] for run in (present, both)]
    assert judgements == ["healthy", "healthy"]


@pytest.mark.parametrize("name", IN_THE_SUITE)
def test_the_present_loses_no_article_to_a_backfill(name, tmp_path):
    with serve(name, recent=8) as room:
        hold_to_the_present(OUTLETS[name], room, tmp_path)


@pytest.mark.trial
@pytest.mark.parametrize("name", sorted(set(OUTLETS) - set(IN_THE_SUITE)))
def test_the_present_of_no_outlet_loses_an_article_to_a_backfill(name, tmp_path):
    with serve(name, recent=20) as room:
        hold_to_the_present(OUTLETS[name], room, tmp_path)


@pytest.mark.trial
def test_a_backfill_over_all_outlets_exits_0_and_names_those_without_a_past(tmp_path):
    names = sorted(name for name, outlet in OUTLETS.items() if outlet.status in CRAWLED)
    days = [word for name, day in DAYS.items() for word in ("-a", f"{name}={day}")]
    with newsroom(seed=5, outlets=names, recent=4, past=4, older=0) as room:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", "crawlall", *days, "-q"],
            cwd=CHECKOUT,
            env=os.environ | {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    without = [name for name in names if not any(s.has_past for s in OUTLETS[name].sources)]
    said = "is no_past: no list of this outlet goes back to the days asked for"
    assert done.returncode == 0, done.stderr
    named = {line.partition(" ")[0]: line.partition(" ")[2] for line in done.stderr.splitlines()}
    assert set(named.values()) == {said}
    assert set(without) <= named.keys(), "others' sitemaps may hold nothing of those days"
    runs = open_dataset(tmp_path, "runs").to_table(["outlet", "judgement"]).to_pylist()
    judged = {run["outlet"]: run["judgement"] for run in runs}
    assert judged == dict.fromkeys(names, "healthy") | dict.fromkeys(named, "no_past")


def test_a_present_run_after_a_backfill_takes_what_its_list_named_before(tmp_path):
    """Articles that a backfill sets aside come back, though the lists have not changed since."""
    outlet = OUTLETS["dailysocial"]
    with serve("dailysocial", recent=8) as room:
        crawl(outlet, room, tmp_path / "present")
        crawl(outlet, room, tmp_path / "both", arguments={"limit": "1"})
        crawl(outlet, room, tmp_path / "both", arguments=DAYS)
        room.fail("status", path="^/feed", status=404)
        crawl(outlet, room, tmp_path / "both")
    assert len(stored(tmp_path / "present")) > 1
    assert stored(tmp_path / "present") <= stored(tmp_path / "both")
