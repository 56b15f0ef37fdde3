"""The header of a plain-text document: title, time, people, section, caption and credit."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.bylines import (
    SECTIONS,
    is_organisation,
    parse_byline,
    split_names,
)
from crawler.extraction.indonesian.dates import Date, find_date, parse_date
from crawler.extraction.indonesian.headlines import NOUNS, OPENERS, SMALL, looks_like_headline
from crawler.extraction.indonesian.patterns import DASH, DASHES
from crawler.extraction.indonesian.places import is_city
from crawler.extraction.indonesian.sentences import is_body_line
from crawler.extraction.text.paragraphs import LABEL, TextLine, is_dash
from crawler.items import Article, Image, Removal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_HEADER = 12  # lines; no header has more
_DATE_LINE = 90  # characters; a longer line with a date is prose
_REPEATED = 20  # characters; a shorter line that occurs twice is no title
_LONGEST_TITLE = 200  # characters
_LONGEST_BYLINE = 160  # characters; a longer line that begins with a byline's label is prose
SITE = r"[A-Za-z][A-Za-z0-9-]{1,30}\.(?:CO\.ID|co\.id|COM|com|ID|id|CO|co|NET|net|TV|tv)\b"
_SITE = re.compile(SITE)
_SITE_BEHIND = re.compile(rf"\s*[|{DASHES}]\s(?:{SITE}|CN[NB]C? Indonesia)$")
_DATELINE = re.compile(
    rf"(?:[A-Z][\w ]{{2,25}}, ?)?{SITE}\s?[{DASHES},]"
    rf"|[A-Z][\w, ]{{2,40}} ?(?:{DASH}{{1,2}} |\((?:ANTARA|Antara|AFP|AP|Reuters|REUTERS)\b)"
)
_ROLES = re.compile(
    r"(?:Reporter|Penulis|Pewarta|Editor|Sumber|Rep|Red|Redaktur|Kontributor)\s?:"
    r"|Laporan [A-Z]|Oleh:? [A-Z]"
)
_NAMES = re.compile(
    r"[A-Z][\w.'’]+(?: [A-Z][\w.'’]*){1,3}(?:, [A-Z][\w.'’]+(?: [A-Z][\w.'’]*){1,3}){0,4}"
)
_DESK = "Tim Redaksi"
# Words among the people of a header: the outlet behind a name, links of the menu.
_HOUSES = re.compile(r"(?:CNN|CNBC|BBC News|VOA|DW) Indonesia|(?:Berita|Home|Beranda|Tech)")
_ROLE_ALONE = re.compile(r"(?:Penulis|Reporter|Pewarta|Editor|Oleh)\s?:?")
_OFFICES = frozenset("jurnalis reporter wartawan kontributor".split())
_AROUND_DATE = re.compile(
    r"(?:terakhir )?diperbarui|tayang|terbit|diterbitkan|dipublikasikan|pada|jurnalis"
    r"|(?:waktu baca )?\d{1,2} menit(?: (?:mem)?baca)?|\w+\.(?:com|co\.id|id)|[\W_]",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|bin|binti|van|der|de|al|el)){0,4}(?:, [A-Z][\w.]{1,7})*"
)
# Words that headlines and headings hold and names do not.
_NO_NAME = OPENERS | NOUNS | SMALL | {"daftar", "isi", "klasemen", "jadwal", "cara", "simak"}
_TRAIL = re.compile(r"\S [>»›] \S")  # "Home > Tekno"
_BAR = re.compile(rf"\s(?:[|•·]|{DASH}{{1,2}})\s")
# The line above the title of a press release.
_RELEASE = re.compile(r"(?:SIARAN PERS|Siaran Pers|PRESS RELEASE|Press Release)(?: No.{1,60})?")
# "Bandung, 12 Maret 2022 – "
_RELEASE_DAY = re.compile(
    rf"[A-Z][\w ]{{2,30}}, \(?(\d{{1,2}} [A-Z][a-z]{{2,8}} \d{{4}})\)? ?{DASH}"
)
_DAY = re.compile(r"(?:\w+ )?\d{1,2} \w{1,10} \d{4}")
_AGO = re.compile(r"\w{1,12} \w{1,8}(?: yang)? lalu", re.IGNORECASE)
_APART = re.compile(rf"\s*[|•·,]\s*|\s+{DASH}{{1,2}}\s+|^{DASH}|{DASH}$")
_CREDIT = re.compile(
    r"(?:(?:DOK|Dok|dok|Foto|FOTO|Sumber)\b.{0,40}|.{2,30} ?/ ?(?:AFP|AP|ANTARA|Antara|MI)"
    r"|(?:ANTARA|Antara|AFP|AP|REUTERS|Reuters|EPA|MI|Getty Images)(?:/.{1,40}| FOTO.{0,40})?)"
)


def header_length(lines: Sequence[TextLine], now: datetime) -> int:
    """Return the number of lines above the body.

    The header ends with the last date, people or repeated title, and with names right below those.

    :param now: the origin of "3 jam yang lalu"
    """
    texts = [line.text for line in lines[:_HEADER]]
    length, captions = 0, False
    for i, text in enumerate(texts):
        if _is_of_header(text, now):
            length = i + 1
        elif len(text) > _REPEATED and text in texts[:i]:
            length, captions = i + 1, True
        elif is_body_line(text) or LABEL.match(text) or len(text) > _LONGEST_TITLE:
            break
    if not length and _RELEASE.fullmatch(texts[0]):
        return 1 + int(len(texts) > 2 and _is_title(texts[1]))
    if not length:
        return int(_is_title(texts[0]) and len(texts) > 1)
    below = length
    length += sum(1 for _ in takewhile(_is_names, texts[length:]))
    if below < length < len(texts) and is_dash(texts[length]):  # the last is a dateline's place
        length -= 1
    # Below a title that is printed again come credit and caption of the picture.
    if captions:
        length += sum(1 for _ in takewhile(lambda text: not is_body_line(text), texts[length:]))
    return length


def _is_of_header(text: str, now: datetime) -> bool:
    return bool(_published(text, now) or _is_byline(text) or _ROLE_ALONE.fullmatch(text))


def _is_byline(text: str) -> bool:
    short = len(text) <= _LONGEST_BYLINE and not is_body_line(text)
    return short and _ROLES.match(text) is not None


def _is_names(text: str) -> bool:
    return text == _DESK or bool(_NAMES.fullmatch(text) and all(map(_is_name, text.split(", "))))


def _is_name(text: str) -> bool:
    """Return whether `text` may be a person's name: no city, no heading and no piece of a title."""
    if is_organisation(text):
        return True  # "Antara" opens headlines as a preposition
    words = text.lower().split()
    return bool(_NAME.fullmatch(text) and _NO_NAME.isdisjoint(words) and not is_city(text))


