from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.sources import Candidate, Feed, SourceError, Window
from tests.moment import NOW
from tests.replies import reply
from tests.shared import SHARED, needs_shared

URL = "https://warta.example.co.id/rss"
PRESENT = Window()

ITEM = """<item><title>Pabrik cip pertama dibuka di Batam</title>
<link>https://warta.example.co.id/tekno/101/pabrik-cip</link>
<pubDate>Fri, 20 Nov 2026 09:15:00 +0700</pubDate>
<category>Teknologi</category><category>cip</category></item>"""


def feed(*items: str, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    channel = f"<channel><title>Warta</title><link>/</link>{''.join(items)}</channel>"
    return f'{declaration}<rss version="2.0">{channel}</rss>'


def listed(body: str | bytes, url: str = URL, **kwargs: object) -> list[Candidate]:
    found = list(Feed(URL).parse(reply(url, body, **kwargs), PRESENT))
    assert all(isinstance(item, Candidate) for item in found)
    return found


def reason(body: str | bytes) -> str:
    with pytest.raises(SourceError) as caught:
        listed(body)
    return caught.value.reason


def test_every_element_of_a_feed_item_is_read():
    [candidate] = listed(feed(ITEM))
    assert candidate.url == "https://warta.example.co.id/tekno/101/pabrik-cip"
    assert candidate.title == "Pabrik cip pertama dibuka di Batam"
    assert candidate.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    assert (candidate.section, candidate.tags) == ("Teknologi", ["Teknologi", "cip"])


@pytest.mark.parametrize(
    "printed",
    [
        "Jum'at, 20 Nopember 2026 09:15:00 WIB",
        "Jumat, 20 November 2026 09:15 WIB",
        "2026-11-20 09:15:00",
        "Fri, 20 Nov 2026 02:15:00 GMT",
    ],
)
def test_indonesian_dates_of_a_feed_are_read(printed: str):
    [candidate] = listed(feed(ITEM.replace("Fri, 20 Nov 2026 09:15:00 +0700", printed)))
    assert candidate.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


def test_a_feed_with_an_unescaped_ampersand_loses_no_item():
    second = ITEM.replace("101", "102").replace("Pabrik cip", "Riset & pabrik cip")
    assert [c.url[-14:] for c in listed(feed(ITEM, second))] == ["101/pabrik-cip", "102/pabrik-cip"]


def test_relative_links_of_a_feed_are_resolved_against_its_url():
    [candidate] = listed(feed(ITEM.replace("https://warta.example.co.id", "")))
    assert candidate.url == "https://warta.example.co.id/tekno/101/pabrik-cip"


def test_a_feed_without_dates_is_not_stale():
    assert listed(feed(ITEM.replace("pubDate", "x")))[0].published is None


def test_the_charset_of_a_feed_s_xml_declaration_beats_the_header():
    body = feed(
        ITEM.replace("Batam", "Bat\u00e9m"), declaration='<?xml version="1.0" encoding="UTF-8"?>'
    )
    response = reply(URL, body)
    response.headers["Content-Type"] = "application/rss+xml; charset=iso-8859-1"
    [candidate] = Feed(URL).parse(response, PRESENT)
    assert candidate.title == "Pabrik cip pertama dibuka di Bat\u00e9m"


def test_the_outlet_s_url_is_taken_beside_a_syndicator_s():
    item = ITEM.replace(
        "<link>https://warta.example.co.id/tekno/101/pabrik-cip</link>",
        "<link>http://feeds.syndicate.example/~r/x/1.htm</link>"
        '<guid isPermaLink="false">https://tekno.warta.example.co.id/tekno/101/pabrik-cip</guid>',
    )
    [candidate] = listed(feed(item), url="https://rss.warta.example.co.id/tekno")
    # example.co.id is the registered name here, and the syndicator has another
    assert candidate.url == "https://tekno.warta.example.co.id/tekno/101/pabrik-cip"


def test_html_in_place_of_a_feed_is_not_a_feed():
    assert reason("<!doctype html><html><body><p>Halaman tidak ditemukan</p></body></html>") == (
        "not_a_feed"
    )
    assert reason(b"") == "not_a_feed"
    assert reason(b"\x00\xff\xfe garbage") == "not_a_feed"


def test_a_feed_without_items_is_an_empty_feed():
    assert reason(feed()) == "empty_feed"


def test_a_feed_whose_items_all_link_home_has_self_links():
    home = ITEM.replace("/tekno/101/pabrik-cip", "/")
    assert reason(feed(home, home)) == "self_links"


def test_a_feed_with_a_single_link_home_is_read():
    home = ITEM.replace("/tekno/101/pabrik-cip", "/")
    assert len(listed(feed(home, ITEM))) == 2


def test_a_feed_whose_newest_item_is_old_is_stale():
    old = ITEM.replace("2026", "2016")
    assert reason(feed(old, old)) == "stale_feed"
    assert len(listed(feed(old, ITEM))) == 2


def test_a_feed_s_age_is_measured_on_the_server_s_clock():
    old = ITEM.replace("2026", "2016")
    assert len(listed(feed(old), date="Mon, 21 Nov 2016 03:00:00 GMT")) == 1


def test_entities_of_a_feed_are_not_expanded_without_bound():
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    candidates = listed(f"{bomb}]>" + feed(ITEM.replace("Batam", "&j;"), declaration=""))
    assert len(candidates[0].title or "") < 1000


def test_a_path_in_a_feed_is_never_opened():
    """feedparser opens strings that look like paths or URLs, but no bytes in a stream."""
    assert reason(b"/etc/hostname") == "not_a_feed"
    assert reason(b"http://127.0.0.1:9/feed") == "not_a_feed"


def test_feeds_serve_the_present_and_windows_that_reach_it():
    today = NOW.date()
    asked = [
        Window(),
        Window(since=date(2020, 1, 1)),
        Window(until=today - timedelta(days=3)),
        Window(since=date(2023, 9, 1), until=date(2023, 9, 30)),
    ]
    assert [len(list(Feed(URL).requests(window))) for window in asked] == [1, 1, 1, 0]


@needs_shared
@pytest.mark.parametrize(
    ("name", "url", "count", "pattern"),
    [
        ("antaranews-2015", "http://www.antaranews.com/rss/news.xml", 20, "/berita/"),
        ("detik-2015", "http://rss.detik.com/index.php/detikcom", 20, "/read/2015/"),
        ("republika-2015", "http://www.republika.co.id/rss/", 10, ".republika.co.id/berita/"),
    ],
)
def test_saved_real_feeds_are_read(name: str, url: str, count: int, pattern: str):
    body = (SHARED / "feeds" / f"{name}.xml").read_bytes()
    candidates = listed(body, url=url, date="Thu, 05 Nov 2015 09:00:00 GMT")
    assert len(candidates) == count
    assert all(c.title and c.published for c in candidates)
    assert all(pattern in c.url for c in candidates), [c.url for c in candidates]
    assert {c.published.date() for c in candidates if c.published} <= {
        date(2015, 11, 4),
        date(2015, 11, 5),
    }
