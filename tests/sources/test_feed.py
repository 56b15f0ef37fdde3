import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from feedparser import datetimes

from crawler.sources import Candidate, Feed, SourceError, Window
from crawler.sources import feed as module
from crawler.sources.xml import MAX_TEXT, EntryList
from output import clock
from tests.costs import peak_of, seconds_of
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


def problem_of(body: bytes) -> str:
    """Return the reason why a feed was not read whole, "" for a whole one."""
    try:
        listed(body)
    except SourceError as error:
        return error.reason
    return ""


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


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Harga naik &#1114112; persen", "Harga naik \ufffd persen"),
        ("Kocak &#55357;&#56832; cip", "Kocak \U0001f600 cip"),
        ("Kocak &#xD83D;&#xDE00; cip", "Kocak \U0001f600 cip"),
        ("Setengah &#55357; cip", "Setengah \ufffd cip"),
        ("Nol &#0; cip &#99999999999999; besar", "Nol \ufffd cip &#99999999999999; besar"),
        ("R&D, Q&A & AT&T &ndash; &bukan; cip", "R&D, Q&A & AT&T \u2013 &bukan; cip"),
        ("<![CDATA[R&D <b>cip</b> &amp; lain]]>", "R&D <b>cip</b> &amp; lain"),
        ("a <b>cip</b> < 3 <nm", "a cip < 3 <nm"),
        ("cip\x0b kendali\x00", "cip\ufffd kendali\ufffd"),
    ],
)
def test_a_title_that_is_no_xml_is_read_and_costs_no_other_item(printed: str, read: str):
    odd = ITEM.replace("Pabrik cip pertama dibuka di Batam", printed)
    assert [c.title for c in listed(feed(ITEM, odd, ITEM))][1:] == [
        read,
        listed(feed(ITEM))[0].title,
    ]


@pytest.mark.parametrize(
    "bad",
    ["<georss:where><gml:Point srsName='EPSG:abc'><gml:pos>1</gml:pos></gml:Point></georss:where>",
     "<a " * 50_000, "<b>" * 5_000, "</b>" * 5_000, "<content type='image/png'>!</content>",
     "<media:content url='x' fileSize='&#1114112;'/>", "<a" + " b=''" * 20_000 + "/>",
     "<author>" + "a." * 40_000 + "</author>", "<category>x</category>" * 40_000,
     "<description>" + "prosa " * 400_000 + "</description>", "<x:y z='1'/>" * 1_000],
    ids=range(11),
)  # fmt: skip
def test_whatever_an_item_holds_its_fields_are_read(bad: str):
    item = ITEM.replace("</item>", f"{bad}</item>")
    found = listed(feed(ITEM, item, ITEM))
    assert [c.url for c in found] == [listed(feed(ITEM))[0].url] * 3
    assert found[1].title == found[0].title
    assert len(found[1].tags) <= module.MAX_TAGS


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("<![CDATA[R]]>D tentang cip]]>", "R]]>D tentang cip"),
        ("<![CDATA[R]]]]><![CDATA[>D]]>", "R]]>D"),
        ("<![CDATA[R]]> & <![CDATA[D]]>", "R & D"),
        ("<![CDATA[<![CDATA[Cip]]>]]>", "Cip"),
        ("<![CDATA[Cip]]>]]>", "Cip]]>"),
        (" <![CDATA[ a < b & <b>c</b> ]]>\n", "a < b & <b>c</b>"),
        ("<![cdata[Cip]]>", "Cip"),
        ("<![CDATA[]]>", None),
        ("<![CDATA[Cip", "<![CDATA[Cip"),
        ("<!-- Cip", "<!-- Cip"),
        ("<? Cip", "<? Cip"),
        ("Cip <!-- <![CDATA[ --> baru", "Cip baru"),
        ("<![CDATA[Cip <!-- baru]]>", "Cip <!-- baru"),
    ],
)
def test_cdata_in_whatever_form_is_the_text_and_costs_no_other_field(
    printed: str, read: str | None
):
    odd = ITEM.replace("Pabrik cip pertama dibuka di Batam", printed)
    good = listed(feed(ITEM))
    assert listed(feed(ITEM, odd, ITEM)) == [*good, replace(good[0], title=read), *good]


