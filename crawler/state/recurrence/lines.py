"""Candidates for house notices: lines that have the form of a call, a notice or a promo.

Form alone proves nothing (about 4 in 10 such lines are prose); a line is taken when it recurs, too.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from crawler.extraction.indonesian.patterns import DASHES
from crawler.state.recurrence.phrases import SAYING, groups, groups_in, may_say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Shape = Literal["call", "notice", "promo", "chain", "headline"]

POINTS = 3
"""Points of the least notice; a call that names nothing of the outlet's has two."""
_WORDS = (3, 45)
"""Words of the shortest and longest call or notice; two words recur by chance, and a longer line
of a notice is reached from its neighbours."""
_CHAINED = 60  # words of the longest sentence of a house text
_WHOLE = 400
"""Characters of the longest paragraph that may be a notice of several sentences."""
_PROMO_WORDS = (5, 22)
_CAPITALISED = 0.55
"""Share of capitalised words in a promo line, which is set as a headline, at least."""
_FIXED = 4
"""Words of a call that stay when names, numbers and quotations are masked, at least: fewer would
make calls one that have nothing in common."""
_NUMBERS = 2
"""Numbers in a notice at most: price lists, results and timetables have more."""

_BOUNDARY = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9])|(?<=[.!?])(?=\()")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:PT|CV|Tbk|Dr|dr|Drs|Jl|No|Hj?|St|Prof|Ir|Rp|[A-Z])\.$")
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"[“\"][^“”\"]{1,200}[”\"]|‘[^‘’]{1,200}’")
_OPEN, _CLOSED = "“«", "”»"
_LEADS = frozenset("nah hai halo oh oiya jadi dan yuk ayo mari".split())
_CALLED = 3  # words of the longest name of the readers, before a comma
_OF_THE_MEDIUM = ("house", "medium", "itself")
_OPENINGS = ("opening", "question", "service")
_ADDRESS = re.compile(r"https?://|www\.|\b[\w-]+(?:\.[\w-]+)*\.(?:com|co|id|net|org|me|ly|tv|go)\b")
_PRICE = re.compile(r"\brp\.? ?\d|\bus\$|\d+ ?persen|\d ?%|\d[.:]\d\d\D.*\d[.:]\d\d")
_NUMBERED = re.compile(r"\W*(?:\d{1,2}|[a-z])[.)]\s")
_LABEL = re.compile(
    r"\W*(?i:baca|lihat|simak|tonton) +(?i:juga|pula)(?: *:| *[A-Z])(?!.*\bdi ?sini\W*$)"
)
"""The label of a promo, behind which prose may be glued; not a call to a video "here"."""
_SECOND = re.compile(r"^\W*[A-Z]\w+ ([A-Z]\w+)")
_PLACE = re.compile(
    r"\b(?:akun|kanal|saluran|channel|aplikasi|situs|laman|layanan)(?: [a-z]+){0,2} @?([A-Z]\w+)"
)
_SLOT, _NUMBER = "\N{BLACK SQUARE}", "0"


class Candidate(NamedTuple):
    """A part of a body that may be a notice: characters `start` to `end` of a paragraph."""

    paragraph: int
    start: int
    end: int
    text: str
    key: int
    shape: Shape


class Sentence(NamedTuple):
    """Characters `start` to `end` of a paragraph."""

    paragraph: int
    start: int
    end: int
    text: str


def sentences(number: int, paragraph: str) -> Iterator[Sentence]:
    """Yield the sentences of paragraph `number`; an unfinished last one, too."""
    start = 0
    for boundary in _BOUNDARY.finditer(paragraph):
        end = boundary.end() - len(boundary.group()) + len(boundary.group().rstrip())
        if _ABBREVIATION.search(paragraph, max(0, end - 8), end):
            continue
        yield Sentence(number, start, end, paragraph[start:end])
        start = boundary.end()
    if start < len(paragraph):
        yield Sentence(number, start, len(paragraph), paragraph[start:])


