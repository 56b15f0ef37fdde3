"""The form of Indonesian headlines, and the end of a headline that runs into prose unmarked."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Words that headlines leave in lower case.
_SMALL_WORDS = """
    di ke dari dan yang untuk pada dengan dalam atau oleh akan bakal soal bagi saat hingga sampai
    agar tak tidak bukan lewat vs para si sang per via jadi usai pasca tanpa kepada terhadap sebagai
    karena demi antara atas secara seperti sejak serta alias tentang menuju selama bagai ala mtm yoy
    the of and for in on to a an at by is
"""
# Words that open a sentence and tie that sentence to the previous sentence. A headline may contain
# such words too, so at a distance from the first plain word of a sentence only a comma proves them.
_OPENING_WORDS = """
    selain sementara namun adapun kini setelah untuk oleh hal dalam menurut di pada tak tidak dengan
    meski meskipun karena saat jika bila tetapi ia dia mereka kami kita itu ini para salah seperti
    sebelumnya sejak selama ketika apabila apalagi sebab akibatnya sehingga bahkan hingga lalu
    kemudian selanjutnya sebagai sedangkan walau walaupun berdasarkan bersama bukan hanya masih juga
    maka dari sekadar terkait sebanyak sekitar beberapa banyak sebuah seorang sejumlah setiap semua
    seluruh berikut begitu demikian diketahui dikutip melansir mengutip dilansir alhasil artinya
    lantas nah saya anda kamu lebih tentu rencananya hasilnya pasalnya sayangnya menariknya uniknya
    sebaliknya sejauh sesuai pihaknya langkah kehadiran
"""
# Common nouns: these have no capital inside a sentence, so a capital right before the first plain
# word marks the beginning of the sentence.
_COMMON_NOUNS = """
    warganet warga masyarakat pengguna pelanggan konsumen pembeli penjual pedagang pemain
    penonton peneliti ilmuwan pengamat analis pakar ahli pengembang produsen operator polisi
    petugas korban pelaku peretas karyawan pekerja mahasiswa siswa guru dokter pasien orang anak
    ibu harga penjualan layanan fitur aplikasi perangkat ponsel gawai laptop komputer kamera
    baterai layar prosesor mobil motor kendaraan jaringan internet data teknologi sistem produk
    model versi pembaruan program proyek pabrik kampus sekolah rumah kota desa negara dunia
    pasar saham laba pendapatan investasi dana nilai jumlah angka survei riset penelitian studi
    laporan hasil acara pameran peluncuran video foto gambar pesan akun situs laman berita kabar
    masalah gangguan serangan kebocoran aturan kebijakan secara alasan tujuan cara waktu
"""
_TURNING_WORDS = "selain sementara namun adapun sedangkan meski meskipun menurut"
# A capital on these words, or on words of these forms, marks a sentence and no name.
_OFFICE_WORDS = """
    kementerian menteri badan dinas direktur direktorat komisi asosiasi otoritas lembaga wakil ketua
    kepala presiden gubernur wali pemerintah perusahaan universitas dewan bank pt
"""
_COMMON = re.compile(r"(?:Ke|Pe)\w{3,}an|(?:Me|Ber|Ter|Di)\w{4,}|\w{3,}nya")
SMALL = frozenset(_SMALL_WORDS.split())
OPENERS = frozenset(_OPENING_WORDS.split())
_TURNS = frozenset(_TURNING_WORDS.split())
_OFFICES = frozenset(_OFFICE_WORDS.split())
NOUNS = frozenset(_COMMON_NOUNS.split())
_TOKEN = re.compile(r"\S+")
_EDGES = "\"'“”‘’()[]«»"
_LONGEST = 30  # words; no headline of the labelled texts is longer
LONGEST_HEADLINE = 200
"""Characters of the longest line that is a headline."""


class Headlines:
    """Headlines of a document, by length: a long list costs no more than a short one."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: set[str] = set()
        self._lengths: list[int] = []
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        """Add those of `texts` that look like headlines."""
        short = {text for text in texts if len(text) <= LONGEST_HEADLINE}
        new = set(filter(looks_like_headline, short - self._texts))
        self._texts |= new
        self._lengths = sorted({*self._lengths, *map(len, new)}, reverse=True)

    def opening(self, text: str) -> str:
        """Return the longest of the headlines that `text` begins with, "" without any."""
        openings = (text[:length] for length in self._lengths)
        return next((opening for opening in openings if opening in self._texts), "")


