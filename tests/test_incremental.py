"""Runs after runs: every article once, every revision, and few requests."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy.exceptions import CannotResolveHostError

from crawler.archive.takedown import take_down
from crawler.newsroom import Newsroom
from crawler.newsroom.handler import NewsroomHandler
from crawler.runs.outcomes import OUTCOMES
from crawler.state import database
from crawler.state.index import open_index
from output.dataset import open_dataset, read
from output.takedown import ids_of
from spiders.detikinet import DetikInetSpider
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.crawls import Crawl, crawl
from tests.moment import newsroom

ARTICLE = r"^/teknologi/\d{5,}/"
ONE_BY_ONE = {"CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(seed=5, outlets=["mediaindonesia"], recent=16, past=0, older=0) as served:
        yield served


def run(room: Newsroom, folder: Path, **settings) -> Crawl:
    room.requests.clear()
    done = crawl(MediaIndonesiaSpider, room, folder, **ONE_BY_ONE, **settings)
    rows = open_dataset(folder, "runs").to_table().to_pylist()
    [row] = [row for row in rows if row["run_id"] == done.stats["wartatek/run_id"]]
    assert row["listed"] + row["resumed"] == sum(map(row.get, OUTCOMES)), done.stats
    return done


def articles_asked_for(room: Newsroom) -> list[str]:
    return [asked.path for asked in room.requests if re.search(ARTICLE, asked.path)]


def files(folder: Path) -> set[str]:
    tables = ("articles", "rejects")
    return {str(path) for table in tables for path in (folder / table).rglob("*.parquet")}


def captures(folder: Path) -> Counter[str]:
    return Counter(read(folder, columns=["article_id"])["article_id"].to_pylist())


def urls(folder: Path) -> list[str]:
    return read(folder, columns=["url"])["url"].to_pylist()


def publish(room: Newsroom) -> str:
    """Publish news; return the URL of an article, which is no video, in the technology section."""
    while True:
        for url in room.publish("mediaindonesia", 12):
            if "/teknologi/" in url and room.truth(url).kind == "article":
                return url


def reasons(folder: Path) -> list[str]:
    return open_dataset(folder, "rejects").to_table(["reason"])["reason"].to_pylist()


def execute(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / database.FILE)
    with db:
        db.execute(statement)
    db.close()


def an_hour_later(folder: Path) -> None:
    """Make every article in the queue due."""
    execute(folder, "UPDATE pending SET next_at = 0")


# -- nothing new


def test_a_run_with_nothing_new_reads_lists_only_and_writes_no_part(room, tmp_path):
    first = run(room, tmp_path)
    before = files(tmp_path)
    second = run(room, tmp_path)
    assert first.outcomes.count("stored") > 3
    assert articles_asked_for(room) == []
    assert files(tmp_path) == before
    assert second.outcomes.judgement() == ("healthy", "nothing new")


def test_lists_are_asked_for_by_conditional_requests(room, tmp_path):
    run(room, tmp_path)
    second = run(room, tmp_path)
    conditional = [a for a in room.requests if "if-none-match" in a.headers]
    assert conditional
    assert second.stats["downloader/response_status_count/304"] == len(conditional)
    assert {asked.path for asked in room.requests} - {a.path for a in conditional} >= {
        "/robots.txt"
    }


def test_a_new_article_is_found_behind_lists_that_were_unchanged(room, tmp_path):
    run(room, tmp_path)
    run(room, tmp_path)
    new = publish(room)
    third = run(room, tmp_path)
    assert new in [article.url for article in third.stored]


def test_rejected_articles_are_not_asked_for_again(room, tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.classify.THRESHOLD", 2.0)
    monkeypatch.setattr(MediaIndonesiaSpider, "technology", r"nothing of it is technology")
    first = run(room, tmp_path)
    assert first.outcomes.count("stored") == 0 < first.outcomes.by("rejected")["off_topic"]
    execute(tmp_path, "DELETE FROM validators")
    second = run(room, tmp_path)
    assert articles_asked_for(room) == []
    assert second.outcomes.by("skipped")["rejected"] == first.outcomes.count("rejected")


# -- second looks


def test_an_edited_article_becomes_a_revision(room, tmp_path):
    run(room, tmp_path)
    url = urls(tmp_path)[0]
    room.edit(url)
    an_hour_later(tmp_path)
    second = run(room, tmp_path)
    assert second.outcomes.count("revised") == 1
    assert second.outcomes.count("unchanged") == len(captures(tmp_path)) - 1
    numbered = read(tmp_path, revisions=True).sort_by("fetched_at").to_pylist()
    assert [row["revision"] for row in numbered if row["url"] == url] == [1, 2]


def test_a_second_look_is_conditional_and_stores_no_unchanged_article(room, tmp_path):
    run(room, tmp_path)
    before = files(tmp_path)
    an_hour_later(tmp_path)
    second = run(room, tmp_path)
    asked = [a for a in room.requests if re.search(ARTICLE, a.path)]
    assert len(asked) == second.outcomes.count("unchanged") == len(captures(tmp_path))
    assert all("if-none-match" in request.headers for request in asked)
    assert files(tmp_path) == before
    run(room, tmp_path)
    assert articles_asked_for(room) == []


def test_a_withdrawn_article_is_counted_gone_and_not_asked_for_again(room, tmp_path):
    run(room, tmp_path)
    room.remove(urls(tmp_path)[0])
    an_hour_later(tmp_path)
    second = run(room, tmp_path)
    assert second.outcomes.count("gone") == 1
    assert reasons(tmp_path).count("gone") == 1
    an_hour_later(tmp_path)
    run(room, tmp_path)
    assert len(articles_asked_for(room)) == len(captures(tmp_path)) - 1


def test_an_article_without_refetch_ages_is_not_asked_for_again(room, tmp_path):
    run(room, tmp_path, REFETCH_AFTER=[])
    an_hour_later(tmp_path)
    run(room, tmp_path, REFETCH_AFTER=[])
    assert articles_asked_for(room) == []


# -- what failed comes again


def test_a_failed_article_is_asked_for_again_when_no_list_names_it(room, tmp_path):
    late = publish(room)
    room.fail("status", path=re.escape(urlsplit(late).path), status=500)
    first = run(room, tmp_path, RETRY_ENABLED=False)
    assert first.outcomes.by("failed") == {"http_500": 1}
    room.recover()
    room.publish("mediaindonesia", 40)  # so many that no list names it any more
    second = run(room, tmp_path)
    assert late not in {article.url for article in second.stored}  # its pause is not over
    an_hour_later(tmp_path)
    third = run(room, tmp_path)
    assert late in {article.url for article in third.stored}
    assert set(captures(tmp_path).values()) == {1}


def test_a_failed_article_is_asked_for_again_after_the_state_is_lost(room, tmp_path):
    late = publish(room)
    room.fail("status", path=re.escape(urlsplit(late).path), status=500)
    run(room, tmp_path, RETRY_ENABLED=False)
    room.recover()
    room.publish("mediaindonesia", 40)
    (tmp_path / database.FILE).unlink()
    run(room, tmp_path)
    an_hour_later(tmp_path)
    run(room, tmp_path)
    assert late in urls(tmp_path)
    assert set(captures(tmp_path).values()) == {1}


def test_an_article_that_always_fails_is_given_up(room, tmp_path, monkeypatch):
    monkeypatch.setattr("crawler.state.queue.MOST_TRIES", 2)
    room.fail("status", path=ARTICLE, status=404)
    run(room, tmp_path)
    an_hour_later(tmp_path)
    second = run(room, tmp_path)
    assert second.outcomes.by("rejected")["given_up"] == second.outcomes.count("resumed") > 3
    an_hour_later(tmp_path)
    run(room, tmp_path)
    assert articles_asked_for(room) == []


def test_articles_of_an_unresolved_host_are_asked_for_again(room, tmp_path):
    handlers = dict.fromkeys(("http", "https"), Nameless)
    first = run(room, tmp_path, DOWNLOAD_HANDLERS=handlers, RETRY_ENABLED=False)
    assert set(first.outcomes.by("failed")) == {"dns"}
    an_hour_later(tmp_path)
    assert run(room, tmp_path).outcomes.count("stored") > 3


class Nameless(NewsroomHandler):
    """A handler that resolves no host of an article."""

    async def download_request(self, request):
        if re.search(r"/teknologi/\d{5,}/", request.url):
            raise CannotResolveHostError(request.url)
        return await super().download_request(request)


# -- hosts that refuse us


@pytest.mark.parametrize(
    ("fault", "asked_before"),
    [
        ({"kind": "challenge", "status": 202}, 1),
        ({"kind": "challenge", "status": 200}, 1),
        ({"kind": "status", "status": 403}, 3),
        ({"kind": "status", "status": 429, "retry_after": 4000}, 1),
        ({"kind": "status", "status": 503, "retry_after": 4000}, 1),
    ],
    ids=lambda value: f"{value['kind']} {value['status']}" if isinstance(value, dict) else "",
)
def test_a_host_that_refused_us_is_left_alone_in_later_runs(room, tmp_path, fault, asked_before):
    room.fail(**fault, path=ARTICLE)
    first = run(room, tmp_path)
    assert len(articles_asked_for(room)) == asked_before
    assert first.outcomes.judgement()[0] == "unhealthy"
    room.recover()
    second = run(room, tmp_path)
    assert room.requests == []
    assert second.outcomes.judgement()[0] == "unhealthy"
    execute(tmp_path, "UPDATE refusals SET until = 1")
    an_hour_later(tmp_path)
    assert run(room, tmp_path).outcomes.count("stored") > 3
    assert set(captures(tmp_path).values()) == {1}


def test_retries_and_refusals_dated_years_ahead_are_due_now(room, tmp_path):
    room.fail("status", path=ARTICLE, status=500)
    run(room, tmp_path, RETRY_ENABLED=False)
    room.recover()
    execute(tmp_path, "UPDATE pending SET next_at = next_at + 100000000000000")
    execute(
        tmp_path, "INSERT INTO refusals VALUES ('mediaindonesia.com', '403', 2000000000000000, 9)"
    )
    assert run(room, tmp_path).outcomes.count("stored") > 3


# -- damage


def delete(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [delete, truncate, empty])
def test_a_lost_state_stores_no_article_twice(room, tmp_path, damage):
    run(room, tmp_path)
    before = files(tmp_path)
    damage(tmp_path / database.FILE)
    run(room, tmp_path)
    assert articles_asked_for(room) == []
    assert files(tmp_path) == before


@pytest.mark.parametrize("content", [b"PAR1 and then nothing", b"", b"some,other,file\n1,2,3\n"])
def test_a_corrupt_part_is_set_aside_and_its_articles_are_stored_again(room, tmp_path, content):
    run(room, tmp_path)
    stored = captures(tmp_path)
    part = max((tmp_path / "articles").rglob("*.parquet"))  # two months have a part each
    part.write_bytes(content)
    second = run(room, tmp_path)
    assert second.outcomes.judgement()[0] == "unhealthy"
    third = run(room, tmp_path)
    assert captures(tmp_path) == stored
    assert third.outcomes.judgement()[0] == "healthy"


def test_a_locked_state_fails_the_run_and_loses_no_article(room, tmp_path, monkeypatch):
    run(room, tmp_path)
    new = publish(room)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    other = sqlite3.connect(tmp_path / database.FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    locked = crawl(MediaIndonesiaSpider, room, tmp_path)
    other.execute("ROLLBACK")
    other.close()
    assert locked.outcomes.judgement() == (
        "unhealthy",
        "cannot use state.db: database is locked",
    )
    run(room, tmp_path)
    assert new in urls(tmp_path)
    assert set(captures(tmp_path).values()) == {1}


# -- taken down


def test_an_article_that_was_taken_down_is_never_asked_for_again(room, tmp_path):
    run(room, tmp_path)
    url = urls(tmp_path)[0]
    [article] = ids_of(tmp_path, "mediaindonesia", url)
    take_down({"OUTPUT_DIR": str(tmp_path), "STATE_DIR": ""}, "mediaindonesia", article)
    an_hour_later(tmp_path)
    second = run(room, tmp_path)
    assert urlsplit(url).path not in articles_asked_for(room)
    assert second.outcomes.by("skipped")["forgotten"] == 1
    (tmp_path / database.FILE).unlink()
    run(room, tmp_path)
    assert urlsplit(url).path not in articles_asked_for(room)
    assert url not in urls(tmp_path)


# -- backfill


def test_a_backfill_goes_on_where_it_was_cut_off(tmp_path):
    days = {"since": "2023-09-01", "until": "2023-09-30"}
    with newsroom(seed=5, outlets=["detikinet"], recent=0, past=12, older=0) as room:
        whole = crawl(DetikInetSpider, room, tmp_path / "whole", arguments=days)
        folder = tmp_path / "cut"
        crawl(DetikInetSpider, room, folder, arguments=days, CLOSESPIDER_PAGECOUNT=20)
        with open_index(folder, folder) as opened:
            walked = {row[0] for row in opened.db.execute("SELECT day FROM days WHERE done")}
        room.requests.clear()
        crawl(DetikInetSpider, room, folder, arguments=days)
        asked = {
            f"{year}-{month}-{day}"
            for request in room.requests
            for month, day, year in re.findall(r"date=(\d\d)/(\d\d)/(\d{4})", request.path)
        }
    assert whole.outcomes.count("stored") > 3
    assert captures(folder) == captures(tmp_path / "whole")
    assert walked and not asked & walked and len(asked | walked) == 30
