"""`scrapy export --new-since`: each published row once, whatever becomes of the files."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scrapy.cmdline import execute

from output.compaction import compact
from output.cursor import Cursor
from output.dataset import read
from output.takedown import bury, remove_rows, settle
from tests.datasets import NOON, row, write
from tests.places import CHECKOUT

LATER = {"fetched_at": NOON + timedelta(days=30)}


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "data"
    return write(folder, kontan=[row(1), row(2)], tirto=[row(9, "tirto")])


@pytest.fixture
def export(dataset, tmp_path, capfd):
    """Export what is new; return exit code, the rows' keys, and the ids taken down."""

    def typed(*words, cursor="cursor", to="jsonl"):
        target = tmp_path / f"new.{to}"
        options = ["--to", to, "-o", str(target), "--new-since", str(tmp_path / cursor), "--json"]
        with pytest.raises(SystemExit) as exit_:
            execute(["scrapy", "export", *options, *words, "-s", f"OUTPUT_DIR={dataset}"])
        said = capfd.readouterr()
        if exit_.value.code:
            return exit_.value.code, said.err
        told = json.loads(said.out)
        gone = Path(f"{target}.taken-down").read_text().split()
        assert told["taken_down"] == gone
        if to != "jsonl":
            return 0, told["captures"], gone
        rows = [json.loads(line) for line in target.read_text().splitlines()]
        assert told["captures"] == len(rows)
        return 0, sorted(each["article_id"] for each in rows), gone

    return typed


def test_each_row_is_given_once(export, dataset):
    assert export() == (0, ["kontan:1", "kontan:2", "tirto:9"], [])
    assert export() == (0, [], [])
    write(dataset, kontan=[row(3), row(1, title="Judul baru", **LATER)])
    assert export() == (0, ["kontan:1", "kontan:3"], [])
    assert export() == (0, [], [])


def test_compaction_gives_no_row_again_and_hides_none(export, dataset):
    export()
    write(dataset, kontan=[row(3)])
    compact(dataset)
    assert export() == (0, ["kontan:3"], [])
    write(dataset, kontan=[row(4)])
    compact(dataset)
    compact(dataset, upgrade=True)
    assert export() == (0, ["kontan:4"], [])
    assert export() == (0, [], [])


def test_a_row_that_compaction_drops_after_it_was_given_never_comes_again(export, dataset):
    write(dataset, kontan=[row(1, **LATER)])  # the same content, by two runs at once
    assert export()[1].count("kontan:1") == 2
    compact(dataset)
    assert read(dataset)["article_id"].to_pylist().count("kontan:1") == 1
    assert export() == (0, [], [])


def test_a_reparse_of_old_months_is_new(export, dataset):
    export()
    write(dataset, kontan=[row(1, extractor_version="2026.12.01")])
    assert export() == (0, ["kontan:1"], [])
    assert export() == (0, [], [])


def test_a_part_that_arrives_late_is_new_whatever_its_name_and_times_say(export, dataset, tmp_path):
    late = write(tmp_path / "elsewhere", kontan=[row(7)])
    [part] = late.rglob("*.parquet")
    export()
    write(dataset, kontan=[row(8)])
    assert export() == (0, ["kontan:8"], [])
    shutil.copy2(part, dataset / part.relative_to(late).parent / f"0-{part.name}")
    assert export() == (0, ["kontan:7"], [])


def test_a_part_that_was_away_for_an_export_is_not_given_again(export, dataset, tmp_path):
    export()
    [part] = (dataset / "articles/outlet=tirto").rglob("*.parquet")
    away = shutil.move(part, tmp_path / "away")
    assert export() == (0, [], [])
    shutil.move(away, part)
    assert export() == (0, [], [])


def test_articles_taken_down_are_told_once_and_never_given(export, dataset, tmp_path):
    export()
    write(dataset, kontan=[row(3)])
    for article_id in ("kontan:1", "kontan:3"):
        tombstone = bury(dataset, "kontan", article_id)
        if article_id == "kontan:1":  # the takedown of kontan:3 is killed before its rows leave
            remove_rows(dataset, "kontan", article_id)
            settle(dataset, tombstone)
    assert export() == (0, [], ["kontan:1", "kontan:3"])
    remove_rows(dataset, "kontan", "kontan:3")
    compact(dataset)
    assert export() == (0, [], [])
    rows = pq.read_table(tmp_path / "cursor").to_pylist()
    kept = {each["article_id"]: each["fetched_at"] for each in rows}
    assert kept["kontan:1"] is None and kept["tirto:9"] is not None


@pytest.mark.parametrize("step", ["take_down", "move"])
def test_a_killed_export_is_repeated_whole(export, dataset, tmp_path, monkeypatch, step):
    export()
    write(dataset, kontan=[row(3)])
    before = (tmp_path / "cursor").read_bytes()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(Cursor, step, killed)
        with pytest.raises(KeyboardInterrupt):
            export()
    assert (tmp_path / "cursor").read_bytes() == before
    write(dataset, kontan=[row(4)])
    assert export() == (0, ["kontan:3", "kontan:4"], [])
    assert {path.name for path in tmp_path.iterdir()} == {
        *("data", "cursor", "new.jsonl", "new.jsonl.taken-down")
    }


