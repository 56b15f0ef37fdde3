from __future__ import annotations

import os
import sqlite3
from datetime import timedelta

import pytest

from crawler.sources import Candidate, Window
from crawler.state import database
from crawler.state.database import FILE, StateError
from crawler.state.index import KEPT_FOR_GOOD, open_index
from crawler.state.queue import Queue
from crawler.state.refusals import Refusals
from output.writer import Writer
from tests.output.rows import NOON, article, reject

VERSION = "2026.11.22"
YOUNG = (timedelta(days=36500),)  # so that the made-up articles of 2023 get a second look


def write(dataset, *rows, table="articles", run="run-1"):
    writer = Writer(dataset, run)
    for row in rows:
        writer.write(table, "kontan", row)
    return [part.path for part in writer.flush()]


def reopened(folder, **more):
    return open_index(folder, folder, **more)


def test_the_index_knows_the_stored_articles(tmp_path):
    write(tmp_path, article(1), article(2))
    with reopened(tmp_path) as opened:
        assert opened.known("kontan:1", VERSION) == "stored"
        assert opened.known("kontan:3", VERSION) is None
        assert opened.content_hash("kontan:2") == article(2)["content_hash"]


def test_the_content_hash_is_that_of_the_last_capture(tmp_path):
    later = article(1, body="Isi baru.", fetched_at=NOON + timedelta(days=2))
    write(tmp_path, later)
    write(tmp_path, article(1), run="run-2")
    with reopened(tmp_path) as opened:
        assert opened.content_hash("kontan:1") == later["content_hash"]


def test_a_file_that_vanished_takes_its_rows_along(tmp_path):
    [first] = write(tmp_path, article(1))
    write(tmp_path, article(2), run="run-2")
    reopened(tmp_path).close()
    (tmp_path / first).unlink()
    with reopened(tmp_path) as opened:
        assert opened.known("kontan:1", VERSION) is None
        assert opened.known("kontan:2", VERSION) == "stored"


def test_a_file_may_vanish_whose_rows_stand_in_another_too(tmp_path):
    [first] = write(tmp_path, article(1))
    write(tmp_path, article(1), run="run-2")
    reopened(tmp_path).close()
    (tmp_path / first).unlink()
    with reopened(tmp_path) as opened:
        assert opened.known("kontan:1", VERSION) == "stored"


def test_a_file_that_is_none_of_ours_is_left_out(tmp_path, caplog):
    [path] = write(tmp_path, article(1))
    (tmp_path / path).with_name("broken.parquet").write_bytes(b"PAR1 and no more")
    with reopened(tmp_path) as opened:
        assert opened.known("kontan:1", VERSION) == "stored"
    assert "broken.parquet" in caplog.text


def test_rejects_are_known_until_their_rules_change(tmp_path):
    row = reject(1) | {"article_id": "kontan:9", "rule_version": VERSION}
    write(tmp_path, row, table="rejects")
    with reopened(tmp_path) as opened:
        assert opened.known("kontan:9", VERSION) == "gallery"
        assert opened.known("kontan:9", "2027.01.01") is None


@pytest.mark.parametrize("reason", KEPT_FOR_GOOD)
def test_an_article_that_was_taken_away_is_known_for_good(tmp_path, reason):
    write(tmp_path, reject(1) | {"article_id": "kontan:9", "reason": reason}, table="rejects")
    with reopened(tmp_path) as opened:
        assert opened.known("kontan:9", "2099.01.01") == reason


def test_an_article_that_is_stored_or_rejected_leaves_the_queue(tmp_path):
    with reopened(tmp_path) as opened:
        for number in (1, 2, 3):
            candidate = Candidate(url=f"https://kontan.example/news/{number}")
            opened.queue("kontan").wait(f"kontan:{number}", candidate)
        [path] = write(tmp_path, article(1))
        opened.add(path)
        [path] = write(tmp_path, reject(2) | {"article_id": "kontan:2"}, table="rejects")
        opened.add(path)
        assert [row["article_id"] for row in opened.queue("kontan").rows()] == ["kontan:3"]


def test_a_young_article_is_looked_at_again(tmp_path):
    with reopened(tmp_path, refetch=YOUNG) as opened:
        [path] = write(tmp_path, article(1))
        opened.add(path)
        later = Queue(opened.db, "kontan", clock=lambda: NOON + timedelta(days=36501))
        [waiting] = later.take(10)
    assert waiting.look and waiting.candidate.url == "https://kontan.example/news/1"


