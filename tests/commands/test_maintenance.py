from __future__ import annotations

import os

import pytest

from crawler.state.database import FILE
from crawler.state.index import open_index
from crawler.state.locks import locked
from output.dataset import live_files, read
from output.filesystem import Root
from output.takedown import bury, unfinished
from output.views import open_clusters
from output.writer import Writer
from tests import prefork
from tests.output.rows import NOON, article


def scrapy(*arguments, folder):
    return prefork.scrapy(*arguments, env=os.environ | {"OUTPUT_DIR": str(folder)})


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2):
        writer = Writer(tmp_path, f"run-{number}")
        writer.write("articles", "kontan", article(number))
        writer.flush()
    return tmp_path


def test_compact_says_what_it_merged(folder):
    done = scrapy("compact", folder=folder)
    assert done.returncode == 0, done.stderr
    grouped, merged = done.stdout.splitlines()
    assert merged == "articles/outlet=kontan/month=2023-09: 2 files, now 1 of 2 rows"
    assert grouped == "clusters: 2 articles tell 2 stories"
    assert sorted(open_clusters(Root(folder)).to_table()["article_id"].to_pylist()) == [
        "kontan:1",
        "kontan:2",
    ]
    assert len(live_files(Root(folder), "articles")) == 1
    assert len(read(folder)) == 2


def test_compact_leaves_a_held_outlet_alone(folder):
    with locked(folder, "kontan"):
        done = scrapy("compact", "kontan", folder=folder)
    assert done.returncode == 75
    assert "kontan is being worked on by process" in done.stderr
    assert len(live_files(Root(folder), "articles")) == 2


def test_compact_does_not_merge_around_a_broken_file(folder):
    broken = folder / "articles/outlet=kontan/month=2023-09/half.parquet"
    broken.write_bytes(b"PAR1")
    done = scrapy("compact", folder=folder)
    assert done.returncode == 1
    assert "half.parquet: unreadable" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compact", "kontna"], "holds nothing of an outlet kontna"),
        (["compact", "--upgarde"], "unknown option --upgarde"),
        (["verify", "kontan"], "it takes no arguments"),
    ],
)
def test_a_mistake_is_one_clear_line(folder, arguments, said):
    done = scrapy(*arguments, folder=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


READING = [
    ["verify"],
    ["export", "--to", "csv"],
    ["report"],
    ["browse", "--port", "0"],
    ["search", "berita"],
    ["coverage"],
    ["compact"],
    ["forget", "kontan:1"],
    ["reparse", "--diff", "{warcs}"],
]


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
@pytest.mark.parametrize("place", ["typo", "empty", "file"])
def test_a_place_without_a_dataset_is_a_mistake(tmp_path, words, place):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("isi")
    (tmp_path / "warcs").mkdir()
    (tmp_path / "warcs/a.warc.gz").write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))
    typed = [word.format(warcs=tmp_path / "warcs") for word in words]
    done = scrapy(*typed, folder=tmp_path / place)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no dataset at {tmp_path / place}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_coverage_at_a_glance_day_by_day_and_whole(folder):
    days = ("--since", "2023-08-31", "--until", "2023-09-04")
    [_, _, _, kontan, *_] = scrapy("coverage", *days, folder=folder).stdout.splitlines()
    assert kontan.split() == ["kontan", "1/5", "2", "2", "0"]
    named = scrapy("coverage", "kontan", *days, folder=folder).stdout
    assert [line.split()[1] for line in named.splitlines()[3:-1]][:2] == [
        "2023-08-31",
        "2023-09-01",
    ]
    assert "2023-09-02 – 09-04" in named
    for names in ((), ("kontan",)):
        whole = scrapy("coverage", *names, *days, "--json", folder=folder).stdout
        assert whole.count("2023-") == whole.count("\n") == 5


def test_verify_exits_by_its_findings(folder):
    sound = scrapy("verify", folder=folder)
    assert (sound.returncode, sound.stdout) == (0, f"{folder}: no findings\n")
    (folder / "articles/notes.txt").write_text("isi")
    broken = scrapy("verify", folder=folder)
    assert broken.returncode == 1
    assert "articles/notes.txt: not a Parquet file in a partition" in broken.stdout


def test_verify_holds_the_archive_to_the_rows(folder):
    """A file that is still in open/, where the state is, is not lost."""
    kept = folder / "archive/outlet=kontan"
    kept.mkdir(parents=True)
    (kept / "20230901T000000Z-aa-00000.warc.gz").write_bytes(b"isi")
    name, run_id = "20230902T000000Z-bb-00000.warc.gz", "20230902T000000Z-bb"
    writer = Writer(folder, run_id)
    place = {"file": f"archive/outlet=kontan/{name}", "offset": 1}
    writer.write("articles", "kontan", article(3, archive=place))
    writer.write("runs", "kontan", {"run_id": run_id, "started_at": NOON})
    writer.flush()
    still_open = folder / "open/outlet=kontan" / name
    still_open.parent.mkdir(parents=True)
    still_open.touch()
    assert scrapy("verify", folder=folder).returncode == 0
    still_open.unlink()
    done = scrapy("verify", "-q", folder=folder)
    assert done.returncode == 1
    assert done.stdout == f"{place['file']}: is not there; rows that name a page in it: 1\n"


def test_verify_holds_the_state_to_the_files(folder):
    with open_index(folder, folder) as state:
        state.db.execute("DELETE FROM captures WHERE article_id = 'kontan:2'")
    done = scrapy("verify", folder=folder)
    assert done.returncode == 1
    assert "unknown to state.db: kontan:2" in done.stdout
    (folder / FILE).unlink()
    assert scrapy("verify", folder=folder).returncode == 0
    assert not (folder / FILE).exists()


def test_forget_says_what_it_removed(folder):
    done = scrapy("forget", "https://www.kontan.co.id/news/gawai", "kontan:1", folder=folder)
    assert done.returncode == 1
    assert done.stderr.endswith(" was in no row; it will never come\n")
    assert done.stderr.count("\n") == 1
    assert done.stdout.splitlines()[-1] == (
        "kontan:1: removed for good (rows: 1, archived pages: 0); it will not be fetched again"
    )
    assert read(folder)["article_id"].to_pylist() == ["kontan:2"]


def test_compact_finishes_a_takedown_first(folder):
    bury(folder, "kontan", "kontan:1")
    assert scrapy("compact", "kontan", folder=folder).returncode == 0
    assert unfinished(folder, "kontan") == []
    assert read(folder)["article_id"].to_pylist() == ["kontan:2"]