def test_a_cursor_gives_rows_that_another_selection_left_out(export):
    assert export("--outlet", "tirto") == (0, ["tirto:9"], [])
    assert export() == (0, ["kontan:1", "kontan:2"], [])


def test_with_latest_a_row_comes_while_it_is_the_last(export, dataset, tmp_path, capfd):
    write(dataset, kontan=[row(1, title="Judul baru", **LATER)])
    target, cursor = tmp_path / "last.jsonl", tmp_path / "last"
    options = ["--to", "jsonl", "-o", str(target), "--new-since", str(cursor), "--latest"]
    for titles in (["Judul baru", "Berita nomor 2", "Berita nomor 9"], []):
        with pytest.raises(SystemExit):
            execute(["scrapy", "export", *options, "-s", f"OUTPUT_DIR={dataset}"])
        found = [json.loads(line)["title"] for line in target.read_text().splitlines()]
        assert sorted(found) == sorted(titles)


def test_cursors_know_nothing_of_each_other(export):
    everything = export()
    assert export(cursor="other") == everything


def test_csv_and_parquet_take_a_cursor_too(export, tmp_path):
    export(to="csv")
    assert (tmp_path / "new.csv").read_text().count("contoh.example/1") == 1
    export(to="csv")
    assert (tmp_path / "new.csv").read_text().count("contoh.example/1") == 0
    export(to="parquet", cursor="other")
    assert len(pq.ParquetFile(tmp_path / "new.parquet").read()) == 3


def test_a_cursor_of_another_dataset_is_a_mistake(export, dataset, tmp_path):
    """All rows would come as new, and a consumer would mix two datasets."""
    other = write(tmp_path / "other", kontan=[row(1, **LATER), row(77)])
    cursor = ["--new-since", str(tmp_path / "cursor"), "-o", str(tmp_path / "x.csv")]
    with pytest.raises(SystemExit):
        execute(["scrapy", "export", "--to", "csv", *cursor, "-s", f"OUTPUT_DIR={other}"])
    before = (tmp_path / "cursor").read_bytes()
    code, said = export()
    assert (code, "is of another dataset" in said, said.count("\n")) == (2, True, 1)
    assert (tmp_path / "cursor").read_bytes() == before
    assert not (tmp_path / "new.jsonl").exists()


def test_a_flipped_bit_in_a_cursor_gives_no_row_again(export, tmp_path):
    export()
    cursor = tmp_path / "cursor"
    sound = cursor.read_bytes()
    for place in range(4, len(sound) // 3, 40):
        cursor.write_bytes(sound[:place] + bytes([sound[place] ^ 16]) + sound[place + 1 :])
        code, *found = export()
        assert code == 2 or found == [[], []], (place, found)
        cursor.write_bytes(sound)


@pytest.mark.parametrize("content", [b"", b"not Parquet", None])
def test_a_file_that_is_no_cursor_is_left_as_it_is(export, tmp_path, content):
    cursor = tmp_path / "cursor"
    if content is None:
        pq.write_table(pa.table({"article_id": ["kontan:1"]}), cursor)
    else:
        cursor.write_bytes(content)
    before = cursor.read_bytes()
    code, said = export()
    assert code == 2
    assert said.startswith(f"scrapy export: --new-since: {cursor} is no cursor")
    assert said.count("\n") == 1
    assert cursor.read_bytes() == before
    assert not (tmp_path / "new.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--to", "duckdb"], "csv, jsonl, parquet, markdown, xlsx, sqlite to a file"),
        (["-o", "-"], "csv, jsonl, parquet, markdown, xlsx, sqlite to a file"),
    ],
)
def test_a_cursor_asks_for_a_file_that_can_hold_a_part(export, words, problem):
    code, said = export(*words)
    assert (code, problem in said) == (2, True), said


KILLED = """
import sys
from pathlib import Path
from scrapy.cmdline import execute
from tests.killing import kill_at_every_call

data, target, cursor = sys.argv[1:]
words = ["scrapy", "export", "--to", "jsonl", "-o", target, "--new-since", cursor, "-q"]


def work(number):
    try:
        execute([*words, "-s", f"OUTPUT_DIR={data}"])
    except SystemExit as end:
        assert not end.code


def prepare(number):
    before = Path(f"{cursor}.before").read_bytes()
    assert Path(cursor).read_bytes() == before or "kontan:3" in Path(target).read_text()
    Path(target).write_text("")
    Path(cursor).write_bytes(before)


kill_at_every_call([(Path, "replace"), (__import__("os"), "fsync")], work, prepare)
"""


@pytest.mark.trial
def test_an_export_killed_at_any_step_passes_over_no_row(export, dataset, tmp_path):
    export()
    shutil.copy(tmp_path / "cursor", tmp_path / "cursor.before")
    write(dataset, kontan=[row(3)])
    words = [str(dataset), str(tmp_path / "new.jsonl"), str(tmp_path / "cursor")]
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, *words], cwd=CHECKOUT, capture_output=True, text=True
    )
    *killed, last = ran.stdout.split()
    assert (set(killed), last) == ({str(int(signal.SIGKILL))}, "0"), ran.stderr
    assert len(killed) >= 6  # fsync and replace of ids, export and cursor
    shutil.copy(tmp_path / "cursor.before", tmp_path / "cursor")
    assert export() == (0, ["kontan:3"], [])
    assert not list(tmp_path.glob(".wartatek*"))
