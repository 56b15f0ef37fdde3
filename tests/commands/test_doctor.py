"""`scrapy doctor` in a process of its own, over real HTTP on loopback: six outlets, five broken."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from crawler.newsroom import Newsroom
from crawler.state.database import open_database, state_path
from crawler.state.diagnoses import read_diagnoses
from crawler.state.refusals import Refusals
from tests import prefork
from tests.crawls import project_settings
from tests.moment import NOW, newsroom

OUTLETS = ["detikinet", "kontan", "mediaindonesia", "selular", "liputan6", "uzone"]
UNHEALTHY = 1


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom(seed=5, outlets=OUTLETS, recent=8, past=2) as served:
        served.fail("challenge", host="inet.detik.com", status=202)
        served.fail("status", host="mediaindonesia.com", path="/(feed|tekno|sitemap)", status=404)
        served.fail("status", host="selular.id", path=r"/\d{4}/", status=403)
        served.world.robots["liputan6"] = "User-agent: *\nDisallow: /\n"
        served.fail("truncated", host="uzone.id", path="-", size=3000)
        yield served


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doctor")


def doctor(room: Newsroom, out: Path, *words: str) -> CompletedProcess[str]:
    environment = os.environ | {"NEWSROOM": room.url, "OUTPUT_DIR": str(out), "STATE_DIR": ""}
    return prefork.scrapy("doctor", *words, env=environment)


@pytest.fixture(scope="module")
def told(room: Newsroom, out: Path) -> dict[str, dict]:
    done = doctor(room, out, "--json", *OUTLETS)
    assert done.returncode == UNHEALTHY, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["outlet"] for line in lines] == OUTLETS
    return {line["outlet"]: line for line in lines}


def test_each_outlet_is_told_to_work_or_with_its_wall(told):
    assert {name: each["works"] for name, each in told.items()} == {
        "detikinet": False,
        "kontan": True,
        "mediaindonesia": False,
        "selular": False,
        "liputan6": False,
        "uzone": False,
    }
    walls = {name: {source["wall"] for source in each["sources"]} for name, each in told.items()}
    assert "challenge (202)" in walls["detikinet"]
    assert walls["mediaindonesia"] == {"HTTP 404"}
    assert "403 Forbidden" in walls["selular"]
    assert walls["liputan6"] == {"refused by robots.txt"}
    assert "no article" in told["uzone"]["detail"] or "no rule" in told["uzone"]["detail"]


def test_two_articles_of_each_source_are_read_by_the_outlets_own_rules(told):
    declared = [source for source in told["kontan"]["sources"] if source["declared"]]
    fullest = max(declared, key=lambda source: source["items"])
    assert fullest["status"] == 200
    assert fullest["articles"] == fullest["items"] > 2
    assert fullest["newest"]
    assert [page["own_body"] for page in fullest["pages"]] == [True, True]
    assert max(len(source["pages"]) for source in told["kontan"]["sources"]) == 2


def test_no_row_is_stored_and_the_result_is_kept_with_its_day(told, out):
    assert not list(out.rglob("*.parquet"))
    kept = read_diagnoses(project_settings("", out, STATE_DIR=""))
    assert str(kept["kontan"]) == f"works in the newsroom, seen {NOW:%Y-%m-%d}"
    assert not kept["selular"].works
    assert kept["selular"].detail == told["selular"]["detail"]


def test_a_host_that_blocked_us_is_left_alone_by_later_runs(told, out, room):
    database = open_database(state_path(out))
    try:
        assert Refusals(database).current("inet.detik.com")
    finally:
        database.close()
    room.requests.clear()
    done = doctor(room, out, "detikinet")
    assert done.returncode == UNHEALTHY
    assert "left alone after challenge (202)" in done.stdout
    assert "0 of 1 outlets work; they do not:\ndetikinet: no source lists an article" in done.stdout
    assert room.requests == []


def test_outlets_that_may_not_be_crawled_are_not_asked(room, out):
    room.requests.clear()
    for name in ("republika", "antara"):
        assert doctor(room, out, name).returncode == 2
    assert room.requests == []


@pytest.fixture
def drifting(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(seed=7, outlets=["detikinet", "liputan6", "selular"], recent=8, past=2) as served:
        yield served


def test_urls_of_another_form_are_named_in_place_of_those_declared(drifting, tmp_path):
    drifting.fail("renamed", path="/d-", location="/artikel/")
    done = doctor(drifting, tmp_path, "detikinet")
    assert done.returncode == UNHEALTHY
    assert "no source lists an article (no link looks like an article's)" in done.stdout
    assert re.search(
        r"article_url takes 0 of \d+ links; \d+ are like inet.detik.com/\S+/artikel/N/SLUG",
        done.stdout,
    )


def test_a_section_of_another_name_is_named(drifting, tmp_path):
    drifting.fail("renamed", path="liputan6.com/tekno/", location="liputan6.com/teknologi/")
    done = doctor(drifting, tmp_path, "liputan6")
    assert re.search(
        r"liputan6: no article is in the section `technology`;"
        r" \d+ are like www.liputan6.com/teknologi/read/N/SLUG",
        done.stdout,
    )


def test_a_source_that_is_found_is_proposed_to_paste(drifting, tmp_path):
    drifting.fail("renamed", path="inet.detik.com/rss", location="rss.detik.com/inet", status=404)
    done = doctor(drifting, tmp_path, "detikinet")
    assert done.returncode == 0, done.stdout
    assert "feed rss.detik.com/inet (found)" in done.stdout
    assert '        Feed("https://rss.detik.com/inet"),\n' in done.stdout
    assert drifting.requests


def test_a_source_that_has_moved_is_proposed_where_it_is_now(drifting, tmp_path):
    drifting.fail("moved", path="inet.detik.com/", location="net.detik.com/")
    done = doctor(drifting, tmp_path, "detikinet")
    assert done.returncode == 0, done.stdout
    assert '        Feed("https://net.detik.com/rss"),\n' in done.stdout
    assert '        Listing("https://net.detik.com/indeks?page={page}&date={day:%m/%d/%Y}", ' in (
        done.stdout
    )


def test_a_source_that_robots_txt_names_is_proposed_beside_those_that_work(drifting, tmp_path):
    served = drifting.world.robots.get("selular", "User-agent: *\nAllow: /\n")
    drifting.world.robots["selular"] = f"{served}Sitemap: https://selular.id/news-sitemap.xml\n"
    found = json.loads(doctor(drifting, tmp_path, "selular", "--json").stdout)
    assert found["works"]
    works = {one["source"]: one["declared"] for one in found["sources"] if one["articles"]}
    assert works["sitemap:https://selular.id/news-sitemap.xml"] is False
    assert True in works.values()
    assert 'Sitemap("https://selular.id/news-sitemap.xml"),' in found["proposals"]
