"""`scrapy reparse` as people type it."""

import gzip
import os
import re
import select
import signal
import subprocess
import sys
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy.utils.project import get_project_settings

from crawler.archive.reader import read_page
from crawler.commands.reparse import Command
from crawler.extraction import topics
from crawler.extraction.topics import load_index
from crawler.reparse.job import Change, Result
from crawler.reparse.workers import GOES_ON
from output.dataset import open_dataset, read
from output.takedown import bury
from spiders.kontan import KontanSpider
from tests import prefork
from tests.archive.warcs import pages, write_warc
from tests.crawls import crawl
from tests.datasets import write
from tests.moment import newsroom
from tests.output.rows import reject
from tests.patience import PATIENCE
from tests.places import CHECKOUT

_STOP = """
import sys
def stop(event="", names=()):
    if event == "" or event == "open" and str(names[0]).endswith(".warc.gz"):
        global pipe
        told, pipe = open({go!r}), open({here!r}, "wb", buffering=0)
        pipe.write(b"1")
        told.read()
if "--multiprocessing-fork" in sys.orig_argv:
"""
STOPS = {"starting": f"{_STOP}    stop()", "reading": f"{_STOP}    sys.addaudithook(stop)"}
"""The sitecustomize.py that stops a worker at this point."""


def reparse(*arguments: str | Path, out: Path) -> subprocess.CompletedProcess[str]:
    return prefork.scrapy("reparse", *arguments, "-s", f"OUTPUT_DIR={out}")


def test_a_folder_of_whole_and_cut_off_files_is_read_and_reported(tmp_path: Path):
    """In processes, with what is wrong named and told by the exit code."""
    snaps = pages("mediaindonesia", 8)
    write_warc(tmp_path / "in" / "deep" / "a.warc.gz", snaps[:4])
    cut = write_warc(tmp_path / "in" / "b.warc.gz", snaps[4:])
    cut.write_bytes(cut.read_bytes()[:-200])
    (tmp_path / "in" / "README").write_text("no archive")
    done = reparse(tmp_path / "in", "--workers", "2", out=tmp_path / "out")
    assert done.returncode == 1, done.stderr
    assert "2 files, 8 pages" in done.stdout or "2 files, 7 pages" in done.stdout
    assert f"{cut}: it is cut off" in done.stderr
    stored = read(tmp_path / "out").num_rows
    [run] = open_dataset(tmp_path / "out", "runs").to_table().to_pylist()
    assert (run["command"], run["files"], run["judgement"]) == ("reparse", 2, "unhealthy")
    assert run["stored"] == stored > 3
    assert run["fetched"] == stored + run["rejected"] + run["failed"] in (7, 8)
    why = "it is cut off, or ends in what is no WARC record; bad records: cut_off 1"
    assert run["detail"] == f"{cut}: {why}"
    assert {"extractor", "pyarrow"} <= {one["name"] for one in run["versions"]}
    again = reparse(tmp_path / "in", out=tmp_path / "out")
    assert again.returncode == 1
    *_, run = open_dataset(tmp_path / "out", "runs").to_table().sort_by("started_at").to_pylist()
    assert run["skipped_by"] == [{"reason": "done_before", "count": stored}]
    assert run["stored"] == run["revised"] == 0


def test_archives_in_a_folder_are_known_by_content_and_an_arc_file_is_named(tmp_path: Path):
    snaps = pages("mediaindonesia", 6)
    folder = tmp_path / "in"
    write_warc(folder / "download", snaps[:3])
    inside = write_warc(tmp_path / "b.warc.gz", snaps[3:])
    with zipfile.ZipFile(folder / "session.wacz", "w") as made:
        made.write(inside, "archive/data.warc.gz")
        made.writestr("datapackage.json", "{}")
    (folder / "old").write_bytes(gzip.compress(b"filedesc://old.arc 0.0.0.0 20050517 text/plain 9"))
    (folder / "notes.txt").write_text("no archive")
    done = reparse(folder, "--workers", "1", out=tmp_path / "out")
    assert done.returncode == 1
    assert "3 files, 6 pages" in done.stdout
    assert f"{folder / 'old'}: it is an ARC file: `warcio recompress" in done.stderr
    rows = read(tmp_path / "out").to_pylist()
    [row, *_] = [row for row in rows if row["archive"]["file"].endswith(".wacz")]
    with (folder / "session.wacz").open("rb") as file:
        page = read_page(file, row["archive"]["offset"])
    assert page is not None and page.fetched_at == row["fetched_at"]


