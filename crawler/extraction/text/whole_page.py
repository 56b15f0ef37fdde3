"""Whole pages as one line of text: menu, header, article and footer without a break."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.extraction.indonesian.dates import find_date
from crawler.extraction.indonesian.headlines import looks_like_headline

_MIN_LINE = 600  # characters; a shorter line is no page
_MIN_MENU = 5  # words of a menu that make a page of a line
_PROSE = 8  # words of a sentence
_HEADER = 1500  # characters in which the article has begun
_MENU = frozenset(
    """
    beranda home nasional internasional dunia ekonomi bisnis finansial olahraga sport bola
    teknologi tekno otomotif hiburan selebritas lifestyle gaya hidup kesehatan health sains
    wisata travel kuliner food opini kolom indeks masuk daftar login register logout cari search
    menu foto video regional daerah nusantara megapolitan metro news berita terkini terbaru
    terpopuler trending populer edukasi pendidikan properti showbiz tv live infografis podcast
    premium langganan english network akun politik hukum humaniora gadget gawai game digital
    bagikan share facebook twitter whatsapp telegram line email copy link instagram youtube
    tiktok logo komentar simpan print cetak ukuran font
    """.split()
)
_WORD = re.compile(r"\S+")
_PEOPLE = re.compile(
    r"(?:Reporter|Penulis|Pewarta|Editor|Oleh|Rep|Red|Redaktur)\s?:\s?"
    r"[A-Z][\w.'’-]*(?: (?!Bagikan|Share|Editor|Penulis|Reporter)[A-Z][\w.'’-]*){0,3}"
)
_SITE_BEHIND = re.compile(r"\s(?:CN[NB]C? Indonesia|[A-Z]\w+\.(?:com|co\.id|id))$")
_DATELINE = re.compile(
    r"(?:[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?, ?)?"
    r"(?:[A-Za-z][A-Za-z0-9-]{1,30}\.(?:CO\.ID|co\.id|COM|com|ID|id|NET|net|CO|co)"
    r"(?:, ?[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)?|\((?:ANTARA|Antara)[^()]{0,10}\)|"
    r"CN[NB]C? Indonesia)\s?[-–—]{1,2}\s?(?=[A-Z“\"])"
)
_TAIL = re.compile(
    r"(?<=[.!?)\]”\"*]) ?(?:Tags?\s?:?|Topik\s?:|Terpopuler|TERPOPULER|"
    r"(?i:Berita|Artikel|Topik) (?:Terkait|Terpopuler|Lainnya|Terkini|TERKAIT|TERPOPULER|LAINNYA)|"
    r"Rekomendasi|Komentar|Tentang Kami|Ikuti Kami|Copyright|©|Hak Cipta)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Unfolded(NamedTuple):
    """A page apart: its menu, the lines of its header, the article, and what follows."""

    menu: str
    header: list[str]
    body: str
    tail: str


def unfold(line: str) -> Unfolded | None:
    """The parts of a page that is one `line`; None if it does not begin with a menu."""
    if len(line) < _MIN_LINE:
        return None
    start = _after_menu(line)
    begin = start and _body_start(line, start)
    if not begin:
        return None
    tail = _tail_start(line, begin)
    header = _header_lines(line[start:begin])
    return Unfolded(line[:start].strip(), header, line[begin:tail].strip(), line[tail:].strip())


def _after_menu(line: str) -> int:
    """Where the menu at the start of `line` ends; 0 if there is none."""
    end = count = 0
    for word in _WORD.finditer(line):
        if word.group().strip("|•·>»/").lower() not in _MENU and word.group().strip("|•·>»/"):
            break
        end, count = word.end(), count + 1
    return end if count >= _MIN_MENU else 0


def _body_start(line: str, start: int) -> int:
    """Where the article begins behind its header: at its dateline, else behind its time."""
    head = line[start : start + _HEADER]
    if dateline := _DATELINE.search(head):
        return start + dateline.start()
    found = find_date(head[:500])
    if found is None:
        return 0
    end = head.index(found[1]) + len(found[1])
    while people := _PEOPLE.match(head, end + 1):
        end = people.end()
    for word in _WORD.finditer(head, end):
        if word.group().strip("|•·").lower() not in _MENU and word.group().strip("|•·"):
            break
        end = word.end()
    return start + end


def _header_lines(header: str) -> list[str]:
    """Title, people and time of a `header`, each as a line."""
    found = find_date(" ".join(header.split()))
    people = [match.group() for match in _PEOPLE.finditer(header)]
    cuts = [header.find(part) for part in (*people, found[1] if found else "") if part]
    title = header[: min((cut for cut in cuts if cut >= 0), default=len(header))].strip(" |•·-")
    title = _SITE_BEHIND.sub("", title)
    return [part for part in (title, *people, found[1] if found else "") if part]


def _tail_start(line: str, begin: int) -> int:
    """Where lists and footer begin, behind the last sentence of prose."""
    start = last = begin
    for gap in _SENTENCE.finditer(line, begin):
        if _is_prose(line[start : gap.start()]):
            last = gap.start() - 1
        start = gap.end()
    tail = None if _is_prose(line[start:]) else _TAIL.search(line, last)
    return tail.start() if tail else len(line)


def _is_prose(sentence: str) -> bool:
    words = sentence.split()
    lower = sum(word[0].islower() for word in words)
    plain = 2 * lower > len(words) and not looks_like_headline(sentence)
    return len(words) >= _PROSE and sentence.endswith(".") and plain
