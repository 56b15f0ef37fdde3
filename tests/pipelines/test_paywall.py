"""Teasers: an invitation to pay or sign in is removed, and the article is marked as paywalled."""

from __future__ import annotations

import pytest

from crawler.outlets.reader import read_page
from tests.extraction.pages import PROSE, TITLE, URL, ld

TEASER = PROSE[:3]
INVITATIONS = [
    ["Baca selengkapnya dengan berlangganan."],
    ["Artikel ini khusus pelanggan"],
    ["Masuk untuk melanjutkan membaca"],
    ["Silakan masuk atau daftar untuk membaca artikel ini."],
    ["Login untuk membaca selengkapnya"],
    ["Berlangganan untuk membaca selengkapnya", "Mulai dari Rp 25.000 per bulan", "Masuk"],
    ["Untuk membaca artikel selengkapnya, silakan berlangganan Kabar.id."],
    ["Anda telah mencapai batas artikel gratis bulan ini.", "Berlangganan sekarang"],
    ["Konten Premium", "Akses tanpa batas ke seluruh artikel"],
    ["Jatah artikel gratis Anda sudah habis."],
    ["to Read Full Story", "SUBSCRIBE NOW", "Starting from IDR 55,000/month", "Unlimited access"],
    ["This article is for subscribers only.", "Already a subscriber? Log in"],
    ["You have reached your limit of free articles."],
    ["Register to read 3 premium articles for free"],
]
BOXES = {
    "plain": "<p>{}</p>",
    "by its class": "<div class='subscribe-box'>{}</div>",
    "heading": "<div class='kunci'><h3>{}</h3></div>",
}


def served(texts: list[str], box: str, head: str = "") -> bytes:
    prose = "".join(f"<p>{text}</p>" for text in TEASER)
    end = "".join(box.format(text) for text in texts)
    return (
        f"<html><head><title>{TITLE} - Contoh</title><meta property='og:type' content='article'>"
        f"{head}</head><body><main><h1>{TITLE}</h1><article>{prose}{end}</article></main></body>"
    ).encode()


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
@pytest.mark.parametrize("texts", INVITATIONS, ids=lambda texts: texts[0])
def test_a_teaser_is_stored_without_its_invitation(texts: list[str], box: str):
    article = read_page(served(texts, box), URL)
    assert article.paragraphs == TEASER
    assert article.paywalled is True
    assert texts[0] in [removal.text for removal in article.removed]


@pytest.mark.parametrize(
    "text",
    [
        "Masuk ke menu Riwayat untuk membaca pesan yang pernah dihapus, kata Wulan.",
        "Berlangganan koran cetak kini lebih mahal daripada membaca di ponsel, menurut survei.",
        "Artikel premium kini menyumbang separuh pendapatan surat kabar itu.",
        "Untuk membaca sandi itu, peneliti masuk ke gudang arsip dan mencatat semua lembarnya.",
        "Pelanggan harus masuk dengan akun baru agar tetap dapat menonton siaran itu.",
    ],
)
def test_prose_about_subscriptions_stays(text: str):
    article = read_page(served([text], BOXES["plain"]), URL)
    assert article.paragraphs == [*TEASER, text]
    assert article.paywalled is None


@pytest.mark.parametrize(
    ("stated", "paywalled"),
    [
        ({"isAccessibleForFree": "False"}, True),
        ({"isAccessibleForFree": True}, False),
        ({"isAccessibleForFree": "http://schema.org/False"}, True),
        ({"hasPart": {"isAccessibleForFree": False, "cssSelector": ".kunci"}}, True),
        ({"hasPart": [{"@type": "WebPageElement"}, {"isAccessibleForFree": "false"}]}, True),
        ({"hasPart": "https://contoh.id/#bagian"}, None),
        ({}, None),
    ],
)
def test_a_paywall_in_metadata(stated: dict, paywalled: bool | None):
    article = read_page(served([], "", ld(headline=TITLE, **stated)), URL)
    assert article.paywalled is paywalled
