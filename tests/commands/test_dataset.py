"""`scrapy dataset build` as it is typed, and `forget` beside it."""

from __future__ import annotations

import json
import random
import sys

import pyarrow.parquet as pq
import pytest
from scrapy.cmdline import execute

from output.corpus import build
from tests.datasets import row, write

SYLLABLES = "ba da ka la ma na pa ra sa ta wa ja ri lu mo".split()


def prose(seed, words=80):
    rng = random.Random(seed)
    own = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(words)]
    return f"{' '.join(own)} yang dan di itu."


@pytest.fixture
def dataset(tmp_path):
    articles = [row(n, paragraphs=[prose(n)]) for n in range(1, 60)]
    word = row(60, "tirto", paragraphs=["Kata"])
    return write(tmp_path / "data", kontan=articles, tirto=[word])


@pytest.fixture
def typed(dataset, capfd):
    def run(*words):
        with pytest.raises(SystemExit) as exit_:
            execute(["scrapy", *map(str, words), "-s", f"OUTPUT_DIR={dataset}"])
        said = capfd.readouterr()
        return exit_.value.code, said.out, said.err

    return run


def test_build_prints_the_rows_of_each_side_and_what_each_filter_drops(typed, tmp_path):
    target = tmp_path / "set"
    code, out, err = typed(
        "dataset", "build", "uji", "--to", target, "--filter", "gopher_quality,fineweb"
    )
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines() if line.strip(" ─\n")]
    assert lines[0][:3] == [f"{target}:", "59", "rows"]
    assert "near-duplicates on two sides: 0" in out
    assert lines[1:] == [
        ["filter", "drops", "share", "reasons"],
        ["gopher_quality", "1", "1.7%", "gopher_short_doc", "1"],
        ["fineweb", "1", "1.7%", "line_punct_ratio", "1"],
    ]
    assert {path.name for path in target.iterdir()} == {
        "README.md",
        "croissant.json",
        "data",
        "stories.parquet",
    }


def test_build_with_json_prints_one_object(typed, tmp_path):
    words = ("--rows", "article", "--mask", "--filter", "gopher_quality", "--json")
    code, out, err = typed("dataset", "build", "uji", "--to", tmp_path / "set", *words)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["folder"] == str(tmp_path / "set")
    assert (sum(told["rows"].values()), told["leaks"], told["refused"]) == (59, 0, 0)
    assert told["dropped"] == {"gopher_quality": 1}
    assert told["reasons"] == {"gopher_quality/gopher_short_doc": 1}


def test_a_window_without_articles_writes_nothing_and_exits_1(typed, tmp_path):
    code, out, err = typed(
        "dataset", "build", "uji", "--to", tmp_path / "set", "--until", "1999-12-31"
    )
    assert (code, out, err) == (1, "no article matches: nothing is written\n", "")
    assert not (tmp_path / "set").exists()


def test_an_outlet_that_forbids_all_writes_nothing_and_says_why(typed, monkeypatch, tmp_path):
    def latest(location, selection, plain=build._latest):
        return ({**each, "ai_use": "refused"} for each in plain(location, selection))

    monkeypatch.setattr(build, "_latest", latest)
    words = ("dataset", "build", "uji", "--to", tmp_path / "set", "--outlet", "tirto")
    code, out, _ = typed(*words)
    assert code == 1
    assert "none of 1 articles is left: nothing is written (refused by their outlets: 1" in out
    code, out, _ = typed(*words, "--with-refused")
    assert (code, "1 rows" in out) == (0, True)


def test_a_story_of_a_word_is_a_set_that_names_its_empty_sides(typed, tmp_path):
    words = ("--outlet", "tirto", "--without-title")
    code, out, err = typed("dataset", "build", "uji", "--to", tmp_path / "set", *words)
    assert (code, err) == (0, "")
    assert "1 rows" in out
    card = (tmp_path / "set/README.md").read_text("utf-8")
    assert "Without rows, and so not loaded: " in card
    [path] = (tmp_path / "set/data").glob("*.parquet")
    assert pq.read_table(path)["text"].to_pylist() == ["Kata"]


