"""Crawls of outlets that serve something else in place of their articles."""

# ruff: noqa: E501 - pages read worse when they are broken
from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
import pytest

from crawler.newsroom import Newsroom, World
from crawler.state.index import open_index
from crawler.state.suspects import Suspects
from output.filesystem import Root
from spiders.detikinet import DetikInetSpider
from spiders.kontan import KontanSpider
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.crawls import Crawl, crawl
from tests.moment import NOW

if TYPE_CHECKING:
    from pathlib import Path

HOUSE = """<p>Redaksi merayakan hari jadi bersama pembaca setia di seluruh kota dengan panggung musik
dan pameran foto lama yang dibuka sejak pagi hingga malam di alun-alun besar.</p>
<p>Setiap pengunjung memperoleh kupon undian di gerbang timur, dan panitia menyiapkan bus antar jemput
dari stasiun supaya perjalanan lebih nyaman bagi keluarga.</p>
<p>Acara puncak menampilkan orkestra keliling serta bazar buku bekas, dan seluruh hasilnya disumbangkan
bagi perpustakaan desa di lereng gunung.</p>"""
UNKNOWN = (
    "<html><head><title>Hari Jadi Redaksi</title></head><body><main><h1>Hari Jadi Redaksi</h1>"
    f"{HOUSE}</main></body></html>"
)
TITLED = (
    "<html><head><title>{headline}</title><meta property='og:type' content='article'>"
    "<meta property='og:title' content='{headline}'></head><body><main><h1>{headline}</h1>"
    f"<p>Antrean nomor {{number}} untuk {{headline}}.</p>{HOUSE}</main></body></html>"
)
CONSENT = (
    "<html><head><title>Privasi Anda</title></head><body><main><h1>Privasi Anda penting</h1>"
    "<p>Kami dan 900 mitra kami menyimpan atau mengakses informasi pada perangkat, seperti cookie, "
    "dan mengolah data pribadi untuk iklan dan konten yang dipersonalisasi.</p></main></body></html>"
)
ARTICLE = r"/teknologi/\d{6,}/|/d-\d+/|/news/[a-z0-9-]{12,}"
SPIDERS = {each.name: each for each in (MediaIndonesiaSpider, KontanSpider, DetikInetSpider)}


@pytest.fixture
def room():
    with Newsroom(World(1, list(SPIDERS), now=NOW, recent=14, past=0, wires=0)) as room:
        yield room


def run(room: Newsroom, out: Path, name: str, limit: str = "", **settings) -> Crawl:
    arguments = {"limit": limit} if limit else {}
    settings |= {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}
    return crawl(SPIDERS[name], room, out, arguments, **settings)


def rows(out: Path, table: str = "articles") -> list[dict]:
    if not (out / table).exists():
        return []
    return ds.dataset(out / table, partitioning="hive").to_table().to_pylist()


@pytest.mark.parametrize("name", SPIDERS)
@pytest.mark.parametrize(
    "page", [UNKNOWN, TITLED], ids=["its own headline", "the articles' headlines"]
)
def test_one_text_at_all_addresses_becomes_no_row(
    room: Newsroom, tmp_path: Path, name: str, page: str
):
    room.fail("wall", path=ARTICLE, page=page)
    found = run(room, tmp_path, name)
    found.assert_every_url_has_one_outcome()
    assert rows(tmp_path) == []
    reasons = [row["reason"] for row in rows(tmp_path, "rejects")]
    # Kontan's pages are off topic by their own text: one that is just being dropped stays so.
    assert reasons.count("same_page") == found.outcomes.by("rejected")["same_page"] >= 2
    assert reasons.count("same_page") + reasons.count("off_topic") >= 3
    judgement, detail = found.outcomes.judgement()
    assert judgement == "unhealthy"
    assert "pages with one text are no articles" in detail


