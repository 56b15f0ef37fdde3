"""Pages that a site serves in place of an article: told by their words, and by their one text."""

# ruff: noqa: E501 - texts read worse when they are broken
from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from crawler.extraction.walls import ALIKE, SAME_PAGE, shared_text, wall_at, wall_ids
from crawler.items import Rejected
from tests.extraction.pages import PROSE, TITLE, URL, ld, paragraphs, read
from tests.moment import world

WALLS = tomllib.loads(Path(__file__).with_name("walls.toml").read_text("utf-8"))["page"]
ELSEWHERE = "https://tekno.contoh.id/read/2023/09/14/101501/kapal-listrik-mulai-berlayar-di-danau"
STATED = '<meta property="og:type" content="article"><meta property="og:title" content="{}">'


def served(wall: dict, head: str = "") -> str:
    links = "".join(
        f'<li><a href="/read/{i}">{t}</a></li>' for i, t in enumerate(wall.get("links", ()))
    )
    title = wall["title"]
    return (
        f"<html><head><title>{title}</title>{head}</head><body><nav><a href='/'>Beranda</a></nav>"
        f"<main><h1>{title}</h1>{paragraphs(wall['text'])}<ul>{links}</ul></main></body></html>"
    )


@pytest.mark.parametrize("head", ["", STATED.format(TITLE)], ids=["bare", "article in metadata"])
@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: f"{wall['wall']}: {wall['title']}")
def test_a_wall_is_rejected_by_its_name(wall: dict, head: str):
    with pytest.raises(Rejected) as reject:
        read(served(wall, head))
    assert reject.value.reason == wall["wall"]


@pytest.mark.parametrize("times", [1, 12])
def test_a_soft_404_is_one_however_many_popular_articles_it_lists(times: int):
    [wall] = [wall for wall in WALLS if wall["title"].startswith("Halaman Tidak Ditemukan")]
    teasers = [f"{text} Nomor {n}." for n in range(times) for text in PROSE]
    with pytest.raises(Rejected) as reject:
        read(served(wall | {"text": [*wall["text"], *teasers]}), url=ELSEWHERE)
    assert reject.value.reason == "soft_404"


def test_a_wall_that_its_title_names_is_one_however_many_partners_it_lists():
    partners = [f"Mitra Periklanan Nomor {n}, dengan kepentingan yang sah" for n in range(300)]
    [wall] = [wall for wall in WALLS if wall["title"] == "We value your privacy"]
    for text in (wall["text"], partners):
        with pytest.raises(Rejected) as reject:
            read(served(wall | {"text": [*text, *partners]}))
        assert reject.value.reason == "consent"