def page_header(texts: Sequence[str], now: datetime) -> list[str]:
    """Return title, times and people among `texts`, the lines above the body of a whole page."""
    near = texts[-_HEADER:]
    titles = [text for text in near if looks_like_headline(text) and not _published(text, now)]
    labelled = [
        text
        for i, text in enumerate(near)
        if _published(text, now) or _is_byline(text) or _is_name_at(near, i, now)
    ]
    return [max(titles, key=len), *labelled] if titles else labelled


def _is_name_at(texts: Sequence[str], i: int, now: datetime) -> bool:
    """Return whether line `i` is a name between a title and a time."""
    words = texts[i].split()
    between = 0 < i < len(texts) - 1 and bool(_published(texts[i + 1], now))
    return (
        between
        and 2 <= len(words) <= 4
        and all(word[0].isupper() and word[-1].isalpha() for word in words)
        and looks_like_headline(texts[i - 1])
    )


def read_header(article: Article, texts: list[str], now: datetime) -> None:
    """Read title, time, people, section and caption from `texts` into `article`.

    Lines of no known form become `removed`.

    :param now: the origin of "3 jam yang lalu"
    """
    image = Image()
    texts = _with_roles(texts)
    for i, text in enumerate(texts):
        if _is_byline(text):
            _read_byline(article, text)
            if article.published_at is None and (dated := find_date(text, timed=False)):
                _read_time(article, *dated)
        elif date := _published(text, now):
            _read_time(article, *date)
            if _is_byline(rest := text.replace(date[1], "").strip()):
                _read_byline(article, rest)
            told = _told_beside(text.replace(date[1], ""))
            article.authors += told.get("name", [])
            article.section = article.section or next(iter(told.get("section", [])), None)
        elif article.title is None and (_is_title(text) or _is_short_title(texts, i, now)):
            article.title = _SITE_BEHIND.sub("", text)
        elif text == article.title and text in texts[: i - 1]:  # the picture follows
            article.images = [image]
        elif article.images:
            _read_below_picture(image, text)
        elif _is_above_title(article, texts, i) or not _read_people(article, text):
            article.removed.append(Removal(rule="text:header", text=text))
    if not (image.caption or image.credit):
        article.images = []


def read_release_day(article: Article, text: str) -> None:
    """Read the day of the dateline that opens `text` into an `article` without a time."""
    release = _RELEASE_DAY.match(text) if article.published_at is None else None
    if release and (date := parse_date(release[1])):
        _read_time(article, date, release[1])


