from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from crawler.sources import Candidate, Window
from crawler.state.backfill import Backfill, IndexPage
from crawler.state.coverage import SET_ASIDE, UNLISTED, Day, coverage, elsewhere, folded, summed
from crawler.state.index import open_index
from output.writer import Writer
from tests.output.rows import NOON, article, reject

FIRST = date(2023, 9, 1)
WINDOW = Window(FIRST, date(2023, 9, 3))


def row(day, listed, stored, why):
    missing = listed - stored
    return {"day": day, "listed": listed, "stored": stored, "missing": missing, "why": why}


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
    with open_index(tmp_path, tmp_path) as index:
        writer = Writer(tmp_path, "run-2")
        writer.write("articles", "kontan", again)
        [part] = writer.flush()
        index.add(part.path)
        candidate = Candidate(url="https://kontan.example/8", published=NOON)
        index.queue("kontan").wait("kontan:8", candidate)
        Backfill(index.db, "kontan").add(
            FIRST, "listing:x", IndexPage(9, 4, is_first=True, is_last=True)
        )
        one, two, three = coverage(index, "kontan", WINDOW)
    assert (one.day, one.listed, one.stored) == (FIRST, 9, 2)
    why = "4 off topic by headline, 1 gallery, 1 waiting for the next run, 1 not followed"
    assert one.row() == row("2023-09-01", 9, 2, why)
    assert two.row() == row("2023-09-02", 1, 1, "")
    assert three.row() == row("2023-09-03", 0, 0, UNLISTED)


def test_what_waits_says_why_and_until_when_on_any_day(tmp_path):
    with open_index(tmp_path, tmp_path) as index:
        index.clock = lambda: NOON
        queue = index.queue("kontan")
        for number, published in enumerate([NOON, NOON, None, NOON - timedelta(days=99)]):
            url = f"https://kontan.example/{number}"
            queue.wait(f"kontan:{number}", Candidate(url=url, published=published))
        assert queue.failed("kontan:0", "http_500")
        queue.set_aside("kontan:1", NOON)
        queue.host_refused("kontan:2", NOON + timedelta(hours=2))
        one, *_ = coverage(index, "kontan", WINDOW)
        others = elsewhere(index, "kontan", WINDOW)
        assert elsewhere(index, "antara", WINDOW) is None
    half_past = (NOON + timedelta(hours=7, minutes=30)).strftime("%Y-%m-%d %H:%M")
    assert one.reasons == {f"waiting until {half_past} (http_500)": 1, SET_ASIDE: 1}
    assert others["missing"] == others["listed"] == 2
    at_two = (NOON + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M")
    assert others["why"] == f"1 waiting for the next run, 1 waiting until {at_two}"


def test_a_walked_day_without_articles_counts_as_listed(tmp_path):
    with open_index(tmp_path, tmp_path) as index:
        Backfill(index.db, "kontan").add(
            FIRST, "listing:x", IndexPage(0, 0, is_first=True, is_last=True)
        )
        days = coverage(index, "kontan", WINDOW)
    assert [day.row()["why"] for day in days] == ["", UNLISTED, UNLISTED]


def test_coverage_of_outlets_does_not_mix(tmp_path):
    write(tmp_path, "articles", article(1))
    with open_index(tmp_path, tmp_path) as index:
        assert [day.stored for day in coverage(index, "kontan2", WINDOW)] == [0, 0, 0]


def test_days_begin_at_midnight_in_jakarta(tmp_path):
    late = NOON.replace(hour=16, minute=59)  # 23:59 WIB
    rows = [article(n, published_at=late + timedelta(minutes=2 * n)) for n in (0, 1)]
    write(tmp_path, "articles", *rows)
    with open_index(tmp_path, tmp_path) as index:
        assert [day.stored for day in coverage(index, "kontan", WINDOW)] == [1, 1, 0]


def some_days(*given, first=FIRST):
    """Successive days of so many articles stored and missing; None: no list has the day."""
    for n, one in enumerate(given):
        stored, missing = one or (0, 0)
        reasons = Counter(gallery=missing)
        yield Day(first + timedelta(n), stored, None if one is None else 0, 0, reasons)


def test_days_of_which_nothing_is_listed_are_one_line():
    days = some_days(None, None, (2, 1), (2, 1), (0, 0), None)
    assert list(folded(days)) == [
        row("2023-09-01 – 09-02", 0, 0, UNLISTED),
        row("2023-09-03", 3, 2, "1 gallery"),
        row("2023-09-04", 3, 2, "1 gallery"),
        row("2023-09-05", 0, 0, ""),
        row("2023-09-06", 0, 0, UNLISTED),
    ]
    [winter] = folded(some_days(None, None, first=date(2023, 12, 31)))
    assert winter["day"] == "2023-12-31 – 2024-01-01"


def test_the_days_of_an_outlet_are_summed_in_a_line():
    known = summed(list(some_days(None, (2, 1), (3, 0), (0, 0), (1, 2))))
    assert known.pop("days") == "4/5"
    assert known == {"listed": 9, "stored": 6, "missing": 3, "why": "3 gallery"}
