"""Pages of our own: Indonesian prose in the markup that outlets use."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.extraction.article import extract
from crawler.extraction.page.page import Page
from crawler.extraction.rules import GENERIC, Rules

if TYPE_CHECKING:
    from crawler.items import Article

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
URL = "https://tekno.contoh.id/read/2023/09/14/101500/baterai-natrium-mulai-dirakit-di-cikarang"
TITLE = "Baterai Natrium Mulai Dirakit di Cikarang, Targetnya Sepeda Motor"
PROSE = """
Sebuah pabrik di Cikarang mulai merakit baterai natrium untuk motor listrik, Kamis (14/9/2023).
Direktur pabrik, Wulan Prasetya, mengatakan bahan bakunya lebih mudah didapat daripada litium.
"Kami ingin bengkel kecil pun sanggup menggantinya sendiri," ujar Wulan kepada wartawan.
Uji jalan sejauh dua ribu kilometer menunjukkan daya tampungnya hanya turun dua persen.
Pabrik itu berencana menambah satu lini perakitan lagi, tergantung permintaan dari koperasi ojek.
""".strip().splitlines()
MENU = "".join(f'<li><a href="/kanal/{i}">Kanal Nomor {i}</a></li>' for i in range(12))
SIDEBAR = "".join(
    f'<div class="item"><a href="/read/{i}/judul-lain">Kabar Lain yang Sedang Dibicarakan {i}</a>'
    f"<span>{i} jam yang lalu</span></div>"
    for i in range(1, 9)
)


def paragraphs(texts: list[str] | None = None) -> str:
    """`texts` as p elements."""
    return "".join(f"<p>{text}</p>" for text in (PROSE if texts is None else texts))


def ld(**properties: object) -> str:
    """A JSON-LD script that states a NewsArticle."""
    thing = {"@context": "https://schema.org", "@type": "NewsArticle", **properties}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def html(body: str, *, head: str = "", header: str = "", title: str = TITLE) -> str:
    """A whole page around the markup of a body: menu, headline, sidebar, footer."""
    return (
        f"<!doctype html><html lang=id><head><meta charset=utf-8><title>{title} - Contoh</title>{head}"
        f"</head><body><nav><ul>{MENU}</ul></nav><div class=main><div class=col><h1>{title}</h1>"
        f"{header}{body}</div><div class=sidebar><h3>Terpopuler</h3>{SIDEBAR}</div></div>"
        "<footer><p>Hak cipta dilindungi undang-undang. Dilarang menyalin isi tanpa izin.</p></footer>"
        "</body></html>"
    )


def page(source: str | bytes, url: str = URL) -> Page:
    """`source` as a page that was fetched from `url`."""
    return Page(source.encode() if isinstance(source, str) else source, url)


def read(source: str | bytes, rules: Rules = GENERIC, url: str = URL) -> Article:
    """The article on the page `source`."""
    return extract(page(source, url), rules, fetched_at=NOW)


def kept(article: Article) -> list[str]:
    """The texts of the blocks that extraction left in the body."""
    taken = {"promo", "widget", "caption", "embed"}
    return [block.text for block in article.blocks if not block.rule and block.kind not in taken]
