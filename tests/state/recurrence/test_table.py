"""From rows of a dataset to the table boilerplate/ and cleaned rows, and back."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import textwrap
from random import Random

import pyarrow.parquet as pq
import pytest

from crawler.state.index import open_index
from crawler.state.recurrence.table import rewrite_boilerplate, suspects
from output import boilerplate
from output.compaction import compact
from output.dataset import latest, outlets, read
from output.filesystem import Root
from output.lifted import restored
from output.replacement import finish_replacing
from output.takedown import remove_rows
from output.verification import verify
from output.writer import Writer, new_run_id
from tests.output.rows import NOON, article
from tests.places import CHECKOUT
from tests.state.recurrence.bodies import prose

CALL = "Ikuti kabar pasar terkini lewat saluran WhatsApp Kontan."
NOTICE = "Naskah ini terbit di edisi cetak halaman tujuh dengan susunan yang sedikit berbeda."
FACT = "Bank Cakrawala menahan bunga acuan di level 5,75 persen."


def row(number, *lines, outlet="kontan", seed=None, **columns):
    paragraphs = [*prose(f"{outlet} {number}" if seed is None else seed), *lines]
    body = "\n\n".join(paragraphs)
    words = sum(text.count(" ") + 1 for text in paragraphs)
    values = {"paragraphs": paragraphs, "body": body, "word_count": words} | columns
    return article(number, outlet=outlet, removed=[], **values)


def write(folder, *rows):
    writer = Writer(folder, new_run_id())
    for each in rows:
        writer.write("articles", each["article_id"].partition(":")[0], each)
    writer.flush()


def clean(folder, asked=None):
    """Decide, and compact by the decision; return the decided lines and the number of merges."""
    stored = outlets(Root(folder), "articles")
    with open_index(folder, folder) as index:
        judgement = rewrite_boilerplate(index, stored, asked)
    merges = compact(folder, evidence=judgement)
    return [line.line for line in judgement.evidence.lines], len(merges)


def tables(folder):
    return [path.name for path in (folder / "boilerplate").glob("*.parquet")]


def bodies(folder):
    return {row["article_id"]: row for row in read(folder).to_pylist()}


def test_a_line_that_recurs_leaves_the_rows_and_stands_in_removed(tmp_path):
    before = [row(n, FACT, CALL) for n in range(1, 6)]
    write(tmp_path, *before)
    assert clean(tmp_path) == ([CALL], 1)
    for old in before:
        new = bodies(tmp_path)[old["article_id"]]
        assert new["paragraphs"] == old["paragraphs"][:-1]
        assert new["removed"] == [{"rule": "recurs:5", "text": CALL}]
        assert new["word_count"] == old["word_count"] - 8
        assert new["published_hash"] == old["content_hash"] != new["content_hash"]
        assert restored(new)["body"] == old["body"]
    assert verify(tmp_path) == []


def test_the_table_says_how_often_and_when(tmp_path):
    write(tmp_path, *(row(n, CALL) for n in range(1, 6)), row(9, FACT))
    clean(tmp_path)
    [line] = boilerplate.lines(tmp_path)
    first, last = (row(n)["published_at"] for n in (1, 5))
    assert line | {"as_of": None} == {
        "outlet": "kontan", "line": CALL, "shape": "call", "articles": 5,
        "first_seen": first, "last_seen": last, "as_of": None,
    }  # fmt: skip
    [file] = (tmp_path / "boilerplate").iterdir()
    assert boilerplate.name_of(pq.read_table(file)) == file.stem


def test_a_second_compaction_writes_nothing(tmp_path):
    write(tmp_path, *(row(n, CALL) for n in range(1, 6)))
    clean(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert clean(tmp_path) == ([CALL], 0)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == before


def test_a_decision_reaches_older_months_and_rows_that_come_later(tmp_path):
    old = NOON.replace(year=2020)
    write(tmp_path, row(1, CALL, published_at=old), row(2, FACT, published_at=old))
    assert clean(tmp_path)[0] == []
    write(tmp_path, row(3, CALL))
    assert clean(tmp_path)[0] == []
    write(tmp_path, row(4, CALL))
    assert clean(tmp_path) == ([CALL], 2)
    assert not any(CALL in each["body"] for each in bodies(tmp_path).values())
    write(tmp_path, row(5, CALL))
    assert clean(tmp_path)[0] == [CALL]
    assert not any(CALL in each["body"] for each in bodies(tmp_path).values())


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_gives_the_same_table_and_rows(tmp_path, seed):
    rows = [row(n, *lines) for n, lines in enumerate([(CALL,), (NOTICE, CALL), (FACT,)] * 5, 1)]
    write(tmp_path / "at once", *rows)
    clean(tmp_path / "at once")
    for each in Random(seed).sample(rows, len(rows)):
        write(tmp_path / "one by one", each)
        if Random(f"{seed}{each['article_id']}").random() < 0.3:
            clean(tmp_path / "one by one")
    clean(tmp_path / "one by one")
    both = [tmp_path / "at once", tmp_path / "one by one"]
    one, other = ([{**line, "as_of": 0} for line in boilerplate.lines(f)] for f in both)
    assert one == other and len(one) == 2
    one, other = (bodies(folder) for folder in both)
    assert one == other
    one, other = ([file.name for file in (folder / "boilerplate").iterdir()] for folder in both)
    assert one == other


def test_a_lost_state_learns_the_same_from_cleaned_rows(tmp_path):
    write(tmp_path, *(row(n, CALL) for n in range(1, 6)))
    clean(tmp_path)
    before = bodies(tmp_path)
    for file in tmp_path.glob("state.db*"):
        file.unlink()
    assert clean(tmp_path) == ([CALL], 0)
    assert bodies(tmp_path) == before


def test_an_article_saved_seven_times_decides_nothing(tmp_path):
    saved = [row(1, CALL, fetched_at=NOON.replace(hour=6 + n)) for n in range(7)]
    copies = [row(n, CALL, seed="a copy") for n in range(20, 25)]
    write(tmp_path, *saved, *copies)
    assert clean(tmp_path)[0] == []
    assert all(CALL in each["body"] for each in bodies(tmp_path).values())


def test_an_outlets_line_stays_in_another_outlets_articles(tmp_path):
    write(tmp_path, *(row(n, CALL) for n in range(1, 4)), row(1, CALL, outlet="detikinet"))
    clean(tmp_path)
    assert CALL in bodies(tmp_path)["detikinet:1"]["body"]
    assert CALL not in bodies(tmp_path)["kontan:1"]["body"]


def test_two_unlike_articles_make_a_suspect(tmp_path):
    write(tmp_path, row(1, CALL), row(2, CALL))
    assert clean(tmp_path) == ([], 0)
    with open_index(tmp_path, tmp_path) as index:
        [found] = suspects(index.db)
    assert (found.outlet, found.line, found.articles) == ("kontan", CALL, 2)


def test_a_veto_puts_a_line_back_to_the_letter(tmp_path):
    before = [row(n, FACT, f"{NOTICE} {CALL} {prose(n, 1)[0]}") for n in range(1, 6)]
    write(tmp_path, *before)
    assert set(clean(tmp_path)[0]) == {CALL, NOTICE}
    (tmp_path / boilerplate.VETO).write_text(f"# kept\nkontan: {CALL}\n{NOTICE}\n", "utf-8")
    assert clean(tmp_path) == ([], 1)
    for old in before:
        new = bodies(tmp_path)[old["article_id"]]
        assert {name: new[name] for name in ("body", "paragraphs", "removed", "word_count")} == {
            name: old[name] for name in ("body", "paragraphs", "removed", "word_count")
        }
        assert new["content_hash"] == old["content_hash"]
    assert verify(tmp_path) == []


def test_a_veto_of_one_outlet_is_no_veto_of_another(tmp_path):
    write(tmp_path, *(row(n, CALL, outlet=o) for n in range(1, 4) for o in ("kontan", "detikinet")))
    call = CALL.replace("Kontan", "Detik")
    (tmp_path / boilerplate.VETO).write_text(f"kontan: {call}\n", "utf-8")
    assert clean(tmp_path)[0] == [CALL]
    assert CALL in bodies(tmp_path)["kontan:1"]["body"]


def test_below_three_carriers_a_line_is_no_longer_decided(tmp_path):
    write(tmp_path, *(row(n, CALL) for n in range(1, 4)))
    assert clean(tmp_path)[0] == [CALL]
    remove_rows(tmp_path, "kontan", "kontan:2")
    finish_replacing(tmp_path, "kontan")
    assert clean(tmp_path) == ([], 1)
    assert all(CALL in each["body"] for each in bodies(tmp_path).values())
    assert boilerplate.lines(tmp_path) == []


def test_other_outlets_keep_their_lines_when_one_is_compacted(tmp_path):
    write(tmp_path, *(row(n, CALL, outlet=o) for n in range(1, 4) for o in ("kontan", "okezone")))
    clean(tmp_path)
    lines = boilerplate.lines(tmp_path)
    clean(tmp_path, asked=["kontan"])
    assert boilerplate.lines(tmp_path) == lines
    assert [line["outlet"] for line in lines] == ["kontan", "okezone"]


def test_a_promo_ends_where_a_known_headline_ends(tmp_path):
    title = "Harga Cabai Turun di Pasar Lama"
    glued = f"Baca juga: {title} Pedagang di sana mengaku lega sejak kemarin."
    doubt = [{"rule": "doubtful:baca-juga", "text": glued[:100]}]
    known = row(1, title=title)
    write(tmp_path, known, row(2, f"Awal paragraf. {glued}") | {"removed": doubt})
    assert clean(tmp_path) == ([f"Baca juga: {title}"], 1)
    new = bodies(tmp_path)["kontan:2"]
    assert new["paragraphs"][-1] == ("Awal paragraf. Pedagang di sana mengaku lega sejak kemarin.")
    assert new["removed"][-1] == {"rule": "known-headline", "text": f"Baca juga: {title}"}
    [line] = boilerplate.lines(tmp_path)
    assert (line["shape"], line["articles"]) == ("headline", 1)
    assert verify(tmp_path) == []


def test_a_round_up_with_the_headlines_of_others_is_untouched(tmp_path):
    titles = [f"Kabar {word} dari Pasar Lama" for word in ("Cabai", "Beras", "Gula", "Garam")]
    write(tmp_path, *(row(n, title=title) for n, title in enumerate(titles, 1)), row(9, *titles))
    assert clean(tmp_path)[0] == []


def test_revisions_are_told_by_what_the_outlet_published(tmp_path):
    later = NOON.replace(day=2)
    first = [row(n, CALL) for n in range(1, 4)]
    edited = row(1, "Diperbarui dengan angka baru.", CALL, fetched_at=later)
    write(tmp_path, *first, edited)
    clean(tmp_path)
    same = row(1, "Diperbarui dengan angka baru.", CALL, fetched_at=later.replace(day=3))
    write(tmp_path, same)
    numbers = read(tmp_path, columns=["article_id", "fetched_at"], revisions=True).to_pylist()
    mine = sorted(
        (r["fetched_at"], r["revision"]) for r in numbers if r["article_id"] == "kontan:1"
    )
    assert [number for _, number in mine] == [1, 2, 2]


def test_the_table_is_left_out_of_reads_of_articles(tmp_path):
    write(tmp_path, *(row(n, CALL) for n in range(1, 4)))
    clean(tmp_path)
    assert len(latest(tmp_path)) == 3
    shutil.rmtree(tmp_path / "boilerplate")
    assert clean(tmp_path) == ([CALL], 0)
    assert len(boilerplate.lines(tmp_path)) == 1


KILLED = """
    import os, shutil, sys
    from pathlib import Path

    from output import replacement
    from tests.killing import kill_at_every_call
    from tests.state.recurrence.test_table import clean

    original, copies = sys.argv[1:]
    functions = [(os, "link"), (Path, "replace"), (Path, "rename"), (replacement, "exchange")]
    kill_at_every_call(functions, lambda n: clean(Path(f"{copies}/{n}")),
                       lambda n: shutil.copytree(original, f"{copies}/{n}"))
"""


@pytest.mark.trial
def test_a_decision_that_was_killed_anywhere_is_made_again_alike_with_or_without_the_state(
    tmp_path,
):
    whole, copies = tmp_path / "whole", tmp_path / "copies"
    for first in (1, 5, 9):
        write(whole, *(row(n, FACT, CALL) for n in range(first, first + 4)))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(whole), str(copies)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    *killed, finished = map(int, done.stdout.split())
    assert finished == 0
    assert set(killed) == {signal.SIGKILL}
    assert len(killed) >= 5
    assert clean(whole)[0] == [CALL]
    for copy in copies.iterdir():
        if int(copy.name) % 2:
            for file in copy.glob("state.db*"):
                file.unlink()
        assert bodies(copy).keys() == bodies(whole).keys()
        clean(copy)
        assert (bodies(copy), verify(copy)) == (bodies(whole), [])
        assert tables(copy) == tables(whole)  # the name is the hash of the lines
