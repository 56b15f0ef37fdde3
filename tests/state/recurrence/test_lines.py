"""The form of a notice: calls, notices and promo lines, and what only looks like them."""

import pytest

from crawler.state.recurrence.lines import candidates, key_of, sentences, shape_of

NOTICES = (
    "Punya cerita serupa di tempat Anda? Redaksi menunggunya di kotak pos warga.",
    "Jajak pendapat hari ini: setujukah Anda bila gawai dilarang di meja makan?",
    "Kuis Rabu: tebak tiga istilah dari halaman ini dan menangkan payung dari redaksi.",
    "Obrolan lengkapnya ada di siniar Kabar Senja yang mengudara setiap pukul 19.00.",
    "Naskah ini terbit di edisi cetak halaman tujuh dengan susunan yang sedikit berbeda.",
    "Tabel di halaman ini dihitung ulang oleh mesin setiap pukul enam pagi.",
    "Ayo gabung ke saluran WhatsApp Kontan supaya tidak ketinggalan kabar pasar.",
    "Simak berita selengkapnya di halaman berikutnya.",
    "Segala keputusan menanam modal ada di tangan pembaca.",
    "Terima kasih telah membaca berita Kontan sampai selesai.",
    "(Klik di sini ya, Sobat!)",
)
PROSE = (
    "Bank Cakrawala menahan bunga acuan di level 5,75 persen.",
    "Hakim juga menghukum terdakwa membayar denda Rp 200 juta.",
    "Klik menu Pengaturan, lalu pilih Privasi.",
    "Unduh aplikasi Dompetin di toko aplikasi, lalu isi nomor ponsel Anda.",
    "Cek Fakta Lensa mendapati klaim itu tidak benar.",
    "Ikuti langkah-langkah berikut ini:",
    "Simak ulasan berikut ini.",
    "“Ikuti saluran WhatsApp kami untuk informasi resmi,” tulis Bank Mutu.",
    "Bank Mutu mengimbau nasabah mengunjungi laman resmi dan membaca informasi di sini.",
    "Ikuti akun resmi Bank Mutu untuk informasi terbaru.",
    "Dapatkan informasi terbaru di https://promo-palsu.example/klaim",
    "Penulis: Redaksi Kontan",
    "Baca juga: Harga Cabai Turun Pedagang di pasar itu mengaku lega.",
    "Subuh 04.18 Zuhur 11.34 Asar 14.54, baca doa di sini",
    "Laporan ini dirilis Cakra Digital pada awal pekan.",
    "Berita ini tidak benar dan beredar sebagai unggahan.",
    "Pesan itu berbunyi: ikuti kabar pasar terkini lewat saluran WhatsApp Kontan.",
    "Dalam lagu ini kamu akan mendengar kisah dua sahabat.",
)


@pytest.mark.parametrize("line", NOTICES)
def test_a_notice_has_the_form_of_one(line):
    assert shape_of(line, "kontan") in ("call", "notice")


@pytest.mark.parametrize("line", PROSE)
def test_prose_has_not(line):
    assert shape_of(line, "kontan") is None


def test_a_line_that_begins_with_a_call_is_a_call():
    assert shape_of("Ikuti berita terkini lewat saluran WhatsApp Kontan.", "kontan") == "call"
    assert shape_of("Redaksi menunggu koreksi pembaca.", "kontan") == "notice"


def test_an_address_counts_only_as_the_outlets_own():
    line = "Kirim tulisan pembaca ke redaksi@{} setiap hari."
    assert shape_of(line.format("kontan.co.id"), "kontan")
    assert not shape_of(line.format("palsu.example.com"), "kontan")


def test_the_parts_of_a_quotation_are_no_candidates():
    paragraph = "“Kami senang. Ikuti berita di saluran WhatsApp Kontan. Terima kasih,” kata Dewi."
    assert list(candidates([paragraph], "kontan")) == []


def test_a_short_paragraph_is_a_candidate_as_a_whole_and_by_sentences():
    [whole] = [c for c in candidates([NOTICES[0]], "kontan") if c.end == len(NOTICES[0])][-1:]
    assert (whole.start, whole.text) == (0, NOTICES[0])


def test_items_of_lists_headings_and_quotes_are_no_candidates():
    line = NOTICES[4]
    for kind in ("list_item", "heading", "quote"):
        assert list(candidates([line], "kontan", [kind])) == []
    assert list(candidates([line], "kontan", ["paragraph"]))


PROMO = "Deretan Mobil Listrik Keluarga Pilihan Pembaca Akhir Tahun"


def test_a_promo_line_is_a_headline_that_stands_alone():
    prose = "Harga gawai itu turun sejak awal pekan."
    [found] = candidates([prose, PROMO, prose], "kontan")
    assert (found.shape, found.text) == ("promo", PROMO)
    assert list(candidates([prose, f"{PROMO} 2026", prose], "kontan")) == []
    assert list(candidates([prose, f"{PROMO}:", prose], "kontan")) == []
    assert list(candidates([prose, PROMO, "Sedan Listrik Kota", prose], "kontan")) == []  # a list


def test_a_line_is_known_again_with_other_blanks_quotes_dashes_and_fillings():
    line = 'Tonton juga "Gempa di Teluk Bayur" di sini: - klik'
    for other in (
        "Tonton  juga “Gempa di Teluk Bayur” di sini: – klik",
        "TONTON juga “Banjir di Kota Tua” di sini: klik",
    ):
        assert key_of(line, "call") == key_of(other, "call")
    assert key_of(line, "call") != key_of(line.replace("sini", "sana"), "call")


def test_names_and_numbers_are_slots_but_too_short_a_line_keeps_them():
    line = "Ikuti kabar terbaru dari {} setiap {} menit."
    assert key_of(line.format("Kota Tegal", 5), "call") == key_of(line.format("Palu", 10), "call")
    assert key_of("Simak Live Palu", "call") != key_of("Simak Live Tegal", "call")


def test_sentences_end_at_end_marks_and_not_at_abbreviations():
    paragraph = "PT. Nusa Data di Jl. Merdeka tutup. (Klik di sini!) Selesai"
    texts = [part.text for part in sentences(0, paragraph)]
    assert texts == ["PT. Nusa Data di Jl. Merdeka tutup.", "(Klik di sini!)", "Selesai"]
    assert all(paragraph[p.start : p.end] == p.text for p in sentences(0, paragraph))
