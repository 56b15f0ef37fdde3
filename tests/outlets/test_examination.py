"""The findings of an examination: the outlet's judgement, notes and proposals follow from them."""

from datetime import timedelta

import pytest

from crawler.outlets.examination import (
    Examination,
    PageFinding,
    SourceFinding,
    form_of,
    in_words,
)
from crawler.sources import Feed, Listing
from tests.moment import NOW

FEED = Feed("https://contoh.example/rss")
GOOD = PageFinding("https://contoh.example/d-1/a", own_body=True, own_time=True)


def examined(*pages: PageFinding, **finding) -> Examination:
    values = {"status": 200, "problem": "", "items": 4, "articles": 4, "newest": NOW} | finding
    found = SourceFinding(FEED, pages=list(pages), **values)
    return Examination("contoh", sources={FEED.label: found})


def test_an_outlet_with_a_list_and_articles_by_its_own_rules_works():
    examination = examined(GOOD, GOOD)
    assert examination.problem is None
    assert examination.detail == "1 of 1 sources list articles"
    [row] = examination.rows(NOW + timedelta(hours=5))
    assert row == {
        "outlet": "contoh",
        "source": FEED.label,
        "name": "feed /rss",
        "status": "200",
        "items": 4,
        "newest": "5 h",
        "articles": "100%",
        "body": "own",
        "time": "own",
        "wall": None,
        "judgement": "healthy",
    }


@pytest.mark.parametrize(
    ("examination", "problem"),
    [
        (
            examined(items=0, articles=0, problem="challenge (202)"),
            "no source lists an article (challenge (202))",
        ),
        (
            examined(items=9, articles=0, problem="no_articles"),
            "no source lists an article (no link looks like an article's)",
        ),
        (
            examined(GOOD, *[PageFinding("u", "not_article")] * 2),
            "2 of 3 pages are no articles (no article on the page)",
        ),
        (examined(), "0 of 0 pages are no articles (none was read)"),
        (
            examined(GOOD, *[PageFinding("u", own_body=False)] * 2),
            "no rule of its own found the body of 2 of 3",
        ),
    ],
)
def test_the_reason_for_which_an_outlet_does_not_work_is_named(examination, problem):
    assert examination.problem == examination.detail == problem


def test_a_page_off_topic_says_nothing_against_an_outlet():
    assert examined(PageFinding("u", "off_topic"), PageFinding("u", "video")).problem is None


def test_an_outlet_without_a_body_rule_is_not_judged_by_bodies():
    examination = examined(PageFinding("u"), PageFinding("u"))
    examination.has_body_rule = False
    assert examination.problem is None


def test_links_that_article_url_does_not_take_are_named_by_their_form():
    examination = examined(articles=0)
    finding = examination.sources[FEED.label]
    for number in range(3):
        finding.strange[form_of(f"https://contoh.example/artikel/{number}/kabel-laut-ditarik")] += 1
    assert examination.notes() == [
        f"{FEED.label}: article_url takes 0 of 4 links; 3 are like contoh.example/artikel/N/SLUG"
    ]


def test_a_technology_section_without_articles_is_told_with_the_section_that_has_them():
    examination = examined(GOOD)
    examination.technology[False] += 4
    examination.sections["contoh.example/teknologi/N/SLUG"] += 4
    assert examination.notes() == [
        "no article is in the section `technology`; 4 are like contoh.example/teknologi/N/SLUG"
    ]
    examination.technology[True] += 1
    assert examination.notes() == []


def test_a_source_that_works_and_is_not_declared_is_proposed_as_a_spider_declares_it():
    examination = examined(GOOD, moved_to="https://contoh.example/baru")
    zoned = Feed("https://contoh.example/tekno", distrust="zone")
    examination.sources["x"] = SourceFinding(zoned, declared=False, articles=1)
    examination.sources["y"] = SourceFinding(Feed("https://mati.example"), declared=False)
    assert examination.proposals() == [
        'Feed("https://contoh.example/baru"),',
        'Feed("https://contoh.example/tekno", distrust="zone"),',
    ]


def test_links_of_a_page_are_proposed_only_where_no_declared_source_works():
    listing = Listing("https://contoh.example/tekno", links='h3[class="judul"] a')
    found = SourceFinding(listing, declared=False, status=200, problem="", items=4, articles=3)
    for declared, is_shown in ((4, False), (0, True)):
        examination = examined(GOOD, GOOD, articles=declared)
        examination.sources[listing.label] = found
        proposed = [r"""Listing("https://contoh.example/tekno", links="h3[class=\"judul\"] a"),"""]
        assert examination.proposals() == proposed * is_shown
        assert ("not declared" in examination.detail) is is_shown
        assert len(examination.rows(NOW)) == 1 + is_shown


@pytest.mark.parametrize(
    ("declared", "moved_to", "now"),
    [
        ("www.a.id/{day:%Y}/?p={page}", "a.id/2026/?p=1", "a.id/{day:%Y}/?p={page}"),
        ("a.id/tekno/p/{day:%Y/%m}", "a.id/sains/p/2026/12", "a.id/sains/p/{day:%Y/%m}"),
        ("a.id/indeks?page={page}", "b.a.id/daftar?page=1", "b.a.id/daftar?page={page}"),
        ("a.id/page/{page}/", "a.id/hal/1/", "a.id/hal/{page}/"),
        ("a.id/page/{page}/", "a.id", "a.id/{page}/"),
        ("a.id/tekno", "a.id/baru", "a.id/baru"),
    ],
)
def test_an_index_that_has_moved_keeps_its_form_and_its_selectors(declared, moved_to, now):
    source = Listing(f"https://{declared}", links="h2 a", date="time", first=0)
    finding = SourceFinding(source, articles=1, moved_to=f"https://{moved_to}")
    assert finding.declaration() == f'Listing("https://{now}", links="h2 a", date="time", first=0),'


def test_walls_are_named():
    assert in_words("robots") == "refused by robots.txt"
    assert in_words("http_404") == "HTTP 404"
    assert in_words("dns") == "DNS lookup failed"
    assert in_words("same_page") == "same page"
    paid = PageFinding("u", paywalled=True)
    assert examined(GOOD, paid).rows(NOW)[0]["wall"] == "paywall"