ABOUT = {
    "cookie": (
        "Layar Persetujuan Cookie di Situs Berita Membuat Pembaca Lelah",
        [
            "Layar persetujuan cookie kini menyambut pembaca hampir semua situs berita, menurut survei.",
            "Isinya serupa: kami dan mitra kami menyimpan dan mengakses informasi di perangkat, seperti cookie, dan memproses data pribadi Anda untuk iklan dan konten yang dipersonalisasi.",
            "Peneliti Wulan Prasetya menyebut layar itu membuat pembaca lelah dan asal menekan setuju.",
        ],
    ),
    "login": (
        "Cara Masuk ke Akun Koperasi Digital yang Lupa Kata Sandi",
        [
            "Masuk ke akun koperasi digital kini memerlukan nomor ponsel, bukan email.",
            "Buka halaman login, ketik nomor ponsel, lalu pilih lupa kata sandi.",
            "Akun koperasi yang lama harus daftar ulang dengan kata sandi baru.",
        ],
    ),
    "javascript": (
        "Peramban Baru Tetap Jalan Walau JavaScript Dinonaktifkan",
        [
            "Peramban baru buatan Bandung tetap menampilkan berita walau JavaScript dinonaktifkan.",
            "Pengguna cukup mengaktifkan JavaScript pada situs yang memerlukan, kata pembuatnya.",
        ],
    ),
    "maintenance": (
        "Situs Pajak Sedang dalam Pemeliharaan hingga Senin",
        [
            "Situs pajak sedang dalam pemeliharaan hingga Senin, dan wajib pajak diminta bersabar.",
            "Direktorat meminta maaf atas ketidaknyamanan itu dan berjanji layanan segera kembali.",
        ],
    ),
    "404": (
        "Halaman Tidak Ditemukan Jadi Judul Pameran Seni Digital",
        [
            "Pameran seni digital di Solo memakai judul Halaman Tidak Ditemukan.",
            "Pengunjung pameran melihat layar rusak yang disusun dari ponsel bekas.",
        ],
    ),
    "captcha": (
        "Captcha Baru Meminta Pengguna Membuktikan Bukan Robot dengan Senyum",
        [
            "Captcha baru meminta pengguna membuktikan bahwa mereka bukan robot dengan senyum.",
            "Layanan keamanan itu menunggu beberapa detik sebelum pengguna dapat melanjutkan.",
        ],
    ),
    "isp_block": (
        "Internet Positif Diblokir Balik, Situs Warga Protes ke Kementerian",
        [
            "Warga memprotes situs yang tidak dapat diakses karena masuk daftar Internet Positif.",
            "Kementerian menyebut situs ini diblokir sesuai peraturan perundang-undangan.",
        ],
    ),
    "captive_portal": (
        "Hotspot Gratis di Halte Kini Tanpa Voucher",
        [
            "Hotspot gratis di halte kini dapat dipakai tanpa voucher, cukup nomor ponsel.",
            "Penumpang masuk dengan nomor ponsel untuk mengakses internet selama sejam.",
        ],
    ),
    "app_wall": (
        "Instal Aplikasi Desa Kini Bisa Tanpa Kuota",
        [
            "Instal aplikasi desa kini bisa tanpa kuota, dan warga dapat terus membaca kabar kampung.",
            "Unduh gratis di balai desa, kata kepala dusun, lalu baca berita ini kepada tetangga.",
        ],
    ),
    "parked": (
        "Domain Desa Dijual Lagi Setelah Masa Aktif Habis",
        [
            "Domain desa itu dijual lagi setelah masa aktif habis dan tidak diperpanjang.",
            "Registrar menyebut domain yang diparkir itu menarik penawaran dari tiga pembeli.",
        ],
    ),
    "withdrawn": (
        "Artikel Ini Telah Ditarik, Begitu Balasan Mesin Pencari Kampus",
        [
            "Artikel ini telah ditarik, begitu balasan mesin pencari kampus untuk ratusan makalah.",
            "Halaman makalah tidak ditemukan sejak jurnal kampus pindah alamat, kata pustakawan.",
        ],
    ),
    "members": (
        "Perpustakaan Daring Hanya untuk Anggota, Warga Harus Login",
        [
            "Perpustakaan daring kini hanya untuk anggota, dan warga harus login dengan akun kota.",
            "Sesi login berakhir sejam kemudian, lalu anggota harus masuk lagi dengan kata sandi.",
        ],
    ),
    "adblock": (
        "Pemblokir Iklan Terdeteksi, Sejumlah Situs Minta Pembaca Mematikannya",
        [
            "Sejumlah situs meminta pembaca mematikan pemblokir iklan yang terdeteksi.",
            "Adblock dipakai sepertiga pembaca, menurut survei asosiasi media.",
        ],
    ),
}


@pytest.mark.parametrize(("title", "text"), ABOUT.values(), ids=ABOUT)
@pytest.mark.parametrize("head", ["", STATED.format("x")], ids=["bare", "article in metadata"])
def test_an_article_about_walls_stays(title: str, text: list[str], head: str):
    slug = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    address = f"https://tekno.contoh.id/read/2023/09/14/101500/{slug}"
    assert wall_at(address, [title, f"{title} - Contoh"], text) is None
    whole = (
        f"<html><head><title>{title} - Contoh</title>{head}{ld(headline=title)}</head><body><main>"
    )
    article = read(f"{whole}<h1>{title}</h1>{paragraphs(text)}</main></body></html>", url=address)
    assert [block.text for block in article.blocks if block.kind == "paragraph"] == text


def test_an_article_with_a_walls_words_at_an_address_without_words_stays():
    title, text = ABOUT["cookie"]
    assert wall_at("https://tekno.contoh.id/123", [title], [*text, *PROSE]) is None


def test_every_wall_has_a_name_of_its_own():
    assert {wall["wall"] for wall in WALLS} <= wall_ids()
    assert SAME_PAGE in wall_ids()


# -- one text at several addresses

HOUSE = [
    "Redaksi merayakan hari jadi bersama pembaca setia di seluruh kota dengan panggung musik.",
    "Pengunjung memperoleh kupon undian di gerbang timur.",
]


