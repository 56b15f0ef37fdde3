"""Forms of Indonesian words meet, and unrelated words do not."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from output.word_forms import fold, root_of, terms_of

FORMS = """
    beli membeli pembelian dibeli pembeli dibelikan
    tulis menulis ditulis penulis tulisan penulisan
    pakai memakai dipakai pemakaian pemakai
    kembang mengembangkan pengembang dikembangkan berkembang perkembangan
    kirim mengirim dikirim pengiriman kiriman terkirim
    tarik menarik ditarik penarikan tertarik
    sapu menyapu disapu
    simpan menyimpan disimpan penyimpanan tersimpan
    nilai menilai dinilai penilaian
    ambil mengambil diambil pengambilan
    uji menguji diuji pengujian
    buat membuat dibuat pembuatan pembuat buatan
    ajar mengajar belajar pengajar pelajaran diajarkan
    kerja bekerja pekerja pekerjaan dikerjakan
    jual menjual dijual penjualan penjual
    luncur meluncur meluncurkan diluncurkan peluncuran
    pasang memasang dipasang pemasangan terpasang
    bangun membangun dibangun pembangunan bangunan
    tambah menambah ditambah penambahan tambahan
    kelola mengelola dikelola pengelolaan pengelola
    guna menggunakan digunakan pengguna penggunaan berguna
    dukung mendukung didukung dukungan pendukung
    kendali mengendalikan dikendalikan pengendalian terkendali
    pantau memantau dipantau pemantauan
    tingkat meningkat meningkatkan ditingkatkan peningkatan
    lindung melindungi dilindungi perlindungan pelindung
"""
"""A line is a family; its words in pairs."""
APART = """
    makan-pakan masak-pasak kota-kotak bank-bangku data-datang harga-harap
    saham-paham modal-moda aplikasi-replikasi robot-rebut internet-interview ponsel-konsol
    kamera-kamar layar-layak baterai-batas jaringan-jarang menteri-menit mentah-mental
    menu-menuju pesan-pesantren pasar-pasir penting-ganti mega-megah memori-memoar
    satelit-satai roket-rokok gempa-gempar sinyal-sinar kabel-kabar listrik-lisensi
    mobil-mobile motor-motif game-gambar video-vital akun-aku token-toko
    kripto-kritik blok-blokir rupiah-rupa dolar-dolan investor-investigasi direktur-direksi
    menara-menari pulsa-pulau sandi-sanding server-serius awan-awal mesin-mesiu
    chip-cip sensor-sensus domain-domba surel-surat peretas-peras virus-visa
    bahasa-bahas negara-negosiasi kantor-kantong gedung-gedor pabrik-pabean laba-lama
    rugi-rujuk utang-ulang pajak-pajang bunga-bungkus suku-suka tenaga-tenang
    energi-enggan minyak-minat tambang-tamban emas-lemas perak-gerak nikel-nikah
    besi-besar baja-bajak kertas-keras plastik-praktik kaca-kacau karet-karat
    kopi-kopiah teh-tes gula-guling beras-bebas ikan-iklan ayam-anyam
    meja-maju kursi-kursus lampu-lampau pintu-pintar jendela-jenderal atap-tatap
    dinding-dingin lantai-lansia tangga-tanggal jalan-jala kereta-kertas pesawat-pesat
"""


def families() -> list[list[str]]:
    return [line.split() for line in FORMS.strip().splitlines()]


def index_of(words: list[str]) -> Counter[str]:
    """Return the number of articles with each root, an article for each word."""
    return Counter(map(root_of, words))


def meet(one: str, other: str, index: Counter[str]) -> bool:
    return root_of(other) in terms_of(one, index.__getitem__)


def test_nine_in_ten_pairs_of_forms_find_one_another():
    words = [word for family in families() for word in family]
    index = index_of(words)
    pairs = [(family[0], form) for family in families() for form in family[1:]]
    pairs += [(family[-1], family[1]) for family in families()]
    assert len(pairs) >= 100
    missed = [pair for pair in pairs if not meet(*pair, index) or not meet(*reversed(pair), index)]
    assert len(missed) <= 0.1 * len(pairs), missed


def test_hardly_a_pair_of_unrelated_words_finds_one_another():
    pairs = [tuple(pair.split("-")) for pair in APART.split()]
    assert len(pairs) >= 95
    index = index_of([word for pair in pairs for word in pair])
    taken = [pair for pair in pairs if meet(*pair, index) or meet(*reversed(pair), index)]
    assert len(taken) <= 5, taken


def test_words_of_the_index_decide_what_a_nasal_prefix_hides():
    index = index_of(["makan", "makan", "memakan", "pakan", "memakai", "pakai", "menilai", "nilai"])
    assert meet("makan", "memakan", index)
    assert not meet("pakan", "memakan", index)
    assert meet("memakai", "pakai", index)
    assert meet("nilai", "menilai", index)


def test_accents_and_decomposed_letters_are_folded():
    assert fold("CAFÉ") == fold("Cafe\u0301") == "cafe"


@given(st.from_regex(r"[^\W_]+", fullmatch=True).map(fold), st.integers(0, 3))
def test_any_word_has_a_root_and_finds_itself(word, count):
    assert root_of(word) in terms_of(word, lambda _: count)
