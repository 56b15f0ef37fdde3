"""Mentions: every row of the gazetteer by its examples, people, amounts, and bad input."""

from __future__ import annotations

import time
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.mentions import gazetteer as module
from crawler.extraction.mentions.find import MOST, find_mentions
from crawler.extraction.mentions.gazetteer import FILE, load, name_of

ROWS = [row for rows in tomllib.loads(FILE.read_text("utf-8")).values() for row in rows]


def ids(text, year=None):
    return {one.entity_id for one in find_mentions(None, text, year)}


def test_the_gazetteer_has_at_least_150_organisations():
    tables = tomllib.loads(FILE.read_text("utf-8"))
    assert sum(len(rows) for kind, rows in tables.items() if kind != "product") >= 150
    tickers = {row.get("ticker") for row in ROWS}
    assert {"GOTO", "TLKM", "EXCL", "ISAT", "BUKA", "EMTK", "WIFI"} <= tickers


def test_the_page_says_how_many_rows_there_are():
    page = Path("docs/mentions.md").read_text("utf-8")
    people = sum(row["id"].startswith("person:") for row in ROWS)
    assert f"{len(ROWS):,} rows" in page
    assert f"of the gazetteer ({people}) are" in page


def test_every_row_takes_the_one_example_and_leaves_the_other():
    assert [row["id"] for row in ROWS if row["id"] not in ids(row["takes"])] == []
    assert [row["id"] for row in ROWS if row["id"] in ids(row["leaves"])] == []


ROW = {"id": "a", "name": "Alfa", "source": "-", "takes": "-", "leaves": "-"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW, ROW | {"id": "b", "name": "Beta", "aliases": ["ALFA"]}], "a name of a and of b"),
        ([ROW | {"name": "Grab"}], "a: Grab needs near or not_near"),
        ([{"id": "a", "name": "Alfa"}], "a: source, takes, leaves missing"),
        ([ROW, ROW | {"name": "Beta"}], "a is there twice"),
        ([ROW | {"parent": "z"}], "a: there is no z"),
        ([ROW | {"tickr": "ALFA"}], "a: there is no key tickr"),
        ([ROW | {"near": "ojek"}], "a: near is 'ojek', no list"),
        ([ROW | {"near": ["ojek", 3]}], "a: .* are no words"),
        ([ROW | {"aliases": "Beta"}], "a: aliases is 'Beta', no list"),
        ([ROW | {"aliases": [3]}], "a: 3 is no name"),
        ([ROW | {"aliases": [{"text": "Beta", "form": 1}]}], "a: there is no key form"),
        ([ROW | {"aliases": [{"text": "Beta", "since": "2020"}]}], "a: since is '2020', no int"),
        (
            [ROW | {"aliases": [{"text": "Beta", "since": 2021, "until": 2020}]}],
            "a: Beta ends in 2020, before 2021",
        ),
        ([ROW | {"aliases": [{"since": 2021, "until": 2022}]}], "a: '' is no name"),
        ([ROW | {"name": "Harga"}], "a: Harga needs near or not_near"),
        (
            [ROW | {"ticker": "ALFA"}, ROW | {"id": "b", "name": "Beta", "ticker": "ALFA"}],
            "ALFA is the ticker of a and of b",
        ),
        (
            [ROW | {"parent": "b"}, ROW | {"id": "b", "name": "Beta", "parent": "a"}],
            "a: a is its own parent",
        ),
        ([ROW | {"parent": "a"}], "a: a is its own parent"),
        ("Alfa", "company is no list of rows"),
        (["Alfa"], "company is no list of rows"),
    ],
)
def test_a_faulty_gazetteer_is_refused(rows, said):
    with pytest.raises(ValueError, match=said):
        load({"company": rows})


def test_a_fault_is_told_with_the_name_of_the_file(tmp_path, monkeypatch):
    file = tmp_path / "own.toml"
    file.write_text('company = [{id = "a", nam = "Alfa"}]', "utf-8")
    monkeypatch.setattr(module, "FILE", file)
    with pytest.raises(ValueError, match=r"own\.toml: a: there is no key nam"):
        module.gazetteer.__wrapped__()


