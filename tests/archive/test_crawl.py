"""A crawl archives its pages, and its rows name them."""

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.check import losses
from crawler.archive.reader import read_page
from crawler.archive.writer import Archive
from crawler.commands.snapshot import Command
from crawler.newsroom import Newsroom
from output.dataset import latest, open_dataset, read
from output.filesystem import Root
from output.writer import Writer
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.crawls import crawl, project_settings
from tests.moment import newsroom
from tests.places import CHECKOUT
from tests.test_incremental import ARTICLE


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(
        seed=3, outlets=["mediaindonesia"], recent=10, past=2, older=0, compress=True
    ) as served:
        yield served


def warcs(out: Path) -> list[Path]:
    return sorted((out / "archive").rglob("*.warc.gz"))


def urls(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [
            record.rec_headers.get_header("WARC-Target-URI")
            for record in ArchiveIterator(file, check_digests="raise")
            if record.rec_type == "response"
        ]


def test_every_row_names_the_page_it_was_read_from(room: Newsroom, tmp_path: Path):
    done = crawl(MediaIndonesiaSpider, room, tmp_path)
    [path] = warcs(tmp_path)
    rows = read(tmp_path).to_pylist()
    assert len(rows) == done.outcomes.count("stored") > 2
    for row in rows:
        with (tmp_path / row["archive"]["file"]).open("rb") as file:
            capture = read_page(file, row["archive"]["offset"])
        assert (capture.url, capture.fetched_at) == (row["url"], row["fetched_at"])
        assert row["title"].encode() in capture.body  # sent in gzip, kept without
    rejects = open_dataset(tmp_path, "rejects").to_table().to_pylist()
    assert len(urls(path)) == done.outcomes.count("fetched") == len(rows) + len(rejects)


def test_a_file_of_the_archive_is_finished_with_the_rows_that_name_its_pages(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Else a reparse at work meanwhile would write those rows first."""
    early = []
    publish = Writer.publish

    def named() -> set[str]:
        return {row["archive"]["file"] for row in read(tmp_path).to_pylist() if row["archive"]}

    def publish_and_look(writer: Writer):
        finished = {str(path.relative_to(tmp_path)) for path in warcs(tmp_path)}
        early.append(finished - named())
        return publish(writer)

    monkeypatch.setattr(Writer, "publish", publish_and_look)
    monkeypatch.setattr(Archive.__init__, "__defaults__", (5_000,))  # a file for a page
    crawl(MediaIndonesiaSpider, room, tmp_path, PART_ROWS=2, CONCURRENT_REQUESTS=1)
    assert len(named()) > 2 and len(early) > 2
    assert not set().union(*early) & named()


def test_lists_are_archived_if_wanted(room: Newsroom, tmp_path: Path):
    crawl(MediaIndonesiaSpider, room, tmp_path, ARCHIVE_LISTS=True)
    assert "https://mediaindonesia.com/feed" in urls(warcs(tmp_path)[0])


def test_the_archive_can_be_switched_off(room: Newsroom, tmp_path: Path):
    crawl(MediaIndonesiaSpider, room, tmp_path, ARCHIVE=False)
    assert not warcs(tmp_path)
    assert set(read(tmp_path)["archive"].to_pylist()) == {None}


def test_a_page_that_forbids_archiving_is_not_kept(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "crawler.middlewares.archiving.forbids_archiving", lambda headers, body: True
    )
    done = crawl(MediaIndonesiaSpider, room, tmp_path)
    assert done.stats["wartatek/archive/forbidden"] == done.outcomes.count("fetched")
    assert not warcs(tmp_path)
    assert set(read(tmp_path)["archive"].to_pylist()) == {None}


def test_rows_whose_page_was_pruned_say_null(room: Newsroom, tmp_path: Path):
    crawl(MediaIndonesiaSpider, room, tmp_path, ARCHIVE_KEEP="0 GB")
    assert not warcs(tmp_path)
    for table in (read(tmp_path), latest(tmp_path), read(tmp_path, columns=["archive"])):
        assert table["archive"].null_count == len(table) > 2
    stored = open_dataset(tmp_path).to_table(["archive"])
    assert stored["archive"].null_count == 0  # what other readers see
    assert not list(losses(Root(tmp_path)))


def test_a_file_that_is_lost_is_no_pruned_one(room: Newsroom, tmp_path: Path):
    crawl(MediaIndonesiaSpider, room, tmp_path)
    [path] = warcs(tmp_path)
    older = path.with_name("20000101T000000Z-aa-00000.warc.gz")
    older.write_bytes(path.read_bytes())
    assert not list(losses(Root(tmp_path)))
    path.write_bytes(path.read_bytes()[:100])
    [(name, what)] = losses(Root(tmp_path))
    assert (name, what.split(",")[0]) == (str(path.relative_to(tmp_path)), "ends at 100")
    path.unlink()
    rows = read(tmp_path).num_rows
    assert list(losses(Root(tmp_path))) == [
        (name, f"is not there; rows that name a page in it: {rows}")
    ]


def test_without_room_for_the_archive_the_crawl_goes_on(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crawler.archive.writer._write", full)
    done = crawl(MediaIndonesiaSpider, room, tmp_path)
    assert done.outcomes.count("stored") > 2
    assert "No space left" in done.stats["wartatek/archive/error"]
    assert set(read(tmp_path)["archive"].to_pylist()) == {None}


def snapshot(out: Path, url: str, *options: str) -> None:
    """`scrapy snapshot mediaindonesia --from-archive URL`"""
    command = Command()
    command.settings = project_settings("", out / "elsewhere")
    parser = ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    typed = ["mediaindonesia", "--from-archive", url, *options, "-s", f"OUTPUT_DIR={out}"]
    opts, args = parser.parse_known_args(typed)
    command.process_options(args, opts)
    command.run(args, opts)


def test_a_kept_page_becomes_a_fixture_and_replaces_none_unasked(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    monkeypatch.setattr("crawler.commands.snapshot.BASE", tmp_path)
    monkeypatch.setattr("crawler.commands.snapshot.FIXTURES", tmp_path / "fixtures")
    crawl(MediaIndonesiaSpider, room, tmp_path)
    [row, *_] = read(tmp_path).to_pylist()
    snapshot(tmp_path, row["url"])
    [page] = (tmp_path / "fixtures" / "mediaindonesia").glob("*.html")
    made = page.read_text("utf-8")
    assert "<h1" in made and row["title"] not in made
    page.write_text("cut by hand", "utf-8")
    with pytest.raises(SystemExit):
        snapshot(tmp_path, row["url"])
    assert f"{page.relative_to(tmp_path)} is there" in capsys.readouterr().err
    assert page.read_text("utf-8") == "cut by hand"
    snapshot(tmp_path, row["url"], "--replace")
    assert page.read_text("utf-8") == made
    with pytest.raises(SystemExit):
        snapshot(tmp_path, "https://mediaindonesia.com/teknologi/1/tiada")
    assert "no page of it is kept" in capsys.readouterr().err


@pytest.mark.trial
def test_a_kill_loses_no_page_of_a_published_row(tmp_path: Path):
    """Rows are published after every article; the run is killed after the third."""
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=12, past=0, older=0) as room:
        room.fail("stall", path=ARTICLE, after=5)  # so that it is not done before
        before = killed_after_three(room, tmp_path)
        room.recover()
        crawl(MediaIndonesiaSpider, room, tmp_path)
    kept = {f"archive/{p.relative_to(tmp_path / 'archive')}" for p in warcs(tmp_path)}
    for row in before:
        assert row["archive"]["file"] in kept
        with (tmp_path / row["archive"]["file"]).open("rb") as file:
            assert read_page(file, row["archive"]["offset"]).url == row["url"]


def killed_after_three(room: Newsroom, tmp_path: Path) -> list[dict]:
    """The dataset that a crawl had published when it was killed."""
    environment = os.environ | {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "scrapy", "crawl", "mediaindonesia", "-s", "PART_ROWS=1"]
    one_by_one = ["-s", "CONCURRENT_REQUESTS=1"]
    with subprocess.Popen([*command, *one_by_one], env=environment, cwd=CHECKOUT) as run:
        while sum(1 for _ in tmp_path.glob("articles/*/*/*.parquet")) < 3:
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
    assert not warcs(tmp_path)
    assert not list(losses(Root(tmp_path)))  # what is not finished yet
    return open_dataset(tmp_path).to_table(["url", "archive"]).to_pylist()
