"""Every printed form of a time is one instant, and nothing that is no time becomes one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.indonesian.dates import MONTHS, find_date, parse_date
from tests.shared import SHARED, needs_shared

WIB = timezone(timedelta(hours=7))
NOW = datetime(2026, 7, 24, 15, 0, tzinfo=WIB)


def wib(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=WIB)


PRINTED = {
    # outlets' visible forms
    "Kamis, 23 Jul 2026 14:35 WIB": wib(2026, 7, 23, 14, 35),
    "Sabtu 16 Januari 2021, 04:05 WIB": wib(2021, 1, 16, 4, 5),
    "Diterbitkan 24 Juli 2026, 10:26 WIB": wib(2026, 7, 24, 10, 26),
    "Diperbarui 16 Jun 2025, 20:00 WIB": wib(2025, 6, 16, 20, 0),
    "Jum'at, 24 Juli 2026 - 14:00 WIB": wib(2026, 7, 24, 14, 0),
    "Jum’at, 24 Juli 2026 | 07:08 WIB": wib(2026, 7, 24, 7, 8),
    "Jum`at, 24 Juli 2026 |15:18 WIB": wib(2026, 7, 24, 15, 18),
    "20/1/2026 18:30": wib(2026, 1, 20, 18, 30),
    "Kompas.com, 03/08/2026, 17:53 WIB": wib(2026, 8, 3, 17, 53),
    "Kompas.com - 17/02/2020, 15:54 WIB": wib(2020, 2, 17, 15, 54),
    "Selasa, 23/02/2016 15:32 WIB": wib(2016, 2, 23, 15, 32),
    "24 Juli 2026 | 09.00 WIB": wib(2026, 7, 24, 9, 0),
    "2025-06-19 | 09.16 WIB": wib(2025, 6, 19, 9, 16),
    "Tayang: Jumat, 24 Juli 2026 12:40 WIB": wib(2026, 7, 24, 12, 40),
    "Jumat   24 Jul 2026  16:32 WIB": wib(2026, 7, 24, 16, 32),
    "Jumat, 24 Juli 2026 - 13:39:00 WIB": wib(2026, 7, 24, 13, 39),
    "Jumat, 01 September 2023 / 10:21 WIB": wib(2023, 9, 1, 10, 21),
    "Jumat, 9 Oktober 2020 | 14:01 WIB": wib(2020, 10, 9, 14, 1),
    "Senin, 16 Juni 2025 |15:20 WIB": wib(2025, 6, 16, 15, 20),
    "Kamis, 29 Nov 2018, 17:19 WIB": wib(2018, 11, 29, 17, 19),
    "Terbit 24 Jul 2026 11:00 WIB": wib(2026, 7, 24, 11, 0),
    "- 24 Juli 2026, 10:21 WIB | Redaksi": wib(2026, 7, 24, 10, 21),
    "Ratna Ayu • 24 Juli 2026 10:21": wib(2026, 7, 24, 10, 21),
    "16 Feb 2016 at 09:09 WIB": wib(2016, 2, 16, 9, 9),
    "24 Jul 2026, 09:48": wib(2026, 7, 24, 9, 48),
    "24 Juli 2026 pukul 9.48": wib(2026, 7, 24, 9, 48),
    "24 Juli 2026 (09:48 WIB)": wib(2026, 7, 24, 9, 48),
    "24/07/99 09:48": wib(1999, 7, 24, 9, 48),
    "Ahad, 5 Pebruari 2012 08:15 WITA": wib(2012, 2, 5, 7, 15),
    "Minggu, 4 Nopember 2012 08:15 WIT": wib(2012, 11, 4, 6, 15),
    "24 Juli 2026 03:00 UTC": wib(2026, 7, 24, 10, 0),
    "24 Juli 2026 10:00 (GMT+7)": wib(2026, 7, 24, 10, 0),
    # the clock before the day, parts of the day
    "14:05 WIB, 24 Juli 2026": wib(2026, 7, 24, 14, 5),
    "14.05 - Jumat, 24 Juli 2026": wib(2026, 7, 24, 14, 5),
    "2:05 PM, Jul 24, 2026": wib(2026, 7, 24, 14, 5),
    "24 Juli 2026 pukul 2.05 siang": wib(2026, 7, 24, 14, 5),
    "24 Juli 2026 pukul 11.05 siang": wib(2026, 7, 24, 11, 5),
    "24 Juli 2026, pukul 5 sore": wib(2026, 7, 24, 17, 0),
    "24 Juli 2026 jam 7 malam": wib(2026, 7, 24, 19, 0),
    "24 Juli 2026 jam 2 dini hari WITA": wib(2026, 7, 24, 1, 0),
    # zones elsewhere
    "Fri, 24 Jul 2026 03:00:00 UT": wib(2026, 7, 24, 10, 0),
    "Fri, 24 Jul 2026 11:00:00 SGT": wib(2026, 7, 24, 10, 0),
    "24 Juli 2026 11:00 MYT": wib(2026, 7, 24, 10, 0),
    "Fri, 24 Jul 2026 12:00:00 JST": wib(2026, 7, 24, 10, 0),
    "Fri, 24 Jul 2026 04:00:00 CET": wib(2026, 7, 24, 10, 0),
    "2026-07-24T03:00:00 00:00": wib(2026, 7, 24, 10, 0),
    "2026-07-24T10:00:00 07:00": wib(2026, 7, 24, 10, 0),
    "Fri, 24 Jul 2026 03:00:00 +00": wib(2026, 7, 24, 10, 0),
    # metadata
    "Fri Jul 24 10:00:00 WIB 2026": wib(2026, 7, 24, 10, 0),
    "2026-07-24T10:00:00Z": wib(2026, 7, 24, 17, 0),
    "2026-07-24T10:00:00.123456789Z": wib(2026, 7, 24, 17, 0, 0, 123456),
    "2026-07-24T10:00:00+07:00": wib(2026, 7, 24, 10, 0),
    "2026-07-24T10:00:00+0700": wib(2026, 7, 24, 10, 0),
    "2026-07-24T10:00:00 +07:00": wib(2026, 7, 24, 10, 0),
    "2026-07-24 10:00:00+07": wib(2026, 7, 24, 10, 0),
    "2026-07-24T10:00-07:00": wib(2026, 7, 25, 0, 0),
    "2026-07-24 10:00:00": wib(2026, 7, 24, 10, 0),
    "2026/07/24 10:47:00": wib(2026, 7, 24, 10, 47),
    "20260724T100000Z": wib(2026, 7, 24, 17, 0),
    "20260724104700": wib(2026, 7, 24, 10, 47),
    "Fri, 24 Jul 2026 10:47:00 +0700": wib(2026, 7, 24, 10, 47),
    "Fri, 24 Jul 2026 10:47:00 GMT": wib(2026, 7, 24, 17, 47),
    "Fri, 24 Jul 26 10:47 EST": wib(2026, 7, 24, 22, 47),
    "1784864820": datetime(2026, 7, 24, 3, 47, tzinfo=UTC),
    "1784864820500": datetime(2026, 7, 24, 3, 47, 0, 500_000, tzinfo=UTC),
    # American
    "July 24, 2026 6:30 PM": wib(2026, 7, 24, 18, 30),
    "Jul 24th, 2026 at 12:30 a.m.": wib(2026, 7, 24, 0, 30),
    "7/4/2026 12:05 PM": wib(2026, 7, 4, 12, 5),
    "12/25/2025 10:00": wib(2025, 12, 25, 10, 0),
}


@pytest.mark.parametrize("text", PRINTED)
def test_printed_times(text: str) -> None:
    date = parse_date(text)
    assert date is not None and date.time_known
    assert date.instant == PRINTED[text]


@pytest.mark.parametrize("name", MONTHS)
def test_every_spelling_of_a_month_in_any_case(name: str) -> None:
    for spelling in (name, name.title(), name.upper()):
        date = parse_date(f"9 {spelling} 2020 10:00")
        assert date is not None and date.instant == wib(2020, MONTHS[name], 9, 10, 0)


RELATIVE = {
    "18 Menit lalu": (wib(2026, 7, 24, 14, 42), True),
    "3 jam yang lalu": (wib(2026, 7, 24, 12, 0), True),
    "sejam lalu": (wib(2026, 7, 24, 14, 0), True),
    "30 detik yg lalu": (wib(2026, 7, 24, 14, 59, 30), True),
    "an hour ago": (wib(2026, 7, 24, 14, 0), True),
    "baru saja": (NOW, True),
    "kemarin 10:30": (wib(2026, 7, 23, 10, 30), True),
    "Hari ini, 09.05 WIB": (wib(2026, 7, 24, 9, 5), True),
    "kemarin": (wib(2026, 7, 23), False),
    "2 hari lalu": (wib(2026, 7, 22), False),
    "seminggu yang lalu": (wib(2026, 7, 17), False),
    "dua pekan lalu": (wib(2026, 7, 10), False),
    "2 bulan lalu": (wib(2026, 5, 25), False),
}


@pytest.mark.parametrize("text", RELATIVE)
def test_distances_count_from_the_given_now(text: str) -> None:
    date = parse_date(text, now=NOW)
    assert date is not None
    assert (date.instant, date.time_known) == RELATIVE[text]


def test_a_distance_counts_days_of_wib_whatever_zone_now_is_in() -> None:
    late = datetime(2026, 7, 24, 18, 0, tzinfo=UTC)  # already the 25th in WIB
    date = parse_date("kemarin", now=late)
    assert date is not None and date.instant == wib(2026, 7, 24)


@pytest.mark.parametrize("text", ["24 Juli 2026", "24/07/2026", "2026-07-24", "20260724"])
def test_a_day_without_a_time_is_its_midnight_and_says_so(text: str) -> None:
    date = parse_date(text)
    assert date is not None
    assert (date.instant, date.zone_assumed, date.time_known) == (wib(2026, 7, 24), True, False)


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("24 Juli 2026 10:00", True),
        ("24 Juli 2026 10:00 WIB", False),
        ("2026-07-24T10:00:00", True),
        ("2026-07-24T10:00:00Z", False),
        ("1784864820", False),
    ],
)
def test_whether_the_zone_was_assumed(text: str, assumed: bool) -> None:
    date = parse_date(text)
    assert date is not None and date.zone_assumed is assumed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tekno",
        "31 Februari 2026 10:00",
        "24 Juli 2026 25:61",
        "24 Juli 2026 10:00 +99:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59Z",
        "2026-13-45",
        "25/13/2020 10:00",
        "24 ſep 2026 10:00",
        "24 Jul 10:00",
        "10:30 WIB",
        "99999999999999999999",
        "20261340",
        "9999 tahun lalu",
        "beberapa jam lalu",
        "x" * 600 + " 24 Juli 2026 10:00",
        "harga Rp 1.200.000 per unit",
        "Galaxy S24 seri 2026",
    ],
)
def test_text_without_a_time_gives_no_date(text: str) -> None:
    assert parse_date(text, now=NOW) is None


def test_a_day_that_does_not_exist_does_not_hide_the_next() -> None:
    date = parse_date("31 Februari 2026 10:00, ralat 3 Maret 2026 10:00 WIB")
    assert date is not None and date.instant == wib(2026, 3, 3, 10, 0)


def test_the_first_date_with_a_time_inside_a_line_and_its_printed_form() -> None:
    found = find_date("Sejak 1 Mei 2020, Jurnalis-Jum’at, 16 Juni 2025 |15:20 WIB 3 komentar")
    assert found is not None
    assert found[0].instant == wib(2025, 6, 16, 15, 20)
    assert found[1] == "Jum’at, 16 Juni 2025 |15:20 WIB"


def test_a_line_whose_date_has_no_time_holds_no_date() -> None:
    assert find_date("Sejak 1 Mei 2020 harganya 10.000 rupiah") is None


@given(st.text() | st.text(alphabet="0123456789/-.:, |TZ+WIBJulagos"))
def test_no_text_breaks_the_search_for_dates(text: str) -> None:
    date = parse_date(text, now=NOW)
    assert date is None or 1900 <= date.instant.year <= 2199
    found = find_date(text)
    assert found is None or found[1] in text


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["{0:%d/%m/%Y %H:%M:%S}", "{0:%Y-%m-%dT%H:%M:%S}", "{0:%d %b %Y | %H.%M.%S}"]),
)
def test_a_printed_moment_is_read_back(moment: datetime, form: str) -> None:
    date = parse_date(form.format(moment))
    assert date is not None and date.instant == moment.replace(microsecond=0, tzinfo=WIB)


@needs_shared
def test_the_times_printed_on_real_pages() -> None:
    labels = [json.loads(path.read_text()) for path in (SHARED / "pages" / "gold").glob("*.json")]
    printed = {label["published_raw"]: label["published_at"] for label in labels}
    printed.pop(None, None)
    assert len(printed) > 15
    for raw, published in printed.items():
        date = parse_date(raw)
        assert date is not None and date.instant == datetime.fromisoformat(published), raw
        found = find_date(f"Oleh Budi Santoso {raw} 3 komentar")
        assert found is not None and found[1] == raw


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("3 thn lalu", "3 tahun lalu"),
        ("3 bln yg lalu", "3 bulan yang lalu"),
        ("3 mgg lalu", "3 minggu lalu"),
        ("3 hr lalu", "3 hari lalu"),
        ("3 mnt lalu", "3 menit lalu"),
        ("3 dtk lalu", "3 detik lalu"),
        ("3 hr ago", "3 hours ago"),
        ("3h ago", "3 hours ago"),
        ("3 mins ago", "3 minutes ago"),
        ("3d ago", "3 days ago"),
        ("setengah jam lalu", "30 menit lalu"),
    ],
)
def test_units_of_a_distance_may_be_short(short: str, long: str) -> None:
    assert parse_date(short, now=NOW) == parse_date(long, now=NOW) is not None


@pytest.mark.parametrize(
    "text",
    ["24 Juli 2026 10:00 HST", "Fri, 24 Jul 2026 10:00:00 QXZ", "24 Juli 2026 10:00:00 BRT"],
)
def test_a_time_in_an_unknown_zone_is_no_time(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text", ["Harga Rp 12.50, 24 Juli 2026", "Versi 110.15, 24 Juli 2026", "24.99 | 24 Juli 2026"]
)
def test_not_every_number_before_a_day_is_a_clock(text: str) -> None:
    date = parse_date(text)
    assert date is not None
    assert (date.instant, date.time_known) == (wib(2026, 7, 24), False)
