"""The pages of browse, asked for without a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import feedparser
import pandas as pd
import pytest
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from crawler.archive.writer import Archive, Exchange
from crawler.state.mentions import rebuild_mentions
from crawler.web.browse.site import asked, serve_on
from output.filesystem import Root
from output.search import Library
from tests.datasets import NOON, library_of, row, write, write_clusters
from tests.hostile import SCRIPT, TITLES
from tests.output.several_runs import write_old, write_runs

if TYPE_CHECKING:
    from pathlib import Path

PAGE = b"""<html><head><meta http-equiv="refresh" content="0;url=https://outside.example/">
<link rel="preconnect" href="https://outside.example/"><base href="https://outside.example/">
</head><body><p>Isi berita nomor 1.</p><div>Baca juga: Kabar lain</div><p>Alinea penutupnya.</p>
<script>document.title = 'taken'</script><a href="https://outside.example/">keluar</a>
<img src="https://outside.example/x.png"></body></html>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """kontan:1 with its page and two captures, its copy tirto:9, and hostile titles from 10 on."""
    folder = tmp_path_factory.mktemp("dataset")
    archive = Archive(Root(folder), folder / "open", "kontan", "uji")
    place = archive.keep(
        Exchange("https://contoh.example/1", NOON, [], 200, [(b"Content-Type", b"text/html")], PAGE)
    )
    archive.finish()
    promo = {"rule": "baca-juga:promo", "text": "Baca juga: Kabar lain"}
    later = NOON + timedelta(days=1)
    revised = ["Isi berita nomor satu.", "Alinea penutupnya."]
    write(
        folder,
        kontan=[
            row(1, archive=place, removed=[promo], topics=["ai"], tags=["Gawai"]),
            row(1, paragraphs=revised, fetched_at=later, topics=["ai"], tags=["Gawai"]),
            row(2, archive={"file": "../../etc/passwd", "offset": 0}),
            row(3, archive={"file": "archive/outlet=kontan/gone.warc.gz", "offset": 7}),
            *[row(10 + n, title=title) for n, title in enumerate(TITLES)],
        ],
        tirto=[row(9, "tirto", published_at=NOON - timedelta(days=50))],
    )
    write_clusters(folder, {"c1": ["kontan:1", "tirto:9"]})
    return folder


@pytest.fixture(scope="module")
def client(folder) -> TestClient:
    return TestClient(serve_on(library_of(folder)), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 8),
        ("words=NOMOR+1&heads=1", 1),
        ("words=gawai", 1),
        ("words=penut*&heads=1", 0),
        ("words=penut*", 8),
        ("words=nutup*", 0),
        ("words=penut", 0),
        ("words=satu", 1),
        ("outlet=tirto", 1),
        ("topic=ai", 1),
        ("since=2026-01-20", 8),
        ("until=2026-01-19", 1),
        ("words=%25", 8),
        ("since=&until=&outlet=&topic=&page=", 8),
    ],
)
def test_a_search_lists_the_matching_articles(client, query, found):
    page = client.get(f"/?{query}")
    assert page.status_code == 200
    assert page.text.count('<li>\n  <p class="small soft">') == found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=kemarin", "No date like 2026-01-31: kemarin"),
        ("until=2026-02-30", "No date like 2026-01-31: 2026-02-30"),
        ("since=20260131", "No date like 2026-01-31: 20260131"),
        ("outlet=kontn", "The dataset has no such outlet: kontn"),
        ("outlet=%27+OR+1%3D1+--", "The dataset has no such outlet: &#39; OR 1=1 --"),
        ("topic=aii", "The dataset has no such topic: aii"),
        ("page=zz", "There is no such page: zz"),
        ("page=0", "There is no such page: 0"),
        ("page=2", "There is no such page: 2"),
    ],
)
def test_a_value_that_nothing_can_match_is_said(client, query, told):
    page = client.get(f"/?{query}")
    assert page.status_code == 400
    assert told in page.text
    assert '<li>\n  <p class="small soft">' not in page.text