def _read_byline(article: Article, text: str) -> None:
    people = parse_byline(text)
    article.authors += people.authors
    article.editors += people.editors
    article.agencies += people.sources


def _read_time(article: Article, date: Date, raw: str) -> None:
    article.published_at = article.published_at or date.instant
    article.published_raw = article.published_raw or raw
    article.published_source = "text"
    article.zone_assumed = date.zone_assumed


def _read_below_picture(image: Image, text: str) -> None:
    if _CREDIT.fullmatch(text):
        image.credit = text
    else:
        image.caption = text


def _with_roles(texts: list[str]) -> list[str]:
    """Return `texts` with each role that is a line beside a name put before that name."""
    roles = [i for i, text in enumerate(texts) if _ROLE_ALONE.fullmatch(text)]
    if roles and roles[-1] + 1 < len(texts) and _is_names(texts[roles[-1] + 1]):
        below = {
            i + 1: f"{texts[i].rstrip(' :')}: {texts[i + 1]}" for i in roles
        }  # Tempo: the role first
        return [below.get(i, text) for i, text in enumerate(texts) if i not in roles]
    joined: list[str] = []
    for text in texts:
        if joined and _ROLE_ALONE.fullmatch(text):
            joined[-1] = f"{text.rstrip(' :')}: {joined[-1]}"
            continue
        if text == _DESK and joined and _NAMES.fullmatch(joined[-1]):  # Kompas: the editor last
            authors, _, editor = joined[-1].rpartition(", ")
            joined[-1] = f"Penulis: {authors} | Editor: {editor}" if authors else editor
        joined.append(text)
    return joined


def _read_people(article: Article, text: str) -> bool:
    """Read "Name, Name" or "Name | Section" into `article`; return whether `text` has names."""
    people, _, section = text.partition("|")
    found = split_names(people, wires=True)
    names = [name for name in found if not (_HOUSES.fullmatch(name) or _SITE.fullmatch(name))]
    if not all(map(_is_name, names)) or people.strip() in (article.title or ""):
        return False
    article.section = article.section or section.strip() or None
    article.authors += [name for name in names if name not in article.authors]
    return bool(names)


def _published(text: str, now: datetime) -> tuple[Date, str] | None:
    """Return the time that the line `text` prints, and the time as printed; None for prose."""
    if len(text) > _DATE_LINE or not any(c.isdigit() for c in text):
        return None
    found = find_date(text)
    if found is None:
        date = parse_date(text, now=now)
        day = _DAY.fullmatch(_AROUND_DATE.sub(" ", text).strip()) or _AGO.fullmatch(text)
        return (date, text) if date and day else None
    rest = text.replace(found[1], "")
    beside = not _AROUND_DATE.sub("", rest) or _told_beside(rest) or _is_byline(rest.strip())
    return found if beside else None


def _told_beside(text: str) -> dict[str, list[str]]:
    """Return houses, sections and names that are all of `text` beside a time; {} for a title.

    A name counts beside a house, a section or a bar: "TECH - Name, CNBC Indonesia", "Name | ".
    """
    told: dict[str, list[str]] = {"house": [], "section": [], "name": []}
    parts = [stripped for part in _APART.split(text) if (stripped := part.strip())]
    official = any(part.lower() in _OFFICES for part in parts)
    for part in parts:
        if part.lower() in _OFFICES:
            continue
        if _HOUSES.fullmatch(part) or _SITE.fullmatch(part) or is_organisation(part):
            told["house"].append(part)
        elif part.lower() in SECTIONS:
            told["section"].append(part)
        elif (official or _NAMES.fullmatch(part)) and _is_name(part):
            told["name"].append(part)
        else:
            return {}
    barred = bool(told["name"]) and (official or _BAR.search(text) is not None)
    return told if told["house"] or told["section"] or barred else {}


def _is_above_title(article: Article, texts: Sequence[str], i: int) -> bool:
    """Return whether line `i` is the site, section or kind of text above the title: no name."""
    if _RELEASE.fullmatch(texts[i]):
        return True
    return article.title is None and any(map(_is_title, texts[i + 1 :]))


def _is_short_title(texts: Sequence[str], i: int, now: datetime) -> bool:
    """Return whether line `i` is a title of two words: the first line, right above the time."""
    if i > 0 or len(texts) < 2 or len(texts[0].split()) != 2 or not _published(texts[1], now):
        return False
    return not any(_is_title(text) and not _published(text, now) for text in texts)


def _is_title(text: str) -> bool:
    return (
        3 <= len(text.split()) <= 30
        and (text[-1] not in ".,:;" or text.endswith(".."))
        and not _DATELINE.match(text)
        and not _TRAIL.search(text)
        and not LABEL.match(text)
        and len(text) <= _LONGEST_TITLE
    )
