import gzip
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from scrapy import Request

from crawler.extraction.urls import absolute
from crawler.sources import Candidate, Sitemap, SourceError, Window, xml
from crawler.sources import sitemap as module
from tests.costs import peak_of, seconds_of
from tests.replies import reply

URL = "https://warta.example.co.id/sitemap.xml"
PRESENT = Window()
SEPTEMBER = Window(since=date(2023, 9, 1), until=date(2023, 9, 30))
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'

NEWS_URL = """<url><loc>https://warta.example.co.id/tekno/101/pabrik-cip</loc><news:news>
<news:publication><news:name>Warta</news:name><news:language>id</news:language></news:publication>
<news:publication_date>2026-11-20T09:15:00+07:00</news:publication_date>
<news:title>Pabrik cip pertama &amp; terbesar</news:title>
<news:keywords>cip, Batam</news:keywords></news:news></url>"""


def urlset(*urls: str) -> str:
    return f'<?xml version="1.0"?><urlset {SITEMAP} {NEWS}>{"".join(urls)}</urlset>'


def url(number: int, lastmod: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>https://warta.example.co.id/tekno/{number}/kabar</loc>{changed}</url>"


def index(*children: tuple[str, str]) -> str:
    entries = "".join(
        f"<sitemap><loc>https://warta.example.co.id/{name}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in children
    )
    return f"<sitemapindex {SITEMAP}>{entries}</sitemapindex>"


def listed(
    body: str | bytes, window: Window = PRESENT, source: Sitemap | None = None, **meta: object
) -> list[Candidate | Request]:
    return list((source or Sitemap(URL)).parse(reply(URL, body, **meta), window))


def numbers(found: list[Candidate | Request]) -> list[int]:
    return [int(candidate.url.split("/")[4]) for candidate in found]


def reason(body: str | bytes, **meta: object) -> str:
    with pytest.raises(SourceError) as caught:
        listed(body, SEPTEMBER, **meta)
    return caught.value.reason


def until_error(body: str | bytes, window: Window = PRESENT) -> tuple[list[int], str]:
    """Return the numbers listed before the source's problem, and the problem."""
    found: list[Candidate | Request] = []
    try:
        found.extend(Sitemap(URL).parse(reply(URL, body), window))
    except SourceError as error:
        return numbers(found), error.reason
    return numbers(found), ""


def test_title_time_and_keywords_of_a_news_sitemap_are_read():
    [candidate] = listed(urlset(NEWS_URL))
    assert isinstance(candidate, Candidate)
    assert candidate.url == "https://warta.example.co.id/tekno/101/pabrik-cip"
    assert candidate.title == "Pabrik cip pertama & terbesar"
    assert candidate.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    assert candidate.tags == ["cip", "Batam"]


def test_the_present_of_a_sitemap_is_its_last_two_days():
    days = ["2026-11-19", "2026-11-17T10:00:00+07:00", "2020-01-01", ""]
    body = urlset(*(url(number, day) for number, day in enumerate(days)))
    assert numbers(listed(body)) == [0]


def test_a_window_keeps_entries_that_may_lie_inside():
    days = ["2023-08-31", "2023-09-01", "2023-09-30T23:59:00+07:00", "2024-05-01", ""]
    body = urlset(*(url(number, day) for number, day in enumerate(days)))
    # 3 changed later and may be older; 4 has no time, which only its page will tell
    assert numbers(listed(body, SEPTEMBER)) == [1, 2, 3, 4]


def test_a_time_of_publication_is_held_to_both_ends_of_the_window():
    assert listed(urlset(NEWS_URL), SEPTEMBER) == []
    assert len(listed(urlset(NEWS_URL), Window(since=date(2026, 11, 20)))) == 1


def test_a_distrusted_zone_z_is_read_as_wib():
    body = urlset(NEWS_URL.replace("+07:00", "Z"))
    [plain] = listed(body)
    [corrected] = listed(body, source=Sitemap(URL, distrust="zone"))
    assert isinstance(plain, Candidate) and isinstance(corrected, Candidate)
    assert plain.published == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    assert corrected.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


def test_a_sitemap_index_leads_to_children_that_may_hold_the_window():
    body = index(("2023-08.xml", "2023-08-31"), ("2023-09.xml", "2023-09-30"), ("new.xml", ""))
    found = listed(body, SEPTEMBER)
    assert [request.url[-11:] for request in found] == ["2023-09.xml", ".id/new.xml"]
    assert all(isinstance(request, Request) for request in found)


def test_a_sitemap_index_leads_to_children_that_follow_matches():
    body = index(("tekno/news.xml", ""), ("bola/news.xml", ""))
    [child] = listed(body, source=Sitemap(URL, follow="/tekno/"))
    assert child.url == "https://warta.example.co.id/tekno/news.xml"


def asked(*children: tuple[str, str]) -> list[str]:
    """Return the names of the children that a run of the present asks for."""
    host = "https://warta.example.co.id/"
    found = listed(index(*children))
    assert all(isinstance(child, Request) for child in found)
    return [child.url.removeprefix(host) for child in found]


def days_before(last: date, count: int) -> list[date]:
    return [last - timedelta(days=number) for number in range(count)]


def test_the_present_takes_the_newest_children_by_lastmod():
    moments = [f"2026-11-20T{hour:02}:{minute:02}:00Z" for hour in range(20) for minute in (0, 30)]
    children = [(f"{number}.xml", moment) for number, moment in enumerate(moments)]
    assert asked(*children) == [f"{number}.xml" for number in range(20, 40)]
    assert asked(*reversed(children)) == [f"{number}.xml" for number in reversed(range(20, 40))]


@pytest.mark.parametrize(
    "form",
    [
        "peta-%Y-%m-%d.xml",
        "peta-%Y%m%d.xml",
        "%Y/%m/%d/peta.xml",
        "peta_%Y_%m_%d.xml.gz",
        "sitemap.xml?yyyy=%Y&amp;mm=%m&amp;dd=%d",
        "%Y/peta-%Y-%m-%d.xml",
    ],
)
@pytest.mark.parametrize("lastmod", ["", "2026-11-20T02:00:00Z"])
def test_the_present_takes_the_newest_children_by_the_date_in_the_name(form, lastmod):
    """A dynamic site gives each child the same lastmod: the moment of the answer."""
    days = days_before(date(2026, 11, 20), 300)
    children = [(f"{day:{form}}", lastmod) for day in reversed(days)]
    assert asked(*children) == [name.replace("&amp;", "&") for name, _ in children[-20:]]
    mixed = [*children[250:], *children[:250]]
    assert set(asked(*mixed)) == set(asked(*children))


def test_the_present_takes_the_newest_months_and_years_by_their_names():
    months = [f"peta-{year}-{month:02}.xml" for year in range(2015, 2026) for month in range(1, 13)]
    assert asked(*((name, "") for name in months)) == months[-20:]
    years = [f"peta-{year}.xml" for year in range(2025, 1995, -1)]
    assert asked(*((name, "") for name in years)) == years[:20]


def test_a_day_to_come_in_a_name_is_no_date():
    names = [f"{day:%Y-%m-%d}.xml" for day in days_before(date(2026, 11, 20), 40)]
    assert asked(*((name, "") for name in ["2099-01-01.xml", *names])) == names[:20]


def test_the_present_takes_the_first_and_the_last_of_children_without_a_date():
    names = [f"peta-{number}.xml" for number in range(3000)]  # 2019 is a number here, and no year
    assert asked(*((name, "") for name in names)) == [*names[:10], *names[-10:]]


def test_the_present_takes_all_children_of_a_short_index_in_their_order():
    names = ["2020.xml", "peta-1.xml", "2026-11.xml", "tekno.xml"]
    assert asked(*((name, "") for name in names)) == names


def test_the_past_takes_all_children_that_may_hold_its_days():
    found = listed(index(*((f"peta-{number}.xml", "") for number in range(300))), SEPTEMBER)
    assert len(found) == 300


def test_children_at_no_public_address_take_no_place_of_others():
    private = "".join(f"<sitemap><loc>http://10.0.0.{n}/x.xml</loc></sitemap>" for n in range(30))
    names = [f"peta-{number}.xml" for number in range(20)]
    body = index(*((name, "") for name in names))
    body = body.replace("<sitemap>", f"{private}<sitemap>", 1)
    found = Sitemap(URL).parse(reply(URL, body), PRESENT)
    children = [one.url[28:] for one in islice(found, 50) if isinstance(one, Request)]
    assert children == names
    assert reason(body) == "bad_entries"


@pytest.mark.parametrize("sections", [1, 3, 20, 500])
def test_indexes_within_an_index_share_the_children_that_the_present_takes(sections: int):
    days = index(*((f"harian-{number}.xml", "") for number in range(3000)))
    inner = listed(index(*((f"rubrik-{number}.xml", "") for number in range(sections))))
    asked = [child for one in inner for child in listed(days, **one.meta)]
    assert min(sections, 20) <= len(asked) <= 20
    past = listed(index(*((f"rubrik-{number}.xml", "") for number in range(50))), SEPTEMBER)
    assert len(past) == 50
    assert len(listed(days, SEPTEMBER, **past[0].meta)) == 3000


def test_nested_sitemap_indexes_end_at_the_greatest_depth():
    body = index(("a.xml", ""))
    [child] = listed(body)
    assert isinstance(child, Request)
    assert child.meta["sitemap_depth"] == 2
    assert reason(body, sitemap_depth=module.MAX_DEPTH) == "too_deep"


def test_a_gzipped_sitemap_is_known_by_its_bytes():
    assert numbers(listed(gzip.compress(urlset(url(7, "2026-11-20")).encode()))) == [7]


def test_a_gzip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    assert reason(gzip.compress(b" " * 10_000_000)) == "too_large"


def test_a_gzipped_sitemap_that_was_cut_gives_the_entries_that_arrived():
    whole = gzip.compress(urlset(*(url(n, "2026-11-20") for n in range(2000))).encode())
    found, problem = until_error(whole[: len(whole) // 2])
    assert 0 < len(found) < 2000
    assert found == list(range(len(found)))
    assert problem == "cut_off"


def test_a_gzipped_sitemap_of_several_members_is_read_whole():
    body = urlset(url(1, "2026-11-20"), url(2, "2026-11-20")).encode()
    halves = gzip.compress(body[:250]) + gzip.compress(body[250:])
    assert numbers(listed(halves)) == [1, 2]


def test_a_gzip_file_of_countless_members_is_refused():
    assert reason(gzip.compress(b"\n") * 50_000) == "too_large"


def test_a_gzip_file_in_a_gzip_file_is_no_sitemap():
    assert reason(gzip.compress(gzip.compress(urlset(NEWS_URL).encode()))) == "not_a_sitemap"


def test_a_sitemap_of_more_urls_than_the_protocol_allows_is_refused(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "MAX_URLS", 3)
    entries = Sitemap(URL).parse(reply(URL, urlset(*map(url, range(9)))), SEPTEMBER)
    assert numbers([next(entries), next(entries), next(entries)]) == [0, 1, 2]
    with pytest.raises(SourceError, match="too_many_urls"):
        next(entries)


def test_a_response_that_is_no_sitemap_is_named():
    assert reason("<!doctype html><html><body>404</body></html>") == "not_a_sitemap"
    assert reason(b"") == "not_a_sitemap"
    assert reason(b"\x1f\x8bnot gzip") == "not_a_sitemap"
    assert reason("<rss><channel/></rss>") == "not_a_sitemap"
    assert reason(urlset()) == "empty_sitemap"


def test_a_sitemap_with_unescaped_ampersands_keeps_each_url_and_title():
    body = urlset(
        url(1, "2026-11-20").replace("/kabar", "/a?b=1&c=2&copy=3"),
        url(2, "2026-11-20").replace("kabar", "caf&eacute;"),
        NEWS_URL.replace("101", "3")
        .replace("pertama &amp; terbesar", "R&D &ndash; Q&A")
        .replace("cip, Batam", "R&D, <![CDATA[A&B]]>"),
    )
    first, second, third = listed(body)
    assert first.url == "https://warta.example.co.id/tekno/1/a?b=1&c=2&copy=3"
    assert second.url == "https://warta.example.co.id/tekno/2/caf\u00e9"
    assert third.title == "Pabrik cip R&D \u2013 Q&A"
    assert third.tags == ["R&D", "A&B"]


def test_a_child_of_an_index_keeps_its_unescaped_ampersands():
    [child] = listed(index(("s.xml?y=2023&m=9&d=1", "")), SEPTEMBER)
    assert child.url == "https://warta.example.co.id/s.xml?y=2023&m=9&d=1"


@pytest.mark.parametrize(
    "bad",
    ["javascript:alert(1)", "mailto:redaksi@warta.example.co.id", "http://[::1",
     "https://warta.example.co.id:99999999/x", "https://warta.example.co.id:0/", "//[", "http://",
     "data:text/xml,x", "ftp://warta.example.co.id/x", "  ", "https://a b:c/"],
)  # fmt: skip
def test_a_bad_child_of_an_index_loses_itself_alone(bad: str):
    good = "<sitemap><loc>https://warta.example.co.id/{}.xml</loc></sitemap>"
    body = f"<sitemapindex>{good.format(1)}<sitemap><loc>{bad}</loc></sitemap>{good.format(2)}"
    entries = Sitemap(URL).parse(reply(URL, f"{body}</sitemapindex>"), SEPTEMBER)
    link, first, second = next(entries), next(entries), next(entries)
    assert [first.url[-5:], second.url[-5:]] == ["1.xml", "2.xml"]
    assert link == Candidate(url=absolute(URL, bad))
    with pytest.raises(SourceError, match="bad_entries: 1 of 3"):
        next(entries)


@pytest.mark.parametrize("declared", [True, False])
def test_fields_of_pictures_and_videos_are_not_the_article_s(declared: bool):
    media = """<image:image><image:loc>https://cdn.example.co.id/1.jpg</image:loc>
        <image:title>Gambar</image:title></image:image><video:video>
        <video:publication_date>2011-01-01</video:publication_date><video:title>Video</video:title>
        <video:loc>https://cdn.example.co.id/1.mp4</video:loc></video:video>"""
    spaces = (
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
        'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1" '
    )
    body = urlset(NEWS_URL.replace("<url>", f"<url>{media}"))
    [candidate] = listed(body.replace("<urlset ", f"<urlset {spaces}") if declared else body)
    assert candidate == listed(urlset(NEWS_URL))[0]


def test_prefixes_of_a_sitemap_are_free():
    body = (
        urlset(NEWS_URL)
        .replace("news:", "n:")
        .replace("xmlns:n:", "xmlns:n")
        .replace("xmlns:news=", "xmlns:n=")
    )
    prefixed = """<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url>
        <s:loc>https://warta.example.co.id/tekno/101/pabrik-cip</s:loc>
        <s:lastmod>2026-11-20</s:lastmod></s:url></s:urlset>"""
    redefined = (
        f"""<urlset {SITEMAP} xmlns:news="urn:bukan"><url
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">"""
        + NEWS_URL[5:]
        + "</urlset>"
    )
    assert listed(body) == listed(urlset(NEWS_URL)) == listed(redefined)
    assert numbers(listed(prefixed)) == [101]


@pytest.mark.parametrize(
    "end",
    ["<url><loc>https://warta.example.co.id/tekno/3/ka", "<url><loc>x</loc></url>", "<!-- catatan",
     "<![CDATA[", "<ur", "<url", "<url><loc><![CDATA[https://warta", ""],
)  # fmt: skip
def test_a_sitemap_that_was_cut_is_named_and_keeps_its_whole_entries(end: str):
    body = urlset(url(1, "2026-11-20"), url(2, "2026-11-20")).removesuffix("</urlset>") + end
    found, problem = until_error(body)
    assert (found[:2], problem) == ([1, 2], "cut_off")


def test_an_entry_without_an_end_tag_costs_no_other():
    broken = url(1, "2026-11-20").replace("</url>", "")
    assert numbers(listed(urlset(broken, url(2, "2026-11-20"), broken))) == [1, 2, 1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_sitemap_in_a_wide_encoding_is_read(encoding: str):
    body = urlset(NEWS_URL.replace("pertama", "pert\u00e1ma \U0001f600")).encode(encoding)
    assert [c.title for c in listed(body)] == ["Pabrik cip pert\u00e1ma \U0001f600 & terbesar"]


def test_entries_in_comments_and_cdata_are_none():
    hidden = f"<!-- {url(8)} --><?php {url(9)} ?><note><![CDATA[{url(7)}</urlset>]]></note>"
    body = urlset(hidden, url(1, "2026-11-20"), hidden, url(2, "2026-11-20"))
    assert numbers(listed(f"<!-- <html> --> {body}")) == [1, 2]


HOSTILE = {
    "unknown elements": (b"<x/>", 12_000_000),
    "comments": (b"<!---->", 6_000_000),
    "comments, as many as are read": (b"<!---->", xml.MAX_COMMENTS),
    "instructions": (b"<?x?>", xml.MAX_COMMENTS),
    "CDATA": (b"<![CDATA[]]>", xml.MAX_COMMENTS),
    "comments in an entry": (b"<url><!----><!----><!----></url>", 200_000),
    "empty entries": (b"<url/>", module.MAX_SIGNS - 100),
    "nesting": (b"<url>", 1_900_000),
    "end tags": (b"</url>", 1_900_000),
    "prefixes": (b"<a:url", 1_900_000),
    "brackets": (b">", 40_000_000),
    "ampersands": (b"<url><loc>&&&&&&&&&&</loc></url>", 100_000),
    "text": (b"abc ", 12_000_000),
}


@pytest.mark.parametrize(("part", "count"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_sitemap_costs_little_time(part: bytes, count: int):
    body = gzip.compress(f"<urlset {SITEMAP}>".encode() + part * count + b"</urlset>", 1)
    assert seconds_of(lambda: until_error(body)) < 10  # 3, where nothing else runs


@pytest.mark.parametrize("name", ["unknown elements", "text", "brackets"])
def test_a_hostile_sitemap_costs_little_memory(name: str):
    part, count = HOSTILE[name]
    body = gzip.compress(f"<urlset {SITEMAP}>".encode() + part * count + b"</urlset>", 1)
    assert peak_of(lambda: until_error(body)) < 150_000_000


def test_an_entity_in_a_sitemap_reads_no_file(tmp_path):
    (tmp_path / "secret").write_text("rahasia")
    evil = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    body = evil + urlset(url(1, "2026-11-20").replace("kabar", "&x;")).removeprefix(
        '<?xml version="1.0"?>'
    )
    assert "rahasia" not in listed(body)[0].url


def test_entities_of_a_sitemap_are_not_expanded():
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    body = f'<!DOCTYPE urlset [<!ENTITY e0 "lol">{bomb}]>' + urlset(
        url(1, "2026-11-20").replace("kabar", "&e8;")
    ).removeprefix('<?xml version="1.0"?>')
    [candidate] = listed(body)
    assert candidate.url == "https://warta.example.co.id/tekno/1/&e8"


@pytest.mark.trial
def test_a_sitemap_of_fifty_thousand_urls_takes_the_memory_of_few():
    import tracemalloc

    body = urlset(*(url(n, "2026-11-20") for n in range(50_000))).encode()
    response = reply(URL, body)
    tracemalloc.start()
    count = sum(1 for _ in Sitemap(URL).parse(response, PRESENT))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 50_000
    assert peak < 2 * len(body)