@pytest.mark.parametrize(
    "text",
    ["<![CDATA[<script>//<![CDATA[\nif (a<b) {}\n//]]></script><p>Isi & <b>lagi]]>",
     "<![CDATA[a]]></p><p>]]>", "<![CDATA[]]]]>", "<![CDATA[<![CDATA[<![CDATA[a]]>]]>]]>"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["description", "content:encoded", "media:text"])
def test_a_raw_end_of_cdata_in_a_long_text_costs_no_field_behind_it(text: str, name: str):
    item = ITEM.replace("<item>", f"<item><{name}>{text}</{name}>")
    assert listed(feed(ITEM, item, ITEM)) == listed(feed(ITEM)) * 3


@pytest.mark.parametrize(
    "date",
    ["Fri, 20 Nov 2026 09:00:00 +99999999999999999999", "Fri, 20 Nov 99999999999999999999 09:00:00",
     "Fri, 20 Nov 2026 99999999999999999999:00:00 GMT", "Fri, 20 Nov 2026 09:00:00 " + "9" * 5_000,
     "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0100 00:00:00 GMT", "besok", ""],
)  # fmt: skip
def test_a_server_whose_clock_says_no_possible_time_is_read_by_ours(
    date: str, monkeypatch: pytest.MonkeyPatch
):
    ours = datetime(2026, 11, 24, 5, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: ours)
    assert listed(feed(ITEM), date=date) == listed(feed(ITEM))


def test_an_item_that_is_too_large_loses_itself_alone():
    item = ITEM.replace("</item>", f"{'<x>y</x>' * 200_000}</item>")
    entries = Feed(URL).parse(reply(URL, feed(ITEM, item, ITEM)), PRESENT)
    assert [next(entries).url, next(entries).url] == [listed(feed(ITEM))[0].url] * 2
    with pytest.raises(SourceError, match="bad_entries: 1 of 3"):
        next(entries)


@pytest.mark.parametrize(
    "label", ["punycode", "idna", "hex", "zlib", "utf-7", "undefined", "tak-ada"]
)
def test_an_encoding_that_is_none_is_passed_over(label: str):
    declaration = f'<?xml version="1.0" encoding="{label}"?>'
    assert listed(feed(ITEM, declaration=declaration)) == listed(feed(ITEM))
    broken = feed(ITEM.replace("Batam", "Bat\u00e9m"), declaration=declaration).encode("cp1252")
    assert listed(broken)[0].url == listed(feed(ITEM))[0].url


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "iso-8859-1"])
def test_a_feed_in_another_encoding_is_read(encoding: str):
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    body = feed(ITEM.replace("Batam", "Bat\u00e9m"), declaration=declaration).encode(encoding)
    assert listed(body)[0].title == "Pabrik cip pertama dibuka di Bat\u00e9m"


