"""Plain-text documents in the forms that scrapers leave, in our own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from textwrap import wrap

import pytest

from crawler.extraction.indonesian.bylines import Byline, parse_byline
from crawler.extraction.indonesian.headlines import Headlines, headline_end, looks_like_headline
from crawler.extraction.indonesian.patterns import DASHES
from crawler.extraction.text.document import extract_text
from crawler.extraction.text.paragraphs import TextLine, paragraphs, unwrapped
from crawler.extraction.text.whole_page import article_lines
from crawler.items import Article, Image, Rejected
from pipelines.clean import CleanPipeline

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WIB = timezone(timedelta(hours=7))
TITLE = "Operator Nusantara Pasang Dua Ratus Menara di Pantai Utara"
FIRST = "Operator itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun."
SECOND = "Pekerjaan itu rampung sebelum musim hujan tiba, kata kepala proyek dalam jumpa pers."


def read(*lines: str) -> Article:
    return extract_text("\n".join(lines), fetched_at=NOW)


def body(article: Article) -> list[str]:
    return CleanPipeline().process_item(article).paragraphs


@pytest.mark.parametrize(
    ("people", "time"),
    [
        ("Sinta Lestari -detikOto", "Sabtu, 31 Mei  2025 12:03 WIB"),
        ("Sinta Lestari", "Diperbarui 31 Mei 2025, 12:03 WIB"),
        ("Sinta Lestari", ", Jurnalis-Sabtu, 31 Mei 2025 |12:03 WIB"),
        ("Sinta Lestari", "31 Mei 2025 | 12.03 WIB"),
        ("Sinta Lestari", "Kompas.com - 31/05/2025, 12:03 WIB"),
        ("Laporan Wartawan KabarSolo.com, Sinta Lestari", "Tayang: Sabtu, 31 Mei 2025 12:03 WIB"),
    ],
)
def test_title_people_and_time_above_the_body(people: str, time: str) -> None:
    article = read(TITLE, people, time, FIRST, SECOND)
    assert article.title == TITLE
    assert article.authors == ["Sinta Lestari"]
    assert article.published_at == datetime(2025, 5, 31, 12, 3, tzinfo=WIB)
    assert body(article) == [FIRST, SECOND]


def test_a_report_line_below_the_time() -> None:
    report = "Laporan Wartawan KabarSolo.com, Sinta Lestari"
    article = read(TITLE, "Tayang: Sabtu, 31 Mei 2025 12:03 WIB", report, FIRST, SECOND)
    assert article.authors == ["Sinta Lestari"]
    assert body(article) == [FIRST, SECOND]


def test_a_day_without_a_clock_is_a_time_too() -> None:
    article = read(TITLE, "Sinta Lestari", "10 Jun 2025", FIRST)
    assert article.published_at == datetime(2025, 6, 10, tzinfo=WIB)
    assert (article.authors, article.zone_assumed) == (["Sinta Lestari"], True)


def test_names_over_several_lines_with_an_office_among_them() -> None:
    article = read(
        TITLE, "Sinta Lestari,", "", "   Bagus Wiratama", "", "Tim Redaksi",
        "Kompas.com - 31/05/2025, 12:03 WIB", FIRST, SECOND,
    )  # fmt: skip
    assert article.authors == ["Sinta Lestari", "Bagus Wiratama"]
    assert [removal.text for removal in article.removed] == ["Tim Redaksi"]
    assert body(article) == [FIRST, SECOND]


def test_labelled_people_in_front_of_a_dateline_on_the_same_line() -> None:
    line = f"Sumber: Reuters | Editor: Bagus Wiratama KABAR.CO.ID - LONDON. {FIRST}"
    article = CleanPipeline().process_item(read(TITLE, "Sabtu, 26 April 2025 / 04:48 WIB", line))
    assert (article.authors, article.editors) == ([], ["Bagus Wiratama"])
    assert (article.agencies, article.dateline) == (["Reuters"], "KABAR.CO.ID - LONDON")
    assert article.paragraphs == [FIRST]


@pytest.mark.parametrize("dash", DASHES)
@pytest.mark.parametrize("gap", ["", " "])
def test_every_dash_of_print_ends_a_dateline_behind_labelled_people(dash: str, gap: str) -> None:
    people = "Reporter: Sinta Lestari | Editor: Bagus Wiratama"
    article = read(TITLE, f"{people} KABAR.CO.ID{gap}{dash}{gap}JAKARTA . {FIRST} {SECOND}")
    assert body(article) == [f"{FIRST} {SECOND}"]
    assert (article.authors, article.editors) == (["Sinta Lestari"], ["Bagus Wiratama"])
    assert (article.dateline or "").startswith("KABAR.CO.ID")


@pytest.mark.parametrize("dash", DASHES)
@pytest.mark.parametrize(
    "place", ["BARITO TIMUR", "CIBINONG", "JOGJA", "Klungkung", "SULSEL", "BOGOR, KABAR.com"]
)
def test_places_of_a_gazetteer_are_datelines_before_every_dash(place: str, dash: str) -> None:
    for between in (f"{dash} ", f" {dash} ", f"{dash}{dash}"):
        article = read(TITLE, "31 Mei 2025", f"{place}{between}{FIRST}", SECOND)
        assert body(article) == [FIRST, SECOND]
        assert article.dateline == place


def test_a_place_above_a_line_that_is_a_dash_is_a_dateline_and_no_author() -> None:
    for place in ("Desa Melati", "Wolfsburg", "Tangerang Selatan"):
        article = read(TITLE, "31 Mei 2025", place, "-", FIRST, SECOND)
        assert body(article) == [FIRST, SECOND]
        assert (article.dateline, article.authors) == (place, [])


def test_a_table_of_contents_is_no_part_of_the_body_and_names_nobody() -> None:
    contents = ("Daftar Isi", "Menara Pertama", "Jadwal Pemasangan Menara Kedua")
    article = read(TITLE, "31 Mei 2025", *contents, "Jakarta", "-", FIRST, contents[1], SECOND)
    assert article.authors == []
    assert body(article) == [FIRST, contents[1], SECOND]


def test_a_label_before_a_whole_paragraph_is_no_byline() -> None:
    line = f"Editor: Bagus Wiratama {FIRST} {SECOND}"
    article = read(TITLE, "31 Mei 2025", line)
    assert article.editors == []
    assert body(article) == [line]


def test_a_paragraph_that_ends_with_a_cut_off_headline_is_prose_all_the_same() -> None:
    line = f"{FIRST} {SECOND} " * 3 + "Baca juga: Menara Kedua Menyusul, Warga Tidak Perlu..."
    assert read(TITLE, "31 Mei 2025", line).title == TITLE


@pytest.mark.parametrize("title", ["Menara Tumbang!", "Menara Tumbang", "Sepuluh Menara Jatuh..."])
def test_titles_of_two_words_and_titles_that_trail_off(title: str) -> None:
    article = read(title, "31 Mei 2025", FIRST, SECOND)
    assert (article.title, article.authors) == (title, [])


@pytest.mark.parametrize("heading", ["Klasemen Grup", "Menara di Pantai", "Jadwal Menara Baru"])
def test_a_heading_below_the_time_is_nobody(heading: str) -> None:
    article = read(TITLE, "31 Mei 2025", heading, FIRST, SECOND)
    assert article.authors == []
    assert body(article) == [heading, FIRST, SECOND]


def test_labelled_people_twice_on_a_line_of_their_own() -> None:
    line = "Reporter: Sinta Lestari Editor: Bagus Wiratama | Editor: Bagus Wiratama"
    article = read(TITLE, line, FIRST, SECOND)
    assert (article.title, article.authors) == (TITLE, ["Sinta Lestari"])
    assert article.editors == ["Bagus Wiratama"]


def test_a_saved_page_with_section_repeated_title_and_caption() -> None:
    article = read(
        "Sabtu 16 Januari 2021, 04:05 WIB", "", TITLE, "", "Sinta Lestari | Teknologi", TITLE, "",
        "Antara", "Menara baru di Pantai Utara", "", FIRST, "", SECOND,
    )  # fmt: skip
    assert (article.title, article.section) == (TITLE, "Teknologi")
    assert article.authors == ["Sinta Lestari"]
    assert article.images == [Image(caption="Menara baru di Pantai Utara", credit="Antara")]
    assert body(article) == [FIRST, SECOND]


def test_a_title_alone_and_no_title_at_all() -> None:
    assert read(TITLE, "", FIRST, SECOND).title == TITLE
    assert read(FIRST, SECOND).title is None
    assert read(f"KABAR.com, SOLO - {FIRST}", SECOND).title is None
    assert read(FIRST).title is None


def test_a_date_in_prose_is_no_time_of_publication() -> None:
    article = read(TITLE, f"{FIRST} Hal itu dikatakannya pada Sabtu, 31 Mei 2025 12:03 WIB.")
    assert article.published_at is None


def test_tags_related_titles_tickers_and_menus_below_the_body_are_no_part_of_it() -> None:
    article = read(
        TITLE, FIRST, SECOND, "menara", "Operator Nusantara", "Operator Nusantara Tambah Satelit",
        "Video Terkait", "Regional| 18 Menit laluHujan Guyur Kota Pagi Ini",
        "Hujan Guyur Kota Pagi Ini", "Keuangan| 1 Jam 4 Menit laluLaba Operator Naik",
        "Nasional", "Keuangan", "Tags: menara, Operator Nusantara",
    )  # fmt: skip
    assert article.tags == ["menara", "Operator Nusantara"]
    assert body(article) == [FIRST, SECOND]
    assert {removal.rule for removal in article.removed} == {"text:tail"}


def test_a_list_that_ends_the_article_stays() -> None:
    prices = ["1 gram: Rp 1.937.000", "2 gram: Rp 3.814.000", "3 gram: Rp 5.696.000"]
    assert body(read(TITLE, FIRST, "Berikut daftar harganya:", *prices))[-3:] == prices


def test_lines_that_were_broken_at_links_are_joined() -> None:
    article = read(
        TITLE, "Kompas.com - 31/05/2025, 12:03 WIB", "KOMPAS.com", "- Operator", "Nusantara",
        "memasang dua ratus menara di", "Pantai Utara", ", Jawa.", "Pekerjaan", "itu",
        "rampung sebelum musim hujan tiba (", "Oktober", ").", "Baca juga:",
        "Kabel Laut Timur Rampung Dibangun", "Setelah itu tim pindah ke", "Sulawesi", "dan Papua.",
    )  # fmt: skip
    assert body(article) == [
        "Operator Nusantara memasang dua ratus menara di Pantai Utara, Jawa.",
        "Pekerjaan itu rampung sebelum musim hujan tiba (Oktober).",
        "Setelah itu tim pindah ke Sulawesi dan Papua.",
    ]
    assert [link.title for link in article.related] == ["Kabel Laut Timur Rampung Dibangun"]


def test_headings_are_not_joined_to_what_follows() -> None:
    lines = [FIRST, "Harga dan Ketersediaan di Toko", SECOND]
    assert paragraphs([TextLine(line) for line in lines]) == lines


def test_a_blank_line_always_parts() -> None:
    assert paragraphs([TextLine("Menara di"), TextLine("pantai", apart=True)]) == [
        "Menara di",
        "pantai",
    ]


def test_a_plea_over_several_lines_goes_whole() -> None:
    article = read(
        TITLE, "Kompas.com - 31/05/2025, 12:03 WIB", "KABAR.com", "- Operator", "Nusantara",
        "memasang", "menara", "di pantai.", SECOND, "Simak", "breaking news", "dan",
        "berita pilihan", "kami langsung di ponselmu. Akses lewat WhatsApp Channel :",
        "https://contoh.id/saluran", ". Pastikan kamu sudah install aplikasi WhatsApp ya.",
    )  # fmt: skip
    assert body(article) == ["Operator Nusantara memasang menara di pantai.", SECOND]


def test_a_caption_glued_to_a_paragraph_is_told_by_its_two_seams() -> None:
    caption = "Kabar NusantaraMenara baru itu tegak di pantai utara sejak Maret."
    line = f"{caption}Menara itu dipasang dua puluh teknisi dari tiga kota di Jawa."
    article = read(
        TITLE, FIRST, line, "Menara kedua menyusul pada pekan depan, kata kepala proyek."
    )
    assert article.blocks[1].kind == "caption"
    assert body(article)[1].startswith("Menara itu dipasang")


def test_a_longer_caption_goes_only_where_its_credit_opens_another_paragraph() -> None:
    short = "Kabar NusantaraMenara itu tegak."
    caption = f"{short} Pemasangannya memakan dua pekan."
    line = f"{caption}Menara itu dipasang dua puluh teknisi dari tiga kota di Jawa."
    assert body(read(TITLE, FIRST, line))[1] == line
    again = f"{short}Menara kedua menyusul pada pekan depan, kata kepala proyek."
    assert body(read(TITLE, FIRST, line, again))[1:] == [line[len(caption) :], again[len(short) :]]


def test_links_glued_to_their_words_are_no_caption() -> None:
    line = "PeranSinta Lestari turut jadi perhatian warga.Menara itu dipasang dua puluh teknisi."
    assert body(read(TITLE, FIRST, line, "Kabar itu datang dari Sinta Lestari."))[1] == line


def test_a_name_with_a_capital_inside_is_no_seam() -> None:
    line = "YouTube memperbarui aturannya pada Maret.Kreator kini wajib menandai video palsu."
    assert body(read(TITLE, FIRST, line))[1] == line


def test_entities_and_odd_spaces_become_characters() -> None:
    article = read(f"KABAR.com, Solo -&nbsp;{FIRST} Ia menyebutnya &ldquo;rekor&rdquo;.")
    assert body(article) == [f"{FIRST} Ia menyebutnya “rekor”."]


@pytest.mark.parametrize("text", ["", " \n\t\u200b\n"])
def test_no_text_is_rejected(text: str) -> None:
    with pytest.raises(Rejected, match="empty_page"):
        extract_text(text, fetched_at=NOW)


@pytest.mark.parametrize("text", ["Nasional\nKeuangan\nIndustri", "a,b,c\n1,2,3\n4,5,6"])
def test_lines_without_prose_are_no_article(text: str) -> None:
    with pytest.raises(Rejected, match="not_article"):
        extract_text(text, fetched_at=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sinta Lestari", Byline(authors=["Sinta Lestari"])),
        ("Sinta Lestari, Bagus W", Byline(authors=["Sinta Lestari", "Bagus W"])),
        ("Sinta Lestari dan Bagus W", Byline(authors=["Sinta Lestari", "Bagus W"])),
        ("Penulis: Sinta Editor: Bagus", Byline(authors=["Sinta"], editors=["Bagus"])),
        ("Rep: C31/ Red: Bagus Wiratama", Byline(authors=["C31"], editors=["Bagus Wiratama"])),
        ("Pewarta: Sinta", Byline(authors=["Sinta"])),
        ("Oleh Sinta Lestari", Byline(authors=["Sinta Lestari"])),
        ("Laporan Wartawan KabarSolo.com, Sinta", Byline(authors=["Sinta"])),
        ("Kontributor Klaten, Sinta", Byline(authors=["Sinta"])),
        ("Sumber: Reuters | Editor: Bagus", Byline(editors=["Bagus"], sources=["Reuters"])),
        ("Sinta Lestari, M.Si., Bagus", Byline(authors=["Sinta Lestari, M.Si.", "Bagus"])),
        ("Fotografer: Rudi", Byline()),
        ("Admin", Byline()),
        ("Tim Redaksi", Byline()),
        ("", Byline()),
    ],
)
def test_bylines(text: str, expected: Byline) -> None:
    assert parse_byline(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kabel Laut Timur Rampung Dibangun", True),
        ("Siapa Saja Pesertanya? Ini Daftarnya", True),
        ("Kabel laut timur itu rampung dibangun kemarin sore", False),
        ("Kabel Laut Timur Rampung Dibangun.", False),
        ("Kabel Laut", False),
        ("rampung Dibangun Kabel Laut", False),
    ],
)
def test_headlines(text: str, expected: bool) -> None:
    assert looks_like_headline(text) is expected


@pytest.mark.parametrize(
    ("headline", "prose"),
    [
        ("Pabrik Cip Pertama Berdiri di Batam", "Selain itu, ongkos juga turun."),
        ("Bursa Naik Setelah Tarif Turun", "Untuk saat ini, analis menunggu."),
        ("Siapa Saja Peserta Lelang Itu?", "Laporan lembaga itu terbit Senin."),
        ("Operator Siap Membalas", "Kecaman juga datang dari analis."),
        ("Ongkos Kirim Naik", "Sementara, UU No 8 Tahun 1999 dianggap usang."),
        ("Ongkos Kirim Naik", "Namun Harga emas turun lagi."),
        ("Ongkos Kirim Naik Tahun Ini", "Warganet ramai membicarakannya."),
        ("Ongkos Kirim Naik", "Kementerian Perhubungan menyebut dua alasan."),
    ],
)
def test_the_end_of_a_headline_in_running_text(headline: str, prose: str) -> None:
    assert headline_end(f"{headline} {prose}", 0) == len(headline)


def test_the_end_of_a_headline_that_is_known_or_whose_follower_is() -> None:
    text = "Pabrik Cip Berdiri Rajawali Delapan dijual pekan depan."
    assert headline_end(text, 0) is None
    assert headline_end(text, 0, known=Headlines(["Pabrik Cip Berdiri"])) == len(
        "Pabrik Cip Berdiri"
    )
    elsewhere = f"Rajawali Delapan dipamerkan di Solo. {text}"
    assert headline_end(text, 0, elsewhere) == len("Pabrik Cip Berdiri")


MENU = [f"Menu {number}" for number in range(20)]


def test_a_whole_page_with_its_menus_above_and_lists_below() -> None:
    article = read(
        *MENU, "Harga Kartu Perdana Turun", TITLE, "Sabtu, 31 Mei 2025 12:03 WIB",
        "Editor: Bagus Wiratama", "Bagikan", FIRST, "ADVERTISEMENT", SECOND,
        "Menara kedua menyusul pada pekan depan, kata kepala proyek itu kepada pewarta.",
        *MENU, "Kabel Laut Timur Rampung Dibangun", *MENU,
        "Pembaca lain menulis bahwa sinyal di desanya masih lemah sampai hari ini.",
    )  # fmt: skip
    assert article.title == TITLE
    assert article.published_at == datetime(2025, 5, 31, 12, 3, tzinfo=WIB)
    assert article.editors == ["Bagus Wiratama"]
    paragraphs = body(article)
    assert (paragraphs[0], len(paragraphs)) == (FIRST, 3)
    assert {"text:menu", "text:tail"} <= {removal.rule for removal in article.removed}


def test_the_stretch_with_the_most_prose_is_the_article() -> None:
    assert article_lines([*MENU, FIRST, "Iklan", SECOND, *MENU]) == (20, 23)
    assert article_lines([TITLE, FIRST, SECOND, *MENU]) is None
    assert article_lines(MENU) is None
    assert article_lines([]) is None


def test_lines_that_were_all_broken_at_one_width_are_the_paragraphs_again() -> None:
    prose = [f"{FIRST} Nomornya {n}. {SECOND}" for n in range(16)]
    wrapped = "\n\n".join("\n".join(wrap(text, 72)) for text in prose)
    assert body(read(TITLE, "", wrapped)) == prose


def test_lines_of_any_length_are_left_as_they_are() -> None:
    lines = [
        TextLine(text) for text in (TITLE, "Reporter: Sinta", FIRST, SECOND, FIRST, SECOND, TITLE)
    ]
    assert unwrapped(lines) == lines


def test_promo_above_the_body_is_neither_title_nor_people() -> None:
    article = read("Baca Juga:", "Menara Baru Dibangun di Daerah Terpencil", FIRST, SECOND)
    assert (article.authors, body(article)) == ([], [FIRST, SECOND])
    article = read("Baca Juga: Menara Baru Dibangun di Daerah Terpencil", FIRST, SECOND)
    assert (article.title, body(article)) == (None, [FIRST, SECOND])


def test_lines_that_print_an_element_and_then_its_children_are_the_children_alone() -> None:
    end = "Menara ketiga berdiri di atas bukit kapur, ditenagai delapan panel surya dan baterai."
    inner = f"{SECOND}{end}"
    nested = [f"{FIRST}{inner}", FIRST, inner, SECOND, end]
    assert body(read(TITLE, *nested)) == [FIRST, SECOND, end]
    assert body(read(TITLE, FIRST, FIRST, SECOND, end, SECOND, end)) == [FIRST, SECOND, end]


def test_lines_of_a_song_may_be_printed_twice() -> None:
    song = ["Naik kereta api, menuju kota", "Siapa hendak turut, marilah segera"] * 2
    assert body(read(TITLE, FIRST, "", *song, "", SECOND))[-1] == SECOND
    assert " ".join(song) in " ".join(body(read(TITLE, FIRST, "", *song, "", SECOND)))


def test_a_sign_off_on_its_own_line_ends_the_body_whatever_is_below() -> None:
    tags = ["menara pemancar", "pantai utara", "internet desa"]
    video = "Menara Pemancar Dirakit dari Bambu"
    article = read(TITLE, FIRST, SECOND, f"Video: {video}", f"Video: {video}", "(abc/def)", *tags)
    assert body(article) == [FIRST, SECOND]
    assert article.signoff == "(abc/def)"


@pytest.mark.parametrize(
    "line",
    [
        "CNN Indonesia | Selasa, 21/04/2020 15:42 WIB",
        "TECH - Rahma Puspita, CNBC Indonesia 21 April 2020 15:42",
        "Tekno - Selasa, 21 April 2020 15:42 WIB",
    ],
)
def test_a_house_and_a_section_may_stand_beside_the_time(line: str) -> None:
    article = read(TITLE, line, FIRST, SECOND)
    assert article.title == TITLE
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2020-04-21T15:42:00+07:00"
    assert article.authors == (["Rahma Puspita"] if "Rahma" in line else [])


def test_a_title_with_a_time_is_no_line_of_the_time() -> None:
    title = "Laga Robot Sepak Bola Disiarkan Selasa, 21 April 2020 19:00 WIB"
    assert read(title, FIRST, SECOND).title == title


def test_a_headline_printed_twice_in_a_row_is_a_video_s() -> None:
    video = "Menara Pemancar Dirakit dari Bambu, Tahan Angin Kencang"
    article = read(TITLE, FIRST, video, video, SECOND)
    assert body(article) == [FIRST, SECOND]
    assert [r.text for r in article.removed if r.rule == "text:twice"] == [video]
    assert body(read(TITLE, FIRST, video, SECOND, video, FIRST))[1] == video
