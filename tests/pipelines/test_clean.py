"""The clean stage: every field that it fills, beside the paragraphs."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.items import Anchor, Article, Block, Image, Link, Removal
from pipelines.clean import CleanPipeline
from pipelines.cleaning.steps import clean

LEAD = "Operator itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun."
END = "Pekerjaan itu rampung sebelum musim hujan tiba, kata kepala proyek dalam jumpa pers."


def paragraph(text: str) -> Block:
    return Block("paragraph", text)


def link(label: str, title: str, url: str) -> Block:
    text = f"{label}{title}"
    return Block("paragraph", text, [Anchor(title, url, len(label), len(text))])


def cleaned(*blocks: Block, **fields: Any) -> Article:
    fields = {"outlet": "generic", "url": "https://contoh.id/a", **fields}
    return CleanPipeline().process_item(Article(blocks=list(blocks), **fields))


def test_the_body_is_the_paragraphs_with_a_blank_line_between() -> None:
    article = cleaned(paragraph(LEAD), paragraph("ADVERTISEMENT"), paragraph(END))
    assert article.paragraphs == [LEAD, END]
    assert article.body == f"{LEAD}\n\n{END}"
    assert article.word_count == len(LEAD.split()) + len(END.split())
    assert article.removed == [Removal(rule="advertisement", text="ADVERTISEMENT")]


def test_a_body_of_junk_alone_is_none() -> None:
    article = cleaned(paragraph("Advertisement"))
    assert (article.body, article.paragraphs, article.word_count) == (None, [], 0)


def test_only_a_block_removed_whole_carries_its_rule() -> None:
    article = cleaned(paragraph(f"JAKARTA - {LEAD}"), paragraph("Advertisement"), paragraph(END))
    assert [block.rule for block in article.blocks] == ["", "ad-label", ""]
    assert article.dateline == "JAKARTA"
    assert Removal(rule="dateline-city", text="JAKARTA -") in article.removed


def test_a_block_removed_by_extraction_keeps_the_rule_of_extraction() -> None:
    table = Block("promo", "Baca juga Menara Baru", rule="detikinet:table.linksisip")
    article = cleaned(paragraph(LEAD), table, Block("embed", "Lihat kiriman ini"), paragraph(END))
    assert article.paragraphs == [LEAD, END]
    assert [removal.rule for removal in article.removed] == [
        "detikinet:table.linksisip",
        "markup:embed",
    ]


def test_each_promo_is_related_once_without_its_label() -> None:
    article = cleaned(
        paragraph(LEAD),
        link("Baca juga: ", "Menara Baru di Perbatasan", "https://contoh.id/menara"),
        paragraph(END),
        link("BACA JUGA: ", "Menara Baru di Perbatasan", "https://contoh.id/menara"),
        paragraph("Baca Juga"),
        link("", "Kabel Laut Timur Rampung", "https://contoh.id/kabel"),
        Block(
            "promo",
            "Baca juga Tarif Turun",
            [Anchor("Baca juga Tarif Turun", "https://contoh.id/tarif", 0, 21)],
        ),
    )
    assert article.related == [
        Link(title="Menara Baru di Perbatasan", url="https://contoh.id/menara"),
        Link(title="Kabel Laut Timur Rampung", url="https://contoh.id/kabel"),
        Link(title="Tarif Turun", url="https://contoh.id/tarif"),
    ]


def test_a_promo_without_a_link_is_related_by_its_title() -> None:
    article = cleaned(paragraph(LEAD), paragraph("Baca juga: Kabel Laut Timur Rampung Dibangun"))
    assert article.related == [Link(title="Kabel Laut Timur Rampung Dibangun")]


def test_a_promo_with_an_unknown_end_is_kept_and_listed_as_doubtful() -> None:
    text = (
        "Harga satelit turun. Baca Juga: Pabrik Cip Berdiri Rajawali Delapan dijual pekan depan. "
        "Harganya belum diumumkan."
    )
    article = cleaned(paragraph(text))
    assert article.body == text
    assert [removal.rule for removal in article.removed] == ["doubtful:baca-juga"]
    assert article.removed[0].text in text


def test_a_printed_byline_fills_the_people_that_extraction_left_empty() -> None:
    article = cleaned(
        paragraph("Reporter: Sinta Lestari | Editor: Bagus Wiratama"), paragraph(LEAD)
    )
    assert (article.authors, article.editors) == (["Sinta Lestari"], ["Bagus Wiratama"])
    assert article.paragraphs == [LEAD]


def test_a_printed_byline_replaces_an_author_who_is_the_editor() -> None:
    line = paragraph("Reporter: Sinta Lestari | Editor: Bagus Wiratama")
    article = cleaned(line, paragraph(LEAD), authors=["Bagus Wiratama"])
    assert (article.authors, article.editors) == (["Sinta Lestari"], ["Bagus Wiratama"])


def test_an_author_read_by_extraction_is_kept() -> None:
    line = paragraph("Penulis: Sinta Lestari")
    assert cleaned(line, paragraph(LEAD), authors=["Rudi Santoso"]).authors == ["Rudi Santoso"]


def test_agencies_are_read_from_signoff_dateline_source_line_and_byline() -> None:
    assert cleaned(paragraph(LEAD), paragraph(f"{END} (AFP/OL-4)")).agencies == ["AFP"]
    assert cleaned(paragraph(f"Mataram (ANTARA) - {LEAD}")).agencies == ["Antara"]
    assert cleaned(paragraph(LEAD), paragraph("sumber : ANTARA")).agencies == ["Antara"]
    assert cleaned(paragraph(LEAD), paragraph("Sumber: Reuters | Editor: Bagus")).agencies == [
        "Reuters"
    ]
    assert cleaned(paragraph(LEAD), authors=["Antara"]).agencies == ["Antara"]
    assert cleaned(paragraph(LEAD), paragraph("Sumber: YouTube")).agencies == []
    assert cleaned(paragraph(LEAD), paragraph(f"{END} (fyk/ash)")).agencies == []


def test_a_last_line_that_is_the_author_is_the_signoff() -> None:
    article = cleaned(paragraph(LEAD), paragraph("Sinta Lestari"), authors=["SINTA LESTARI"])
    assert (article.signoff, article.paragraphs) == ("Sinta Lestari", [LEAD])
    assert cleaned(paragraph(LEAD), paragraph("Sinta Lestari")).signoff is None


def test_a_caption_goes_to_an_image_without_caption_or_to_a_new_image() -> None:
    caption = "Petugas memasang kabel serat optik (Dok. Kabar Siber)"
    article = cleaned(
        paragraph(LEAD), paragraph(caption), images=[Image(url="https://contoh.id/a.jpg")]
    )
    expected = "Petugas memasang kabel serat optik"
    assert article.images == [
        Image(url="https://contoh.id/a.jpg", caption=expected, credit="Dok. Kabar Siber")
    ]
    assert cleaned(paragraph(LEAD), paragraph(caption)).images[0].caption == expected


def test_a_caption_that_an_image_already_has_adds_nothing() -> None:
    caption = Block("caption", "Menara baru di perbatasan")
    article = cleaned(paragraph(LEAD), caption, images=[Image(caption="Menara baru di perbatasan")])
    assert len(article.images) == 1


def test_a_fragment_from_the_middle_of_a_sentence_leaves_one_paragraph() -> None:
    article = cleaned(paragraph("Harganya turun ADVERTISEMENT sejuta sejak Maret."))
    assert article.paragraphs == ["Harganya turun sejuta sejak Maret."]
    article = cleaned(paragraph("Harganya turun. ADVERTISEMENT Penjualan naik."))
    assert article.paragraphs == ["Harganya turun.", "Penjualan naik."]


NOTICE = "Dapatkan kabar gawai terbaru dari {} setiap pagi di ponselmu."


@pytest.mark.parametrize(
    ("url", "name", "goes"),
    [
        ("https://www.idntimes.com/tech/a", "IDN Times", True),
        ("https://tekno.kabarsiber.co.id/a", "Kabarsiber.co.id", True),
        ("https://tekno.tempo.co/a", "Tempo", True),
        ("https://tekno.tempo.co/a", "tempo ke tempo", False),
        ("https://www.idntimes.com/tech/a", "Sagara Elektronik", False),
        ("", "IDN Times", False),
    ],
)
def test_an_invitation_that_names_the_outlet_is_removed(url: str, name: str, *, goes: bool) -> None:
    line = NOTICE.format(name)
    prose = paragraph("Ponsel itu dijual mulai pekan depan di sepuluh kota.")
    assert (line not in cleaned(prose, paragraph(line), url=url).paragraphs) == goes


@pytest.mark.parametrize(
    "line",
    [
        "Simak ulasan lengkapnya yang dirangkum Tempo dari berbagai sumber berikut ini.",
        "Simak cara mengganti nama di aplikasi itu, seperti dikutip Tempo dari situs resminya.",
        "Penasaran seperti apa bentuknya? Dirangkum Tempo dari akun Instagram pembuatnya.",
        "Ingin tahu bentuknya? Tempo menelusuri akun Instagram pembuatnya.",
        "Mari kita tengok Tempo edisi pertama yang terbit pada 1971.",
        "Ikuti gugatan itu sejak awal, dan Tempo berkali-kali menjadi saksi.",
    ],
)
def test_prose_that_names_the_outlet_is_kept(line: str) -> None:
    prose = paragraph("Ponsel itu dijual mulai pekan depan di sepuluh kota.")
    assert line in cleaned(prose, paragraph(line), url="https://tekno.tempo.co/a").paragraphs


@pytest.mark.parametrize(
    "last",
    [
        [Block("heading", "Kabar yang Sayang Dilewatkan Pekan Ini"), Block("promo", "Judul Lain")],
        [Block("paragraph", "Butuh paket data?", bold=True), Block("widget", "Klik di toko ini")],
        [Block("paragraph", "Lihat juga gambarnya di bawah ini:"), Block("embed", "Kicauan")],
        [Block("heading", "Pilihan Kami"), Block("paragraph", "#Gawai"), Block("widget", "Judul")],
    ],
)  # fmt: skip
def test_a_heading_or_plea_goes_with_all_that_stood_below(last: list[Block]) -> None:
    prose = "Pabrik itu merakit baterai natrium sejak Kamis pagi, kata direkturnya."
    above = [Block("paragraph", prose), Block("heading", "Harga"), Block("paragraph", prose)]
    assert [f.text for f in clean([*above, *last]).fragments if not f.rule] == [
        prose,
        "Harga",
        prose,
    ]


def test_a_heading_with_text_below_stays() -> None:
    prose = "Pabrik itu merakit baterai natrium sejak Kamis pagi, kata direkturnya."
    blocks = [
        Block("paragraph", prose),
        Block("heading", "Harga"),
        Block("promo", "Judul"),
        Block("paragraph", prose),
    ]
    assert "Harga" in clean(blocks).paragraphs
    assert clean([*blocks[:2]]).paragraphs == [prose, "Harga"]
