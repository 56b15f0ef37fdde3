import re
from datetime import UTC, date, datetime

import pytest

from crawler.sources import Candidate, Window
from crawler.sources.gate import Gate
from crawler.sources.wanted import Decision, Wanted

HOME = "https://warta.example.co.id"
CHIP = "Pabrik semikonduktor dan kecerdasan buatan dibuka"
RICE = "Harga beras naik lagi di pasar tradisional"


def wanted(technology: str | None = "/tekno/", **more: object) -> Wanted:
    values = {"window": Window(), "known": {}.get, **more}
    return Wanted(
        name="warta",
        gate=Gate(["warta.example.co.id"]),
        article=re.compile(r"example\.co\.id/(?!foto)[a-z]+/(?P<id>\d+)/"),
        technology=None if technology is None else re.compile(technology),
        **values,
    )


def listed(path: str, **more: object) -> Candidate:
    values = {"title": None, "via": "feed:https://warta.example.co.id/rss", **more}
    return Candidate(url=HOME + path, **values)


def test_a_technology_article_is_wanted_by_its_section():
    decision = wanted().decide(listed("/tekno/1/kabar", title=RICE))
    assert decision == Decision(f"{HOME}/tekno/1/kabar", "", is_article=True, is_new=True)


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
        (f"{HOME}:8443/tekno/1/kabar", "other_port"),
        (f"{HOME}/foto/1/kabar", "not_an_article"),
        (f"{HOME}/", "not_an_article"),
    ],
)
def test_a_url_that_is_no_article_of_the_outlet_is_skipped(url: str, skipped: str):
    decision = wanted().decide(Candidate(url=url, via="x"))
    assert (decision.skipped, decision.is_article, decision.is_new) == (skipped, False, False)


def test_an_article_under_many_urls_is_asked_for_once():
    run = wanted()
    forms = ["/tekno/1/kabar", "/tekno/1/kabar?utm_source=x", "/tekno/1/judul-baru#komentar"]
    assert [run.decide(listed(path)).skipped for path in forms] == ["", "duplicate", "duplicate"]


def test_a_wanted_url_keeps_its_closing_slash_and_loses_tracking():
    run = wanted()
    assert run.decide(listed("/tekno/1/kabar/?utm_source=x")).url == f"{HOME}/tekno/1/kabar/"
    assert run.decide(listed("/tekno/2/kabar?page=all")).url == f"{HOME}/tekno/2/kabar"


def test_a_known_article_is_not_asked_for():
    run = wanted(known={"warta:1": "known"}.get)
    decisions = [run.decide(listed(f"/tekno/{number}/kabar")) for number in (1, 2)]
    assert [v.skipped for v in decisions] == ["known", ""]
    assert [v.is_new for v in decisions] == [False, True]


def test_a_backfill_walks_on_over_known_articles():
    past = Window(since=date(2023, 9, 1), until=date(2023, 9, 30))
    run = wanted(known={"warta:1": "known"}.get, window=past)
    assert run.decide(listed("/tekno/1/kabar")).is_new
    assert not run.decide(listed("/tekno/1/kabar")).is_new  # a page that repeats itself is the end


def test_a_candidate_is_held_to_the_window_by_the_times_that_are_listed():
    past = Window(since=date(2023, 9, 1), until=date(2023, 9, 30))
    run = wanted(window=past)
    inside = datetime(2023, 9, 30, 16, 59, tzinfo=UTC)  # 23:59 WIB
    after = datetime(2023, 9, 30, 17, 0, tzinfo=UTC)  # 1 October in WIB
    times = [
        {"published": inside},
        {"published": after},
        {"modified": after},  # changed later: it may have appeared inside
        {"modified": datetime(2023, 8, 1, tzinfo=UTC)},
        {},
    ]
    decisions = [run.decide(listed(f"/tekno/{n}/kabar", **t)).skipped for n, t in enumerate(times)]
    assert decisions == ["", "outside_window", "", "outside_window", ""]


def test_without_a_section_the_headline_decides():
    run = wanted(technology=None)
    titles = [CHIP, RICE, None]
    decisions = [run.decide(listed(f"/a/{n}/x", title=t)).skipped for n, t in enumerate(titles)]
    assert decisions == ["", "off_topic", ""]


def test_the_headline_in_the_url_decides_where_none_is_printed():
    run = wanted(technology=None)
    assert run.decide(listed("/a/1/harga-beras-naik-lagi-di-pasar")).skipped == "off_topic"
    slug = "/a/2/pabrik-semikonduktor-dan-kecerdasan-buatan-dibuka"
    assert run.decide(listed(slug, title="Baca selengkapnya")).skipped == ""


def test_outside_the_section_an_article_must_show_its_topic():
    run = wanted()
    decisions = [
        run.decide(listed("/ekonomi/1/x", title=CHIP)).skipped,
        run.decide(listed("/ekonomi/2/x", title=RICE)).skipped,
        run.decide(listed("/ekonomi/3/x")).skipped,
    ]
    assert decisions == ["", "off_topic", "off_topic"]


def test_a_limit_counts_wanted_articles_only():
    run = wanted(limit=2)
    paths = ["/ekonomi/1/x", "/tekno/2/x", "/tekno/3/x", "/tekno/4/x"]
    decisions = [run.decide(listed(path)).skipped for path in paths]
    assert decisions == ["off_topic", "", "", "limit"]
