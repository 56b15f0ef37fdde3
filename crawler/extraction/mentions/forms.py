# ruff: noqa: E501 - lists of words
"""Organisations by their form: "Universitas Contoh", "Dinas Kesehatan Kota Bekasi", "Contoh Inc"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.indonesian.patterns import any_of
from crawler.extraction.mentions.people import OF_OFFICES, OFFICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extraction.mentions.words import Place


def _listed(words: str) -> list[str]:
    return [" ".join(word.split()) for word in words.split(",")]


_HEADS = {
    "regulator": """
        kementerian, kementrian, badan, komisi, dinas, direktorat jenderal, ditjen, otoritas, departemen,
        pemerintah provinsi, pemerintah kota, pemerintah kabupaten, pemprov, pemkot, pemkab, pemda,
        polda, polres, polresta, polrestabes, polsek, kejaksaan negeri, kejaksaan tinggi, kejari, kejati,
        pengadilan negeri, pengadilan tinggi, pengadilan agama, pengadilan tipikor, diskominfo,
        diskominfotik, dishub, dinkes, disdik, disnaker, disperindag, dprd, bpbd, kpud, kbri, kjri,
        kedutaan besar, satgas, kodam, kodim, korem, ministry of, department of
    """,
    "organisation": """
        universitas, institut, politeknik, sekolah tinggi, stmik, akademi, asosiasi, yayasan, ikatan,
        perhimpunan, himpunan, persatuan, perkumpulan, federasi, serikat pekerja, serikat buruh, koalisi, aliansi, lembaga,
        partai, majelis, dewan, komite, konsorsium, rumah sakit, rsud, rsup, pusat studi, pusat kajian, pusat riset, pusat penelitian, balai besar, balai,
        university of, institute of, institute for, college of, center for, centre for, council on,
        gabungan, forum, uin, stie, smkn, sman, laboratorium
    """,
    "company": "bank, grup, bpr, bpd, bank of, perusahaan umum, perum, perumda",
}
_SUFFIXES = {
    "company": """
        inc, corp, corporation, co, ltd, llc, gmbh, plc, ag, holding, holdings, group, technologies,
        technology, ventures, capital, partners, securities, sekuritas, airlines, airways, motors, motor,
        studios, studio, entertainment, labs, semiconductor, semiconductors, pharmaceuticals, networks,
        robotics, therapeutics, telecom, telecommunications, asset management, investment management,
        aerospace, automotive, electronics, energy, pictures, interactive, consulting, logistics,
        insurance, multifinance, dynamics, biosciences, finansial, teknologi indonesia, design
    """,
    "organisation": """
        university, institute, foundation, association, society, council, school of business, federation,
        research center, research centre, think tank, hospital, medical center, initiative, alliance, agency, college, orchestra
    """,
    "regulator": "commission, authority, ministry, department, administration",
}
_KIND = {
    **{word: kind for kind, words in _HEADS.items() for word in _listed(words)},
    **{f" {word}": kind for kind, words in _SUFFIXES.items() for word in _listed(words)},
}
HEADS = tuple(word for word in _KIND if word[0] != " ")
SUFFIXES = tuple(word for word in _KIND if word[0] == " ")
# A word behind a head with which both are a common noun: "Badan Usaha", "Bank Umum", "Grup WhatsApp".
_COMMON = frozenset(
    """
    usaha hukum publik umum sampah digital syariah tanah data soal pembangunan konvensional swasta
    asing milik penyelenggara pemerintah negeri swasta negara keuangan jasa swadaya politik komisaris
    direksi juri pengawas audit eksekutif whatsapp telegram facebook wa fb a b c d e f g h i ii iii iv
    v vi vii viii ix x xi xii anggaran terkait lain lainnya perguruan tinggi mana itu ini tersebut
    kerja pakar korban pengguna pemasyarakatan pusat daerah kota provinsi kabupaten the of and
    indonesia jakarta asia sosial anak khusus garansi pos sirkuit sekolah bersama teknis
    pelaksana survei penelitian pengelola induk emiten konglomerasi bisnis perusahaan besar
    pimpinan pengurus hakim diskusi chat obrolan band musik vokal idola penggemar ancaman utama utara selatan barat timur
    """.split()
)
# A word that begins no name of an organisation before a suffix, though it has a capital.
_NOT_FIRST = frozenset(OFFICES) | frozenset(
    """
    credit travel health car term risk tahun pengawas pt cv the strike menurut dari oleh dengan untuk kepada bagi dalam pada di ke namun selain sementara sebagai seperti
    melalui adapun bahkan hal saat ketika karena meski setelah sebelum jika bila kini lalu dan atau
    juga perusahaan raksasa produsen pengembang startup bos pemilik induk milik grup saham emiten
    akuisisi beli gandeng mantan eks sang para semua venture human working focus age whatsapp private
    private equity study peer support discussion target control telegram facebook chat sebuah this
    our your new social living work mobile in at by with from how why what art media tempat tim
    power food blood data power virtual online digital sustainable renewable clean solar green nuclear
    electric hybrid smart consumer home kitchen sepeda formula street fashion high low big
    trump biden interior industrial graphic urban product web ux ui material modern minimalist stylish
    lini divisi unit bank balap pameran tampilan konsep pilihan
    video mini board esports olympic asian indie aaa mind open world horror action puzzle card
    """.split()
)
_WORD = r"[A-Z][\w’'&-]*\w|[A-Z]"
_LINK = "dan|of|and|for|&|untuk|the|bagi|serta"
_LINKS_NAMES = frozenset(("of ", "and ", "for ", "& ", "the ", "dan "))
_PART = re.compile(rf"(?P<comma>,?)\s(?P<link>(?:{_LINK})\s)?(?P<word>{_WORD})(?![\w’'-])")
_BACK = re.compile(rf"(?<![\w.,’'-])(?:(?:{_WORD})\s(?:(?:of|and|&|the|de)\s)?){{0,3}}(?:{_WORD})$")
# Behind a part of a name that a comma divides: "Komunikasi, Informatika, dan Statistik".
_LISTED = re.compile(rf"(?:,\s(?:{_WORD})(?:\s(?:{_WORD}))?){{0,3}},?\s(?:dan|and)\s[A-Z]")
_PARLIAMENT = re.compile(r"[ivx]+(?:dpr\w*)?$")  # "Komisi I", "Komisi VDPR"
_CALLED = re.compile(r"\s\(([A-Z][\w-]{2,20})\)")
_OFFICE_BEFORE = re.compile(
    rf"(?<!\w)(?:{any_of(set(OFFICES))})\s(?:[A-Z]\w*\s){{0,2}}(?:(?:dari|di|pada|of|at)\s)?$",
    re.IGNORECASE,
)
_OFFICES = frozenset(OFFICES) | frozenset(
    """
    dr prof ir pak bu ipda iptu aipda aiptu akp bripka bripda briptu brigadir kapten mayor letkol
    letda lettu letnan serka serma sertu peltu pelda laksamana marsekal laksma ajun kapolri kapolda
    """.split()
)
_DAYS = frozenset("tahun periode nomor senin selasa rabu kamis jumat sabtu minggu wib tbk".split())
_MOST_FREE = 4  # words of a name that are in no list; behind an office, a person's name follows
_LONGEST = 90  # characters of a name behind its head, or before its suffix
_MOST = 200  # heads and suffixes of a text that are read


class Form(NamedTuple):
    """An organisation that its form shows: where, the name, and how the text calls it later."""

    start: int
    end: int
    name: str
    kind: str
    called: str | None
    is_legal: bool = False
    """True for a company by its legal form, PT or CV."""


def is_head(name: str) -> bool:
    """Return whether a name begins with a word that begins names of organisations."""
    return name.partition(" ")[0].lower() in HEADS


def forms(text: str, heads: list[Place], suffixes: list[Place]) -> Iterator[Form]:
    """Yield the organisations in `text` that their forms show.

    :param heads: the words of HEADS in `text`; `suffixes`: those of SUFFIXES
    """
    for place in heads[:_MOST]:
        end = _end_behind(text, place.start, place.end)
        if end is not None:
            yield _form(text, place.start, end, _KIND[HEADS[place.number]])
    for place in suffixes[:_MOST]:
        start = _start_before(text, place.start)
        if start is not None:
            yield _form(text, start, place.end, _KIND[SUFFIXES[place.number]])


def _form(text: str, start: int, end: int, kind: str) -> Form:
    called = _CALLED.match(text, end)
    return Form(start, end, text[start:end], kind, called[1] if called else None)


def _end_behind(text: str, start: int, end: int) -> int | None:
    """Return where the name ends whose head ("Universitas") is at `start`; None: it has none."""
    begins = sure = end
    free = trailing = 0
    while (part := _PART.match(text, end)) and end - begins < _LONGEST:
        word = part["word"].lower()
        known = word in OF_OFFICES
        if end == begins and (
            word in _COMMON
            or part["comma"]
            or part["link"]
            or text[start : part.end()] == "Federasi Rusia"
            or _PARLIAMENT.match(word)
        ):
            return None
        if word in _DAYS or word in _OFFICES or (word in HEADS and not known):
            break
        if part["comma"] and not (known and (part["link"] or _LISTED.match(text, part.end()))):
            break
        if part["link"] and not known and part["link"] not in _LINKS_NAMES:
            break
        if free + (not known) > _MOST_FREE:
            break
        sure = part.end() if known or end == begins else sure
        free += not known
        trailing = 0 if sure == part.end() else trailing + 1
        end = part.end()
    # Behind an office the name of a person may follow: "Kepala Dinas Kesehatan Budi Contoh".
    if (
        trailing > 1
        and not text.startswith((",", " ("), end)
        and _OFFICE_BEFORE.search(text, max(0, start - 40), start)
    ):
        end = sure
    return end if end > begins else None


def _start_before(text: str, end: int) -> int | None:
    """Return where the name begins whose suffix (" Inc") is at `end`; None: there is no name."""
    found = _BACK.search(text, max(0, end - _LONGEST), end)
    if found is None:
        return None
    start = found.start()
    if text[start:end].rpartition(" ")[2].lower() in _NOT_FIRST:  # "Venture Capital"
        return None
    while start < end:
        word = text[start:end].partition(" ")[0]
        if word.rstrip(".").lower() not in _NOT_FIRST and len(word) > 1:
            return start
        start += len(word) + 1
    return None