@pytest.mark.parametrize(
    ("tell", "signum", "code"),
    [
        (os.killpg, signal.SIGINT, 75),  # as a terminal does
        (os.kill, signal.SIGINT, 75),
        (os.kill, signal.SIGTERM, 75),
        (os.kill, signal.SIGKILL, -signal.SIGKILL),
    ],
)
@pytest.mark.parametrize("moment", STOPS)
def test_workers_end_with_the_reparse_however_it_ends(
    tmp_path: Path, moment: str, tell, signum: int, code: int
):
    """Silently, be they amid a file or not yet listening; pipes tell that they are, and hold them
    there."""
    here, go = tmp_path / "here", tmp_path / "go"
    os.mkfifo(here)
    os.mkfifo(go)
    held = os.open(go, os.O_RDWR)
    stop = STOPS[moment].format(here=str(here), go=str(go))
    (tmp_path / "sitecustomize.py").write_text(stop)
    for name, snap in zip("ab", pages("mediaindonesia", 2), strict=True):
        write_warc(tmp_path / "in" / f"{name}.warc.gz", [snap])
    command = [sys.executable, "-m", "scrapy", "reparse", str(tmp_path / "in"), "--workers", "2"]
    with subprocess.Popen(
        [*command, "-s", f"OUTPUT_DIR={tmp_path / 'out'}"],
        cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(tmp_path)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process, here.open("rb", buffering=0) as workers:  # fmt: skip
        assert workers.read(1) + workers.read(1) == b"11"
        tell(process.pid, signum)
        if moment == "starting":
            os.close(held)
        _, said = process.communicate()
        assert select.select([workers], [], [], PATIENCE)[0]
        assert workers.read() == b""  # nobody could write to it any more
    if moment == "reading":
        os.close(held)
    assert process.returncode == code
    if code > 0:
        assert said == f"interrupted, 2 tasks are left: {GOES_ON}\n"


def test_what_crawls_still_write_is_left_to_them(tmp_path: Path):
    """A file grows in open/, under a name that it will not keep."""
    snaps, out = pages("mediaindonesia", 4), tmp_path / "out"
    write_warc(out / "open" / "outlet=mediaindonesia" / "a.warc.gz", snaps)
    write_warc(out / "archive" / "outlet=mediaindonesia" / "b.warc.gz", snaps)
    done = reparse(out, out=out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 files, 4 pages")
    assert reparse(out / "open", out=out).returncode == 2


@pytest.fixture
def command(tmp_path: Path) -> Command:
    it = Command()
    it.settings = get_project_settings()
    it.settings.set("OUTPUT_DIR", str(tmp_path / "out"), priority="cmdline")
    return it


def typed(command: Command, words: list[str]) -> None:
    """Run a command line as Scrapy does."""
    parser = ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    opts, args = parser.parse_known_args(words)
    command.process_options(args, opts)
    command.run(args, opts)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "name WARC files"),
        (["{}/nowhere"], "nowhere"),
        (["{}"], "there is no WARC file"),
        (["{}", "--outlet", "kontann"], "there is no outlet kontann"),
        (["{}", "--workers", "0"], "--workers"),
        (["{}", "--since", "2023-02-01", "--until", "2023-01-01"], "is after"),
        (["{}", "--nonsense"], "unknown option --nonsense"),
        (["gopher://x/y"], "gopher"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    command: Command, tmp_path: Path, arguments, complaint, capsys
):
    words = [word.format(tmp_path) for word in arguments]
    with pytest.raises(SystemExit) as left:
        typed(command, words)
    assert left.value.code == 2
    [line] = capsys.readouterr().err.strip().splitlines()
    assert complaint in line


@pytest.mark.parametrize(
    ("reasons", "complaint"),
    [
        (["of_topic"], "for of_topic; the reasons there are: off_topic, short_body"),
        (["short_body", "too_deep"], "for too_deep; the reasons there are: off_topic, short_body"),
        (["forgotten"], "for forgotten; the reasons there are: off_topic, short_body"),
    ],
)
def test_a_reason_that_no_page_was_rejected_for_is_a_mistake(
    command: Command, tmp_path: Path, reasons, complaint, capsys
):
    """A takedown is the reason of nothing that could be read again."""
    write_warc(tmp_path / "a.warc.gz", pages("mediaindonesia", 1))
    rejects = [{**reject(), "reason": name} for name in ("short_body", "off_topic", "off_topic")]
    write(tmp_path / "out", "rejects", kontan=rejects)
    bury(tmp_path / "out", "kontan", "kontan:1")
    words = [word for reason in reasons for word in ("--rejects", reason)]
    with pytest.raises(SystemExit) as left:
        typed(command, [str(tmp_path / "a.warc.gz"), *words])
    assert left.value.code == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"scrapy reparse: no page was rejected {complaint}\n")


