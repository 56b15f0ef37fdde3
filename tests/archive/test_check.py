"""Lost files of the archive are told from unfinished, pruned and other people's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.archive.check import SHOWN, losses
from output.filesystem import Root
from output.writer import Writer
from tests.output.rows import NOON, article

if TYPE_CHECKING:
    from pathlib import Path

EARLY, RUN, LATER = "20230901T030000Z-aa", "20230902T030000Z-bb", "20230903T030000Z-cc"


def named(run_id: str, number: int = 0, outlet: str = "kontan") -> str:
    return f"archive/outlet={outlet}/{run_id}-{number:05}.warc.gz"


def rows(folder: Path, *places: tuple[str, int]) -> None:
    """Write articles whose pages are at these places."""
    writer = Writer(folder, "rows")
    for number, (file, offset) in enumerate(places):
        writer.write(
            "articles", "kontan", article(number, archive={"file": file, "offset": offset})
        )
    writer.flush()


def ended(folder: Path, run_id: str, command: str | None = "crawl") -> None:
    writer = Writer(folder, run_id)
    writer.write("runs", "kontan", {"run_id": run_id, "started_at": NOON, "command": command})
    writer.flush()


def kept(folder: Path, file: str, size: int = 1000) -> None:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))


def found(folder: Path, growing: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    return [tuple(finding) for finding in losses(Root(folder), growing)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound archive of two runs."""
    for run_id in (EARLY, RUN):
        kept(tmp_path, named(run_id))
        ended(tmp_path, run_id)
    rows(tmp_path, (named(EARLY), 0), (named(RUN), 300), (named(RUN), 999))
    return tmp_path


def test_a_sound_archive_has_no_losses(folder: Path):
    assert found(folder) == []


@pytest.mark.parametrize("last", [RUN, LATER])
def test_a_file_that_is_not_there_is_named_with_its_rows(folder: Path, last: str):
    ended(folder, last, None)  # as older versions wrote it
    (folder / named(RUN)).unlink()
    assert found(folder) == [(named(RUN), "is not there; rows that name a page in it: 2")]


def test_a_file_that_ends_before_its_pages_is_named(folder: Path):
    kept(folder, named(RUN), size=999)
    assert found(folder) == [(named(RUN), "ends at 999, and a row names a page at 999")]


def test_a_missing_oldest_file_is_no_loss_since_pruning_takes_it(folder: Path):
    (folder / named(EARLY)).unlink()
    assert found(folder) == []


def test_a_missing_archive_is_no_loss_since_it_was_moved(folder: Path):
    for run_id in (EARLY, RUN):
        (folder / named(run_id)).unlink()
    assert found(folder) == []


def test_a_run_that_goes_on_or_died_has_not_finished_its_file(folder: Path):
    """On any host; a reparse finishes no file of a crawl."""
    rows(folder, (named(LATER), 300))
    ended(folder, "20230904T030000Z-dd", "reparse")
    assert found(folder) == []
    ended(folder, "20230904T040000Z-ee")
    assert found(folder) == [(named(LATER), "is not there; rows that name a page in it: 1")]


def test_a_file_that_could_not_be_moved_still_waits(folder: Path):
    rows(folder, (named(LATER), 300))
    ended(folder, LATER)
    assert found(folder)
    assert found(folder, frozenset({named(LATER)})) == []


@pytest.mark.parametrize(
    "file",
    [
        "/arsip/CC-NEWS-20230901000000-00001.warc.gz",
        "s3://ember/archive/outlet=kontan/20230902T030000Z-bb-00000.warc.gz",
        "archive/CC-NEWS-20230901000000-00001.warc.gz",
        "masuk/a.warc.gz",
    ],
)
def test_other_peoples_archives_are_not_looked_for(folder: Path, file: str):
    rows(folder, (file, 300))
    assert found(folder) == []


def test_many_losses_are_summed_up(folder: Path):
    rows(folder, *((named(RUN, number), 300) for number in range(1, SHOWN + 4)))
    said = found(folder)
    assert len(said) == SHOWN + 1
    assert said[-1] == ("archive", "lost or cut off too: 3 files, 3 rows")


def test_damaged_files_are_left_to_the_rest_of_verify(folder: Path):
    (folder / named(RUN)).unlink()
    (folder / "articles/outlet=kontan/month=2023-09/merged-half.parquet").write_bytes(b"PAR1")
    (folder / "runs/outlet=kontan/month=2023-09/half.parquet").write_bytes(b"PAR1")
    assert found(folder) == []