def candidates(
    paragraphs: Sequence[str], outlet: str, kinds: Sequence[str] | None = None
) -> Iterator[Candidate]:
    """Yield the candidates of a body, in reading order: short paragraphs as a whole, and sentences.

    :param kinds: of the paragraphs; items of lists and headings are no candidates
    """
    for number, paragraph in enumerate(paragraphs):
        kind = kinds[number] if kinds and number < len(kinds) else "paragraph"
        if kind in ("list_item", "heading", "quote"):
            continue
        yield from _notices(number, paragraph, outlet)
        if _is_promo_line(paragraph) and not _is_in_list(paragraphs, number):
            yield _candidate(Sentence(number, 0, len(paragraph), paragraph), "promo")


def _notices(number: int, paragraph: str, outlet: str) -> Iterator[Candidate]:
    if not may_say({*_WORD.findall(paragraph.lower())}, asks="?" in paragraph):
        return
    parts = list(sentences(number, paragraph))
    if len(parts) > 1 and len(paragraph) <= _WHOLE and all(_has_word(p.text) for p in parts):
        parts.append(Sentence(number, 0, len(paragraph), paragraph))
    for part in parts:
        shape = shape_of(part.text, outlet)
        if shape and not _is_inside_quotation(paragraph, part.start):
            yield _candidate(part, shape)


def _has_word(text: str) -> bool:
    """Return whether a phrase of any group is in `text`: prose beside a notice has none."""
    return bool(groups_in(_WORD.findall(text.lower())) - {"speech"})


def _candidate(part: Sentence, shape: Shape) -> Candidate:
    return Candidate(*part, key_of(part.text, shape), shape)


def shape_of(text: str, outlet: str) -> Shape | None:
    """Return the shape of a call or notice, by the form of `text` alone; None for any other line.

    :param outlet: the outlet's name, whose own name and address a notice may hold
    """
    words = _WORD.findall(text.lower())
    if not _WORDS[0] <= len(words) <= _WORDS[1]:
        return None
    book, asks = groups(), "?" in text
    begins: set[str] = set()
    for begin in dict.fromkeys((0, *_beginnings(text, words))):
        begins = {name for name in _OPENINGS if book[name].stands_at(words, begin)}
        if not asks:
            begins.discard("question")
        if begins:
            break
    found = groups_in(words[begin + 1 :] if begins else words) | begins
    if "speech" in found or found.isdisjoint(SAYING):
        return None
    own = names_outlet(text, outlet)
    if not own and found.isdisjoint(_OF_THE_MEDIUM):
        found.discard("making")
    points = sum(book[name].points for name in found) + own
    address = any(book[name].address for name in found) or (asks and "reader" in found)
    if points < POINTS or not address or _is_prose(text, words, outlet):
        return None
    return "call" if begins else "notice"


def _beginnings(text: str, words: Sequence[str]) -> Iterator[int]:
    """Yield the places of the first words behind an interjection and the name of the readers."""
    if words[0] in _LEADS:
        yield 1
    called = len(_WORD.findall(text.partition(",")[0]))
    if "," in text and called <= _CALLED:
        yield called


def _is_prose(text: str, words: Sequence[str], outlet: str) -> bool:
    """Return whether `text` has a sign that no notice has."""
    book, lower = groups(), text.lower()
    if text[0] in _OPEN + "\"'‘" or _NUMBERED.match(lower) or _PRICE.search(lower):
        return True
    if sum(word.isdigit() for word in words) > _NUMBERS:
        return True
    if book["byline"].stands_at(words, 0) and ":" in text[:40]:
        return True
    if book["transition"].ends(words) or _LABEL.match(text):
        return True
    if any(not is_own(found.group(), outlet) for found in _ADDRESS.finditer(lower)):
        return True
    return _names_another(text, outlet)


def is_chainable(text: str) -> bool:
    """Return whether `text` may go with a notice beside: no speech, price or list of numbers."""
    words = _WORD.findall(text.lower())
    if not words or len(words) > _CHAINED or sum(word.isdigit() for word in words) > _NUMBERS:
        return False
    quotes = any(mark in text for mark in _OPEN + _CLOSED + '"')
    return not (quotes or "speech" in groups_in(words) or _PRICE.search(text.lower()))


def _names_another(text: str, outlet: str) -> bool:
    """Return whether the name behind a first word that calls, or behind "akun", is another's."""
    words = _WORD.findall(text)
    if _is_title_case(words):
        return False
    book, lower = groups(), [words[0].lower()]
    foreign = [found[1] for found in _PLACE.finditer(text)]
    if book["opening"].stands_at(lower, 0) or book["service"].stands_at(lower, 0):
        foreign += _SECOND.findall(text)
    platform = book["platform"]
    return any(not platform.stands_at([w.lower()], 0) and not is_own(w, outlet) for w in foreign)


