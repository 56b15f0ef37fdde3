"""Texts of whole pages, menus and side columns included: on many lines, or all on one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.indonesian.dates import find_date
from crawler.extraction.indonesian.patterns import DASH
from crawler.extraction.indonesian.sentences import is_body_line, is_plain_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

_MENU_LINES = 12  # lines; with more than these before the first prose, a text is a whole page
_GAIN, _COST = 300, 30  # characters: the most that a line of prose adds; the loss by another line
_MIN_LINE = 600  # characters; a shorter line is no page
_MIN_MENU = 5  # words; with fewer at its start, a line is no page
_HEADER = 1500  # characters, from the menu on, within which the article begins
_DATED = 500  # characters of the header within which the time is printed
_MARKS = "|•·>»/"
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
    rf"CN[NB]C? Indonesia)\s?{DASH}{{1,2}}\s?(?=[A-Z“\"])"
)
_TAIL = re.compile(
    r"(?<=[.!?)\]”\"*]) ?(?:Tags?\s?:?|Topik\s?:|Terpopuler|TERPOPULER|"
    r"(?i:Berita|Artikel|Topik) (?:Terkait|Terpopuler|Lainnya|Terkini|TERKAIT|TERPOPULER|LAINNYA)|"
    r"Rekomendasi|Komentar|Tentang Kami|Ikuti Kami|Copyright|©|Hak Cipta)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Unfolded(NamedTuple):
    """A page in four parts; `tail` is all text behind the article."""

    menu: str
    header: list[str]
    body: str
    tail: str


def article_lines(texts: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and the last line (excluded) of the body; None for a text without a menu.

    The body is the stretch with the most prose against other lines in the stretch: the largest sum
    of a subarray (Kadane).
    """
    worth = [min(len(text), _GAIN) if is_body_line(text) else -_COST for text in texts]
    first = next((i for i, value in enumerate(worth) if value > 0), 0)
    if first <= _MENU_LINES:
        return None
    best, found = 0, None
    start, total = first, 0
    for i, value in enumerate(worth):
        if total <= 0:
            start, total = i, 0
        total += value
        if total > best:
            best, found = total, (start, i + 1)
    return found


def unfold(line: str) -> Unfolded | None:
    """Return the parts of a page that is all on one `line`; None unless a menu opens `line`."""
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
    """Return the end of the menu that opens `line`; 0 if no menu does."""
    end = count = 0
    for word in _WORD.finditer(line):
        if not _is_of_menu(word[0], _MARKS):
            break
        end, count = word.end(), count + 1
    return end if count >= _MIN_MENU else 0


def _is_of_menu(word: str, marks: str) -> bool:
    bare = word.strip(marks)
    return not bare or bare.lower() in _MENU


def _body_start(line: str, start: int) -> int:
    """Return the article's beginning behind the header: the dateline, else the end of the time."""
    head = line[start : start + _HEADER]
    if dateline := _DATELINE.search(head):
        return start + dateline.start()
    found = find_date(head[:_DATED])
    if found is None:
        return 0
    end = head.index(found[1]) + len(found[1])
    while people := _PEOPLE.match(head, end + 1):
        end = people.end()
    for word in _WORD.finditer(head, end):
        if not _is_of_menu(word[0], "|•·"):
            break
        end = word.end()
    return start + end


def _header_lines(header: str) -> list[str]:
    """Return title, people and time of `header`, each as a line."""
    found = find_date(" ".join(header.split()))
    people = [match.group() for match in _PEOPLE.finditer(header)]
    cuts = [header.find(part) for part in (*people, found[1] if found else "") if part]
    title = header[: min((cut for cut in cuts if cut >= 0), default=len(header))].strip(" |•·-")
    title = _SITE_BEHIND.sub("", title)
    return [part for part in (title, *people, found[1] if found else "") if part]


def _tail_start(line: str, begin: int) -> int:
    """Return the beginning of lists and footer, behind the last sentence of prose."""
    start = last = begin
    for gap in _SENTENCE.finditer(line, begin):
        if is_plain_sentence(line[start : gap.start()]):
            last = gap.start() - 1
        start = gap.end()
    tail = None if is_plain_sentence(line[start:]) else _TAIL.search(line, last)
    return tail.start() if tail else len(line)
