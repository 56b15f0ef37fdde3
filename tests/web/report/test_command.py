"""`scrapy report` as it is typed."""

from __future__ import annotations

import json

import pytest
from scrapy.cmdline import execute

from tests.datasets import row, write


@pytest.fixture
def report(tmp_path, capsys, monkeypatch):
    write(tmp_path, kontan=[row(1)])
    monkeypatch.setenv("OUTPUT_DIR", str(tmp_path))

    def typed(*words):
        with pytest.raises(SystemExit) as exit_:
            execute(["scrapy", "report", *words, "-s", f"OUTPUT_DIR={tmp_path}"])
        said = capsys.readouterr()
        return exit_.value.code, said.out, said.err

    return typed


def test_report_writes_the_page_and_prints_the_path(report, tmp_path):
    code, out, _ = report("--json")
    said = json.loads(out)
    assert (code, said["articles"]) == (0, 1)
    assert (tmp_path / "report.html").stat().st_size == said["bytes"]
    assert report("-q", "-o", str(tmp_path / "new/other.html"))[1] == ""
    assert (tmp_path / "new/other.html").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--since", "kemarin"], "no date"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "is after"),
        (["kontan"], "no arguments"),
        (["-o", "/dev/null/page.html"], "cannot write"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(report, words, complaint):
    code, _, err = report(*words)
    assert code == 2
    assert complaint in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("where", ["whole", "inside"])
def test_a_broken_file_makes_a_complaint_of_one_line(report, tmp_path, where):
    [path] = tmp_path.rglob("*.parquet")
    content = path.read_bytes()
    path.write_bytes(
        b"no parquet" if where == "whole" else content[:4] + bytes(400) + content[404:]
    )
    code, _, err = report()
    assert code == 2
    assert "cannot be read" in err
    assert path.name in err or where == "inside"  # then DuckDB knows only that it could not read
    assert err.count("\n") == 1
