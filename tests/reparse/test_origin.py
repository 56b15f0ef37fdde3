"""Made-up pages and those of the web never meet in a dataset, by a reparse neither."""

import gzip
import json
import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.commands.reparse import Command
from crawler.outlets.documents import Document
from crawler.reparse.saved_pages import SavedPages
from output.dataset import read
from output.origin import claim, origin_of
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.archive.warcs import pages, write_warc
from tests.crawls import crawl, project_settings
from tests.datasets import row, write
from tests.moment import newsroom

ORIGINS = ["newsroom", "web"]
OTHER = {"newsroom": "web", "web": "newsroom"}


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def reparse(out: Path, *words: str | Path) -> int:
    """Return the exit code of `scrapy reparse` with `words`, into the dataset at `out`."""
    command, parser = Command(), ArgumentParser()
    command.settings = project_settings("", out)
    command.add_options(parser)
    opts, args = parser.parse_known_args([*map(str, words), "--workers", "1"])
    try:
        command.process_options(args, opts)
        command.run(args, opts)
    except SystemExit as stop:
        return int(stop.code or 0)
    return command.exitcode


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An archive of each origin, as a crawl and as another crawler write it."""
    folder = tmp_path_factory.mktemp("archives")
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=3, past=0, older=0) as room:
        crawl(MediaIndonesiaSpider, room, folder / "crawled")
    write_warc(folder / "others" / "news.warc.gz", pages("mediaindonesia", 3))
    return {"newsroom": folder / "crawled" / "archive", "web": folder / "others"}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("options", [(), ("--diff",)])
def test_an_archive_of_the_other_origin_is_refused(archives, tmp_path, origin, options, capsys):
    claim(tmp_path, OTHER[origin])
    write(tmp_path, tirto=[row(1, "tirto")])
    assert reparse(tmp_path, archives[origin], *options) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("need a folder of their own: set OUTPUT_DIR\n")
    assert said.err.count("\n") == 1
    assert (read(tmp_path).num_rows, origin_of(tmp_path)) == (1, OTHER[origin])


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_dataset_takes_the_origin_of_the_archive_that_it_is_made_of(archives, tmp_path, origin):
    assert reparse(tmp_path, archives[origin]) == 0
    assert (read(tmp_path).num_rows > 1, origin_of(tmp_path)) == (True, origin)
    assert reparse(tmp_path, archives[origin]) == 0
    assert reparse(tmp_path, archives[OTHER[origin]]) == 2


def test_archives_of_both_origins_are_refused_together(archives, tmp_path, capsys):
    assert reparse(tmp_path, archives["web"], archives["newsroom"]) == 2
    said = capsys.readouterr().err
    assert "is of the newsroom" in said and "is of the web" in said
    assert (read(tmp_path).num_rows, origin_of(tmp_path)) == (0, None)


def test_a_stray_page_of_the_other_origin_is_left_out_and_named(archives, tmp_path, capsys):
    """Wherever in a folder or a file it is."""
    mixed = tmp_path / "in" / "b.warc.gz"
    [web] = archives["web"].glob("*.gz")
    [made_up] = archives["newsroom"].glob("*/*.gz")
    mixed.parent.mkdir()
    (mixed.parent / "a.warc.gz").write_bytes(web.read_bytes())
    mixed.write_bytes(web.read_bytes() + gzip.compress(b"") + made_up.read_bytes())
    assert reparse(tmp_path / "out", mixed.parent, "--json") == 1
    said = capsys.readouterr()
    assert said.err == f"{mixed}: pages in it are of another origin than the dataset\n"
    counts = json.loads(said.out)["counts"]
    assert counts["skipped/other_origin"] > 1
    assert counts["pages"] == 6  # three pages, twice
    assert 0 < read(tmp_path / "out").num_rows == counts["new"] <= 3
    assert origin_of(tmp_path / "out") == "web"


@pytest.mark.parametrize("origin", ORIGINS)
def test_saved_pages_can_be_read_again_from_the_archive_of_their_dataset(tmp_path, origin, capsys):
    snap = pages("mediaindonesia", 1)[0]
    claim(tmp_path, origin)
    saved = SavedPages(project_settings("", tmp_path))
    assert saved.keep(Document(snap.body, "html"), snap.url, snap.at)
    assert saved.store()["new"] == 1
    assert reparse(tmp_path, tmp_path / "archive", "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"]["done_before"] == 1