def test_rows_that_readers_see_already_are_named(room: Newsroom, tmp_path: Path):
    room.fail("wall", path=ARTICLE, page=TITLED)
    found = run(room, tmp_path, "mediaindonesia", PART_ROWS=2)
    stored = sorted(row["article_id"] for row in rows(tmp_path))
    assert 1 <= len(stored) <= 2  # a reject may fill the first part
    _, detail = found.outcomes.judgement()
    assert f"published before: {', '.join(stored)}" in detail
    [run_row] = rows(tmp_path, "runs")
    assert run_row["judgement"] == "unhealthy"
    assert run_row["stored"] == len(stored)
    [evidence, *_] = [
        r["evidence"] for r in rows(tmp_path, "rejects") if r["reason"] == "same_page"
    ]
    assert stored[0] in evidence


def test_texts_of_earlier_runs_count_also_after_a_loss_of_the_state(room: Newsroom, tmp_path: Path):
    """A run that asks for a single article cannot see a wall by itself."""
    room.fail("wall", path=ARTICLE, page=TITLED)
    for _ in range(2):
        found = run(room, tmp_path, "mediaindonesia", limit="1")
        assert not found.outcomes.by("rejected").get("same_page")
    assert len(rows(tmp_path)) == 2
    for path in tmp_path.glob("state.db*"):
        path.unlink()
    run(room, tmp_path, "mediaindonesia")
    assert len(rows(tmp_path)) == 2
    reasons = [row["reason"] for row in rows(tmp_path, "rejects")]
    assert reasons.count("same_page") > 3


def test_a_known_wall_is_named_and_the_articles_come_when_it_is_gone(
    room: Newsroom, tmp_path: Path, monkeypatch
):
    room.fail("wall", path=ARTICLE, page=CONSENT)
    found = run(room, tmp_path, "mediaindonesia")
    walled = found.outcomes.by("rejected")["consent"]
    assert walled > 3
    assert found.outcomes.judgement()[0] == "unhealthy"
    assert rows(tmp_path) == []
    room.recover()
    early = run(room, tmp_path, "mediaindonesia")
    assert early.outcomes.count("fetched") == 0  # half an hour is not over
    with open_index(tmp_path, tmp_path) as index:
        index.db.execute("UPDATE pending SET next_at = 0")
    late = run(room, tmp_path, "mediaindonesia")
    galleries = late.outcomes.by("rejected").get("gallery", 0)
    assert late.outcomes.count("stored") == len(rows(tmp_path)) == walled - galleries


def test_a_wall_before_a_stored_article_is_no_revision(room: Newsroom, tmp_path: Path):
    run(room, tmp_path, "mediaindonesia")
    before = rows(tmp_path)
    with open_index(tmp_path, tmp_path) as index:
        index.db.execute("UPDATE pending SET next_at = 0")
        index.db.execute("DELETE FROM validators")
        looks = index.db.execute("SELECT count(*) FROM pending WHERE look").fetchone()
    room.fail("wall", path=ARTICLE, page=TITLED)
    found = run(room, tmp_path, "mediaindonesia")
    assert found.outcomes.by("rejected")["same_page"] == found.outcomes.count("fetched") > 2
    assert rows(tmp_path) == before
    with open_index(tmp_path, tmp_path) as index:
        assert index.db.execute("SELECT count(*) FROM pending WHERE look").fetchone() == looks


def test_a_run_without_walls_is_healthy(room: Newsroom, tmp_path: Path):
    found = run(room, tmp_path, "mediaindonesia")
    assert found.outcomes.judgement()[0] == "healthy"
    assert not {"same_page", "consent"} & found.outcomes.by("rejected").keys()


def test_the_last_ten_runs_count(tmp_path: Path):
    with open_index(tmp_path / "state", tmp_path / "data") as index:
        suspects = Suspects(index.db, Root(tmp_path / "data"), "kontan")
        suspects.begin("run-00")
        assert suspects.add("run-00", b"text", "kontan:1") == ["kontan:1"]
        for number in range(1, 11):
            suspects.begin(f"run-{number:02}")
        assert suspects.add("run-10", b"text", "kontan:2") == ["kontan:1", "kontan:2"]
        suspects.begin("run-11")
        assert suspects.add("run-11", b"text", "kontan:3") == ["kontan:2", "kontan:3"]
        other = Suspects(index.db, Root(tmp_path / "data"), "antara")
        assert other.add("run-11", b"text", "antara:1") == ["antara:1"]
    shutil.rmtree(tmp_path / "state")
