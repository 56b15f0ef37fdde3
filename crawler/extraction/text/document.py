"""Plain-text documents: pages saved as text, and what other people's scrapers left of them.

Reading separates header lines from prose, joins broken lines, and sets menus and tickers aside.
Cleaning judges the wording of the body, with the rules that serve pages too.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction import EXTRACTOR_VERSION
from crawler.extraction.indonesian.headlines import looks_like_headline
from crawler.extraction.indonesian.patterns import DASH
from crawler.extraction.indonesian.sentences import is_body_line
from crawler.extraction.rules import GENERIC, Rules
from crawler.extraction.text.header import (
    SITE,
    header_length,
    page_header,
    read_header,
    read_release_day,
)
from crawler.extraction.text.paragraphs import (
    TextLine,
    is_dash,
    paragraphs,
    parted,
    unnested,
    unwrapped,
)
from crawler.extraction.text.whole_page import article_lines, unfold
from crawler.items import Article, Block, Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# A single narrow no-break space is left: it stands inside numbers.
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u205f\u3000]+|\u202f{2,}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_LABELLED = re.compile(
    r"(?P<people>(?:Reporter|Penulis|Sumber|Editor)\s?:.{1,160}?)\s+"
    rf"(?=(?:[A-Z]{{3,20}}, )?{SITE}\s?{DASH})"
)
_TICKER = re.compile(
    r"[\w .&/]{2,25}\s?\|\s?\d{1,2} (?:Detik|Menit|Jam|Hari)(?: \d{1,2} Menit)? (?:yang )?lalu",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")
_GLUED_SENTENCES = re.compile(r"[a-z)]\.(?=[A-Z][a-z])")
_MARKED = re.compile(r"#\s+(?=\S)|([*_]{1,3})(?=[^\s*_])(?=.{1,120}(?<=\S)\1$)")  # by Markdown
_HEAD = 12  # lines of a document that may be a headline or a byline in Markdown
_MOST_LINES = 50_000  # of a document, as many as a page may have elements; a book has fewer
_SEARCHED = 100_000  # characters of a document in which a caption's first word is looked for
_SEARCHES = 100  # captions of a document whose word is looked for; real documents have one
_LONGEST_WORD = 40  # characters
# The credit before a glued caption: two names, so that no link glued to a word is one.
_CREDIT = re.compile(r"[A-Z]\w{0,24}(?:[ /][A-Z]\w{0,24}){1,3}?(?<=[a-z])(?=[A-Z])")
_LONGEST_CAPTION = 200  # characters
_CONTENTS = re.compile(r"(?:Daftar [Ii]si|DAFTAR ISI)\s?:?")
_TAGS = re.compile(r"(?:Tags?|Topik)\s?:\s?(.+)")


def extract_text(
    text: str, url: str = "", rules: Rules = GENERIC, *, fetched_at: datetime
) -> Article:
    """Return the article in a plain-text document; `blocks` holds the body before cleaning.

    :raises Rejected: `empty_page`, `too_many_lines`, or `not_article` where no line is prose.
    """
    lines = unwrapped(parted(unnested(_lines(text))))
    if not lines:
        raise Rejected("empty_page", "no text")
    article = Article(
        outlet=rules.name, url=url, fetched_at=fetched_at, body_source="text", language="id",
        extractor_version=EXTRACTOR_VERSION,
    )  # fmt: skip
    parts = _parts(lines, fetched_at)
    read_header(article, parts.header, fetched_at)
    if parts.body:
        read_release_day(article, parts.body[0])
    if not any(is_body_line(paragraph) for paragraph in parts.body):
        raise Rejected("not_article", "no line of prose")
    article.blocks = [Block("widget", text, rule="text:menu") for text in parts.menu]
    article.blocks += _blocks(parts.body)
    article.blocks += [Block("widget", text, rule="text:twice") for text in parts.twice]
    article.blocks += [Block("widget", text, rule="text:tail") for text in parts.tail]
    for text in parts.tail:
        if tags := _TAGS.fullmatch(text):
            article.tags = [tag.strip() for tag in tags[1].split(",") if tag.strip()]
    return article


class _Parts(NamedTuple):
    """The lines of a document; `header` repeats some lines of `menu`, and `twice` is of no part."""

    menu: list[str]
    header: list[str]
    body: list[str]
    tail: list[str]
    twice: Sequence[str] = ()


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
    if start == len(header):
        start = _below_contents(texts, start)
        menu = menu + texts[len(header) : start]
    body, twice = _without_twins(lines[start:end])
    return _Parts(menu, header, paragraphs(body), texts[end:], twice)


def _without_twins(lines: list[TextLine]) -> tuple[list[TextLine], list[str]]:
    """Return `lines` without headlines that are printed twice in a row, and those headlines.

    A video is printed so, below the picture and as a link.
    """
    twins = {
        i
        for i, (line, behind) in enumerate(pairwise(lines))
        if line.text == behind.text and looks_like_headline(line.text) and i
    }
    kept = [line for i, line in enumerate(lines) if i not in twins and i - 1 not in twins]
    return kept, [lines[i].text for i in sorted(twins)]


def _below_contents(texts: list[str], start: int) -> int:
    """Return the first line below a table of contents at line `start`; `start` without one."""
    if start >= len(texts) or not _CONTENTS.fullmatch(texts[start]):
        return start
    end = start + 1
    while end < len(texts) - 1 and not is_body_line(texts[end]) and not is_dash(texts[end + 1]):
        end += 1
    return end


def _blocks(body: list[str]) -> list[Block]:
    """Return a block for each paragraph, and for each caption glued to a paragraph's front."""
    document = ""
    searches = _SEARCHES
    printed = Counter(seam[0] for seam in map(_CREDIT.match, body) if seam)
    blocks = []
    for paragraph in body:
        seam = _CREDIT.match(paragraph)
        end = seam and _GLUED_SENTENCES.search(paragraph, seam.end(), _LONGEST_CAPTION)
        if seam and end and searches:
            searches -= 1
            document = document or "\n".join(body)[:_SEARCHED]
            whole = printed[seam[0]] > 1
            sentences = _caption(paragraph, seam.end(), end.end(), document, whole=whole)
            blocks += [Block("caption", text, rule="text:glued-caption") for text in sentences]
            paragraph = paragraph[end.end() :] if sentences else paragraph
        blocks.append(Block("paragraph", paragraph))
    return blocks


def _caption(paragraph: str, seam: int, end: int, document: str, *, whole: bool) -> list[str]:
    """Return the sentences of the caption in "Agency NameCaption of the picture.Paragraph".

    Some names ("YouTube") hold a seam, so the first word must occur elsewhere as a word. All of a
    caption goes only where the same credit opens another paragraph: a second sentence may be prose.

    :param seam: the end of the credit; `end`, that of the caption
    """
    word = paragraph[seam : seam + _LONGEST_WORD].split(" ", 1)[0]
    if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", document):
        return []
    sentences = _SENTENCE_END.split(paragraph[:end])
    return sentences if whole or len(sentences) == 1 else []


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
        if len(lines) < _HEAD and line[:1] in ("#", "*", "_") and (mark := _MARKED.match(line)):
            line = line[mark.end() :].removesuffix(mark[1] or "\n")
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
