"""The home of browse: what is new, told by many, silent and watched."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from starlette.testclient import TestClient

from crawler.runs.overview import silent_at, watched_since
from crawler.web.browse.home import Home, Watched
from crawler.web.browse.site import serve_on
from output import clock
from output.search import Library
from tests.datasets import NOON, row, run, write, write_clusters

NOW = NOON + timedelta(hours=2)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def fill(folder):
    write(
        folder,
        kontan=[
            row(1, title="Pabrik sel surya dibuka"),
            row(2, title="Harga ponsel turun", published_at=NOON - timedelta(hours=3)),
            row(3, title="Kabar lama", published_at=NOON - timedelta(days=3)),
            row(4, title="Kabar besok", published_at=NOON + timedelta(days=3)),
        ],
        tirto=[row(9, "tirto", title="Pabrik surya", published_at=NOON + timedelta(hours=1))],
    )
    write_clusters(folder, {"kontan:1": ["kontan:1", "tirto:9"]})
    write(
        folder,
        "runs",
        kontan=[run(newest_published_at=NOON)],
        tirto=[run("unhealthy", newest_published_at=NOON)],
        antara=[run(newest_published_at=NOON - timedelta(days=30))],
    )
    return folder


def library_of(folder):
    library = Library(folder, folder / "search")
    library.update()
    return library


def test_the_overview_counts_since_yesterday_began(tmp_path):
    found = Home(library_of(fill(tmp_path))).overview()
    assert found.since == (NOW - timedelta(days=1)).date()
    assert (found.total, found.outlets) == (3, {"kontan": 2, "tirto": 1})
    assert [one["article_id"] for one in found.newest] == ["tirto:9", "kontan:1", "kontan:2"]
    assert found.last is None


def test_a_story_of_the_day_is_told_by_two_outlets(tmp_path):
    [story] = Home(library_of(fill(tmp_path))).overview().stories
    assert (story.article["article_id"], story.articles, story.outlets) == ("kontan:1", 2, 2)


def test_silent_and_unhealthy_outlets_are_named(tmp_path):
    fill(tmp_path)
    home = Home(library_of(tmp_path), silent=partial(silent_at, str(tmp_path)))
    found = home.overview().silent
    assert home.overview().silent is found
    assert [(one.outlet, one.judgement) for one in found] == [
        ("antara", "healthy"),
        ("tirto", "unhealthy"),
    ]


def test_a_damaged_manifest_does_not_take_the_page_away(tmp_path):
    fill(tmp_path)
    [path] = (tmp_path / "runs/outlet=kontan").rglob("*.parquet")
    path.write_bytes(b"PAR1")
    assert silent_at(str(tmp_path), NOW) == []


def test_the_home_shows_it_and_a_search_does_not(tmp_path):
    watched = [Watched("ponsel", "ponsel OR gawai", 4), Watched("sehat", None, 0)]
    library = library_of(fill(tmp_path))
    home = Home(library, lambda _: watched, partial(silent_at, str(tmp_path)))
    app = serve_on(library, home=home)
    client = TestClient(app, base_url="http://127.0.0.1")
    shown = client.get("/?lang=en").text
    for said in (
        "New since",
        "2 outlets, 2 articles",
        "/stories/kontan%3A1",
        "4 entries since",
        "/?words=ponsel+OR+gawai",
        "antara",
    ):
        assert said in shown
    for path in ("/?words=ponsel", "/?outlet=kontan"):
        assert "4 entries since" not in client.get(path).text


def test_a_dataset_that_has_nothing_new_says_of_when_the_newest_is(tmp_path):
    write(tmp_path, kontan=[row(3, published_at=NOON - timedelta(days=3))])
    found = Home(library_of(tmp_path)).overview()
    assert (found.total, found.stories) == (0, [])
    assert found.last == NOON - timedelta(days=3)


def test_an_empty_dataset_has_a_home(tmp_path):
    client = TestClient(serve_on(library_of(tmp_path)), base_url="http://127.0.0.1")
    assert client.get("/?lang=en").status_code == 200


def test_watches_are_shown_without_their_urls(tmp_path):
    from scrapy.settings import Settings

    from crawler.runs.watch.book import Book, Entry, Watch, book_path

    settings = Settings({"STATE_DIR": str(tmp_path), "OUTPUT_DIR": str(tmp_path)})
    assert watched_since(settings, NOON) == []
    with Book(book_path(settings)) as book, book.transaction():
        book.add(Watch("ponsel", "ponsel", 0, None, NOON, None), ["json://rahasia"])
        moments = [int((NOON + timedelta(hours=h)).timestamp() * 1_000_000) for h in (-5, 1)]
        book.enter("ponsel", [Entry(f"kontan:{m}", "new", m, {}) for m in moments])
    assert watched_since(settings, NOON) == [Watched("ponsel", "ponsel", 1)]
    book_path(settings).write_bytes(b"no database")
    assert watched_since(settings, NOON) == []