def digest(number: int, texts: list[str], title: str | None = None, listed: str | None = None):
    slugs = (
        "kapal-listrik-berlayar-di-danau",
        "pabrik-baterai-dirakit",
        "kebun-kopi-memakai-sensor",
    )
    found = shared_text(f"https://contoh.id/read/{number}/{slugs[number]}", [title], listed, texts)
    return found and found.digest


def test_one_text_at_other_addresses_is_found_again():
    assert digest(0, HOUSE) == digest(1, HOUSE) == digest(2, HOUSE) is not None
    assert ALIKE == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda n: [*HOUSE, f"Antrean {n} pada Senin, {n} Desember 2026 pukul 1{n}.00 WIB."],
        lambda n: [HOUSE[0].replace("hari jadi", f"hari jadi ke-{n}9"), HOUSE[1]],
        lambda n: [f"{HOUSE[0]} ({n}af{n}c{n}, https://contoh.id/{n})", HOUSE[1]],
        lambda n: [f"Judul Artikel Nomor {n} Panjang Sekali belum dapat dibaca di sini hari ini.", *HOUSE],
        lambda n: [HOUSE[1], HOUSE[0], f"Kota {n * 'a'}"],
    ],
    ids=["a date", "a number", "a reference", "the headline", "the order"],
)  # fmt: skip
def test_a_wall_that_changes_a_little_is_one_text(change):
    said = [digest(n, change(n), f"Judul Artikel Nomor {n} Panjang Sekali") for n in (1, 2)]
    assert said[0] == said[1] is not None


def test_texts_about_their_addresses_are_never_alike():
    """Daily prices, horoscopes, and copies of an agency's text."""
    text = [
        "Harga emas di Cikini hari ini Rp 1.200.000 per gram, turun dari kemarin menurut laman."
    ]
    for day in (1, 2, 3):
        url = f"https://contoh.id/read/{day}/harga-emas-di-cikini-hari-ini-{day}-desember"
        assert shared_text(url, ["Harga Emas"], None, text) is None


def test_the_headline_of_a_list_names_the_article_where_the_address_has_no_words():
    text = ["Kapal listrik mulai berlayar di danau besar itu sejak pagi, kata nakhodanya."]
    for number in (1, 2):
        url = f"https://contoh.id/{number}"
        assert shared_text(url, [], "Kapal Listrik Berlayar di Danau", text) is None
        assert shared_text(url, [], "Pabrik Baterai Dibangun di Solo", text) is not None


def test_a_wall_that_repeats_the_headline_and_the_summary_is_not_about_the_article():
    title, summary = (
        "Kapal Listrik Berlayar di Danau",
        "Kapal listrik itu berlayar di danau sejak pagi.",
    )
    text = [f"{title} | Contoh", summary, *HOUSE]
    assert shared_text(
        "https://contoh.id/read/1/kapal-listrik-berlayar-di-danau", [title, summary], title, text
    )


def test_the_page_helpers_address_names_its_article():
    assert shared_text(URL, [TITLE], None, PROSE) is None


def test_articles_that_have_a_notice_in_common_have_no_text_in_common() -> None:
    notice = "Simak terus kabar gawai, gim, aplikasi dan dunia siber lainnya hanya pada kanal kami."
    told = {
        "Gawai murah itu laku.": "Pedagang di pasar kota sudah memesan lagi dari pabrik.",
        "Bank memperketat pinjaman.": "Nasabah lama tetap dilayani seperti biasa pekan ini.",
        "Menara baru tegak di pesisir.": "Nelayan kini dapat menelepon keluarga dari laut.",
    }
    texts = {
        shared_text(f"https://contoh.id/kabar-{n}", ("Judul", lead), None, [lead, notice, more])
        for n, (lead, more) in enumerate(told.items())
    }
    assert len(texts) == len(told)


def test_no_three_articles_of_the_newsroom_have_one_text() -> None:
    """Their first paragraphs are their summaries, and prose of a small stock follows."""
    outlets = ["kontan", "liputan6", "okezone", "selular"]
    made = world(1, outlets, recent=20, past=10)
    texts: Counter[tuple[str, bytes]] = Counter()
    for outlet in outlets:
        for url in made.urls(outlet):
            story = made.truth(url)
            stated = (story.title, story.paragraphs[0])
            if text := shared_text(url, stated, None, story.paragraphs):
                texts[outlet, text.digest] += 1
    assert len(texts) > ALIKE
    assert max(texts.values()) < ALIKE