PEOPLE = {
    "Direktur Utama Telkom Budi Contoh mengatakan itu.": "person:budi-contoh@telkom",
    "Menteri Komunikasi dan Digital Meutya Contoh hadir.": "person:meutya-contoh",
    "CEO OpenAI Sam Contoh hadir.": "person:sam-contoh@openai",
    "Begitu, ujar Siti Rahmawati, CEO Shopee Indonesia.": "person:siti-rahmawati@shopee",
    "Menurut Siti Rahmawati, CEO Shopee, itu benar.": "person:siti-rahmawati@shopee",
    "“Benar,” kata Joko Santoso Contoh di Jakarta.": "person:joko-santoso-contoh",
    "Wakil Ketua Komisi I DPR Sukarta Wijaya menolak.": "person:sukarta-wijaya@dpr",
    "Rukmana Contoh (Direktur Telkom) hadir.": "person:rukmana-contoh@telkom",
    "Rukmana Contoh, yang merupakan Direktur Telkom, hadir.": "person:rukmana-contoh@telkom",
    "CEO Telkom, Rukmana Contoh, hadir.": "person:rukmana-contoh@telkom",
    "Menlu Rukmana Contoh hadir.": "person:rukmana-contoh",
    "Penyanyi Rukmana Contoh hadir.": "person:rukmana-contoh",
    "Medali itu diraih Budi Contoh kemarin.": "person:budi-contoh",
    "Atlet Budi Contoh menang.": "person:budi-contoh",
    "Rukmana Contoh mengatakan itu. Contoh pergi.": "person:rukmana-contoh",
    "Pendeta Budi Contoh mengatakan itu.": "person:budi-contoh",
    "Direktur Penerangan Luhur Telkom Rukmana Contoh hadir.": "person:rukmana-contoh@telkom",
    "Direktur PT Telkom Indonesia (Persero) Rukmana Contoh hadir.": "person:rukmana-contoh@telkom",
    "Itu benar, kata Rukmin. Rukmin menilai itu baik.": "person:rukmin",
    "Itu benar, kata Budi di rumah.": "person:budi",
    "Direktur Telkom A.S. Contoh hadir.": "person:a-s-contoh@telkom",
    "Presiden Prabowo hadir.": "person:prabowo-subianto",
    "Itu dibuat Budi Contohmengatakan.": "person:budi-contoh",
    "Iriana Joko Widodo hadir.": "person:iriana-joko-widodo",
    "Menurut Gus Budi Prabowo, itu benar.": "person:budi-prabowo",
}


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_found_by_office_and_speech(text):
    assert [one for one in ids(text) if one.startswith("person")] == [PEOPLE[text]]


@pytest.mark.parametrize(
    "text",
    [
        "Direktur Utama itu pergi.",
        "kata Kementerian Keuangan di Jakarta.",
        "Ketua Umum Rapat.",
        "Jalan Ahmad Contoh macet.",
        "Pemain Borneo Utara pulang.",
        "Kabel Nusa mengatakan itu.",
        "kata Sumber di sana.",
        "Direktorat Jenderal Hak Kekayaan rapat.",
        "Film Budi Contoh tayang.",
        "REUTERS/Budi Contoh",
    ],
)
def test_an_office_without_a_name_is_no_person(text):
    assert not [one for one in ids(text) if one.startswith("person")]


