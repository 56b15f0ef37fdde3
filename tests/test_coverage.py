from __future__ import annotations

from datetime import date, timedelta

from crawler import pending
from crawler.coverage import UNLISTED, coverage
from crawler.days import IndexPage, walked
from crawler.sources import Candidate, Window
from crawler.state import open_state
from output.writer import Writer
from tests.output.rows import NOON, article, reject

FIRST = date(2023, 9, 1)
WINDOW = Window(FIRST, date(2023, 9, 3))


def write(folder, table, *rows):
    writer = Writer(folder, f"run-{table}")
    for row in rows:
        writer.write(table, "kontan", row)
    writer.flush()


def test_each_day_says_what_is_stored_and_why_not_more(tmp_path):
    next_day = NOON + timedelta(days=1)
    write(tmp_path, "articles", article(1), article(2), article(3, published_at=next_day))
    again = article(1, body="Diralat.", fetched_at=next_day)
    rejected = reject(7) | {"article_id": "kontan:7", "published_at": NOON}
    write(tmp_path, "rejects", rejected)
    with open_state(tmp_path, tmp_path) as state:
        writer = Writer(tmp_path, "run-2")
        writer.write("articles", "kontan", again)
        [part] = writer.flush()
        state.add(part.path)
        candidate = Candidate(url="https://kontan.example/8", published=NOON)
        pending.wait(state.db, "kontan", "kontan:8", candidate, NOON)
        walked(state.db, "kontan", FIRST, "listing:x", IndexPage(9, 4, is_first=True, is_last=True))
        one, two, three = coverage(state, "kontan", WINDOW)
    assert (one.day, one.listed, one.stored) == (FIRST, 9, 2)
    assert one.why == "4 off topic by headline, 1 gallery, 1 waiting, 1 not followed"
    assert (two.listed, two.stored, two.why) == (1, 1, "")
    assert (three.listed, three.stored, three.why) == (0, 0, UNLISTED)


def test_a_day_that_was_walked_in_vain_was_listed(tmp_path):
    with open_state(tmp_path, tmp_path) as state:
        walked(state.db, "kontan", FIRST, "listing:x", IndexPage(0, 0, is_first=True, is_last=True))
        assert [day.why for day in coverage(state, "kontan", WINDOW)] == ["", UNLISTED, UNLISTED]


def test_outlets_do_not_mix(tmp_path):
    write(tmp_path, "articles", article(1))
    with open_state(tmp_path, tmp_path) as state:
        assert [day.stored for day in coverage(state, "kontan2", WINDOW)] == [0, 0, 0]


def test_midnight_is_that_of_jakarta(tmp_path):
    late = NOON.replace(hour=16, minute=59)  # 23:59 WIB
    rows = [article(n, published_at=late + timedelta(minutes=2 * n)) for n in (0, 1)]
    write(tmp_path, "articles", *rows)
    with open_state(tmp_path, tmp_path) as state:
        assert [day.stored for day in coverage(state, "kontan", WINDOW)] == [1, 1, 0]
