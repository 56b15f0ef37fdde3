"""One article, one id: however a list names the article, no later run downloads it again."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest

from crawler.extraction.urls import hashed_id
from crawler.newsroom import Newsroom
from crawler.state import database
from output.dataset import read
from output.writer import Writer
from spiders.selular import SelularSpider
from tests.crawls import Crawl, crawl
from tests.moment import newsroom

ARTICLE = r"^/\d{4}/\d\d/"
HOME = "https://selular.id/"
FEED_ALONE = {"path": "^/page/", "status": 404}


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(seed=9, outlets=["selular"], recent=6, past=0, older=0) as served:
        served.fail("status", **FEED_ALONE)
        yield served


def run(room: Newsroom, folder: Path) -> Crawl:
    room.requests.clear()
    return crawl(SelularSpider, room, folder)


def asked(room: Newsroom) -> list[str]:
    return [request.path for request in room.requests if re.search(ARTICLE, request.path)]


def rows(folder: Path, *columns: str) -> list[dict]:
    return read(folder, columns=["article_id", *columns]).to_pylist()


def ids(folder: Path) -> list[str]:
    return sorted(row["article_id"] for row in rows(folder))


def rewrite(folder: Path, change) -> None:
    """Store the rows of `folder` as `change` makes them, and let no article wait."""
    shutil.rmtree(folder / "pending")
    execute(folder, "DELETE FROM pending")
    paths = list((folder / "articles").rglob("*.parquet"))
    old = [row for path in paths for row in pq.ParquetFile(path).read().to_pylist()]
    for path in paths:
        path.unlink()
    writer = Writer(folder, "rewritten")
    for row in old:
        writer.write("articles", "selular", change(row))
    writer.flush()


def execute(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / database.FILE)
    with db:
        db.execute(statement)
    db.close()


def forget_lists(folder: Path) -> None:
    execute(folder, "DELETE FROM validators")


def test_a_parameter_that_changes_in_every_answer_stores_nothing_again(room, tmp_path):
    room.fail("tracked_links", path="^/feed")
    first = run(room, tmp_path)
    assert first.outcomes.count("stored") == len(asked(room)) > 3
    assert not any("?" in path for path in asked(room))
    stored = ids(tmp_path)
    second = run(room, tmp_path)
    assert second.outcomes.by("skipped")["stored"] == len(stored)
    assert (asked(room), ids(tmp_path)) == ([], stored)
    room.recover()
    room.fail("status", **FEED_ALONE)
    run(room, tmp_path)
    assert (asked(room), ids(tmp_path)) == ([], stored)


@pytest.mark.parametrize(
    "stated", [HOME, f"{HOME}tekno/", f"{HOME}author/wati/", "https://a.example/2026/11/x"]
)
def test_a_canonical_that_is_no_article_gives_no_article_its_id(room, tmp_path, stated):
    run(room, tmp_path / "right")
    room.fail("canonical", path=ARTICLE, location=stated)
    run(room, tmp_path / "stated")
    assert ids(tmp_path / "stated") == ids(tmp_path / "right")
    assert len(set(ids(tmp_path / "right"))) > 3
    for row in rows(tmp_path / "stated", "url", "canonical_url"):
        assert row["canonical_url"] == row["url"].rstrip("/")
    forget_lists(tmp_path / "stated")
    run(room, tmp_path / "stated")
    assert asked(room) == []


def test_a_canonical_of_several_articles_joins_none_of_them(room, tmp_path):
    new = room.publish("selular", 1)[0]
    hidden = room.fail("status", path=re.escape(urlsplit(new).path), status=500, times=9)
    room.fail("canonical", path=ARTICLE, location=new)
    run(room, tmp_path)
    before = len(ids(tmp_path))
    assert before > 3
    hidden.times = 0
    execute(tmp_path, "DELETE FROM pending")
    forget_lists(tmp_path)
    run(room, tmp_path)
    assert [path.rstrip("/") for path in asked(room)] == [urlsplit(new).path.rstrip("/")]
    assert len(set(ids(tmp_path))) == len(ids(tmp_path)) == before + 1


def test_the_canonical_of_one_article_spares_the_download_of_that_address(room, tmp_path):
    run(room, tmp_path)
    joined = rows(tmp_path, "url")[0]

    def moved(row):
        if row["article_id"] != joined["article_id"]:
            return row
        old = "https://selular.id/2026/10/alamat-lama"
        return row | {"url": old, "article_id": hashed_id("selular", old)}

    rewrite(tmp_path, moved)
    forget_lists(tmp_path)
    second = run(room, tmp_path)
    assert asked(room) == []
    assert second.outcomes.by("skipped")["stored"] == len(ids(tmp_path))


@pytest.mark.parametrize("state_is_lost", [False, True])
def test_articles_that_an_earlier_version_stored_with_a_parameter_are_known(
    room, tmp_path, state_is_lost
):
    """That version took the parameter into the id."""
    run(room, tmp_path)

    def as_before(row):
        url = f"{row['url'].rstrip('/')}?srsltid=x0"
        own = hashed_id("selular", url)
        return row | {"url": url, "article_id": own}

    rewrite(tmp_path, as_before)
    stored = ids(tmp_path)
    forget_lists(tmp_path)
    if state_is_lost:
        (tmp_path / database.FILE).unlink()
    second = run(room, tmp_path)
    assert (asked(room), ids(tmp_path)) == ([], stored)
    assert second.outcomes.by("skipped")["stored"] == len(stored)
