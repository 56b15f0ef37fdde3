"""Watches: each article once, to feeds and to people, and no secret anywhere else."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.archive.takedown import take_down
from crawler.runs.watch import news
from crawler.runs.watch.book import FILE, KEPT, Book, Entry, Watch, book_path
from crawler.runs.watch.notice import LISTED, message
from output import clock
from output.compaction import compact
from output.dataset import read
from output.schema import content_hash
from tests import prefork
from tests.commands.test_forget import holding
from tests.datasets import row, run, write
from tests.moment import newsroom
from tests.places import CHECKOUT
from tests.runs.watch.service import SECRET, Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # Apprise's, in 3.11
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
HOSTILE = (
    '=cmd|"/c calc"!A1 <script>alert(1)</script> ]]>&amp; \x00\x1b[31m\u202eedoc\r\n'
    "Bcc: a@b.example '"
)


@pytest.fixture
def places(tmp_path) -> dict[str, str]:
    return {"OUTPUT_DIR": str(tmp_path / "data"), "STATE_DIR": str(tmp_path / "state")}


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


def scrapy(places, *words: str, **more) -> subprocess.CompletedProcess[str]:
    return prefork.scrapy(*words, env=os.environ | places, **more)


def data(places) -> Path:
    from pathlib import Path

    return Path(places["OUTPUT_DIR"])


def watch(name: str = "roket", query: str | None = "roket", digest: int = 0, quiet=None) -> Watch:
    return Watch(name, query, digest, quiet, NOON, None)


def rocket(number: int, hours: int = 0, **columns):
    made = row(number, **{"title": f"Roket nomor {number}"} | columns)
    return made | {
        "fetched_at": made["fetched_at"] + timedelta(hours=hours),
        "content_hash": content_hash(made["title"], made["body"]),
    }


def feed(places, name: str = "roket") -> list[tuple[str, str]]:
    """The kind and title of each entry of the JSON Feed, and of the Atom feed alike."""
    items = json.loads((data(places) / f"watch/{name}.json").read_text("utf-8"))["items"]
    atom = "{http://www.w3.org/2005/Atom}"
    tree = ET.parse(data(places) / f"watch/{name}.atom")
    ids = [entry.findtext(f"{atom}id") for entry in tree.iter(f"{atom}entry")]
    assert len(ids) == len(set(ids)) == len(items) == len({item["id"] for item in items})
    return [(item["tags"][1], item["title"]) for item in items]


def test_each_article_is_told_once_as_new_revised_and_gone(places):
    write(data(places), kontan=[rocket(1), row(9)])
    assert news.add(places, watch(), [], known=True) == 1
    assert feed(places) == []
    write(data(places), kontan=[rocket(2), row(8)])
    assert news.look(places)[0] == {"roket": 1}
    write(data(places), kontan=[rocket(1, 5, paragraphs=["Isi yang diperbaiki."])])
    assert news.look(places)[0] == {"roket": 1}
    gone = {
        "article_id": "kontan:2", "url": "https://contoh.example/2", "reason": "gone",
        "fetched_at": NOON, "run_id": "uji",
    }  # fmt: skip
    write(data(places), "rejects", kontan=[gone])
    assert news.look(places)[0] == {"roket": 1}
    told = [("gone", "Roket nomor 2"), ("revised", "Roket nomor 1"), ("new", "Roket nomor 2")]
    assert feed(places) == told
    shutil.rmtree(data(places).parent / "state/search")
    compact(str(data(places)), "kontan", more_than=1)
    reparsed = rocket(2, paragraphs=["Dibaca ulang."]) | {"extractor_version": "2027.01.01"}
    write(data(places), kontan=[reparsed])
    assert news.look(places)[0] == {"roket": 0}
    assert feed(places) == told


def test_an_article_that_no_longer_matches_is_told_as_revised_and_a_return_is_too(places):
    write(data(places), kontan=[rocket(1)])
    news.add(places, watch(), [], known=True)
    write(data(places), kontan=[rocket(1, 1, title="Satelit")])
    assert news.look(places)[0] == {"roket": 1}
    assert news.look(places)[0] == {"roket": 0}
    write(data(places), kontan=[rocket(1, 2)])
    assert news.look(places)[0] == {"roket": 1}
    assert feed(places) == [("revised", "Roket nomor 1"), ("revised", "Satelit")]


KILLED = """
import os, shutil, sys
from crawler.runs.watch import news
from crawler.runs.watch.book import Book
from output.filesystem import Root
from tests.killing import kill_at_every_call

