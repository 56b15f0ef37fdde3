"""Fixtures: an outlet's page in our own words, and the article expected of the page."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crawler.items import Article

_TOKEN = re.compile(
    r"(<!--.*?-->|<(?P<skip>script|style|svg|iframe|noscript)\b.*?</(?P=skip)\s*>|"
    r"""<(?>=\s*"[^"]*"|=\s*'[^']*'|[^>])*+>)""",
    re.DOTALL | re.IGNORECASE,
)
_INLINE = re.compile(
    r"<!--|</?(?:a|abbr|acronym|b|bdi|bdo|big|br|cite|code|data|del|dfn|em|font|i|iframe|ins|kbd|label|"
    r"mark|nobr|q|s|samp|script|small|span|strike|strong|sub|sup|svg|time|tt|u|var|wbr)(?![\w-])",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\b[^>]*>(?P<again>\s*(?:&nbsp;\s*)*<br\b)?", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:;)\]\"”’]\s*\Z")
_JSON_SCRIPT = re.compile(
    r"(<script\b[^>]*json[^>]*>)(.*)(</script\s*>)", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""(?<=\s)([\w:-]+)=("[^"]*"|'[^']*')""")
_NO_TEXT = re.compile(
    r"class|style|id|rel|src|srcset|sizes|media|data-src|data-srcset|on\w+", re.IGNORECASE
)
"""Attributes that hold names and code, never text."""
_HEADLINE = 6
"""Words: shorter texts are labels, names, dates and sign-offs."""
_LONGEST_COMMENT = 60
"""Characters: comments like "pagination end" mark a place; longer ones are code out of use."""
_WORD = re.compile(r"[^\W\d_]+")
_SHORT = 3
"""Letters of the words that stay: prepositions, and the ends of names."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){3,}")
# The words that parsing and cleaning look for.
_GRAMMAR = re.compile(
    "yang|untuk|dari|dengan|pada|dalam|akan|oleh|juga|tidak|telah|sudah|baca|lihat|simak|terkait|"
    "selengkapnya|advertisement|halaman|reporter|editor|penulis|pewarta|wartawan|kontributor|"
    "laporan|sumber|foto|ilustrasi|januari|februari|maret|april|juni|"
    "juli|agustus|september|oktober|november|desember|senin|selasa|rabu|kamis|jumat|sabtu|minggu",
    re.IGNORECASE,
)
_SEA_AND_HOUSE = """
perahu lentera dermaga sungai jembatan gudang kebun ladang bukit pasar pesisir teluk angin hujan
cahaya musim panen benih tali layar kemudi peta kompas sauh dayung jaring sampan tiang papan paku
cermin jendela pintu tangga atap pagar sumur ember gayung tungku kayu arang asap bara garam gula
beras jagung kelapa pinang cengkih pala lada kunyit menyusun menimbang mengikat menambal mengayuh
menyalakan memindahkan mengukur memeriksa menyimpan membuka menutup merawat
"""
_OURS = _SEA_AND_HOUSE.split()


def expectation(article: Article) -> dict[str, Any]:
    """Return what a fixture's JSON holds: the fields that a contributor can check by eye."""
    published = article.published_at
    return {
        "title": article.title,
        "paragraphs": article.paragraphs,
        "authors": article.authors,
        "editors": article.editors,
        "published_at": published.astimezone(WIB).isoformat() if published else None,
        "section": article.section,
        "tags": article.tags,
        "dateline": article.dateline,
        "signoff": article.signoff,
        "related": [{"title": link.title, "url": link.url} for link in article.related],
        "body_source": article.body_source,
    }


class _Edit(NamedTuple):
    """A part of a text and the words that replace it."""

    start: int
    end: int
    words: str


