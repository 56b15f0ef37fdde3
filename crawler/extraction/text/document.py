"""Plain-text documents: pages saved as text, and what other people's scrapers left of them.

Reading separates header lines from prose, joins broken lines, and sets menus and tickers aside.
Cleaning judges the wording of the body, with the rules that serve pages too.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction import EXTRACTOR_VERSION
from crawler.extraction.indonesian.sentences import is_body_line
from crawler.extraction.rules import GENERIC, Rules
from crawler.extraction.text.header import SITE, header_length, page_header, read_header
from crawler.extraction.text.paragraphs import TextLine, paragraphs, unwrapped
from crawler.extraction.text.whole_page import article_lines, unfold
from crawler.items import Article, Block, Rejected

if TYPE_CHECKING:
    from datetime import datetime

# A single narrow no-break space is left: it stands inside numbers.
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u205f\u3000]+|\u202f{2,}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_LABELLED = re.compile(
    r"(?P<people>(?:Reporter|Penulis|Sumber|Editor)\s?:.{1,160}?)\s+"
    rf"(?=(?:[A-Z]{{3,20}}, )?{SITE}\s?-)"
)
_TICKER = re.compile(
    r"[\w .&/]{2,25}\s?\|\s?\d{1,2} (?:Detik|Menit|Jam|Hari)(?: \d{1,2} Menit)? (?:yang )?lalu",
    re.IGNORECASE,
)
_GLUED_SENTENCES = re.compile(r"[a-z)]\.(?=[A-Z][a-z])")
_GLUED_WORDS = re.compile(r"[a-z](?=[A-Z])|[A-Z]{3}(?=[A-Z][a-z])")
_MOST_LINES = 50_000  # of a document, as many as a page may have elements; a book has fewer
_SEARCHED = 100_000  # characters of a document in which a caption's first word is looked for
_SEARCHES = 100  # captions of a document whose word is looked for; real documents have one
_LONGEST_WORD = 40  # characters
_CREDIT_LENGTH = 40  # characters of agency and photographer, at most, before a glued caption
_TAGS = re.compile(r"(?:Tags?|Topik)\s?:\s?(.+)")


def extract_text(
    text: str, url: str = "", rules: Rules = GENERIC, *, fetched_at: datetime
) -> Article:
    """Return the article in a plain-text document; `blocks` holds the body before cleaning.

    :raises Rejected: `empty_page`, `too_many_lines`, or `not_article` where no line is prose.
    """
    lines = unwrapped(_lines(text))
    if not lines:
        raise Rejected("empty_page", "no text")
    article = Article(
        outlet=rules.name, url=url, fetched_at=fetched_at, body_source="text", language="id",
        extractor_version=EXTRACTOR_VERSION,
    )  # fmt: skip
    parts = _parts(lines, fetched_at)
    read_header(article, parts.header, fetched_at)
    if not any(is_body_line(paragraph) for paragraph in parts.body):
        raise Rejected("not_article", "no line of prose")
    article.blocks = [Block("widget", text, rule="text:menu") for text in parts.menu]
    article.blocks += _blocks(parts.body)
    article.blocks += [Block("widget", text, rule="text:tail") for text in parts.tail]
    for text in parts.tail:
        if tags := _TAGS.fullmatch(text):
            article.tags = [tag.strip() for tag in tags[1].split(",") if tag.strip()]
    return article


class _Parts(NamedTuple):
    """The lines of a document in four parts; `header` repeats some lines of `menu`."""

    menu: list[str]
    header: list[str]
    body: list[str]
    tail: list[str]


def _parts(lines: list[TextLine], now: datetime) -> _Parts:
    if len(lines) == 1 and (page := unfold(lines[0].text)):
        return _Parts([page.menu], page.header, [page.body], [page.tail] if page.tail else [])
    texts = [line.text for line in lines]
    start, end = header_length(lines, now), _body_length(lines)
    # A text with a header on top is an article; any other text may be a page that opens with menus.
    if start < 2 and (found := article_lines(texts)):
        start, end = found
        menu, header = texts[:start], page_header(texts[:start], now)
    else:
        menu, header = [], texts[:start]
    return _Parts(menu, header, paragraphs(lines[start:end]), texts[end:])


def _blocks(body: list[str]) -> list[Block]:
    """Return a block for each paragraph, and for each caption glued to a paragraph's front."""
    document = ""
    searches = _SEARCHES
    blocks = []
    for paragraph in body:
        end, word = _seams(paragraph)
        if end and not searches:
            end = 0
        elif end:
            searches -= 1
            document = document or "\n".join(body)[:_SEARCHED]
            end = end if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", document) else 0
        if end:
            blocks.append(Block("caption", paragraph[:end], rule="text:glued-caption"))
        blocks.append(Block("paragraph", paragraph[end:]))
    return blocks


def _seams(paragraph: str) -> tuple[int, str]:
    """Return end and first word of the caption in "AgencyCaption of the picture.Paragraph".

    Both seams must show; the end is 0 without any. Some names ("YouTube") hold a seam, so the word
    must occur elsewhere as a word.
    """
    seam = _GLUED_WORDS.search(paragraph, 0, _CREDIT_LENGTH)
    ends = [match.end() for match in _GLUED_SENTENCES.finditer(paragraph)] if seam else []
    if not seam or len(ends) != 1 or ends[0] < seam.end():
        return 0, ""
    return ends[0], paragraph[seam.end() : seam.end() + _LONGEST_WORD].split(" ", 1)[0]


def _lines(text: str) -> list[TextLine]:
    """Return the lines that hold text, with entities decoded and single spaces.

    :raises Rejected: `too_many_lines` over _MOST_LINES.
    """
    lines: list[TextLine] = []
    apart = False
    for raw in _ENTITY.sub(lambda entity: html.unescape(entity[0]), text).splitlines():
        if raw.isprintable() and "  " not in raw:  # most lines are, and this is soon known
            line = raw.strip(" ")
        else:
            line = _SPACES.sub(" ", _INVISIBLE.sub("", raw)).strip()
        if not line:
            apart = True
            continue
        if len(lines) >= _MOST_LINES:
            raise Rejected("too_many_lines", f"over {_MOST_LINES:,} lines")
        indented = raw[:4].isspace()
        people = _LABELLED.match(line)
        if people:  # "Reporter: A | Editor: B KABAR.CO.ID - JAKARTA. Bank ..." in one line
            lines.append(TextLine(people["people"], apart))
            line, apart, indented = line[people.end() :], False, False
        lines.append(TextLine(line, apart, indented))
        apart = False
    return lines


def _body_length(lines: list[TextLine]) -> int:
    """Return the first line of menus and tickers, of titles and tags right above them."""
    end = next((i for i, line in enumerate(lines) if _TICKER.match(line.text)), len(lines))
    if end == len(lines):
        return end
    while end > 1 and not is_body_line(lines[end - 1].text):
        end -= 1
    return end