def _bare(token: str) -> str:
    return token.strip(_EDGES).rstrip(".,;:!?…\"'“”‘’)")


def _small(token: str) -> bool:
    """Return whether a headline may contain `token`: capitalised, with a digit, or a small word."""
    bare = _bare(token)
    return (
        not bare
        or not bare[0].islower()
        or bare in SMALL
        or any(c.isdigit() or c.isupper() for c in bare)
    )


def looks_like_headline(text: str) -> bool:
    """Return whether `text` has three to thirty words, mostly capitalised, and no full stop."""
    tokens = text.split(None, _LONGEST)
    if not 3 <= len(tokens) <= _LONGEST or text[-1] in ".,;:…" or text[0].islower():
        return False
    content = [bare for bare in map(_bare, tokens) if bare and bare not in SMALL]
    capital = sum(not word[0].islower() for word in content)
    return bool(content) and capital / len(content) >= 0.6


def headline_end(
    text: str, start: int, elsewhere: str = "", known: Headlines | None = None
) -> int | None:
    """Return the end of the headline that begins at `start`, None if the end cannot be found.

    The end is found in three cases: the headline is among `known`; the headline runs to the end of
    `text`; or the next sentence begins with a word that opens sentences, or with a word that is in
    lower case in `elsewhere` (the whole document), so that the capital marks no name.
    """
    rest = text[start:]
    if known and (headline := known.opening(rest)):
        return start + len(headline)
    tokens = list(islice(_TOKEN.finditer(text, start), _LONGEST + 1))
    prose = next((i for i, t in enumerate(tokens) if not _small(t.group())), None)
    if prose is None:
        return len(text) if 2 < len(tokens) <= _LONGEST and not rest.endswith(".") else None
    opening = _opening(tokens, prose, elsewhere)
    if opening is None or opening < 3:
        return None
    return tokens[opening - 1].end()


def _opening(tokens: list[re.Match[str]], prose: int, elsewhere: str) -> int | None:
    """Return the first token of the sentence with token `prose` as the first plain word."""
    words = [_bare(token.group()) for token in tokens[: prose + 1]]
    last = prose - 1
    while last > 0 and (not words[last] or words[last][0].islower() or words[last][0].isdigit()):
        last -= 1
    if last <= 0:
        return None
    first = words[last].lower()
    if first in NOUNS and last == prose - 1:  # "Namun Harga emas turun"
        return last - 1 if last > 1 and words[last - 1].lower() in _TURNS else last
    if first in OPENERS or tokens[last - 1].group()[-1] in "?!":
        return last
    office = None
    for i in range(last - 1, max(last - 7, 0), -1):
        if words[i].lower() in (OPENERS if tokens[i].group().endswith(",") else _TURNS):
            return i
        if office is None and words[i].lower() in _OFFICES:
            office = i
        if tokens[i - 1].group()[-1] in "?!":
            break
    if office is not None:
        return office
    return _known_subject(words[: last + 1], elsewhere)


def _known_subject(words: list[str], elsewhere: str) -> int | None:
    """Return the start of the longest run at the end of `words` that `elsewhere` contains twice."""
    start = None
    for i in range(len(words) - 1, max(len(words) - 6, 0), -1):
        phrase = " ".join(words[i:])
        if not words[i] or words[i][0].islower() or elsewhere.count(phrase) < 2:
            break
        start = i
    if start is None and (
        words[-1].lower() in _OFFICES
        or _COMMON.fullmatch(words[-1])
        or (words[-1].istitle() and f" {words[-1].lower()} " in elsewhere)
    ):
        start = len(words) - 1
    return start