def test_all_wrong_values_are_said_and_the_others_kept_in_the_form(client):
    text = client.get("/?since=kemarin&page=zz&words=berita").text
    assert "No date like 2026-01-31: kemarin" in text
    assert "There is no such page: zz" in text
    assert 'value="berita"' in text


def test_the_words_are_marked_where_they_were_found(client):
    text = client.get("/?words=BERITA+penut*").text
    assert '">Isi <mark>berita</mark> nomor 2. Alinea <mark>penutupnya</mark>.</p>' in text
    assert '"><mark>Berita</mark> nomor 2</a>' in text
    assert "<mark>" not in client.get("/").text
    assert "<mark>penut" not in client.get("/?words=berita&heads=1").text


@pytest.mark.parametrize("word", ["script", "img"])
def test_what_is_marked_is_still_only_text(client, word):
    text = client.get(f"/?words={word}").text
    assert f"&lt;<mark>{word}</mark>" in text
    assert text.count("<script") == 1
    assert "<img" not in text


def test_what_has_no_title_can_still_be_opened(tmp_path):
    write(tmp_path, kontan=[row(1, title=" ")])
    client = TestClient(serve_on(library_of(tmp_path)), base_url="http://127.0.0.1")
    assert "(no title)</a>" in client.get("/").text


def test_pages_follow_each_other(tmp_path):
    write(tmp_path, kontan=[row(n) for n in range(60)])
    client = TestClient(serve_on(library_of(tmp_path)), base_url="http://127.0.0.1")
    first, last = (client.get(f"/?words=berita&page={n}").text for n in (1, 3))
    assert (first.count("<h2 dir"), last.count("<h2 dir")) == (25, 10)
    assert 'rel="next"' in first
    assert 'rel="next"' not in last


def test_what_was_removed_stands_where_it_stood_with_its_rule(client):
    text = client.get("/article/kontan:1?capture=1").text
    first, promo, last = (text.index(words) for words in ("nomor 1.", "Kabar lain", "Alinea penut"))
    assert first < promo < last
    assert "<code>baca-juga:promo</code>" in text


def test_an_article_shows_its_last_capture_and_what_changed(client):
    text = client.get("/article/kontan:1").text
    assert "<del>1.</del>" in text
    assert "<ins>satu.</ins>" in text
    assert '<a href="?capture=1">' in text


def test_a_body_shows_headings_bullets_and_quotes(tmp_path):
    texts = ["Awal.", "Isi kotak", "Kabel", "Buku <i>kecil</i>", "“Lengkap.”", "Akhir."]
    kinds = ["paragraph", "heading", "list_item", "list_item", "quote", "paragraph"]
    write(tmp_path, kontan=[row(1, paragraphs=texts, kinds=kinds)])
    with TestClient(serve_on(library_of(tmp_path)), base_url="http://127.0.0.1") as client:
        shown = re.sub(r">\s+<", "><", client.get("/article/kontan:1").text)
    assert (
        '<p dir="auto">Awal.</p><h2 dir="auto">Isi kotak</h2>'
        '<ul><li dir="auto">Kabel</li><li dir="auto">Buku &lt;i&gt;kecil&lt;/i&gt;</li></ul>'
        '<blockquote dir="auto">“Lengkap.”</blockquote><p dir="auto">Akhir.</p>'
    ) in shown


def test_an_entity_has_a_page_of_months_companions_and_mentions(tmp_path):
    texts = ["CEO Telkom Budi Contoh memuji GoTo.", "Telkom dan GoTo bekerja sama, kata dia."]
    old = NOON - timedelta(days=50)
    write(
        tmp_path,
        kontan=[
            row(1, paragraphs=texts),
            row(2, title="Kabel laut Telkom", published_at=old),
            row(3),
        ],
    )
    rebuild_mentions(tmp_path, "kontan")
    with TestClient(serve_on(library_of(tmp_path)), base_url="http://127.0.0.1") as client:
        article = client.get("/article/kontan:1").text
        assert '<a dir="auto" href="/entity/telkom">Telkom Indonesia</a>' in article
        assert "Budi Contoh (Telkom Indonesia)" in article
        assert "/entity/" not in client.get("/article/kontan:3").text
        page = client.get("/entity/telkom").text
        assert page.index("<dt>2025-12</dt><dd>1</dd>") < page.index("<dt>2026-01</dt><dd>1</dd>")
        assert "CEO Telkom Budi Contoh memuji GoTo." in page
        assert "Telkom dan GoTo bekerja sama" not in page  # one mention of each article
        assert '<a dir="auto" href="/article/kontan%3A2">Kabel laut Telkom</a>' in page
        assert '<a dir="auto" href="/entity/goto">GoTo</a>' in page
        assert client.get("/entity/person%3Abudi-contoh%40telkom").status_code == 200
        assert client.get("/entity/nobody").status_code == 404


