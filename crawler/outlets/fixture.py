"""Fixtures: an outlet's page in our own words, and what is expected of it."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any
from zlib import crc32

from crawler.extraction.indonesian.dates import WIB

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.items import Article

_TOKEN = re.compile(
    r"(<!--.*?-->|<(?P<skip>script|style|svg|iframe|noscript)\b.*?</(?P=skip)\s*>|<[^>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_JSON_SCRIPT = re.compile(
    r"(<script\b[^>]*json[^>]*>)(.*)(</script\s*>)", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""\b(content|alt|title|href)=("[^"]*"|'[^']*')""", re.IGNORECASE)
_HEADLINE = 6  # words; shorter texts are labels, names, dates and sign-offs
_WORD = re.compile(r"[^\W\d_]{4,}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){3,}")
# What gives a page its grammar and cleaning its marks.
_GRAMMAR = re.compile(
    "yang|untuk|dari|dengan|pada|dalam|akan|oleh|juga|tidak|telah|sudah|baca|lihat|simak|terkait|"
    "selengkapnya|advertisement|halaman|reporter|editor|penulis|januari|februari|maret|april|juni|"
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
    """What a fixture's JSON says of `article`: the fields that a contributor can check by eye."""
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


class OwnWords:
    """Says a page in our words, so that it can be kept; markup, labels, dates and structure stay.

    A word always becomes the same other word. Texts of fewer than six words stay as they are, and
    so does what cleaning took out for its wording.
    """

    def __init__(self, article: Article) -> None:
        """:param article: what was read from the page as it was served"""
        self._dateline = article.dateline or ""
        self._labels = {r.text for r in article.removed if not r.rule.endswith("promo")}
        people = enumerate([*article.authors, *article.editors])
        self._names = {name: f"Warga {chr(ord('A') + n % 26)}" for n, name in people}

    def page(self, source: str) -> str:
        """A page's source in our words, without scripts and styles."""
        parts, place = [], 0
        for match in _TOKEN.finditer(source):
            parts += [self._escaped(source[place : match.start()]), self._token(match[0])]
            place = match.end()
        return "".join([*parts, self._escaped(source[place:])])

    def url(self, url: str) -> str:
        """`url` with our words in its slug."""
        return _SLUG.sub(lambda match: _WORD.sub(_ours, match[0]), url)

    def text(self, text: str) -> str:
        """`text` in our words, if it is long enough to be anybody's."""
        for name, ours in self._names.items():
            text = text.replace(name, ours)
        plain = " ".join(text.split())
        if plain.count(" ") < _HEADLINE - 1 or plain in self._labels:
            return text
        kept = text.find(self._dateline) + len(self._dateline) if self._dateline in text[:80] else 0
        return text[:kept] + _WORD.sub(_ours, text[kept:])

    def _escaped(self, text: str) -> str:
        return html.escape(self.text(html.unescape(text)), quote=False) if text.strip() else text

    def _token(self, token: str) -> str:
        if token.startswith("<!--"):
            return (
                token if len(token) < 60 else ""
            )  # "pagination end" marks an end, old code does not
        if script := _JSON_SCRIPT.fullmatch(token):
            return script[1] + self._json(script[2]) + script[3]
        if token.endswith(">") and _TOKEN.fullmatch(token)["skip"]:  # type: ignore[index]
            return ""
        return _ATTRIBUTE.sub(self._attribute, token)

    def _attribute(self, match: re.Match[str]) -> str:
        value = html.unescape(match[2][1:-1])
        ours = self.url(value) if match[1].lower() == "href" else self.url(self.text(value))
        return f'{match[1]}="{html.escape(ours)}"'

    def _json(self, source: str) -> str:
        try:
            said = json.loads(source, strict=False)
        except ValueError:
            return self.text(source)
        ours = json.dumps(_mapped(said, self._json_text), ensure_ascii=False)
        return ours.replace("</", "<\\/")

    def _json_text(self, text: str) -> str:
        return self.page(text) if "<" in text else self.url(self.text(text))


def _ours(match: re.Match[str]) -> str:
    word = match[0]
    if word.isupper() or _GRAMMAR.fullmatch(word):
        return word
    ours = _OURS[crc32(word.lower().encode()) % len(_OURS)]
    return ours.capitalize() if word[0].isupper() else ours


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """`value` with `change` applied to every string in it, but not to keys."""
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value