places = {"OUTPUT_DIR": sys.argv[1], "STATE_DIR": sys.argv[2]}
calls = [(Book, name) for name in ("note", "enter", "entries", "sent", "waiting")]
calls += [(Root, "publish"), (news, "send"), (os, "rename"), (os, "fsync")]
kill_at_every_call(calls, lambda number: news.look(places))
"""


def test_a_look_that_is_killed_anywhere_again_and_again_tells_each_article_once(places, service):
    """Each child goes on where the last was killed, so that all of them together tell once."""
    write(data(places), kontan=[rocket(n) for n in range(1, 4)])
    news.add(places, watch(), [service.url], known=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *places.values()],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    statuses = done.stdout.split()
    assert len(statuses) > 8 and set(statuses[:-1]) == {"9"} and statuses[-1] == "0"
    assert sorted(feed(places)) == [("new", f"Roket nomor {n}") for n in range(1, 4)]
    with Book(book_path(places)) as book:
        assert book.waiting(book.targets("roket")[0]) == {}
    bodies = Counter(one["message"] for one in service.taken)
    assert len(bodies) == 1, "only a kill between the answer and its note repeats a notification"
    assert bodies.total() <= 2


def test_a_notification_waits_until_the_service_takes_it(places, service):
    write(data(places), kontan=[rocket(1)])
    news.add(places, watch(), [service.url], known=False)
    service.status = 503
    _, problems = news.look(places)
    assert problems == [
        "watch roket: json://*** did not take a notification of 1; the next run tries again"
    ]
    service.status = 200
    write(data(places), kontan=[rocket(2)])
    assert news.look(places) == ({"roket": 1}, [])
    [taken] = service.taken
    assert taken["title"] == "roket: 2 new"
    assert "[new] Roket nomor 1 (kontan)\nhttps://contoh.example/1" in taken["message"]
    assert news.look(places) == ({"roket": 0}, [])
    assert len(service.taken) == 1


def test_a_digest_and_quiet_hours_gather_news(places, service, monkeypatch):
    write(data(places), kontan=[rocket(1)])
    news.add(places, watch("sehari", digest=24), [service.url], known=False)
    news.add(places, watch("siang", quiet="22-6"), [service.url], known=False)
    at = {"now": NOON.replace(hour=16)}  # 23.00 WIB
    monkeypatch.setattr(clock, "now", lambda: at["now"])
    news.look(places)
    assert [one["title"] for one in service.taken] == ["sehari: 1 new"]
    write(data(places), kontan=[rocket(2), rocket(3)])
    at["now"] = NOON.replace(hour=23)  # 6.00 WIB
    news.look(places)
    assert [one["title"] for one in service.taken[1:]] == ["siang: 3 new"]
    at["now"] = NOON.replace(hour=16) + timedelta(days=1)
    news.look(places)
    assert [one["title"] for one in service.taken[2:]] == ["sehari: 2 new"]


@pytest.mark.parametrize(
    ("quiet", "silent"), [("22-6", {22, 23, 0, 5}), ("6-22", {6, 12, 21}), (None, set())]
)
def test_quiet_hours_are_of_wib(quiet, silent):
    hours = {0, 5, 6, 12, 21, 22, 23}
    due = {h for h in hours if watch(quiet=quiet).is_due(NOON.replace(hour=(h - 7) % 24))}
    assert due == hours - silent


def test_an_unhealthy_outlet_is_told_once_until_it_is_healthy(places, service):
    write(data(places), "runs", kontan=[run()], tirto=[run("unhealthy")])
    news.add(places, watch("sakit", None), [service.url], known=True)
    assert news.look(places)[0] == {"sakit": 1}
    assert news.look(places, {"tirto": ("unhealthy", "nothing was stored")})[0] == {"sakit": 0}
    assert news.look(places, {"kontan": ("unhealthy", "it crashed")})[0] == {"sakit": 1}
    well = run(started_at=NOON)
    write(data(places), "runs", kontan=[well], tirto=[well])
    assert news.look(places)[0] == {"sakit": 2}
    assert [one["message"] for one in service.taken] == [
        "[unhealthy] tirto: nothing was stored",
        "[unhealthy] kontan: it crashed",
        "[healthy] kontan\n[healthy] tirto",
    ]


def test_the_url_of_a_notification_is_in_no_other_file_and_in_nothing_printed(places, service):
    write(data(places), kontan=[rocket(1)])
    said = [
        scrapy(places, "watch", "add", "roket", "roket", "--all", "--notify", "-",
               typed=f"{service.url}\n".encode()),
        scrapy(places, "watch", "list"),
        scrapy(places, "watch", "list", "--json"),
        scrapy(places, "watch", "add", "lain", "x", "--notify", f"nihil://{SECRET}"),
        scrapy(places, "watch", "add", "roket", "x", "--notify", service.url),
    ]  # fmt: skip
    service.status = 500
    said.append(scrapy(places, "watch", "run", "-s", "LOG_LEVEL=DEBUG"))
    assert said[-1].returncode == 1 and "json://***" in said[-1].stderr
    service.status = 200
    said.append(scrapy(places, "watch", "run", "-s", "LOG_LEVEL=DEBUG"))
    assert said[-1].returncode == 0 and len(service.taken) == 1
    printed = "".join(one.stdout + one.stderr for one in said)
    assert SECRET not in printed and "json://***" in said[1].stdout
    assert said[3].returncode == said[4].returncode == 2
    assert holding(data(places).parent, SECRET) == {f"state/{FILE}"}
    assert stat.S_IMODE((data(places).parent / "state" / FILE).stat().st_mode) == 0o600


def test_a_forgotten_article_leaves_feeds_and_waiting_notifications(places, service):
    title, lead = "Roket yang dilupakan", "Ringkasan yang dilupakan."
    write(data(places), kontan=[rocket(1, title=title, description=lead), rocket(2)])
    service.status = 500
    news.add(places, watch(), [service.url], known=False)
    news.look(places)
    assert len(holding(data(places).parent, title)) > 3
    done = scrapy(places, "forget", "kontan:1")
    assert done.returncode == 0 and "left" not in done.stdout, done
    assert holding(data(places).parent, title) == holding(data(places).parent, lead) == set()
    service.status = 200
    news.look(places)
    assert [one["message"] for one in service.taken] == [
        "[new] Roket nomor 2 (kontan)\nhttps://contoh.example/2"
    ]


def test_a_takedown_that_was_killed_is_finished_by_the_next_look(places, service):
    write(data(places), kontan=[rocket(1), rocket(2)])
    service.status = 500
    news.add(places, watch(), [service.url], known=False)
    news.look(places)
    take_down(places, "kontan", "kontan:1")  # type: ignore[arg-type]
    service.status = 200
    news.look(places)
    assert feed(places) == [("new", "Roket nomor 2")]
    assert "nomor 1" not in str(service.taken)


def test_a_hostile_headline_is_quoted_in_feeds_and_stays_on_its_line(places, service):
    write(data(places), kontan=[rocket(1, title=f"Roket {HOSTILE}")])
    news.add(places, watch(), [service.url], known=False)
    news.look(places)
    [(_, title)] = feed(places)
    assert title == f"Roket {HOSTILE}"
    [entry] = ET.parse(data(places) / "watch/roket.atom").iter("{http://www.w3.org/2005/Atom}entry")
    assert "<script>" in entry.findtext("{http://www.w3.org/2005/Atom}title", "")
    [taken] = service.taken
    assert taken["title"] == "roket: 1 new"
    first, address = taken["message"].split("\n")
    assert first.startswith("[new] Roket =cmd|") and "Bcc: a@b.example" in first
    assert not {"\x00", "\x1b", "\u202e", "\r"} & set(taken["message"])
    assert address == "https://contoh.example/1"


def test_a_feed_keeps_the_newest_entries_and_a_message_lists_the_first(places):
    entries = [Entry(f"kontan:{n}", "new", n, {"title": f"Berita {n}"}) for n in range(KEPT + 50)]
    with Book(book_path(places)) as book:
        with book.transaction():
            book.add(watch(), [])
            assert book.enter("roket", entries) == KEPT + 50
            assert book.enter("roket", entries[-1:]) == 0
        assert [one.moment for one in book.entries("roket")] == [*range(KEPT + 49, 49, -1)]
    title, text = message("roket", entries)
    assert title == f"roket: {KEPT + 50} new"
    assert text.splitlines()[LISTED:] == [f"and {KEPT + 50 - LISTED} more"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what to do"),
        (["add"], "it goes"),
        (["add", "../x", "roket"], "a name has letters"),
        (["add", "x", " "], "the query is empty"),
        (["add", "x", "roket", "--digest", "-3"], "digest"),
        (["add", "x", "roket", "--quiet-hours", "6-6"], "--quiet-hours is like"),
        (["remove", "tak-ada"], "there is no watch tak-ada"),
        (["run", "--notify", f"json://{SECRET}"], "are of add"),
    ],
)
def test_a_mistake_is_said_in_a_line_and_ends_with_2(places, words, said):
    write(data(places), kontan=[row()])
    done = scrapy(places, "watch", *words)
    assert done.returncode == 2
    assert said in done.stderr and SECRET not in done.stderr
    assert done.stderr.count("\n") == 1


def test_every_crawlall_ends_by_telling_watches_and_writing_metrics(places, service):
    with newsroom(seed=3, outlets=["kontan"], recent=4, past=0, older=0) as room:
        places |= {"NEWSROOM": room.url, "CONTACT": "uji@contoh.example"}
        add = ["watch", "add", "semua", "outlet:kontan", "--notify", "-"]
        added = scrapy(places, *add, typed=service.url.encode())
        assert added.returncode == 0, added.stderr
        done = scrapy(places, "crawlall", "kontan")
    assert done.returncode == 0, done.stderr
    stored = read(data(places))["article_id"].to_pylist()
    assert stored and feed(places, "semua") != []
    assert len(feed(places, "semua")) == len(stored)
    assert [one["title"] for one in service.taken] == [f"semua: {len(stored)} new"]
    metrics = (data(places).parent / "state/metrics/wartatek.prom").read_text("utf-8")
    assert 'judgement="healthy",outlet="kontan"} 1.0' in metrics
    assert holding(data(places).parent, SECRET) == {f"state/{FILE}"}


def test_remove_takes_the_watch_and_its_feeds_away(places):
    write(data(places), kontan=[rocket(1)])
    news.add(places, watch(), ["json://127.0.0.1/x"], known=False)
    assert scrapy(places, "watch", "remove", "roket").returncode == 0
    assert list((data(places) / "watch").iterdir()) == []
    assert news.look(places) == ({}, [])
