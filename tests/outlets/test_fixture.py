"""A page in our words: no sentence of the page as it was served survives."""

from __future__ import annotations

import gzip
import html
import re
from datetime import UTC, datetime

import pytest
from scrapy.utils.project import get_project_settings

from crawler.items import Article, Rejected
from crawler.outlets.documents import Document
from crawler.outlets.fixture import OwnWords
from crawler.outlets.reader import DocumentReader
from tests.shared import SHARED, needs_shared

READER = DocumentReader(get_project_settings())
FETCHED = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://mediaindonesia.com/teknologi/10412/menara-apung-menyala-di-selat"
NOTICE = "Ikuti berita kami di Google News dan saluran WhatsApp setiap hari"
PAGE = f"""<!doctype html><html lang="id"><head><title>Menara Apung Pertama Menyala di Selat</title>
<meta name="description" content="Menara apung pertama menyala setelah setahun dirakit nelayan.">
</head><body><h1>Menara Apung <em>Pertama</em> Menyala di Selat</h1>
<div class="penulis">Oleh <a href="/p/1">Ratna Puspita</a></div>
<div class="tanggal">Senin, 12 Januari 2026 10:30 WIB</div>
<div itemprop="articleBody">
<p>Menara <b>apung pertama milik nelayan</b> <a href="/tag/selat">menyala di selat</a> pada <i>malam
yang</i> tenang, <span>kata kepala</span> <b>dusun di pulau</b> kecil<!-- jeda --> itu.</p>
<p>SINYAL <b>KINI SAMPAI KE</b> DESA <i>NELAYAN DAN SEKOLAH</i> DI ATAS BUKIT.</p>
<p>Warga <i>me</i>nonton <u>siaran langsung</u> <s>dari</s> balai<br>dusun bersama <q>anak dan
cucu</q> mereka,<br><b>lalu pulang</b> naik perahu.</p>
<p>Ia ada di sana dan ia pun tak mau ke mana.</p>
<p><a title="Warga: <em>Menara Apung Itu</em> Milik Kami Semua" href="#"><img
alt="Menara apung berdiri di tengah selat saat fajar" src="a.jpg"></a></p>
<p data-lead="Menara apung pertama milik nelayan menyala di selat">Teknisi menghitung daya baterai
menara itu cukup untuk tiga malam tanpa matahari, dan <strong>suku cadangnya</strong> dibuat di
bengkel kapal setempat oleh para pemuda.</p>
<p>{NOTICE}</p></div></body></html>"""


def six_words(text: str) -> set[tuple[str, ...]]:
    """Every six words in a row of a text, in lower case; numbers and addresses interrupt."""
    text = re.sub(r"(?:https?:)?//\S+|\w+(?:\.\w+)*\.(?:com|id|co|net)\b\S*", " 0 ", text)
    rows = (re.findall(r"[^\W\d_]+", part.lower()) for part in re.split(r"\d", text))
    return {tuple(row[n : n + 6]) for row in rows for n in range(len(row) - 5)}


def blocks(source: str) -> str:
    """The text of a page, a block a line with a number between, and the text of attributes."""
    source = re.sub(r"(?s)<!--.*?-->|<(script|style|svg|noscript)\b.*?</\1\s*>", "", source)
    values = re.findall(r"\s(?:content|alt|title|data-lead)=\"([^\"]*)\"", source)
    source = re.sub(r"</?(?:p|div|h\d|li|ul|td|tr|title|body|head|br)\b[^>]*>", " 0 ", source)
    return html.unescape(" 0 ".join([re.sub(r"<[^>]*>", "", source), *values]))


def words_of_ours(body: bytes, url: str, outlet: str) -> tuple[str, list[str]]:
    article = READER.read(Document(body, "html"), url=url, outlet=outlet, fetched_at=FETCHED)
    notices = [r.text for r in article.removed if ":" not in r.rule]
    return OwnWords(article).page(body.decode("utf-8", "replace")), notices


def test_no_six_words_survive_in_a_block_that_inline_markup_cuts() -> None:
    ours, _ = words_of_ours(PAGE.encode(), URL, "generic")
    theirs = six_words(blocks(PAGE)) - six_words(NOTICE)
    assert len(theirs) > 50
    assert six_words(blocks(ours)) & theirs == set()
    for tag in ("<p>", "<b>", "<a ", "<i>", "<span>", "<br>"):
        assert ours.count(tag) == PAGE.count(tag) > 0


def test_a_word_cut_by_markup_is_replaced_whole() -> None:
    ours, _ = words_of_ours(PAGE.encode(), URL, "generic")
    assert "<i>me</i>" not in ours
    assert "nonton" not in ours


def test_acronyms_stay_in_a_sentence_but_not_in_a_text_in_capitals() -> None:
    words = OwnWords(Article(outlet="kontan", url=URL, title=None))
    assert "BRIN" in words.text("Peneliti BRIN menimbang benih kapas di ladang percobaan itu")
    assert "BRIN" not in words.text("PENELITI BRIN MENIMBANG BENIH KAPAS DI LADANG ITU")


@pytest.mark.parametrize("kept", [NOTICE, "Senin, 12 Januari 2026 10:30 WIB", "<!-- jeda -->"])
def test_a_notice_a_date_and_a_short_comment_stay(kept: str) -> None:
    assert kept in words_of_ours(PAGE.encode(), URL, "generic")[0]


def test_a_name_cut_by_markup_becomes_a_made_up_name() -> None:
    words = OwnWords(Article(outlet="kontan", url=URL, title=None, authors=["Ratna Puspita"]))
    cut = '<p>Oleh <a href="/p/1">Ratna</a> <b>Puspita</b></p>'
    assert words.page(cut) == '<p>Oleh <a href="/p/1">Warga A</a><b></b></p>'


@needs_shared
@pytest.mark.parametrize(
    "path", sorted((SHARED / "pages").glob("*/*.html.gz")), ids=lambda p: p.name[:30]
)
def test_no_six_words_of_a_real_page_survive(path) -> None:
    body = gzip.decompress(path.read_bytes())
    try:
        ours, notices = words_of_ours(body, "", "generic")
    except Rejected:
        pytest.skip("it is no article, so that no fixture is made of it")
    theirs = six_words(blocks(body.decode("utf-8", "replace")))
    for notice in notices:
        theirs -= six_words(notice)
    assert six_words(blocks(ours)) & theirs == set()