def test_an_article_names_its_copies(client):
    assert 'href="/article/tirto%3A9"' in client.get("/article/kontan:1").text


def test_copies_are_those_of_the_table_and_those_that_came_since(tmp_path):
    write(
        tmp_path,
        kontan=[row(n, cluster_id=cluster) for n, cluster in enumerate(["", "b", "c1", "c1"], 1)],
    )
    write_clusters(tmp_path, {"c1": ["kontan:1", "kontan:2"], "other": ["kontan:4"]})
    library = library_of(tmp_path)

    def copies(article):
        return [one["article_id"] for one in library.copies(library.article(article))]

    assert copies("kontan:1") == ["kontan:2", "kontan:3"]
    assert copies("kontan:3") == ["kontan:1", "kontan:2"]
    assert copies("kontan:4") == []


@pytest.mark.parametrize("article", ["kontan:2", "kontan:3", "tirto:9"])
def test_without_an_archived_page_it_says_so(client, article):
    assert "The archive does not have this page." in client.get(f"/article/{article}").text
    assert client.get(f"/page/{article}").status_code == 404


def test_the_archived_page_can_do_nothing(client):
    page = client.get("/page/kontan:1?capture=1")
    assert "Isi berita nomor 1." in page.text
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    for way_out in ("<script", "http-equiv", "<link", "<base", "href="):
        assert way_out not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/article/../../etc/passwd",
        "/article/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/page/kontan:1/../../state.db",
        "/article/kontan:1?capture=99",
        "/article/kontan:1?capture=0",
        "/page/kontan:1?capture=satu",
        "/article/' OR 1=1 --",
        "/style.css/../page.html",
        "/nothing",
    ],
)
def test_no_path_reaches_anything_else(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "This is not in the dataset." in answer.text


@pytest.mark.parametrize("path", ["/", "/article/kontan:1", "/nothing", "/style.css", "/page.js"])
def test_every_answer_has_a_strict_policy(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_another_name_for_this_machine_is_refused(client):
    """A page elsewhere could let its own name point here, and read."""
    assert client.get("/", headers={"host": "outside.example"}).status_code == 400


def test_nothing_can_be_written(client):
    assert {client.request(verb, "/").status_code for verb in ("POST", "PUT", "DELETE")} == {405}


def test_titles_stay_text(client):
    assert SCRIPT not in client.get("/").text
    for n in range(len(TITLES)):
        text = client.get(f"/article/kontan:{10 + n}").text
        assert text.count("<script") == 1
        assert "<img" not in text


def test_an_empty_dataset_is_a_page_that_says_so(tmp_path):
    client = TestClient(serve_on(library_of(tmp_path)), base_url="http://127.0.0.1")
    assert "The dataset is still empty." in client.get("/").text


def test_an_older_schema_and_nothing_but_nulls_can_be_read(tmp_path):
    folder = write_old(write_runs(tmp_path))
    client = TestClient(serve_on(library_of(folder)), base_url="http://127.0.0.1")
    assert "antara" in client.get("/?outlet=antara").text
    for article in ("antara:7", "kontan:2"):  # the older file's, and one without anything
        page = client.get(f"/article/{article}")
        assert page.status_code == 200
        assert "Harganya belum diumumkan." in page.text
        assert ">None<" not in page.text


def test_new_files_are_looked_for_now_and_then(tmp_path, monkeypatch):
    library = library_of(tmp_path)
    write(tmp_path, kontan=[row(1)])
    assert library.refresh() is None
    monkeypatch.setattr("output.search.LOOK_AGAIN", 0)
    library.refresh().join()
    assert library.outlets == ["kontan"]


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/search", "/api/v1/outlets", "/results.atom", "/article/kontan:1"]
)
def test_new_files_are_looked_for_whatever_is_asked_for(tmp_path, monkeypatch, path):
    library, looks = library_of(tmp_path), []
    monkeypatch.setattr(library, "refresh", lambda: looks.append(path))
    TestClient(serve_on(library), base_url="http://127.0.0.1").get(path)
    assert looks == [path]


def test_what_cannot_be_found_yet_is_said(tmp_path, monkeypatch):
    write(tmp_path, kontan=[row(1)])
    library = Library(tmp_path, tmp_path / "search")
    monkeypatch.setattr(library, "refresh", lambda: None)
    client = TestClient(serve_on(library), base_url="http://127.0.0.1")
    text = client.get("/").text
    assert "not to be found yet are those of: kontan." in text
    assert "The dataset is still empty." not in text
    library.update()
    assert "not to be found yet" not in client.get("/").text


def test_a_broken_file_is_told_and_forgotten_when_it_is_gone(tmp_path):
    write(tmp_path, kontan=[row(1)])
    library = library_of(tmp_path)
    broken = tmp_path / "articles/outlet=kontan/month=2026-01/zzz.parquet"
    broken.write_bytes(b"no parquet")
    write(tmp_path, tirto=[row(2, "tirto")])
    library.update()
    client = TestClient(serve_on(library), base_url="http://127.0.0.1")
    text = client.get("/").text
    assert "A file could not be read" in text
    assert "Berita nomor 1" in text
    assert "Berita nomor 2" in text
    assert client.get("/article/kontan:1").status_code == 503
    broken.unlink()
    library.update()
    assert "A file could not be read" not in client.get("/").text
    assert client.get("/article/kontan:1").status_code == 200


def test_a_search_is_not_endless():
    question, wrong = asked(QueryParams({"words": "a" * 9999}), (), ())
    assert (len(question.words), wrong) == (1000, {})


def test_an_article_says_how_doctor_has_seen_its_outlet(folder):
    seen: dict[str, tuple[str, str]] = {}
    app = serve_on(library_of(folder), lambda: seen)
    client = TestClient(app, base_url="http://127.0.0.1")
    assert "seen 2026-12-01" not in client.get("/article/kontan:2").text
    seen["kontan"] = ("berfungsi, dilihat 2026-12-01", "works, seen 2026-12-01")  # doctor ran
    assert "works, seen 2026-12-01" in client.get("/article/kontan:2").text


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_all_articles_of_a_search_can_be_taken_away(client, tmp_path, kind):
    answer = client.get(f"/results.{kind}?words=berita&outlet=kontan")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="wartatek.{kind}"'
    path = tmp_path / f"x.{kind}"
    path.write_bytes(answer.content)
    read = {
        "csv": pd.read_csv,
        "jsonl": lambda file: pd.read_json(file, lines=True),
        "parquet": pd.read_parquet,
        "xlsx": lambda file: pd.read_excel(file, engine="calamine"),
    }
    assert {"kontan:2", "kontan:3"} <= {*read[kind](path)["article_id"]}
    assert "tirto:9" not in {*read[kind](path)["article_id"]}


def test_a_search_is_an_atom_feed_that_hostile_titles_do_not_break(client):
    answer = client.get("/results.atom?outlet=kontan")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert len(feed.entries) == 3 + len(TITLES)
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    assert feed.entries[0].link.startswith("https://contoh.example/")


def test_a_search_is_a_json_feed(client):
    feed = client.get("/results.json?words=berita").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert {"kontan:2", "tirto:9"} <= {item["id"] for item in feed["items"]}


@pytest.mark.parametrize("path", ["results.exe", "results.csv?outlet=kontn", "results."])
def test_nothing_else_can_be_taken_away(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_what_can_be_taken_away_is_linked_with_the_search(client):
    text = client.get("/?words=berita&outlet=kontan").text
    assert 'href="/results.xlsx?words=berita&amp;outlet=kontan"' in text