AMOUNTS = {
    "Rp 1,2 triliun": [("1200000000000", "IDR", False)],
    "US$ 300 juta": [("300000000", "USD", False)],
    "Rp 500 ribu-an": [("500000", "IDR", True)],
    "sekitar 5 miliar rupiah": [("5000000000", "IDR", True)],
    "300 juta dolar AS": [("300000000", "USD", False)],
    "Rp1.234.567,89": [("1234567.89", "IDR", False)],
    "US$ 1,234,567.89": [("1234567.89", "USD", False)],
    "Rp 1-2 juta": [("1000000", "IDR", True), ("2000000", "IDR", True)],
    "Rp 15.000": [("15000", "IDR", False)],
    "12,5 persen": [("12.5", "%", False)],
    "minus 3%": [("-3", "%", False)],
    "lebih dari 40%": [("40", "%", True)],
    "Rp5jt": [("5000000", "IDR", False)],
    # Letters that scale
    "Rp 2,6 T": [("2600000000000", "IDR", False)],
    "Rp11M": [("11000000000", "IDR", False)],
    "Rp 11 M": [("11000000000", "IDR", False)],
    "Rp 50K": [("50000", "IDR", False)],
    "US$5M": [("5000000", "USD", False)],
    "US$ 5B": [("5000000000", "USD", False)],
    "US$ 5 bn": [("5000000000", "USD", False)],
    "hampir Rp 1.000 T": [("1000000000000000", "IDR", True)],
    "US$ 5 M": [],
    "Rp5m": [],
    "Rp 5X": [],
    # Signs
    "minus Rp 5 miliar": [("-5000000000", "IDR", False)],
    "-Rp 5 miliar": [("-5000000000", "IDR", False)],
    "–Rp5 miliar": [("-5000000000", "IDR", False)],
    "Rp -5 miliar": [("-5000000000", "IDR", False)],
    "negatif 5 juta dolar AS": [("-5000000", "USD", False)],
    "–2,5%": [("-2.5", "%", False)],
    "+2,5%": [("2.5", "%", False)],
    "(-2,5 persen)": [("-2.5", "%", False)],
    # Ranges
    "5-7 juta dolar AS": [("5000000", "USD", True), ("7000000", "USD", True)],
    "5 sampai 7 juta rupiah": [("5000000", "IDR", True), ("7000000", "IDR", True)],
    "Rp 5 juta hingga Rp 7 juta": [("5000000", "IDR", True), ("7000000", "IDR", True)],
    "Rp5 juta-Rp7 juta": [("5000000", "IDR", True), ("7000000", "IDR", True)],
    "antara Rp 5 juta dan Rp 7 juta": [("5000000", "IDR", True), ("7000000", "IDR", True)],
    "Rp 500 ribu-1 juta": [("500000", "IDR", True), ("1000000", "IDR", True)],
    "Rp 900.000-1,2 juta": [("900000", "IDR", True), ("1200000", "IDR", True)],
    "5-7 persen": [("5", "%", True), ("7", "%", True)],
    "5%-7%": [("5", "%", True), ("7", "%", True)],
    "5 s.d. 7 persen": [("5", "%", True), ("7", "%", True)],
    "minus 2-3 persen": [("-2", "%", True), ("-3", "%", True)],
    "2025-5 persen": [("5", "%", False)],
    "80-20 persen": [("80", "%", False), ("20", "%", False)],
    "Rp 5 juta sampai 7 orang": [("5000000", "IDR", False)],
    "Rp13 juta hingga 11.000 riyal": [("13000000", "IDR", False), ("11000", "SAR", True)],
    # Words
    "satu triliun rupiah": [("1000000000000", "IDR", False)],
    "setengah miliar rupiah": [("500000000", "IDR", False)],
    "dua setengah juta dolar AS": [("2500000", "USD", False)],
    "tiga ratus lima puluh ribu rupiah": [("350000", "IDR", False)],
    "satu koma dua lima triliun rupiah": [("1250000000000", "IDR", False)],
    "seribu triliun rupiah": [("1000000000000000", "IDR", False)],
    "puluhan juta rupiah": [("10000000", "IDR", True)],
    "puluhan hingga ratusan juta rupiah": [("10000000", "IDR", True), ("100000000", "IDR", True)],
    "Rp satu miliar": [("1000000000", "IDR", False)],
    "dua belas persen": [("12", "%", False)],
    "beberapa juta rupiah": [],
    "per juta rupiah": [],
    # Currencies
    "5 juta dolar Kanada": [("5000000", "CAD", False)],
    "5 juta dolar Zimbabwe": [],
    "5 juta dolar Hong Kong": [("5000000", "HKD", False)],
    "5 juta won": [("5000000", "KRW", False)],
    "5 juta peso": [],
    "5 juta peso Filipina": [("5000000", "PHP", False)],
    "500 USD": [("500", "USD", False)],
    "C$ 5 juta": [("5000000", "CAD", False)],
    "R$5": [("5", "BRL", False)],
    # Not exact
    "hampir menyentuh Rp 1 miliar": [("1000000000", "IDR", True)],
    "Rp 83 miliar lebih": [("83000000000", "IDR", True)],
    "40% lebih murah": [("40", "%", False)],
    # Forms of numbers
    "2,5 percent": [("2.5", "%", False)],
    "2,5 per cent": [("2.5", "%", False)],
    "Rp 1.860,677 triliun": [("1860677000000000", "IDR", False)],
    "Rp\u00a05,5\u202fmiliar": [("5500000000", "IDR", False)],
    "Rp 1.943.000Harga": [("1943000", "IDR", False)],
    "Rp 1.234.56": [],
    "Rp 12345678901234567890": [],
}