def test_entries_of_atom_are_read():
    body = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
        xml:base="https://warta.example.co.id/tekno/"><title>Warta</title><entry>
        <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Cip <b>baru</b></div></title>
        <link rel="self" href="101.atom"/><link rel="enclosure" href="101.mp3"/>
        <link rel="alternate" type="application/json" href="101.json"/>
        <link href="101/pabrik?a=1&b=2"/><id>urn:1</id>
        <category term="cip"/><category term="Batam"/>
        <published>2026-11-20T09:15:00+07:00</published>
        <updated>2026-11-20T10:15:00+07:00</updated></entry></feed>"""
    [candidate] = listed(body)
    assert candidate == Candidate(
        url="https://warta.example.co.id/tekno/101/pabrik?a=1&b=2",
        published=datetime(2026, 11, 20, 2, 15, tzinfo=UTC),
        modified=datetime(2026, 11, 20, 3, 15, tzinfo=UTC),
        title="Cip baru",
        section="cip",
        tags=["cip", "Batam"],
    )


def test_items_of_rdf_are_read():
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/"><channel
        rdf:about="https://warta.example.co.id/"><items><rdf:Seq/></items></channel>
        <item rdf:about="https://warta.example.co.id/tekno/101/a"><title>Cip baru</title>
        <link>https://warta.example.co.id/tekno/101/a</link><d:subject>cip</d:subject>
        <d:date>2026-11-20T09:15:00+07:00</d:date></item></rdf:RDF>"""
    [candidate] = listed(body)
    assert (candidate.title, candidate.tags) == ("Cip baru", ["cip"])
    assert candidate.url == "https://warta.example.co.id/tekno/101/a"
    assert candidate.modified == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


def test_titles_and_links_of_other_vocabularies_do_not_replace_an_item_s_own():
    media = """<media:group><media:title>Gambar</media:title></media:group>
        <media:title>Gambar</media:title><image><url>https://cdn.example/1.jpg</url></image>
        <source url="https://lain.example/rss"><title>Lain</title></source>"""
    item = ITEM.replace("<item>", f"<item>{media}")
    assert listed(feed(item)) == listed(feed(ITEM))


def test_a_permanent_guid_is_the_link_of_an_item_without_one():
    item = ITEM.replace("<link>", "<guid>").replace("</link>", "</guid>")
    assert listed(feed(item)) == listed(feed(ITEM))


@pytest.mark.parametrize("end", ["<item><title>Cip", "<item", "<![CDATA[", "<!--", ""])
def test_a_feed_that_was_cut_is_named_and_keeps_its_whole_items(end: str):
    body = feed(ITEM, ITEM).removesuffix("</channel></rss>") + end
    entries = Feed(URL).parse(reply(URL, body), PRESENT)
    assert [next(entries), next(entries)] == listed(feed(ITEM, ITEM))
    with pytest.raises(SourceError, match="cut_off: after 2 entries"):
        next(entries)


def test_a_feed_of_too_many_items_gives_the_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_ITEMS", 2)
    entries = Feed(URL).parse(reply(URL, feed(ITEM, ITEM, ITEM)), PRESENT)
    assert [next(entries).title, next(entries).title] == [listed(feed(ITEM))[0].title] * 2
    with pytest.raises(SourceError, match="too_many_urls"):
        next(entries)


def raise_for(date: str) -> None:
    """Read no date, as a date handler of feedparser that raises for a date it does not foresee."""
    if "Meledak" in date:
        raise TypeError(date)


def test_an_item_on_which_feedparser_raises_loses_itself_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(datetimes, "_date_handlers", [raise_for])
    bad = ITEM.replace("Fri, 20 Nov", "Meledak")
    entries = Feed(URL).parse(reply(URL, feed(ITEM, bad, ITEM)), PRESENT)
    assert [next(entries), next(entries)] == listed(feed(ITEM, ITEM))
    with pytest.raises(SourceError, match="bad_entries: 1 of 3"):
        next(entries)
    assert reason(feed(bad)) == "bad_entries"


def test_a_feed_that_is_too_large_for_feedparser_gives_its_first_items(
    monkeypatch: pytest.MonkeyPatch,
):
    first = listed(feed(ITEM, ITEM))
    monkeypatch.setattr(module, "MAX_CLEANED", 500)  # an item and a half
    entries = Feed(URL).parse(reply(URL, feed(ITEM, ITEM, ITEM)), PRESENT)
    assert [next(entries), next(entries)] == first
    with pytest.raises(SourceError, match="too_many_urls: 2 or more"):
        next(entries)