def test_rejects_of_a_dataset_without_any_is_a_mistake(command: Command, tmp_path: Path, capsys):
    write_warc(tmp_path / "a.warc.gz", pages("mediaindonesia", 1))
    with pytest.raises(SystemExit):
        typed(command, [str(tmp_path / "a.warc.gz"), "--rejects", "off_topic"])
    assert "for off_topic; the reasons there are: none" in capsys.readouterr().err


def test_the_report_of_a_diff_shows_both_sides(command: Command, capsys):
    command.quiet = command.json = False
    result = Result(["a.warc.gz"])
    result.tally.update(
        {("kontan", "pages"): 3, ("kontan", "changed"): 1, ("kontan", "unchanged"): 2}
    )
    result.fields.update(body=1)
    long = "Kapal berangkat. " * 40
    result.examples.append(Change("https://x.example/1", "body", long + "Pagi.", long + "Malam."))
    command._report([result], 1.5, diff=True)
    shown = capsys.readouterr().out
    assert "1 changed would be written" in shown
    assert "Pagi." in shown and "Malam." in shown and "unchanged: 2" in shown


def test_off_topic_pages_come_back_when_the_lexicon_has_grown(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    """A word is added, the kept pages are judged again, and the next crawl leaves them alone."""
    out = tmp_path / "out"
    with newsroom(seed=3, outlets=["kontan"], recent=8, past=2, older=0) as room:
        monkeypatch.setattr(
            "crawler.sources.wanted.HINT", 0.0
        )  # what is not technology is fetched too
        crawl(KontanSpider, room, out)
        stored = set(read(out)["url"].to_pylist())
        rejects = open_dataset(out, "rejects").to_table().to_pylist()
        off_topic = next(one for one in rejects if one["reason"] == "off_topic")
        word = max(re.findall(r"[A-Za-z]+", off_topic["title"]), key=len)
        monkeypatch.setattr(topics, "_TERMS", load_index({"baru": {"5": [word]}}))
        words = [str(out / "archive"), "--rejects", "off_topic", "--workers", "1"]
        typed(command, [*words, "--diff"])
        assert set(read(out)["url"].to_pylist()) == stored
        typed(command, words)
        rows = read(out)
        fresh = {*rows["url"].to_pylist()} - stored
        assert off_topic["url"] in fresh
        typed(command, words)
        assert read(out).equals(rows)
        assert f"done before: {len(fresh)}" in capsys.readouterr().out
        room.requests.clear()
        crawl(KontanSpider, room, out)
        asked = {asked.path for asked in room.requests}
        assert not [url for url in fresh if urlsplit(url).path in asked]