@pytest.mark.parametrize("printed", AMOUNTS)
def test_amounts_are_values(printed):
    found = find_mentions(None, f"Nilainya {printed}, kata dia.")
    told = [(one.value, one.unit, one.approximate) for one in found]
    assert told == [(Decimal(value), unit, about) for value, unit, about in AMOUNTS[printed]]


def test_a_dash_before_money_that_opens_a_line_is_a_bullet():
    found = find_mentions(None, "Harga tiket:\n-Rp 50.000 dewasa\n-Rp 25.000 anak")
    assert [one.value for one in found] == [50_000, 25_000]


def test_a_ministry_of_another_country_is_not_ours():
    assert ids("Kementerian Perdagangan AS menolak.") == {"org:kementerian-perdagangan-as"}
    assert ids("Kementerian Perdagangan menolak AS.") == {"kemendag"}


def test_a_name_counts_in_the_years_of_its_use():
    assert "komdigi" in ids("Kominfo memblokir situs.", 2020)
    assert "komdigi" not in ids("Kominfo memblokir situs.", 2031)


def test_offsets_and_sentences_are_of_the_text():
    body = "Pembuka itu pendek. GoTo untung Rp 2 juta pada İstanbul. Telkom (TLKM) rugi 3 persen."
    for one in find_mentions("Laba GoTo", body):
        text = {"title": "Laba GoTo", "body": body}[one.part]
        assert text[one.start :].startswith(one.text)
        assert one.text in one.sentence
    assert {one.text for one in find_mentions("Laba GoTo", body)} >= {"GoTo", "TLKM", "Rp 2 juta"}


@given(st.text(max_size=80), st.text(alphabet="GoToRp 1.,%-JutaDirektur()\n", max_size=120))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_no_text_is_an_error(title, body):
    for one in find_mentions(title, body):
        text = title if one.part == "title" else body
        assert text[one.start : one.start + len(one.text)] == one.text


