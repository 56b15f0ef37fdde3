import re
from datetime import UTC, date, datetime

import pytest

from crawler.sources import Candidate, Window
from crawler.sources.wanted import Judge, Verdict

HOME = "https://warta.example.co.id"
CHIP = "Pabrik semikonduktor dan kecerdasan buatan dibuka"
RICE = "Harga beras naik lagi di pasar tradisional"


def judge(technology: str | None = "/tekno/", **more: object) -> Judge:
    values = {"window": Window(), "known": {}.get, **more}
    return Judge(
        name="warta",
        domains=["warta.example.co.id"],
        article=re.compile(r"example\.co\.id/(?!foto)[a-z]+/(?P<id>\d+)/"),
        technology=None if technology is None else re.compile(technology),
        **values,
    )


def listed(path: str, **more: object) -> Candidate:
    values = {"title": None, "via": "feed:https://warta.example.co.id/rss", **more}
    return Candidate(url=HOME + path, **values)


def test_a_technology_article_is_wanted_by_its_section():
    verdict = judge().judge(listed("/tekno/1/kabar", title=RICE))
    assert verdict == Verdict(f"{HOME}/tekno/1/kabar", "", is_article=True, is_new=True)


@pytest.mark.parametrize(
    ("url", "skipped"),
    [
        ("javascript:void(0)", "bad_link"),
        ("mailto:redaksi@warta.example.co.id", "bad_link"),
        ("file:///etc/hostname", "bad_link"),
        ("http://127.0.0.1/tekno/1/kabar", "bad_link"),
        ("http://[rusak", "bad_link"),
        ("https://lain.example.com/tekno/1/kabar", "offsite"),
        (f"{HOME}.penipu.example/tekno/1/kabar", "offsite"),
        (f"{HOME}/foto/1/kabar", "not_an_article"),
        (f"{HOME}/", "not_an_article"),
    ],
)
def test_what_is_no_article_of_this_outlet(url: str, skipped: str):
    verdict = judge().judge(Candidate(url=url, via="x"))
    assert (verdict.skipped, verdict.is_article, verdict.is_new) == (skipped, False, False)


def test_one_article_under_many_addresses_is_asked_for_once():
    one = judge()
    forms = ["/tekno/1/kabar", "/tekno/1/kabar?utm_source=x", "/tekno/1/judul-baru#komentar"]
    assert [one.judge(listed(path)).skipped for path in forms] == ["", "duplicate", "duplicate"]


def test_the_closing_slash_stays_and_tracking_goes():
    one = judge()
    assert one.judge(listed("/tekno/1/kabar/?utm_source=x")).url == f"{HOME}/tekno/1/kabar/"
    assert one.judge(listed("/tekno/2/kabar?page=all")).url == f"{HOME}/tekno/2/kabar"


def test_what_is_known_is_not_asked_for():
    one = judge(known={"warta:1": "known"}.get)
    verdicts = [one.judge(listed(f"/tekno/{number}/kabar")) for number in (1, 2)]
    assert [v.skipped for v in verdicts] == ["known", ""]
    assert [v.is_new for v in verdicts] == [False, True]


def test_a_backfill_walks_on_over_what_is_known():
    past = Window(since=date(2023, 9, 1), until=date(2023, 9, 30))
    one = judge(known={"warta:1": "known"}.get, window=past)
    assert one.judge(listed("/tekno/1/kabar")).is_new
    assert not one.judge(listed("/tekno/1/kabar")).is_new  # a page that repeats itself is the end


def test_the_window_judges_by_what_is_known_of_time():
    past = Window(since=date(2023, 9, 1), until=date(2023, 9, 30))
    one = judge(window=past)
    inside = datetime(2023, 9, 30, 16, 59, tzinfo=UTC)  # 23:59 WIB
    after = datetime(2023, 9, 30, 17, 0, tzinfo=UTC)  # 1 October in WIB
    times = [
        {"published": inside},
        {"published": after},
        {"modified": after},  # changed later: it may have appeared inside
        {"modified": datetime(2023, 8, 1, tzinfo=UTC)},
        {},
    ]
    verdicts = [one.judge(listed(f"/tekno/{n}/kabar", **t)).skipped for n, t in enumerate(times)]
    assert verdicts == ["", "outside_window", "", "outside_window", ""]


def test_without_a_section_the_headline_decides():
    one = judge(technology=None)
    titles = [CHIP, RICE, None]
    verdicts = [one.judge(listed(f"/a/{n}/x", title=t)).skipped for n, t in enumerate(titles)]
    assert verdicts == ["", "off_topic", ""]


def test_the_headline_in_the_address_serves_where_none_is_printed():
    one = judge(technology=None)
    assert one.judge(listed("/a/1/harga-beras-naik-lagi-di-pasar")).skipped == "off_topic"
    slug = "/a/2/pabrik-semikonduktor-dan-kecerdasan-buatan-dibuka"
    assert one.judge(listed(slug, title="Baca selengkapnya")).skipped == ""


def test_outside_the_section_an_article_must_show_its_topic():
    one = judge()
    verdicts = [
        one.judge(listed("/ekonomi/1/x", title=CHIP)).skipped,
        one.judge(listed("/ekonomi/2/x", title=RICE)).skipped,
        one.judge(listed("/ekonomi/3/x")).skipped,
    ]
    assert verdicts == ["", "off_topic", "off_topic"]


def test_a_limit_counts_what_is_wanted_only():
    one = judge(limit=2)
    paths = ["/ekonomi/1/x", "/tekno/2/x", "/tekno/3/x", "/tekno/4/x"]
    verdicts = [one.judge(listed(path)).skipped for path in paths]
    assert verdicts == ["off_topic", "", "", "limit"]
