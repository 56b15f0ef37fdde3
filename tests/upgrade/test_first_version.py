"""A dataset that the first version wrote: the code of today goes on with it and changes no row.

first-version.tar.gz holds articles, archive and state of three outlets of the newsroom: crawled,
kontan's September 2023 backfilled, articles edited and one removed, crawled again, and compacted,
so that replaced files stand beside merged ones.
"""

from __future__ import annotations

import os
import tarfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from crawler.newsroom import Newsroom, World
from output import clock
from output.dataset import open_dataset, read
from output.verification import verify
from spiders.kontan import KontanSpider
from spiders.mediaindonesia import MediaIndonesiaSpider
from spiders.selular import SelularSpider
from tests import prefork
from tests.crawls import crawl

SPIDERS = (KontanSpider, MediaIndonesiaSpider, SelularSpider)
WRITTEN = datetime(2026, 11, 30, 22, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 2, tzinfo=UTC)  # when second looks are due
CAPTURES, ARTICLES, COUNTED = 33, 29, 53


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The dataset, some hours after it was written."""
    monkeypatch.setenv(clock.OFFSET, clock.offset_to(LATER))
    with tarfile.open(Path(__file__).with_name("first-version.tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "dataset"


def captures(folder):
    """Return the rows by primary key, without what `compact` may bring up to date."""
    rows = read(folder, revisions=True).drop_columns(["cluster_id"]).to_pylist()
    return {(row["article_id"], row["fetched_at"], row["extractor_version"]): row for row in rows}


def differences(row, before):
    """Return the columns of an article that differ from the same capture's in `before`."""
    same = [
        old
        for (article, moment, _), old in before.items()
        if (article, moment) == (row["article_id"], row["fetched_at"])
    ]
    of_the_run = {"run_id", "extractor_version", "archive", "discovered_via"}
    of_the_run |= {"published_hash", "lifted"}  # null in rows of the first version
    return {name for old in same for name in row.keys() - of_the_run if row[name] != old[name]}


def plain(folder):
    """Return the keys by a plain read, which passes over columns that the first file lacks."""
    rows = pl.scan_parquet(folder / "articles", extra_columns="ignore")
    return rows.select("article_id", "fetched_at").collect()


def scrapy(folder, *arguments):
    done = prefork.scrapy(*arguments, env=os.environ | {"OUTPUT_DIR": str(folder)})
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_it_was(folder):
    """Return the world of the newsroom as it was when the dataset was written."""
    names = [spider.name for spider in SPIDERS]
    room = World(5, names, recent=8, past=3, older=1, wires=2, now=WRITTEN)
    seen = Counter(read(folder, columns=["url"])["url"].to_pylist())
    for url in (url for url, count in seen.items() if count > 1):
        room.edit(url)
    rejects = open_dataset(folder, "rejects").to_table(["url", "reason"]).to_pylist()
    for row in rejects:
        if row["reason"] == "gone":
            room.remove(row["url"])
    return room


def test_the_fixture_holds_what_the_first_version_left(folder):
    assert len(plain(folder)) == COUNTED  # as every plain reader counted
    held = captures(folder)
    assert len(held) == CAPTURES
    assert len({article for article, *_ in held}) == ARTICLES


def test_a_compaction_keeps_every_row_and_removes_what_was_replaced(folder):
    before = captures(folder)
    assert "kinds" not in pl.read_parquet(folder / "articles").columns
    scrapy(folder, "compact")
    assert captures(folder) == before
    assert len(plain(folder)) == CAPTURES
    rows = pl.read_parquet(folder / "articles")  # all files have the columns of today
    assert rows["kinds"].null_count() == CAPTURES
    assert verify(folder) == []


def test_a_crawl_goes_on_with_it(folder):
    before = captures(folder)
    with Newsroom(as_it_was(folder), compress=True) as room:
        for spider in SPIDERS:
            done = crawl(spider, room, folder)
            assert done.outcomes.judgement()[0] == "healthy", done.stats
            assert done.outcomes.count("revised") == 0
        assert done.outcomes.count("unchanged") > 0
    after = captures(folder)
    assert {key: after[key] for key in before} == before
    assert len(plain(folder)) == len(after)
    revisions = Counter(article for article, *_ in after)
    assert {article: revisions[article] for article, *_ in before} == Counter(
        article for article, *_ in before
    )
    assert len({row["url"] for row in after.values()}) == len(revisions)
    scrapy(folder, "compact")
    assert captures(folder) == after
    assert verify(folder) == []


def is_read_better(differing):
    """Return whether a row has the same text, and kinds or names of rules that it lacked."""
    return bool(differing) and differing <= {"kinds", "removed"}


def test_it_is_reparsed_exported_and_verified(folder, tmp_path):
    before = captures(folder)
    scrapy(folder, "reparse", str(folder / "archive"))
    after = captures(folder)
    assert {key: after[key] for key in before} == before
    # A page that a backfill fetched, and put aside since it was not of the days asked for.
    aside = set(open_dataset(folder, "pending").to_table()["article_id"].to_pylist())
    added = {key: row for key, row in after.items() if key not in before}
    better = {key: row for key, row in added.items() if is_read_better(differences(row, before))}
    assert {article for article, *_ in added.keys() - better.keys()} <= aside
    structured = [row for row in better.values() if "kinds" in differences(row, before)]
    assert structured and all(set(row["kinds"]) != {"paragraph"} for row in structured)
    assert len(after) - len(better) <= CAPTURES + 1
    scrapy(folder, "compact")
    scrapy(folder, "export", "--to", "jsonl", "-o", str(tmp_path / "x.jsonl"))
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == len(after)
    assert "no findings" in scrapy(folder, "verify")