def test_a_folder_with_anything_else_is_left_as_it_is(typed, tmp_path):
    target = tmp_path / "set"
    words = ("dataset", "build", "uji", "--to", target)
    target.mkdir()
    (target / "catatan.txt").write_text("milik saya")
    code, out, _ = typed(*words)
    assert (code, out) == (1, f"{target} exists, and is no training set\n")
    (target / "catatan.txt").unlink()
    assert typed(*words)[0] == 0
    (target / "data/catatan.txt").write_text("milik saya")
    card = (target / "README.md").read_bytes()
    code, out, _ = typed(*words)
    assert code == 1
    assert out == f"{target} holds data/catatan.txt too, which a build would remove: move it away\n"
    assert (target / "data/catatan.txt").read_text() == "milik saya"
    assert (target / "README.md").read_bytes() == card


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "say dataset build NAME --to FOLDER"),
        (["build", "uji"], "say dataset build NAME --to FOLDER"),
        (["build", "../uji", "--to", "set"], "is no name of letters, digits, dots and dashes"),
        (["build", "uji", "--to", "/dev/null"], "/dev/null is no folder"),
        (["build", "uji", "--to", "/proc/none/set"], "the set cannot be built"),
        (["build", "uji", "--to", "set", "--filter", "gopher"], "there is no filter gopher"),
        (["build", "uji", "--to", "set", "--topic", "kuliner"], "there is no topic kuliner"),
        (["build", "uji", "--to", "set", "--split", "time:2026-09-01"], "say time:2026-06-01"),
        (["build", "uji", "--to", "set", "--split", "time:2026-09-01,2026-06-01"], "D1 before D2"),
        (["build", "uji", "--to", "set", "--since", "kemarin"], "no date"),
        (["build", "uji", "--to", "set", "--outlet", "kontna"], "nothing of an outlet kontna"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(typed, tmp_path, monkeypatch, words, complaint):
    monkeypatch.chdir(tmp_path)
    code, out, err = typed("dataset", *words)
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_tokens_without_their_package_name_the_extra_and_write_nothing(
    typed, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    code, out, err = typed("dataset", "build", "uji", "--to", tmp_path / "set", "--tokens")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "the extra tokens brings it" in err
    assert not (tmp_path / "set").exists()


def test_a_damaged_record_of_the_origin_stops_the_build_in_a_line(typed, dataset, tmp_path):
    (dataset / "origin.json").write_text("{")
    code, out, err = typed("dataset", "build", "uji", "--to", tmp_path / "set")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "origin.json cannot be read" in err
    assert not (tmp_path / "set").exists()


def test_forget_names_the_sets_and_exports_that_may_hold_the_article(typed, dataset, tmp_path):
    for name in ("semua", "tirto", "pindah"):
        only = ["--outlet", "tirto"] if name == "tirto" else []
        target = tmp_path / f"sets/{name}"
        assert typed("dataset", "build", name, "--to", target, "--rows", "article", *only)[0] == 0
    (tmp_path / "sets/pindah").rename(tmp_path / "elsewhere")
    assert typed("export", "--to", "csv", "-o", tmp_path / "berita.csv")[0] == 0
    assert typed("export", "--to", "jsonl")[0] == 0
    code, out, err = typed("forget", "kontan:7")
    assert (code, err) == (0, "")
    named = out.partition("left, for you to remove or make again: ")[2].strip().split(", ")
    assert named == [
        f"{dataset / 'export.jsonl'}",
        f"{tmp_path / 'berita.csv'} (export)",
        f"{tmp_path / 'sets/pindah'} (training set pindah",
        "moved or removed since)",
        f"{tmp_path / 'sets/semua'} (training set semua)",
    ]
    typed("dataset", "build", "semua", "--to", tmp_path / "sets/semua", "--rows", "article")
    left = [pq.read_table(path) for path in (tmp_path / "sets/semua").rglob("*.parquet")]
    assert not any("kontan:7" in table["article_id"].to_pylist() for table in left)
    code, out, _ = typed("forget", "kontan:7", "--json")
    assert not any("semua" in each for each in json.loads(out.splitlines()[-1])["copies"])


def test_a_copy_that_cannot_be_recorded_is_written_and_said(typed, dataset, tmp_path):
    (dataset / "copies").write_text("no folder")
    for words, path in (
        (["dataset", "build", "uji", "--to"], tmp_path / "set"),
        (["export", "--to", "csv", "-o"], tmp_path / "berita.csv"),
    ):
        code, _, err = typed(*words, path)
        assert (code, path.exists()) == (0, True)
        assert err.startswith(f"`forget` will not name {path}: ")
        assert err.count("\n") == 1


def test_a_damaged_record_of_a_copy_is_said_by_forget(typed, dataset, tmp_path):
    typed("dataset", "build", "uji", "--to", tmp_path / "set")
    [record] = (dataset / "copies").iterdir()
    record.write_text("{")
    code, _, err = typed("forget", "kontan:7")
    assert code == 1
    assert f"{record} is damaged: it names no copy" in err