def test_all_that_feedparser_reads_of_an_item_is_bounded():
    item = ITEM.replace(
        "</item>",
        f"<author>{'a.' * 900}</author><description>{'prosa ' * 600}</description>"
        + f"<title>{'cip ' * 900}</title><link href='/{'a' * 3_900}'/>" * 9
        + f"<guid>{'<b>cip</b>' * 2_000}</guid><keywords>{'cip,' * 900}</keywords>"
        + "".join(f"<category>{n}</category>" for n in range(90))
        + "</item>",
    )
    [entry] = EntryList(feed(item).encode(), ("item",), module.MAX_SIGNS)
    cleaned = module._cleaned(entry)
    assert cleaned.count("<title>") == 1
    assert cleaned.count("<link") == module.MAX_LINKS
    assert cleaned.count("<category>") == module.MAX_TAGS
    assert "author" not in cleaned and "prosa" not in cleaned
    assert max(map(len, re.split(r"[<>'\"\[\]]", cleaned))) <= MAX_TEXT


def test_keywords_are_tags_and_each_tag_is_listed_once():
    words = "<keywords>cip, Batam,,</keywords><category>Riset, dan lain-lain</category>"
    [candidate] = listed(feed(ITEM.replace("</item>", f"{words}</item>")))
    assert candidate.tags == ["Teknologi", "cip", "Batam", "Riset, dan lain-lain"]


def test_a_title_over_several_lines_is_one_line():
    [candidate] = listed(feed(ITEM.replace("cip pertama", "\n  cip]]&gt;\r\n pertama")))
    assert candidate.title == "Pabrik cip]]> pertama dibuka di Batam"


def test_json_in_place_of_a_feed_is_not_a_feed():
    assert reason('{"version": "https://jsonfeed.org/version/1", "items": []}') == "not_a_feed"