class OwnWords:
    """A page's text in our words, so that the page can be kept; markup, labels, dates stay.

    A word always becomes the same other word. Texts are judged by block, however inline markup
    cuts them: a block of fewer than six words stays, and so does a notice that cleaning knows by
    its wording. Elsewhere at most five words in a row stay.
    """

    def __init__(self, article: Article) -> None:
        """:param article: the article on the page as it was served"""
        notices = [r.text for r in article.removed if _is_known_by_wording(r.rule)]
        self._kept = _any_of([*notices, article.dateline or ""])
        people = [*article.authors, *article.editors]
        self._names = {name: f"Warga {chr(ord('A') + n % 26)}" for n, name in enumerate(people)}
        self._people = _any_of(sorted(people, key=len, reverse=True))

    def page(self, source: str) -> str:
        """Return a page's source in our words, without scripts and styles."""
        parts: list[str] = []
        block: list[int] = []  # places in `parts`
        place = 0
        for match in _TOKEN.finditer(source):
            self._add_text(source[place : match.start()], parts, block)
            before = next((parts[n] for n in reversed(block) if not parts[n].isspace()), "")
            if _ends_block(source, match.start(), before):
                self._close(parts, block)
            elif _BREAK.match(match[0]):
                self._add_text("\n", parts, block)  # two words, where the page has no blank
            parts.append(self._token(match[0]))
            place = match.end()
        self._add_text(source[place:], parts, block)
        self._close(parts, block)
        return "".join(parts)

    def url(self, url: str) -> str:
        """Return `url` with our words in its slug."""
        return _SLUG.sub(lambda match: _WORD.sub(_slug_word, match[0]), url)

    def text(self, text: str) -> str:
        """Return `text`, which is a whole block, in our words if it has six words or more."""
        return "".join(self._block([text]))

    def _add_text(self, text: str, parts: list[str], block: list[int]) -> None:
        if text:
            block.append(len(parts))
            parts.append(html.unescape(text))

    def _close(self, parts: list[str], block: list[int]) -> None:
        """Put our words in the place of a block's text, and begin the next block."""
        ours = self._block([parts[place] for place in block])
        for place, text in zip(block, ours, strict=True):
            parts[place] = html.escape(text, quote=False)
        block.clear()

    def _block(self, texts: Sequence[str]) -> list[str]:
        """Return the texts of one block in our words, cut in the same places."""
        return _edited(texts, self._edits("".join(texts)))

    def _edits(self, text: str) -> list[_Edit]:
        """Return the parts of a block's text to replace, in order."""
        names = [
            _Edit(*match.span(), self._names[" ".join(match[0].split())])
            for match in self._people.finditer(text)
        ]
        if max(len(text.split()), len(_WORD.findall(text))) < _HEADLINE:
            return names
        kept = [match.span() for match in self._kept.finditer(text)]
        fixed = sorted([*kept, *((name.start, name.end) for name in names)])
        return sorted([*names, *_words_to_replace(text, fixed)])

    def _token(self, token: str) -> str:
        if token.startswith("<!--"):
            return token if len(token) < _LONGEST_COMMENT else ""
        if script := _JSON_SCRIPT.fullmatch(token):
            return script[1] + self._json(script[2]) + script[3]
        if token.endswith(">") and _TOKEN.fullmatch(token)["skip"]:  # type: ignore[index]
            return ""
        return _ATTRIBUTE.sub(self._attribute, token)

    def _attribute(self, match: re.Match[str]) -> str:
        if _NO_TEXT.fullmatch(match[1]):
            return match[0]
        value = html.unescape(match[2][1:-1])
        ours = self.url(value) if match[1].lower() == "href" else self._value(value)
        return f'{match[1]}="{html.escape(ours)}"'

    def _json(self, source: str) -> str:
        try:
            said = json.loads(source, strict=False)
        except ValueError:
            return self.text(source)
        ours = json.dumps(_mapped(said, self._value), ensure_ascii=False)
        return ours.replace("</", "<\\/")

    def _value(self, text: str) -> str:
        return self.page(text) if "<" in text else self.url(self.text(text))


def _is_known_by_wording(rule: str) -> bool:
    """Return whether cleaning takes texts by their words: no selector, headline or caption."""
    return ":" not in rule and not rule.endswith("promo") and not rule.startswith("caption")


def _any_of(texts: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that matches each of `texts` with any blanks between the words."""
    patterns = [r"\s+".join(map(re.escape, text.split())) for text in texts if text.strip()]
    return re.compile("|".join(rf"(?<!\w){pattern}(?!\w)" for pattern in patterns) or r"(?!)")


def _ends_block(source: str, place: int, before: str) -> bool:
    """Return whether the tag at `place` ends a block, as two line breaks do, or a sentence and one.

    :param before: the block's last text
    """
    if line_break := _BREAK.match(source, place):
        return bool(line_break["again"] or _SENTENCE_END.search(before))
    return not _INLINE.match(source, place)


def _words_to_replace(text: str, fixed: Sequence[tuple[int, int]]) -> Iterator[_Edit]:
    """Yield an edit for each word outside `fixed` parts that is not ours, and each sixth that is.

    Numbers interrupt a row of words: dates stay.
    """
    row, last = 0, 0
    in_capitals = text.isupper()
    for match in _WORD.finditer(text):
        start, end = match.span()
        is_fixed = any(first <= start < past for first, past in fixed)
        if is_fixed or any(character.isdigit() for character in text[last:start]):
            row = 0
        last = end
        if is_fixed:
            continue
        row += 1
        if not _stays(match[0], in_capitals=in_capitals) or row == _HEADLINE:
            row = 0
            yield _Edit(start, end, _our_word(match[0]))


def _edited(texts: Sequence[str], edits: Sequence[_Edit]) -> list[str]:
    """Return `texts` after `edits` of their sum; new words go where the old ones begin."""
    found, offset = [], 0
    for text in texts:
        first, past = offset, offset + len(text)
        parts, place = [], first
        for edit in edits:
            if edit.end <= first or edit.start >= past:
                continue
            if edit.start >= first:
                parts += [text[place - first : edit.start - first], edit.words]
            place = min(edit.end, past)
        found.append("".join([*parts, text[place - first :]]))
        offset = past
    return found


def _stays(word: str, *, in_capitals: bool = False) -> bool:
    """Return whether `word` is short, of the grammar, or an acronym; text in capitals has none."""
    is_acronym = word.isupper() and not in_capitals
    return len(word) <= _SHORT or is_acronym or bool(_GRAMMAR.fullmatch(word))


def _our_word(word: str) -> str:
    """Return the word of ours for `word`, in the same case."""
    ours = _OURS[crc32(word.lower().encode()) % len(_OURS)]
    if word.isupper() and len(word) > 1:
        return ours.upper()
    return ours.capitalize() if word[0].isupper() else ours


def _slug_word(match: re.Match[str]) -> str:
    return match[0] if _stays(match[0]) else _our_word(match[0])


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return `value` with `change` applied to every string in it, but not to keys."""
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value
