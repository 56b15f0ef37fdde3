"""The page of a story, asked for without a browser."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from crawler.web.browse.api import ROOT
from crawler.web.browse.site import serve_on
from crawler.web.browse.story import names_of, story_of
from crawler.web.rendering import since
from output.filesystem import Root
from output.stories import remove
from output.takedown import bury, remove_rows
from tests.datasets import NOON, library_of, row, write, write_clusters
from tests.hostile import MARKUP, RIGHT_TO_LEFT, SCRIPT, TITLES
from tests.output.rows import reject

FIRST = [
    "Sebuah pabrik sel surya dibuka di Karawang pada hari Senin oleh pemerintah daerah.",
    "Pabrik itu menghasilkan tiga ribu panel setiap hari untuk pasar dalam negeri.",
    "Menurut kepala dinas, dua ratus orang bekerja di sana sejak awal bulan ini.",
]
COPIED = [FIRST[0], FIRST[1].replace("tiga ribu", "empat ribu"), FIRST[2]]
CORRECTED = [FIRST[0], FIRST[1].replace("tiga ribu", "lima ribu"), FIRST[2]]


def at(hours: float) -> dict:
    return {"published_at": NOON + timedelta(hours=hours)}


def fill(folder):
    """A story of four articles: kontan:1 first and revised later, tirto:9 with Antara named, an
    article with the day alone, and one without a time; and kontan:2 that nobody copied."""
    same = {"title": "Pabrik sel surya dibuka"}
    later = NOON + timedelta(days=1)
    write(
        folder,
        kontan=[
            row(1, paragraphs=FIRST, **same, **at(0)),
            row(1, paragraphs=CORRECTED, fetched_at=later, **same, **at(0)),
            row(2),
        ],
        tirto=[row(9, "tirto", paragraphs=COPIED, agencies=["Antara"], **same, **at(26.5))],
        uzone=[
            row(3, "uzone", paragraphs=FIRST, **same, published_source="url (day)", **at(19)),
            row(4, "uzone", paragraphs=FIRST[:2], **same, published_at=None, fetched_at=later),
        ],
    )
    told = ["kontan:1", "uzone:3", "uzone:4", "tirto:9"]
    write_clusters(folder, {"kontan:1": told, "kontan:2": ["kontan:2"]})
    return folder


def open_site(folder) -> TestClient:
    return TestClient(serve_on(library_of(folder)), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="module")
def client(folder) -> TestClient:
    return open_site(folder)


def words_of(markup: str) -> str:
    tree = LexborHTMLParser(markup)
    tree.strip_tags(["style", "script"])
    for node in tree.css("[lang=id]"):
        node.decompose()
    return " ".join(tree.body.text(separator=" ").split())


def links_of(address: str, markup: str) -> dict[str, set[str]]:
    """Return the targets of the links of a page by the text that a reader of English is given."""
    found = defaultdict(set)
    tree = LexborHTMLParser(markup)
    for node in tree.css("span[lang=id]"):
        node.decompose()
    for node in tree.css("a[href]"):
        found[" ".join(node.text().split())].add(urljoin(address, node.attributes["href"]))
    return found


def test_a_story_says_who_was_first_the_lags_the_wire_and_each_outlets_text(client):
    told = words_of(client.get("/stories/tirto:9").text)
    assert "first · 2026-01-20 12:00 kontan: Pabrik sel surya dibuka" in told
    assert "1 d 2 h 30 min later · 2026-01-21 14:30 tirto: Pabrik sel surya dibuka" in told
    assert "lag unknown · 2026-01-21 (the day alone) uzone: Pabrik sel surya" in told
    assert "lag unknown · 2026-01-21 12:00 (time of download) uzone: Pabrik sel surya" in told
    assert "wire Antara" in told
    assert "names Antara" in told and told.count("names no agency") == 3
    assert "Who was first is in doubt: no time of day is printed by uzone ." in told
    # of 31 triples of words three hold the changed word
    shares = re.findall(r"(\d+%) of the text is that of the first", told)
    assert len(shares) == 3 and all(50 < int(share[:-1]) < 100 for share in shares)


def test_any_article_of_a_story_leads_to_its_page(client):
    pages = [client.get(f"/stories/{one}") for one in ("kontan:1", "uzone:3", "uzone:4", "tirto:9")]
    assert {page.status_code for page in pages} == {200}
    assert len({re.sub(' class="here"', "", page.text) for page in pages}) == 1


def test_revisions_stand_on_one_timeline_with_the_copies(client):
    text = client.get("/stories/kontan:1").text
    timeline = text.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    moments = re.findall(r'<time datetime="([^"]+)"', timeline)
    assert moments == sorted(moments) and len(moments) == 5
    assert "2026-01-21" in moments  # no time of day is known of it
    assert "2026-01-21 12:00 version 2 of kontan: Pabrik sel surya dibuka" in words_of(timeline)


def test_any_two_texts_can_be_compared_and_what_is_the_same_is_folded(client):
    keys = ["kontan:1@1", "kontan:1@2", "tirto:9@1", "uzone:3@1", "uzone:4@1"]
    page = client.get("/stories/kontan:1").text
    offered = re.findall(r'<option value="([^"]+)"', page)
    assert sorted(offered) == sorted(keys * 2)
    query = urlencode({"from": "kontan:1@1", "to": "tirto:9@1"})
    text = client.get(f"/stories/kontan:1?{query}").text
    assert "<del>tiga</del><ins>empat</ins>" in text
    told = words_of(text)
    assert "2% of the words differ: 1 new, 1 gone; 1 of 4 paragraphs" in told
    assert "2 paragraphs are the same" in told and "1 paragraph is the same" in told
    assert text.count("<details>") == 2
    for one in keys:
        for other in keys:
            asked = client.get(f"/stories/kontan:1?{urlencode({'from': one, 'to': other})}")
            assert asked.status_code == 200
            assert ("Both texts are the same." in words_of(asked.text)) == (
                one == other or {one, other} == {"kontan:1@1", "uzone:3@1"}
            )


@pytest.mark.parametrize("query", ["from=kontan:1@9&to=tirto:9@1", "to=kontan:2@1", "from=@&to=x"])
def test_a_text_of_no_copy_is_said_beside_the_choice(client, query):
    page = client.get(f"/stories/kontan:1?{query}")
    assert page.status_code == 404
    assert "is not, or no longer, in this story" in page.text
    assert '<option value="tirto:9@1"' in page.text


def test_no_two_links_of_a_story_have_the_same_text_and_another_target(client):
    for path in ("/stories/kontan:1", "/article/kontan:1", "/article/tirto:9"):
        links = links_of(path, client.get(path).text)
        assert {text: to for text, to in links.items() if len(to) > 1} == {}
        assert "" not in links


def test_names_differ_by_outlet_then_time_then_id():
    articles = [
        ("a:1", "a", "Judul", NOON),
        ("b:1", "b", "Judul", NOON),
        ("a:2", "a", "Judul", NOON + timedelta(hours=1)),
        ("a:3", "a", " Judul\n", NOON),
        ("a:4", "a", "", None),
        ("a:5", "a", "", None),
    ]
    names = names_of(articles)
    assert len({*names.values()}) == len(articles)
    assert names["b:1"] == "b: Judul"
    assert names["a:2"] == "a: Judul (2026-01-20 13:00)"


def test_an_article_that_nobody_copied_has_a_page_that_says_so(client):
    page = client.get("/stories/kontan:2")
    assert page.status_code == 200
    told = words_of(page.text)
    assert "A single article tells this story" in told
    assert "Compare two texts" not in told and "Timeline" not in told
    assert "in doubt" not in told


@pytest.mark.parametrize(
    "name", ["kontan:404", "nothing", "tak-ada:1", "../../etc/passwd", "%3Cb%3E"]
)
def test_an_unknown_id_is_answered_with_what_is_wrong(client, name):
    page = client.get(f"/stories/{name}")
    assert page.status_code == 404
    assert "This is not in the dataset" in page.text
    assert "<b>" not in page.text


def test_an_outlet_that_is_being_indexed_is_said(tmp_path, monkeypatch):
    library = library_of(fill(tmp_path))
    write(tmp_path, kontan=[row(77)])
    library.behind = ["kontan"]
    monkeypatch.setattr(library, "refresh", lambda: None)
    client = TestClient(serve_on(library), base_url="http://127.0.0.1")
    page = client.get("/stories/kontan:77")
    assert page.status_code == 404
    assert "not in the search index yet" in page.text


def test_a_story_without_the_article_that_was_taken_down(tmp_path):
    client = open_site(fill(tmp_path))  # it goes on serving with its index
    bury(tmp_path, "kontan", "kontan:1")
    remove_rows(tmp_path, "kontan", "kontan:1")
    remove(Root(tmp_path), "kontan:1")
    gone = client.get("/stories/kontan:1")
    assert gone.status_code == 410
    assert "taken out of the dataset for good" in gone.text
    assert FIRST[1] not in gone.text
    for each in (client, open_site(tmp_path)):
        left = each.get("/stories/tirto:9")
        assert left.status_code == 200
        assert "kontan" not in words_of(left.text)
        assert "lima ribu" not in left.text
        found = each.get(f"{ROOT}/stories/tirto:9").json()
        assert [one["article_id"] for one in found["articles"]] == ["uzone:3", "uzone:4", "tirto:9"]
        assert (found["first"], found["total"]) == ("uzone:3", 3)
        assert each.get(f"{ROOT}/stories/kontan:1").status_code == 404


def test_nothing_is_left_of_a_story_whose_outlets_are_gone(tmp_path):
    client = open_site(fill(tmp_path))
    shutil.rmtree(tmp_path / "articles")
    assert client.get("/stories/kontan:2").status_code == 404


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    client = open_site(fill(tmp_path))
    write(tmp_path, "rejects", kontan=[reject(9)])
    for table, path in (("rejects", "kontan:9"), ("articles", "kontan:1")):
        [*_, part] = (tmp_path / table / "outlet=kontan").rglob("*.parquet")
        part.write_bytes(b"PAR1 no Parquet PAR1")
        page = client.get(f"/stories/{path}")
        assert page.status_code == 503
        assert "A file could not be read" in page.text


def test_the_api_tells_first_wire_and_lags(client):
    found = client.get(f"{ROOT}/stories/uzone:4").json()
    assert (found["cluster_id"], found["first"], found["total"]) == ("kontan:1", "kontan:1", 4)
    assert found["wire"] == ["Antara"]
    told = {one["article_id"]: one for one in found["articles"]}
    lags = {name: (one["lag"], one["printed"], one["revisions"]) for name, one in told.items()}
    assert lags == {
        "kontan:1": (0.0, "time", 2),
        "uzone:3": (None, "day", 1),
        "uzone:4": (None, "nothing", 1),
        "tirto:9": (26.5 * 3600, "time", 1),
    }
    assert told["tirto:9"]["agencies"] == ["Antara"]
    described = client.get(f"{ROOT}/openapi.json").json()["paths"][f"{ROOT}/stories/{{article_id}}"]
    answer = described["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert {"wire", "first", "articles"} <= {*answer["required"]} <= {*found}


@pytest.mark.parametrize("first", ["time", "day"])
def test_lags_are_unknown_where_the_first_prints_no_time(tmp_path, first):
    source = "url (day)" if first == "day" else "jsonld"
    write(
        tmp_path,
        kontan=[row(1, published_source=source, **at(-12))],
        tirto=[row(9, "tirto", **at(0))],
    )
    write_clusters(tmp_path, {"kontan:1": ["kontan:1", "tirto:9"]})
    story = story_of(library_of(tmp_path), "tirto:9")
    assert [copy.lag for copy in story.copies] == (
        [None, None] if first == "day" else [timedelta(), timedelta(hours=12)]
    )
    assert [copy.article_id for copy in story.in_doubt] == ["kontan:1"] * (first == "day")


def test_a_story_of_more_copies_than_are_shown_counts_all(tmp_path):
    rows = [row(n, **at(n / 60)) for n in range(230)]
    rows[225] |= {"agencies": ["Reuters"]}
    write(tmp_path, kontan=rows)
    from output.stories import publish

    publish(tmp_path, [(one["article_id"], "kontan:0") for one in rows])
    library = library_of(tmp_path)
    for name in ("kontan:0", "kontan:229"):
        story = story_of(library, name)
        assert (story.total, len(story.copies), story.wire) == (230, 200, ["Reuters"])
        assert name in {copy.article_id for copy in story.copies}
    page = open_site(tmp_path).get("/stories/kontan:0").text
    assert "The first 200 are shown." in page


def test_hostile_headlines_authors_tags_and_agencies_stay_text(tmp_path):
    hostile = [SCRIPT, MARKUP, RIGHT_TO_LEFT, 'a"b', "a&b=c", "!!!"]
    rows = [
        row(n, title=title, authors=hostile, tags=hostile, topics=hostile, agencies=hostile)
        for n, title in enumerate(TITLES)
    ]
    write(tmp_path, kontan=rows)
    write_clusters(tmp_path, {"kontan:0": [f"kontan:{n}" for n in range(len(TITLES))]})
    client = open_site(tmp_path)
    for path in ("/stories/kontan:0", "/article/kontan:1", "/?words=berita", "/"):
        text = client.get(path).text
        assert text.count("<script") == 1
        assert "<img" not in text and "<h1>x" not in text
    page = client.get("/article/kontan:1").text
    for name, values in (("author", hostile), ("topic", hostile), ("agency", hostile)):
        linked = [
            parse_qs(urlsplit(to).query)[name][0]
            for targets in links_of("/", page).values()
            for to in targets
            if urlsplit(to).query.startswith(f"{name}=")
        ]
        assert sorted(linked) == sorted(values)
        for value in values:
            found = client.get(f"/?{urlencode({name: value})}")
            assert found.status_code == 200, (name, value)


def test_an_articles_values_lead_to_the_articles_that_have_them(tmp_path):
    write(
        tmp_path,
        kontan=[
            row(1, authors=["Ani Contoh"], tags=["Sel Surya", "ai"], topics=["ai"]),
            row(2, authors=["Ani Contoh"], tags=["sel surya"], topics=["energi"]),
            row(3, tags=["surya sel"]),
        ],
        tirto=[row(4, "tirto", tags=["AI"])],
    )
    client = open_site(tmp_path)
    page = client.get("/article/kontan:1").text
    links = {text: to.pop() for text, to in links_of("/", page).items()}

    def found(text):
        shown = client.get(links[text]).text
        return sorted(re.findall(r'<h2 dir="auto"><a href="/article/([^"]+)"', shown))

    assert found("Outlet: kontan") == ["kontan%3A1", "kontan%3A2", "kontan%3A3"]
    assert found("Author: Ani Contoh") == ["kontan%3A1", "kontan%3A2"]
    assert found("Tags: Sel Surya") == ["kontan%3A1", "kontan%3A2"]
    assert found("Tags: ai") == ["kontan%3A1", "tirto%3A4"]
    assert found("Topics: ai") == ["kontan%3A1"]


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://contoh.example/1?a=1&b=2", True),
        ("http://contoh.example/", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//contoh.example/1", False),
        ("https://", False),
        ("https://[", False),
        ("java\nscript:alert(1)", False),
        (" javascript:alert(1)", False),
    ],
)
def test_an_address_is_a_link_out_if_its_scheme_is_safe(tmp_path, address, is_link):
    write(tmp_path, kontan=[row(1, url=address)])
    page = LexborHTMLParser(open_site(tmp_path).get("/article/kontan:1").text)
    out = [node.attributes for node in page.css("aside a[rel]")]
    assert [one["href"] for one in out] == [address] * is_link
    assert all("noreferrer" in one["rel"] for one in out)


def test_a_search_result_leads_to_its_story_by_a_name_of_its_own(tmp_path):
    write(
        tmp_path,
        kontan=[row(1), row(2)],
        tirto=[row(3, "tirto", paragraphs=FIRST), row(4, "tirto")],
    )
    write_clusters(
        tmp_path, {"kontan:1": ["kontan:1", "tirto:3"], "kontan:2": ["kontan:2", "tirto:4"]}
    )
    links = links_of("/", open_site(tmp_path).get("/").text)
    to_stories = {
        text: to.pop() for text, to in links.items() if any("/stories/" in each for each in to)
    }
    assert sorted(to_stories) == [
        "and 1 more: tirto, Berita nomor 3",
        "and 1 more: tirto, Berita nomor 4",
    ]
    assert {*to_stories.values()} == {"/stories/tirto%3A3", "/stories/tirto%3A4"}


@pytest.mark.parametrize(
    ("lag", "shown"),
    [
        (0, "same minute"),
        (29, "same minute"),
        (61, "1 min"),
        (3600, "1 h"),
        (90061, "1 d 1 h 1 min"),
    ],
)
def test_a_lag_is_shown_to_the_minute(lag, shown):
    assert shown in since(timedelta(seconds=lag))