def names_outlet(text: str, outlet: str) -> bool:
    """Return whether a capitalised name in `text` is the outlet's."""
    words = _WORD.findall(text)
    pairs = [one + other for one, other in pairwise(words)]
    return any(word[0].isupper() and is_own(word, outlet) for word in [*words, *pairs])


def is_own(name: str, outlet: str) -> bool:
    """Return whether `name`, a word or an address, begins as the outlet's name does."""
    bare = re.sub(r"^(?:https?://)?(?:www\.|m\.)?", "", name.lower())
    parts = [_letters(part) for part in bare.split(".")]
    own = _letters(outlet)
    return any(
        len(part) >= 4 and (own.startswith(part) or part.startswith(own[:6])) for part in parts
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _is_promo_line(text: str) -> bool:
    """Return whether `text` is set as a headline, without a number."""
    if not text or text[-1] == ".":  # as most paragraphs end
        return False
    words = text.split()
    if not _PROMO_WORDS[0] <= len(words) <= _PROMO_WORDS[1] or text[-1] in '.!?:;,…"”)':
        return False
    if any(character.isdigit() for character in text) or text[0] in "\"“‘'(-•*":
        return False
    return _is_title_case(words) and any(word.islower() or word.istitle() for word in words)


def _is_title_case(words: Sequence[str]) -> bool:
    capitalised = sum(word[0].isupper() for word in words)
    return capitalised >= _CAPITALISED * len(words) and len(words) >= _PROMO_WORDS[0]


def _is_in_list(paragraphs: Sequence[str], number: int) -> bool:
    """Return whether the paragraph above or below has no end mark either: lines of a list."""
    around = (*paragraphs[max(0, number - 1) : number], *paragraphs[number + 1 : number + 2])
    return any(line and len(line) < 150 and line[-1] not in '.!?…"”)' for line in around)


def _is_inside_quotation(paragraph: str, start: int) -> bool:
    before = paragraph[:start]
    opened = sum(before.count(mark) for mark in _OPEN) - sum(map(before.count, _CLOSED))
    return opened > 0 or before.count('"') % 2 == 1


# -- keys


def key_of(text: str, shape: Shape) -> int:
    """Return the 63 bits by which a line is known again, with other blanks, quotes and dashes too.

    In a call or notice, quotations, names and numbers count as slots.
    """
    words = skeleton(text) if shape in ("call", "notice") else plain_words(text)
    return hashed(" ".join(words))


def plain_key(text: str) -> int:
    """Return the key of a line without slots."""
    return key_of(text, "chain")


def plain_words(text: str) -> list[str]:
    """Return the words of `text` without case."""
    return _WORD.findall(_plain(text).casefold())


def hashed(text: str) -> int:
    """Return 63 bits of `text`, which SQLite keeps as a whole number."""
    return (
        int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1
    )


def skeleton(text: str) -> list[str]:
    """Return the words of `text` with a sign in the place of each quotation, name and number;
    without signs where fewer than four words would stay."""
    text = _plain(text)
    masked = _QUOTED.sub(f" {_SLOT} ", text)
    found = list(re.finditer(rf"\w+|{_SLOT}", masked))
    title = _is_title_case([match.group() for match in found])
    words: list[str] = []
    end = 0
    for match in found:
        word = match.group()
        begins = not words or any(mark in masked[end : match.start()] for mark in ".!?:(")
        if word == _SLOT or (word != word.lower() and not begins and not title):
            words.append(_SLOT)
        elif any(map(str.isdigit, word)):
            words.append(_NUMBER)
        else:
            words.append(word.casefold())
        end = match.end()
    words = [word for word, _ in groupby(words)]
    fixed = [word for word in words if word not in (_SLOT, _NUMBER)]
    return words if len(fixed) >= _FIXED else plain_words(text)


def _plain(text: str) -> str:
    """Return `text` in NFKC, with one form of blank and dash."""
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").translate(_DASHED)
    return " ".join(text.split())


_DASHED = dict.fromkeys(map(ord, DASHES), "-")