def test_ten_thousand_mentions_are_bounded_and_cost_what_the_text_costs():
    assert find_mentions("", "Telkom") != []
    body = "Direktur GoTo Budi Contoh membayar Rp 5 juta. " * 10_000
    start = time.process_time()
    found = find_mentions("", body)
    assert len(found) == MOST
    words = ("".join(chr(97 + int(digit)) for digit in str(number)) for number in range(3_000))
    find_mentions(
        "", " ".join(f"Xo{word} Za{word} mengatakan itu, kata Ro{word}." for word in words)
    )
    assert time.process_time() - start < 60  # seconds; a quadratic search takes many minutes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PT Kabel Nusa Abadi Tbk menang.", {"PT Kabel Nusa Abadi"}),
        ("PT Kabel Nusa (KANUSA) menang; KANUSA senang.", {"PT Kabel Nusa", "KANUSA"}),
        ("PT Kabel Nusa atau Kanusa menang. Kanusa senang.", {"PT Kabel Nusa", "Kanusa"}),
        ("Dirut PT Kabel Nusa (RAY) pergi. RAY pulang.", {"PT Kabel Nusa"}),
        ("PT Telekomunikasi Indonesia Tbk menang.", {"Telekomunikasi Indonesia"}),
        ("Milik PT Kabel Nusa. Dia pergi ke PT Alfa M. Budi.", {"PT Kabel Nusa", "PT Alfa"}),
        ("Mereka PT di sana.", set()),
    ],
)
def test_a_company_is_known_by_its_legal_form(text, found):
    names = {one.text for one in find_mentions(None, text) if one.kind == "company"}
    assert names == found
    assert name_of("pt:kabel-nusa") == "PT Kabel Nusa"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Seperti dilansir Reuters, pabrik itu tutup.", {"reuters"}),
        ("Kompas.com, Jakarta - Pabrik itu tutup.", set()),
        ("Pabrik itu tutup (AFP).\nFoto: Reuters", set()),
        ("REUTERS/Budi Contoh", set()),
        ("Liputan6.com – Pabrik itu tutup.", set()),
        ("Pabrik itu tutup, kata jurnalis Bloomberg.", {"bloomberg"}),
    ],
)
def test_a_newsroom_is_named_but_not_as_the_author(text, found):
    assert ids(text) == found


FORMS = {
    "Riset Universitas Kabel Nusa terbit.": {"org:universitas-kabel-nusa"},
    "Dinas Komunikasi, Informatika, dan Statistik Kota Contoh rapat.": {
        "org:dinas-komunikasi-informatika-dan-statistik-kota-contoh"
    },
    "Saham Kabel Nusa Holdings naik.": {"org:kabel-nusa-holdings"},
    "Menurut Kabel Motors, itu benar.": {"org:kabel-motors"},
    "Asosiasi Kabel Nusa (ASKANU) rapat. ASKANU pulang.": {"org:asosiasi-kabel-nusa"},
    "Kepala Dinas Kesehatan Kota Bekasi Budi Contoh hadir.": {
        "org:dinas-kesehatan-kota-bekasi",
        "person:budi-contoh@org:dinas-kesehatan-kota-bekasi",
    },
    "Kabid Humas Polda Jambi Kombes Budi Contoh hadir.": {
        "org:polda-jambi",
        "person:budi-contoh@org:polda-jambi",
    },
    "Badan Usaha itu dan Bank Umum lain tutup.": set(),
    "Amerika Serikat dan Federasi Rusia bertemu.": set(),
    "Kanal Venture Capital dan Grup WhatsApp itu ramai.": {"whatsapp"},
    "Nasabah Bank BCA pulang.": {"bca"},
    "Pemkot Contoh menutup Pasar Senin.": {"org:pemkot-contoh"},
}


@pytest.mark.parametrize("text", FORMS)
def test_an_organisation_is_known_by_its_form(text):
    assert ids(text) == FORMS[text]
    for entity_id in FORMS[text]:
        assert name_of(entity_id)[0].isupper()


def test_in_a_headline_a_form_counts_if_the_body_has_the_same():
    title = "Riset Universitas Kabel Nusa Terbit"
    assert find_mentions(title, "Riset itu terbit.") == []
    found = find_mentions("Universitas Kabel Nusa", "Riset Universitas Kabel Nusa terbit.")
    assert [one.part for one in found] == ["title", "body"]


def test_a_name_counts_though_print_lost_a_space():
    assert ids("Itu dibuat olehTelkomsel kemarin.") == {"telkomsel"}
    assert ids("Dikutip dariCNN, itu benar.") == {"cnn"}
    assert ids("Bank Indonesiamenilai itu benar.") == {"bi"}
    assert ids("Nama Telkomselku itu lucu.") == set()
