"""`scrapy export` as it is typed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from scrapy.cmdline import execute

from tests.datasets import row, write
from tests.places import CHECKOUT


@pytest.fixture
def dataset(tmp_path):
    again = row(1, title="Berita nomor satu")
    again["fetched_at"] = again["fetched_at"].replace(day=22)
    return write(tmp_path, kontan=[row(1), again], tirto=[row(2, "tirto", topics=["ai"])])


@pytest.fixture
def export(dataset, capfdbinary):
    def typed(*words):
        with pytest.raises(SystemExit) as exit_:
            execute(["scrapy", "export", *words, "-s", f"OUTPUT_DIR={dataset}"])
        said = capfdbinary.readouterr()
        return exit_.value.code, said.out.decode(), said.err.decode()

    return typed


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "markdown", "sqlite", "duckdb"])
def test_export_writes_a_file_and_prints_the_path(export, dataset, kind):
    code, out, err = export("--to", kind, "--json")
    path = dataset / f"export.{kind}"
    assert (code, err) == (0, "")
    assert json.loads(out) == {"file": str(path), "bytes": path.stat().st_size, "captures": 3}
    there = {item.name for item in dataset.iterdir()}
    assert there == {"articles", "staging", path.name}


def test_export_replaces_an_earlier_export(export, tmp_path):
    target = tmp_path / "new/articles.jsonl"
    for words, rows in (([], 3), (["--latest"], 2), (["--topic", "ai"], 1)):
        code, out, _ = export("--to", "jsonl", "-o", str(target), *words)
        assert (code, out.split()[1], out.split()[-1]) == (0, str(rows), "KB")
        assert target.read_text().count("\n") == rows
    assert export("--to", "jsonl", "-o", str(target), "-q") == (0, "", "")


def test_a_part_of_the_dataset_is_a_sqlite_file_that_searches_it(export, tmp_path):
    target = tmp_path / "ai.db"
    words = ("--latest", "--topic", "ai", "--since", "2020-01-01", "--query", "berita")
    code, out, err = export("--to", "sqlite", "-o", str(target), *words)
    assert (code, err, out.split()[1:3]) == (0, "", ["1", "articles,"])
    with closing(sqlite3.connect(target)) as connection:
        found = connection.execute(
            "SELECT article_id FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid"
            " WHERE articles_fts MATCH 'penutupnya'"
        ).fetchall()
    assert found == [("tirto:2",)]


def test_export_prints_json_lines_to_standard_output(export):
    code, out, err = export("--to", "jsonl", "-o", "-", "--outlet", "kontan", "--latest")
    assert (code, err) == (0, "")
    assert [json.loads(line)["title"] for line in out.splitlines()] == ["Berita nomor satu"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "sqlite", "duckdb"])
def test_an_export_without_a_match_is_a_file_of_columns_alone(export, dataset, kind):
    code, out, _ = export("--to", kind, "--until", "1999-12-31", "--allow-empty")
    assert code == 0
    assert "no captures match" in out
    assert (dataset / f"export.{kind}").exists()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "sqlite", "duckdb"])
def test_an_export_without_a_match_leaves_the_last_export_as_it_was(export, dataset, kind):
    path = dataset / f"export.{kind}"
    code, out, err = export("--to", kind, "--topic", "gaming")
    assert (code, out, path.exists()) == (1, "", False)
    assert err == f"no captures match; {path} is left as it was\n"
    assert export("--to", kind)[0] == 0
    before = path.read_bytes()
    assert export("--to", kind, "--topic", "gaming", "--latest")[0] == 1
    assert path.read_bytes() == before
    assert export("--to", kind, "--topic", "gaming", "--allow-empty")[0] == 0
    assert path.read_bytes() != before
    assert not list(dataset.glob(".*"))


def test_a_printed_export_without_a_match_is_reported_on_stderr(export):
    words = ("--to", "jsonl", "-o", "-", "--topic", "gaming", "--latest")
    assert export(*words) == (1, "", "no articles match\n")
    assert export(*words, "--allow-empty") == (0, "", "no articles match\n")


def test_an_export_for_spreadsheets_is_csv_with_a_byte_order_mark(export, dataset):
    assert export("--spreadsheet")[0] == 0
    assert (dataset / "export.csv").read_bytes().startswith(b'\xef\xbb\xbf"')
    assert export("--to", "csv")[0] == 0
    assert (dataset / "export.csv").read_bytes().startswith(b'"')


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "say --to csv"),
        (["--to", "xls"], "say --to csv"),
        (["--to", "jsonl", "--spreadsheet"], "--spreadsheet writes csv, not jsonl"),
        (["--to", "csv", "kontan"], "--outlet kontan?"),
        (["--to", "csv", "--outlet", "kontna"], "nothing of an outlet kontna"),
        (["--to", "csv", "--topic", "aii"], "did you mean ai?"),
        (["--to", "csv", "--topic", "kuliner"], "there are ai, gadget"),
        (["--to", "csv", "--topic", "AI"], "did you mean ai?"),
        (["--to", "csv", "--topic", ""], "there are ai, gadget"),
        (["--to", "csv", "--since", ""], "--since= is no date"),
        (["--to", "csv", "--since", "kemarin"], "no date"),
        (["--to", "csv", "--since", "2026-02-01", "--until", "2026-01-01"], "is after"),
        (["--to", "csv", "-o", "/dev/null"], "is no file"),
        (["--to", "csv", "-o", "/dev/null/x.csv"], "cannot write"),
        (["--to", "duckdb", "-o", "/proc/none/x.duckdb"], "cannot write"),
        (["--to", "sqlite", "-o", "/proc/none/x.sqlite"], "cannot write"),
        (["--to", "sqlite", "-o", "-"], "cannot be printed"),
        (["--to", "csv", "-o", "s3://bak/x.csv"], "on this machine"),
        (["--to", "parquet", "-o", "-"], "cannot be printed"),
        (["--to", "csv", "-o", "-", "--json"], "would both print"),
        (["--to", "csv", "--lastest"], "unknown option"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(export, dataset, words, complaint):
    code, out, err = export(*words)
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1
    assert not list(dataset.glob("*export*"))


@pytest.mark.parametrize("kind", ["csv", "duckdb"])
def test_a_broken_file_leaves_the_last_export_as_it_was(export, dataset, kind):
    export("--to", kind)
    before = (dataset / f"export.{kind}").read_bytes()
    broken = dataset / "articles/outlet=tirto/month=2026-01/zzz.parquet"
    broken.write_bytes(b"no parquet")
    code, _, err = export("--to", kind)
    assert (code, err.count("\n")) == (2, 1)
    assert "cannot be read" in err
    assert (dataset / f"export.{kind}").read_bytes() == before
    assert not list(dataset.glob(".*"))


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    write(tmp_path, kontan=[row(n, paragraphs=["Isi yang panjang. " * 500]) for n in range(60)])
    command = [sys.executable, "-m", "scrapy", "export", "--to", "jsonl", "-o", "-"]
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=os.environ | {"OUTPUT_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline().startswith(b'{"article_id"')
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141
