"""The kinds of paragraphs: parallel to the paragraphs of any body, and true of known markup."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from crawler.extraction.text.document import extract_text
from crawler.items import Article, Block
from pipelines.clean import CleanPipeline
from tests.extraction.pages import PROSE, html, paragraphs, read
from tests.pipelines.cleaning.test_properties import bodies

CLEAN = CleanPipeline()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {"paragraph", "heading", "list_item", "quote"}


def told(article: Article) -> list[tuple[str, str]]:
    """Return the paragraphs that are no plain paragraphs, as kind and text."""
    cleaned = CLEAN.process_item(article)
    assert len(cleaned.kinds) == len(cleaned.paragraphs)
    pairs = zip(cleaned.kinds, cleaned.paragraphs, strict=True)
    return [(kind, text) for kind, text in pairs if text not in PROSE or kind != "paragraph"]


def of_page(markup: str) -> list[tuple[str, str]]:
    """Return `told` of a page with `markup` between paragraphs of prose."""
    body = f"<div class=isi>{paragraphs(PROSE[:2])}{markup}{paragraphs(PROSE[2:])}</div>"
    return told(read(html(body)))


def of_text(lines: str) -> list[tuple[str, str]]:
    return told(extract_text("\n\n".join([*PROSE[:2], lines, *PROSE[2:]]), fetched_at=NOW))


@given(bodies)
@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
def test_kinds_are_parallel_to_paragraphs_of_any_body(body: list[Block]) -> None:
    article = Article(outlet="generic", url="https://contoh.id/a", blocks=body)
    CLEAN.process_item(article)
    assert len(article.kinds) == len(article.paragraphs)
    assert set(article.kinds) <= KINDS
    assert all(article.paragraphs)


def item(*texts: str) -> list[tuple[str, str]]:
    return [("list_item", text) for text in texts]


PAGES = {
    "<ul><li>Baterai 80 Wh</li><li>Layar 14 inci</li></ul>": item("Baterai 80 Wh", "Layar 14 inci"),
    "<ol><li>Baterai 80 Wh</li><li>Layar 14 inci</li></ol>": item("Baterai 80 Wh", "Layar 14 inci"),
    "<ul><li>Baterai<ul><li>80 Wh</li><li>65 W</li></ul></li><li>Layar</li></ul>": item(
        "Baterai", "80 Wh", "65 W", "Layar"
    ),
    "<ul><li><p>Baterai</p><p>Isinya dua sel.</p></li><li>Layar</li></ul>": [
        *item("Baterai"),
        ("paragraph", "Isinya dua sel."),
        *item("Layar"),
    ],
    "<ol><li><h3>Baterai</h3><p>Isinya dua sel.</p></li></ol>": [
        ("heading", "Baterai"),
        ("paragraph", "Isinya dua sel."),
    ],
    "<p>Isinya:<br>- Baterai 80 Wh<br>- Layar 14 inci</p>": [
        ("paragraph", "Isinya:"),
        *item("Baterai 80 Wh", "Layar 14 inci"),
    ],
    "<p>• Baterai 80 Wh<br>• Layar 14 inci</p>": item("Baterai 80 Wh", "Layar 14 inci"),
    "<p>– Baterai 80 Wh</p><p>– Layar 14 inci</p>": item("Baterai 80 Wh", "Layar 14 inci"),
    "<p>1. Baterai 80 Wh</p><p>2. Layar 14 inci</p>": item("1. Baterai 80 Wh", "2. Layar 14 inci"),
    "<p>a. Baterai 80 Wh</p><p>b. Layar 14 inci</p>": item("a. Baterai 80 Wh", "b. Layar 14 inci"),
    "<p>1. Baterai 80 Wh</p><p>7. Layar 14 inci</p>": [
        ("paragraph", "1. Baterai 80 Wh"),
        ("paragraph", "7. Layar 14 inci"),
    ],
    "<p>- Baterai itu diangkut dengan kapal dari Sorong ke Ambon.</p>": [
        ("paragraph", "- Baterai itu diangkut dengan kapal dari Sorong ke Ambon.")
    ],
    "<blockquote><p>“Baterai kami ringan.”</p><p>“Murah pula.”</p></blockquote>": [
        ("quote", "“Baterai kami ringan.”"),
        ("quote", "“Murah pula.”"),
    ],
    "<blockquote><p>Ia menyebut:</p><ul><li>Baterai</li><li>Layar</li></ul></blockquote>": [
        ("quote", "Ia menyebut:"),
        *item("Baterai", "Layar"),
    ],
    "<p><strong>Cara Kerja Baterai</strong></p>": [("heading", "Cara Kerja Baterai")],
    "<p><b>1. Baterai Natrium</b></p>": [("heading", "1. Baterai Natrium")],
    "<p><b>Baterai itu ringan.</b></p>": [("paragraph", "Baterai itu ringan.")],
    "<p><b>“Baterai kami ringan”</b></p>": [("paragraph", "“Baterai kami ringan”")],
    "<p><b>Baterai Natrium</b></p><p><b>Layar Lipat</b></p>": [
        ("paragraph", "Baterai Natrium"),
        ("heading", "Layar Lipat"),
    ],
    "<table><tr><th>Baterai</th><td>80 Wh dua sel</td></tr></table>": [
        ("paragraph", "Baterai"),
        ("paragraph", "80 Wh dua sel"),
    ],
    "<dl><dt><b>Baterai</b></dt><dd>80 Wh dua sel</dd></dl>": [
        ("paragraph", "Baterai"),
        ("paragraph", "80 Wh dua sel"),
    ],
    "<p class=MsoListParagraph><span style='mso-list:Ignore'>§<span>&nbsp;&nbsp;</span></span>Baterai</p>"
    "<p class=MsoListParagraphCxSpLast><span style='mso-list:Ignore'>o<span>&nbsp;</span></span>Layar</p>": item(
        "Baterai", "Layar"
    ),
    "<p class=MsoListParagraphCxSpFirst><span style='font-family:Symbol'>·<span>&nbsp;&nbsp;</span></span>Baterai</p>"
    "<p class=MsoListParagraphCxSpLast>\uf0b7&nbsp; Layar</p>": item("Baterai", "Layar"),
    "<ul><li>Baterai 80 Wh</li><li>Baca juga: <a href=/1>Layar Lipat Tiba di Sorong</a></li></ul>": item(
        "Baterai 80 Wh"
    ),
    "<aside><blockquote>“Baterai kami ringan.”</blockquote></aside>": [],
    "<blockquote class=twitter-tweet><p>Baterai tiba.</p><a href='https://twitter.com/x/status/1'>x</a></blockquote>": [],
} | {f"<h{n}>Cara Kerja Baterai</h{n}>": [("heading", "Cara Kerja Baterai")] for n in range(2, 7)}


@pytest.mark.parametrize("markup", PAGES)
def test_a_page_s_structure(markup: str) -> None:
    assert of_page(markup) == PAGES[markup]


TEXTS = {
    "Isinya:\n- Baterai 80 Wh\n- Layar 14 inci": [
        ("paragraph", "Isinya:"),
        *item("Baterai 80 Wh", "Layar 14 inci"),
    ],
    "• Baterai 80 Wh\n• Layar 14 inci": item("Baterai 80 Wh", "Layar 14 inci"),
    "●Baterai 80 Wh\n●Layar 14 inci": item("Baterai 80 Wh", "Layar 14 inci"),
    "1. Baterai 80 Wh\n2. Layar 14 inci": item("1. Baterai 80 Wh", "2. Layar 14 inci"),
    "1. Baterai 80 Wh\n\n2. Layar 14 inci": item("1. Baterai 80 Wh", "2. Layar 14 inci"),
    "a) Baterai 80 Wh\nb) Layar 14 inci": item("a) Baterai 80 Wh", "b) Layar 14 inci"),
    "* Baterai 80 Wh\n* Layar 14 inci": item("Baterai 80 Wh", "Layar 14 inci"),
    "- Baterai 80 Wh\nCatatan harga Agustus.\n- Layar 14 inci": [
        *item("Baterai 80 Wh"),
        ("paragraph", "Catatan harga Agustus."),
        *item("Layar 14 inci"),
    ],
    "## Cara Kerja Baterai": [("heading", "Cara Kerja Baterai")],
    "> Baterai kami ringan dan murah.": [("quote", "Baterai kami ringan dan murah.")],
}


@pytest.mark.parametrize("lines", TEXTS)
def test_a_text_s_structure(lines: str) -> None:
    assert of_text(lines) == TEXTS[lines]
