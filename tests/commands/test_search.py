"""`scrapy search` and `export --query`: the same language, as a table and for programs."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.datasets import row, write, write_clusters
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("dataset")
    rows = [row(n, title=f"Roket nomor {n}", authors=["Ani Uji"]) for n in range(1, 31)]
    write(folder, kontan=rows, tirto=[row(77, "tirto", title='=Satelit, "baru"')])
    write_clusters(folder, {"kontan:1": ["kontan:1", "kontan:2", "kontan:3"]})
    return folder


def scrapy(*words: str, folder: Path, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", *words, "-s", f"OUTPUT_DIR={folder}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, **more)


def test_the_table_has_a_line_a_story_and_says_how_many_articles_match(folder):
    done = scrapy("search", "roket", "--limit", "40", folder=folder)
    assert done.returncode == 0
    assert done.stdout.count("Roket nomor") == 28
    assert "30 articles" in done.stdout


def test_programs_get_every_match_with_its_columns(folder):
    lines = scrapy("search", "roket", "--json", folder=folder).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert {one["article_id"] for one in found} == {f"kontan:{n}" for n in range(1, 31)}
    assert {one["cluster_id"] for one in found if one["article_id"] < "kontan:4"} >= {"kontan:1"}
    done = scrapy("search", "satelit", "--csv", "--columns", "outlet,title", folder=folder)
    assert list(csv.reader(io.StringIO(done.stdout))) == [
        ["outlet", "title"],
        ["tirto", '=Satelit, "baru"'],
    ]
    urls = scrapy("search", "roket", "--urls", "--limit", "2", folder=folder).stdout
    assert len(urls.splitlines()) == 2
    assert urls.startswith("https://contoh.example/")


def test_a_minus_needs_no_quotes(folder):
    done = scrapy("search", "nomor", "-roket", folder=folder)
    assert (done.returncode, done.stdout.count("Berita")) == (0, 0)
    assert "Satelit" in done.stdout
    assert "Roket" not in done.stdout


def test_what_empties_a_query_and_a_near_word_are_said(folder):
    done = scrapy("search", "roket", "satelitt", folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no article matches satelitt; did you mean roket satelit?" in done.stderr


def test_mistakes_of_a_query_are_said_and_the_rest_is_searched(folder):
    done = scrapy("search", 'outlet:kontn ("roket', folder=folder)
    assert "outlet:kontn" in done.stderr
    assert "parenthesis" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["search"], "say what to search for"),
        (["search", "roket", "--columns", "judul"], "there is no column judul"),
        (["search", "roket", "--csv", "--urls"], "exclude one another"),
        (["search", "roket", "--limit", "0"], "--limit is 1 or more"),
        (["export", "--to", "csv", "--query", "outlet:kontn"], "not understood: outlet:kontn"),
    ],
)
def test_a_mistake_of_usage_is_one_line(folder, words, said):
    done = scrapy(*words, folder=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_export_takes_the_articles_that_a_query_finds(folder, tmp_path):
    target = tmp_path / "found.jsonl"
    words = ["--to", "jsonl", "--query", '"nomor 7" OR satelit', "-o", str(target)]
    assert scrapy("export", *words, folder=folder).returncode == 0
    found = [json.loads(line)["article_id"] for line in target.read_text().splitlines()]
    assert sorted(found) == ["kontan:7", "tirto:77"]
