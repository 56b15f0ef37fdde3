"""Plain-text documents: pages saved as text, and what other people's scrapers left of them.

Header lines are told from prose, broken lines are joined, menus and tickers behind the article are
set aside. Wording inside the body is left to cleaning, which knows the same promos in pages.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction import EXTRACTOR_VERSION
from crawler.extraction.indonesian.bylines import parse_byline, split_names
from crawler.extraction.indonesian.dates import Date, find_date, parse_date
from crawler.extraction.indonesian.headlines import looks_like_headline
from crawler.extraction.rules import GENERIC, Rules
from crawler.extraction.text.dumps import article_lines, is_prose
from crawler.extraction.text.paragraphs import LABEL, Line, paragraphs, unwrapped
from crawler.extraction.text.whole_page import unfold
from crawler.items import Article, Block, Image, Rejected, Removal

if TYPE_CHECKING:
    from datetime import datetime

_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u3000]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_HEADER = 12  # no header has more lines
_DATE_LINE = 90  # characters; a longer line with a date in it is prose
_SITE = r"[A-Za-z][A-Za-z0-9-]{1,30}\.(?:CO\.ID|co\.id|COM|com|ID|id|CO|NET|net|TV|tv)\b"
_DATELINE = re.compile(
    rf"(?:[A-Z][\w ]{{2,25}}, ?)?{_SITE}\s?[-–—,]"
    r"|[A-Z][\w, ]{2,40} ?(?:[-–—]{1,2} |\((?:ANTARA|Antara|AFP|AP|Reuters|REUTERS)\b)"
)
_ROLES = re.compile(
    r"(?:Reporter|Penulis|Pewarta|Editor|Sumber|Rep|Red|Redaktur|Kontributor)\s?:"
    r"|Laporan [A-Z]|Oleh:? [A-Z]"
)
_NAMES = re.compile(
    r"[A-Z][\w.'’]+(?: [A-Z][\w.'’]*){1,3}(?:, [A-Z][\w.'’]+(?: [A-Z][\w.'’]*){1,3}){0,4}"
)
_DESK = "Tim Redaksi"
# What stands in the header besides people: the outlet behind a name, links of the menu.
_HOUSES = re.compile(r"(?:CNN|CNBC|BBC News|VOA|DW) Indonesia|(?:Berita|Home|Beranda|Tech)")
_ROLE_ALONE = re.compile(r"Penulis|Reporter|Pewarta|Editor")
_LABELLED = re.compile(
    r"(?P<people>(?:Reporter|Penulis|Sumber|Editor)\s?:.{1,160}?)\s+"
    rf"(?=(?:[A-Z]{{3,20}}, )?{_SITE}\s?-)"
)
_AROUND_DATE = re.compile(
    r"(?:terakhir )?diperbarui|tayang|terbit|diterbitkan|dipublikasikan|pada|jurnalis"
    r"|\w+\.(?:com|co\.id|id)|[\W_]",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:\w+ )?\d{1,2} \w{1,10} \d{4}")
_TICKER = re.compile(
    r"[\w .&/]{2,25}\s?\|\s?\d{1,2} (?:Detik|Menit|Jam|Hari)(?: \d{1,2} Menit)? (?:yang )?lalu",
    re.IGNORECASE,
)
_GLUED_SENTENCES = re.compile(r"[a-z)]\.(?=[A-Z][a-z])")
_GLUED_WORDS = re.compile(r"[a-z](?=[A-Z])|[A-Z]{3}(?=[A-Z][a-z])")
_CREDIT_LENGTH = 40  # characters before a glued caption: the agency, the photographer
_TAGS = re.compile(r"(?:Tags?|Topik)\s?:\s?(.+)")
_CREDIT = re.compile(
    r"(?:(?:DOK|Dok|dok|Foto|FOTO|Sumber)\b.{0,40}|.{2,30} ?/ ?(?:AFP|AP|ANTARA|Antara|MI)"
    r"|(?:ANTARA|Antara|AFP|AP|REUTERS|Reuters|EPA|MI|Getty Images)(?:/.{1,40}| FOTO.{0,40})?)"
)


def extract_text(
    text: str, url: str = "", rules: Rules = GENERIC, *, fetched_at: datetime
) -> Article:
    """Read a plain-text document; `blocks` holds its body, before cleaning.

    :raises Rejected: `empty_page`, or `not_article` where no line is prose.
    """
    lines = unwrapped(_lines(text))
    if not lines:
        raise Rejected("empty_page", "no text")
    article = Article(
        outlet=rules.name, url=url, fetched_at=fetched_at, body_source="text", language="id",
        extractor_version=EXTRACTOR_VERSION,
    )  # fmt: skip
    parts = _parts(lines, fetched_at)
    _read_header(article, parts.header, fetched_at)
    if not any(is_prose(paragraph) for paragraph in parts.body):
        raise Rejected("not_article", "no line of prose")
    article.blocks = [Block("widget", text, rule="text:menu") for text in parts.menu]
    article.blocks += _blocks(parts.body)
    article.blocks += [Block("widget", text, rule="text:tail") for text in parts.tail]
    for text in parts.tail:
        if tags := _TAGS.fullmatch(text):
            article.tags = [tag.strip() for tag in tags[1].split(",") if tag.strip()]
    return article


class _Parts(NamedTuple):
    """A document apart; the lines of `menu` that are the header stand in `header` too."""

    menu: list[str]
    header: list[str]
    body: list[str]
    tail: list[str]


def _parts(lines: list[Line], now: datetime) -> _Parts:
    if len(lines) == 1 and (page := unfold(lines[0].text)):
        return _Parts([page.menu], page.header, [page.body], [page.tail] if page.tail else [])
    texts = [line.text for line in lines]
    start, end = _header_length(lines, now), _body_length(lines)
    # A header on top makes it an article; without one it may be a page whose menus come first.
    if start < 2 and (found := article_lines(texts)):
        start, end = found
        menu, header = texts[:start], _page_header(texts[:start], now)
    else:
        menu, header = [], texts[:start]
    return _Parts(menu, header, paragraphs(lines[start:end]), texts[end:])


def _blocks(body: list[str]) -> list[Block]:
    """A block for each paragraph, and for a caption that was glued to the front of one."""
    document = "\n".join(body)
    blocks = []
    for paragraph in body:
        end = _glued_caption(paragraph, document)
        if end:
            blocks.append(Block("caption", paragraph[:end], rule="text:glued-caption"))
        blocks.append(Block("paragraph", paragraph[end:]))
    return blocks


def _glued_caption(paragraph: str, document: str) -> int:
    """Where "AgencyCaption of the picture.Paragraph" ends its caption; 0 if there is none.

    Both seams must show, and the caption's first word must stand elsewhere by itself: "YouTube" has
    a seam of its own.
    """
    ends = [match.end() for match in _GLUED_SENTENCES.finditer(paragraph)]
    seam = _GLUED_WORDS.search(paragraph, 0, _CREDIT_LENGTH)
    if not seam or len(ends) != 1 or ends[0] < seam.end():
        return 0
    word = paragraph[seam.end() :].split(" ", 1)[0]
    alone = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", document)
    return ends[0] if alone else 0


def _lines(text: str) -> list[Line]:
    """The lines that hold text, entities decoded, spaces single."""
    lines: list[Line] = []
    apart = False
    for raw in _ENTITY.sub(lambda entity: html.unescape(entity[0]), text).splitlines():
        line = _SPACES.sub(" ", _INVISIBLE.sub("", raw)).strip()
        if not line:
            apart = True
            continue
        indented = raw[:4].isspace()
        people = _LABELLED.match(line)
        if people:  # "Reporter: A | Editor: B KABAR.CO.ID - JAKARTA. Bank ..." in one line
            lines.append(Line(people["people"], apart))
            line, apart, indented = line[people.end() :], False, False
        lines.append(Line(line, apart, indented))
        apart = False
    return lines


def _header_length(lines: list[Line], now: datetime) -> int:
    """How many lines stand above the body: to the last of date, people and repeated title."""
    length, captions = 0, False
    texts = [line.text for line in lines[:_HEADER]]
    for i, text in enumerate(texts):
        if _published(text, now) or _ROLES.match(text) or _ROLE_ALONE.fullmatch(text):
            length = i + 1
        elif i and text in texts[:i] and len(text) > 20:
            length, captions = i + 1, True
        elif is_prose(text) or LABEL.match(text) or len(text) > 200:
            break
    if not length:
        return int(_is_title(texts[0]) and len(texts) > 1)
    while length < len(texts) and (_NAMES.fullmatch(texts[length]) or texts[length] == _DESK):
        length += 1
    # Below a title that is printed again stand the picture's credit and caption.
    while captions and length < len(texts) and not is_prose(texts[length]):
        length += 1
    return length


def _page_header(texts: list[str], now: datetime) -> list[str]:
    """Of the lines above the body of a whole page: the title, and what says what it is."""
    near = texts[-_HEADER:]
    titles = [text for text in near if looks_like_headline(text) and not _published(text, now)]
    told = [
        text
        for i, text in enumerate(near)
        if _published(text, now) or _ROLES.match(text) or _is_name_at(near, i, now)
    ]
    return [max(titles, key=len), *told] if titles else told


def _is_name_at(texts: list[str], i: int, now: datetime) -> bool:
    """Whether line `i` is a name between a title and a time."""
    words = texts[i].split()
    between = 0 < i < len(texts) - 1 and bool(_published(texts[i + 1], now))
    return (
        between
        and 2 <= len(words) <= 4
        and all(word[0].isupper() and word[-1].isalpha() for word in words)
        and looks_like_headline(texts[i - 1])
    )


def _body_length(lines: list[Line]) -> int:
    """The line at which menus and tickers begin, with the titles and tags right above them."""
    end = next((i for i, line in enumerate(lines) if _TICKER.match(line.text)), len(lines))
    if end == len(lines):
        return end
    while end > 1 and not is_prose(lines[end - 1].text):
        end -= 1
    return end


def _read_header(article: Article, texts: list[str], now: datetime) -> None:
    """Tell title, time, people, section and caption apart; what is none of these is `removed`."""
    image = Image()
    texts = _with_roles(texts)
    for i, text in enumerate(texts):
        if _ROLES.match(text):
            people = parse_byline(text)
            article.authors += people.authors
            article.editors += people.editors
            article.agencies += people.sources
        elif date := _published(text, now):
            article.published_at = article.published_at or date[0].instant
            article.published_raw = article.published_raw or date[1]
            article.published_source = "text"
            article.zone_assumed = date[0].zone_assumed
        elif article.title is None and _is_title(text):
            article.title = text
        elif article.title in texts[:i] and text in texts[: i - 1] and text == article.title:
            article.images = [image]
        elif article.images and _CREDIT.fullmatch(text):
            image.credit = text
        elif article.images:
            image.caption = text
        elif not _read_people(article, text):
            article.removed.append(Removal(rule="text:header", text=text))
    if article.images and not (image.caption or image.credit):
        article.images = []


def _with_roles(texts: list[str]) -> list[str]:
    """`texts`, with what somebody is, where that is a line below the name, put before it."""
    joined: list[str] = []
    for text in texts:
        if joined and _ROLE_ALONE.fullmatch(text):
            joined[-1] = f"{text}: {joined[-1]}"
            continue
        if text == _DESK and joined and _NAMES.fullmatch(joined[-1]):  # Kompas: the editor last
            authors, _, editor = joined[-1].rpartition(", ")
            joined[-1] = f"Penulis: {authors} | Editor: {editor}" if authors else editor
        joined.append(text)
    return joined


def _read_people(article: Article, text: str) -> bool:
    """Read "Name, Name" or "Name | Section"; False if it is neither."""
    people, _, section = text.partition("|")
    names = [name for name in split_names(people) if not _HOUSES.fullmatch(name)]
    if any(len(name.split()) > 5 or any(c.isdigit() for c in name) for name in names):
        return False
    article.section = article.section or section.strip() or None
    article.authors += [name for name in names if name not in article.authors]
    return bool(names)


def _published(text: str, now: datetime) -> tuple[Date, str] | None:
    """The time that a line of its own prints, and how; None for prose with a date in it."""
    if len(text) > _DATE_LINE or not any(c.isdigit() for c in text):
        return None
    found = find_date(text)
    if found is None:
        date = parse_date(text, now=now)
        return (
            (date, text) if date and _DAY.fullmatch(_AROUND_DATE.sub(" ", text).strip()) else None
        )
    rest = _AROUND_DATE.sub("", text.replace(found[1], ""))
    return None if rest else found


def _is_title(text: str) -> bool:
    return (
        3 <= len(text.split()) <= 30
        and text[-1] not in ".,:;"
        and not _DATELINE.match(text)
        and not LABEL.match(text)
        and len(text) <= 200
    )
