"""The command line of crawls: a mistake is a single line and exit code 2 before any request."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from scrapy.cmdline import execute

from crawler.newsroom import Newsroom
from crawler.state.diagnoses import Diagnosis, add_diagnoses
from output.dataset import open_dataset, read
from output.origin import claim
from output.takedown import bury, unfinished
from tests import prefork
from tests.crawls import project_settings
from tests.moment import newsroom
from tests.places import CHECKOUT

USAGE, UNHEALTHY = 2, 1


def typed(*arguments: str, **settings: str) -> int:
    """The exit code of a command that ends before a crawl, in this process."""
    environment = project_settings(settings.pop("NEWSROOM", ""), Path(), **settings)
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", *arguments], environment)
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)


def scrapy(*arguments: str, **environment: str) -> CompletedProcess[str]:
    """A command in a process of its own, as cron runs it."""
    clean = {k: v for k, v in os.environ.items() if k not in ("NEWSROOM", "CONTACT", "OUTPUT_DIR")}
    return prefork.scrapy(*arguments, env=clean | environment)


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom(seed=3, outlets=["kontan", "mediaindonesia"], recent=6, past=2) as served:
        yield served


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["crawl"], "name one outlet"),
        (["crawl", "kontan", "mediaindonesia"], "name one outlet; crawlall takes several"),
        (["crawl", "kontann"], "there is no outlet kontann; did you mean kontan?"),
        (["crawl", "zzz"], "`scrapy outlets` lists them"),
        (["crawl", "kontan", "--sinse=2023-09-01"], "unknown option --sinse=2023-09-01"),
        (["crawl", "kontan", "-a", "since"], "Invalid -a value"),
        (["crawl", "kontan", "-a", "since=kemarin"], "since=kemarin is no date"),
        (["crawl", "kontan", "-a", "limit=0"], "limit=0"),
        (["crawl", "kontan", "-s", "OUTPUT_DIR=/proc/nowhere"], "OUTPUT_DIR: cannot write"),
        (["crawlall", "-a", "urls=/etc/hostname"], "urls names the articles of one outlet"),
        (["crawlall", "kontan", "zzz"], "there is no outlet zzz"),
        (["crawlall", "-o", "all.jsonl"], "cannot share all.jsonl: put %(name)s into its name"),
        (["crawl", "republika"], "is never crawled: its robots.txt refuses us"),
        (["crawl", "antara"], "name the outlet in the setting PERMITTED"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_clear_line(room: Newsroom, tmp_path: Path, capsys, arguments, said):
    room.requests.clear()
    assert typed(*arguments, NEWSROOM=room.url, OUTPUT_DIR=str(tmp_path)) == USAGE
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    assert room.requests == []


@pytest.mark.parametrize("contact", ["", "you@example.org", "saya"])
def test_the_web_is_not_crawled_without_a_contact(tmp_path: Path, capsys, contact: str):
    assert typed("crawl", "kontan", OUTPUT_DIR=str(tmp_path), CONTACT=contact) == USAGE
    complaint = capsys.readouterr().err
    assert "set CONTACT" in complaint
    assert contact in complaint
    assert complaint.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["crawl", "crawlall"])
def test_a_dataset_of_the_newsroom_takes_nothing_of_the_web_nor_the_other_way(
    room: Newsroom, tmp_path: Path, command: str
):
    """NEWSROOM may be set in the environment or by -s: the crawl goes there all the same."""
    made_up, real = str(tmp_path / "made-up"), str(tmp_path / "real")
    words = (command, "kontan")
    done = scrapy(*words, "-s", f"NEWSROOM={room.url}", "-s", f"OUTPUT_DIR={made_up}")
    assert done.returncode == 0, done.stderr
    assert read(made_up).num_rows > 0
    before = sorted(Path(made_up).rglob("*.parquet"))
    done = scrapy(*words, CONTACT="redaksi@wartatek.id", OUTPUT_DIR=made_up)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "holds a newsroom's made-up articles" in done.stderr
    assert sorted(Path(made_up).rglob("*.parquet")) == before
    claim(real, "web")
    room.requests.clear()
    done = scrapy(*words, NEWSROOM=room.url, OUTPUT_DIR=real)
    assert (done.returncode, done.stderr.count("\n"), room.requests) == (2, 1, [])
    assert "holds articles of the web" in done.stderr
    assert not list(Path(real).rglob("*.parquet"))


@pytest.mark.parametrize("address", ["http://192.0.2.1:80", "http://127.0.0.1", "newsroom"])
def test_a_newsroom_elsewhere_is_a_mistake(tmp_path: Path, capsys, address: str):
    words = ("crawl", "kontan", "-s", f"NEWSROOM={address}")
    assert typed(*words, OUTPUT_DIR=str(tmp_path)) == USAGE
    assert "it must be on this machine" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_crawl_writes_the_exports_of_scrapy(room: Newsroom, tmp_path: Path):
    lines = tmp_path / "kontan.jsonl"
    out = tmp_path / "data"
    bury(out, "kontan", "kontan:1")  # a takedown that was killed: the run finishes it
    done = scrapy("crawl", "kontan", "-o", str(lines), NEWSROOM=room.url, OUTPUT_DIR=str(out))
    assert done.returncode == 0, done.stderr
    items = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert unfinished(out, "kontan") == []
    rows = read(out).to_pylist()
    assert {item["article_id"] for item in items} == {row["article_id"] for row in rows}
    assert list(items[0])[:2] == ["outlet", "article_id"]
    assert "blocks" not in items[0]
    assert items[0]["published_at"].endswith("+00:00")
    assert f"{len(rows)}" in done.stdout.splitlines()[-2].split()[2]


def test_a_table_does_not_stand_among_printed_articles(room: Newsroom, tmp_path: Path):
    done = scrapy("crawl", "kontan", "-o", "-:jsonl", NEWSROOM=room.url, OUTPUT_DIR=str(tmp_path))
    assert [json.loads(line)["outlet"] for line in done.stdout.splitlines()].count("kontan") > 1


def test_crawlall_ends_with_a_table_and_says_who_is_unhealthy(room: Newsroom, tmp_path: Path):
    room.fail("status", host="mediaindonesia.com", status=500)
    try:
        done = scrapy(
            "crawlall", "kontan", "mediaindonesia", NEWSROOM=room.url, OUTPUT_DIR=str(tmp_path)
        )
    finally:
        room.recover()
    assert done.returncode == UNHEALTHY, done.stderr
    table = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.split()}
    assert table["outlet"] == "listed stored otherwise failed lists seconds".split()
    assert table["total"][0] == table["kontan"][0]
    listed, *ended, failed_lists = map(int, re.findall(r"\d+(?=[ ,])", " ".join(table["kontan"])))
    assert failed_lists > 0  # those of the outlet's that the newsroom does not play
    assert ended[0] == read(tmp_path).num_rows > 0
    assert listed == sum(ended)
    assert done.stderr.splitlines()[-1].startswith("mediaindonesia is unhealthy: no source")
    runs = open_dataset(tmp_path, "runs").to_table().to_pylist()
    assert {run["outlet"]: run["judgement"] for run in runs} == {
        "kontan": "healthy",
        "mediaindonesia": "unhealthy",
    }
    assert len({run["run_id"] for run in runs}) == 1


def test_outlets_as_a_table_and_as_json(capsys):
    assert typed("outlets", "--json") == 0
    outlets = {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    kontan = outlets["kontan"]
    assert kontan["publisher"] == "Kontan"
    feed = {
        "kind": "feed",
        "url": "https://investasi.kontan.co.id/rss",
        "status": "verified",
        "past": False,
    }
    assert feed in kontan["sources"]
    without = [name for name in ("kumparan", "uzone") if not outlets[name]["past"]]
    assert without == ["kumparan", "uzone"] and kontan["past"] and outlets["tempotekno"]["past"]
    assert typed("outlets") == 0
    table = capsys.readouterr().out
    assert all(name in table for name in outlets)


def test_outlets_show_what_doctor_has_seen(tmp_path, capsys):
    settings = project_settings("", tmp_path, STATE_DIR="")
    add_diagnoses(settings, {"kontan": Diagnosis(False, "2026-12-01T05:00:00+00:00", "HTTP 404")})
    assert typed("outlets", OUTPUT_DIR=str(tmp_path), STATE_DIR="") == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if " kontan " in line]
    assert "does not work, seen 2026-12-01" in line
    assert typed("outlets", "--json", OUTPUT_DIR=str(tmp_path), STATE_DIR="") == 0
    outlets = {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert outlets["kontan"]["seen"]["detail"] == "HTTP 404"
    assert outlets["suara"]["seen"] is None


def test_an_outlet_without_a_past_fails_a_backfill_only_when_named_alone(room, tmp_path):
    days = ("-a", "since=2023-09-01", "-a", "until=2023-09-30")
    places = {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path)}
    alone = scrapy("crawl", "uzone", *days, **places)
    assert (alone.returncode, alone.stderr.splitlines()[-1]) == (
        UNHEALTHY,
        "uzone is no_past: no list of this outlet goes back to the days asked for",
    )
    assert scrapy("crawlall", "uzone", *days, **places).returncode == UNHEALTHY
    both = scrapy("crawlall", "uzone", "kontan", *days, **places)
    assert both.returncode == 0, both.stderr
    runs = open_dataset(tmp_path, "runs").to_table().to_pylist()
    assert {(run["outlet"], run["judgement"]) for run in runs} == {
        ("uzone", "no_past"),
        ("kontan", "healthy"),
    }
    assert {run["command"] for run in runs} == {"backfill"}


def test_every_command_has_a_line_of_help(capsys):
    assert typed() == 0
    listed = dict(
        line.split(None, 1) for line in capsys.readouterr().out.splitlines() if line[:2] == "  "
    )
    for name in ("crawl", "crawlall", "outlets", "newsroom", "extract", "demo"):
        assert len(listed[name]) > 10