def test_an_article_that_is_gone_is_not_looked_at_again(tmp_path):
    with reopened(tmp_path, refetch=YOUNG) as opened:
        opened.add(*write(tmp_path, article(1)))
        gone = reject(1) | {"article_id": "kontan:1", "reason": "gone"}
        opened.add(*write(tmp_path, gone, table="rejects"))
        assert opened.queue("kontan").rows() == []
    (tmp_path / FILE).unlink()
    with reopened(tmp_path, refetch=YOUNG) as opened:
        assert opened.queue("kontan").rows() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: b"\0" * 100 + content[100:],
        lambda content: content[:4096] + b"\xff" * 4096 + content[8192:],
        lambda content: b"not a database, but long enough to be taken for one" * 100,
    ],
    ids=["empty", "truncated", "no header", "overwritten inside", "something else"],
)
def test_a_damaged_state_is_built_again_from_the_dataset(tmp_path, damage):
    write(tmp_path, *(article(number) for number in range(500)))
    reopened(tmp_path).close()
    path = tmp_path / FILE
    path.write_bytes(damage(path.read_bytes()))
    with reopened(tmp_path) as opened:
        known = [opened.known(f"kontan:{number}", VERSION) for number in range(500)]
    assert known == ["stored"] * 500


@pytest.mark.parametrize(
    ("hours", "thorough", "seen"),
    [(0, False, False), (0, True, True), (25, False, True), (-1, False, True)],
)
def test_a_large_state_is_checked_once_a_day(tmp_path, monkeypatch, hours, thorough, seen):
    write(tmp_path, *(article(number) for number in range(500)))
    monkeypatch.setattr(database, "_ALWAYS_CHECKED", 0)
    reopened(tmp_path).close()
    path = tmp_path / FILE
    content = path.read_bytes()
    path.write_bytes(content[:-4096] + b"\xff" * 4096)
    mark = path.with_suffix(".checked")
    os.utime(mark, (0, mark.stat().st_mtime - hours * 3600))
    with reopened(tmp_path, thorough=thorough) as opened:
        assert bool(opened.db.damage) == seen


def test_a_deleted_state_leaves_nothing_to_the_new_one(tmp_path):
    write(tmp_path, article(1))
    opened = reopened(tmp_path)
    Refusals(opened.db).add("kontan.example", "403", timedelta())
    (tmp_path / FILE).unlink()  # while its log still stands there
    with reopened(tmp_path) as new:
        assert new.known("kontan:1", VERSION) == "stored"
        assert Refusals(new.db).current("kontan.example") is None
    opened.close()


def test_the_queue_survives_the_loss_of_the_state(tmp_path):
    candidate = Candidate(url="https://kontan.example/news/7", published=NOON, tags=["AI"])
    with reopened(tmp_path) as opened:
        queue = Queue(opened.db, "kontan", clock=lambda: NOON)
        queue.wait("kontan:7", candidate)
        assert queue.failed("kontan:7", "timeout")
        kept = opened.queue("kontan").rows()
    write(tmp_path, *kept, table="pending")
    (tmp_path / FILE).unlink()
    with reopened(tmp_path) as opened:
        assert opened.queue("kontan").rows() == kept
        later = Queue(opened.db, "kontan", clock=lambda: NOON + timedelta(hours=1))
        [waiting] = later.take(10)
    assert (waiting.candidate, waiting.tries) == (candidate, 1)


def test_a_restored_queue_leaves_out_articles_that_are_stored(tmp_path):
    with reopened(tmp_path) as opened:
        candidate = Candidate(url="https://kontan.example/news/1")
        opened.queue("kontan").wait("kontan:1", candidate)
        write(tmp_path, *opened.queue("kontan").rows(), table="pending")
    write(tmp_path, article(1))
    (tmp_path / FILE).unlink()
    with reopened(tmp_path) as opened:
        assert opened.queue("kontan").rows() == []


def test_a_state_of_a_newer_version_is_refused(tmp_path):
    reopened(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StateError, match="newer"):
        reopened(tmp_path)


def test_an_older_state_is_brought_up_to_date(tmp_path, monkeypatch):
    reopened(tmp_path).close()
    monkeypatch.setattr(
        database, "MIGRATIONS", (*database.MIGRATIONS, "CREATE TABLE extra (n INTEGER);")
    )
    with reopened(tmp_path) as opened:
        assert opened.db.execute("SELECT count(*) FROM extra").fetchone() == (0,)
        assert opened.db.execute("PRAGMA user_version").fetchone() == (len(database.MIGRATIONS),)


@pytest.mark.parametrize("folder", ["s3://bucket/data", "/mnt/share"])
def test_a_state_on_no_local_disk_is_refused(folder, monkeypatch):
    monkeypatch.setattr(database, "is_shared", lambda folder: str(folder).startswith("/mnt"))
    with pytest.raises(StateError, match="STATE_DIR"):
        open_index(folder, "data")


def test_a_transaction_is_all_or_nothing(tmp_path):
    candidate = Candidate(url="https://kontan.example/news/1")

    def interrupted(opened):
        with opened.db.transaction():
            opened.queue("kontan").wait("kontan:1", candidate)
            raise KeyboardInterrupt

    with reopened(tmp_path) as opened:
        with pytest.raises(KeyboardInterrupt):
            interrupted(opened)
        assert not opened.queue("kontan").is_waiting("kontan:1", Window())