MIB = 1024 * 1024
HOSTILE = {
    "authors": "<item><author>" + "a." * 8 * MIB + "</author></item>",
    "attributes": "<item><a" + "".join(f" a{n}=''" for n in range(1_000_000)) + "/></item>",
    "attributes of the root": "<rss" + "".join(f" a{n}=''" for n in range(1_000_000)) + "/>",
    "namespaces": "<item" + "".join(f" xmlns:a{n}='u{n}'" for n in range(700_000)) + "/>",
    "categories": "<item>" + "<category>x</category>" * 240_000 + "</item>",
    "categories of many items": ("<item>" + "<category>x</category>" * 24 + "</item>") * 10_000,
    "malformed": "<a " * 490_000,
    "malformed in items": ("<item>" + "<a " * 47 + "</item>") * 10_000,
    "empty items": "<item></item>" * 240_000,
    "depth": "<item>" + "<a>" * 490_000,
    "depth in items": ("<item>" + "<a>" * 48) * 10_000,
    "end tags in items": ("<item>" + "</a>" * 48) * 10_000,
    "undeclared prefixes": ("<item>" + "<q:a/>" * 47 + "</item>") * 10_000,
    "too many signs": "<a " * 5 * MIB,
    "too many ampersands": "&" * 15 * MIB,
    "comments": "<item>" + "<!---->" * 490_000,
    "CDATA": "<item><![CDATA[" + "]]" * 8 * MIB + "]]></item>",
    "comments in CDATA in lower case": "<item><![cdata[" + "<!--" * 490_000 + "]]></item>",
    "instructions in CDATA": "<item><![cdata[" + "<?" * 490_000 + "]]></item>",
    "comments without an end": "<item>" + "<!--" * 490_000,
    "CDATA without an end tag": "<item>" + "<a><![CDATA[a]]>" * 160_000 + "</item>",
    "names without an end tag": "<item>"
    + "".join(f"<a{n}><![CDATA[a]]>" for n in range(160_000))
    + "</item>",
    "marks": "<item><title>a" + "\u0301\u0316" * 3_900_000 + "</title></item>",
    "marks in items": ("<item><title>a" + "\u0301\u0316" * 990 + "</title></item>") * 4_000,
    "twice encoded": ("<item><title>" + "â€ “" * 500 + "</title></item>") * 3_700,
    "twice encoded, unread": ("<item><a>" + "â€ “" * 500 + "</a></item>") * 3_700,
    "document type": "<!DOCTYPE rss [" + "<!ENTITY a '&a;&a;'>" * 490_000 + "]>",
    "ampersands": ("<item><title>" + "&" * 99 + "</title></item>") * 10_000,
    "references": ("<item><title>" + "&#55357;" * 99 + "</title></item>") * 10_000,
    "brackets": ("<item><title>" + ">" * 1_600 + "</title></item>") * 10_000,
    "dates": ("<item><pubDate>" + "20 Nov " * 220 + "</pubDate></item>") * 10_000,
    "titles": ("<item>" + "<title>a</title>" * 24 + "</item>") * 10_000,
    "texts of many lines": ("<item><title>" + "a\n" * 800 + "</title></item>") * 10_000,
    "relative links": ("<item xml:base='http://a/'><link>" + "../" * 500 + "</link></item>")
    * 10_000,
    "all that is read": (
        "<item>"
        + "".join(f"<{name}>a , 11 </{name}>" for name in module._ROOM)
        + "<link>http://a/1</link>" * module.MAX_LINKS
        + "".join(f"<category>{n}</category>" for n in range(module.MAX_TAGS))
        + "</item>"
    )
    * 4_000,
    "links": ("<item><link>http://" + "a." * 800 + "/</link></item>") * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_costs_little(name: str):
    body = feed(ITEM, HOSTILE[name])[: 16 * MIB].encode()

    assert seconds_of(lambda: problem_of(body)) < 10  # 2, where nothing else runs


def test_a_hostile_feed_takes_little_memory():
    body = feed(ITEM, HOSTILE["CDATA"], HOSTILE["authors"])[: 16 * MIB].encode()
    assert peak_of(lambda: problem_of(body)) < 150_000_000


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


GROWING = {
    "authors": "<item><author>{parts}</author></item>|a.",
    "attributes": "<item><a{parts}/></item>| b=''",
    "categories": "<item>{parts}</item>|<category>x</category>",
    "malformed": "<item>{parts}</item>|<a ",
    "items": "{parts}|<item><title>a &amp; b</title></item>",
    "depth": "<item>{parts}|<a>",
    "CDATA": "<item>{parts}</item>|<![CDATA[a]]>",
    "comments in CDATA": "<item><![cdata[{parts}]]></item>|<!--",
    "comments without an end": "<item>{parts}|<!--",
    "CDATA without an end tag": "<item>{parts}</item>|<a><![CDATA[a]]>",
    "marks": "<item><title>a{parts}</title></item>|\u0301\u0316",
    "twice encoded": "<item><title>{parts}</title></item>|â€",
    "brackets": "<item>{parts}</item>|>",
    "ampersands": "<item>{parts}</item>|&",
}


@pytest.mark.parametrize("name", GROWING)
def test_the_cost_of_a_feed_grows_with_its_length(name: str):
    around, _, part = GROWING[name].partition("|")

    def seconds(count: int) -> float:
        body = feed(around.format(parts=part * count)).encode()
        return min(seconds_of(lambda: problem_of(body)) for _ in range(3))

    assert seconds(8_000) <= 5 * seconds(2_000) + 0.05  # of noise


def test_a_distrusted_zone_gmt_is_read_as_wib():
    body = feed(ITEM.replace("+0700", "GMT"))
    [plain] = listed(body)
    [corrected] = Feed(URL, distrust="zone").parse(reply(URL, body), PRESENT)
    assert isinstance(corrected, Candidate)
    assert plain.published == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    assert corrected.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


def test_a_distrusted_zone_that_is_right_changes_no_time():
    [item] = Feed(URL, distrust="zone").parse(reply(URL, feed(ITEM)), PRESENT)
    assert isinstance(item, Candidate)
    assert item.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
