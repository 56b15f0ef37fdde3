"""Lists in XML, read entry by entry: feeds and sitemaps as outlets write them.

Each entry is cut out of the bytes and parsed by itself, so that a broken entry costs itself alone,
and a list takes the memory of a single entry. No document type is read, so a document has no
entities of its own to expand.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from lxml import etree

from crawler.extraction.page.charset import MAX_MENDED, decode, is_plain
from crawler.sources.candidate import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_REFERENCES = 1_000_000
"""Signs `&` in a list: twenty in each of 50,000 entries."""
MAX_COMMENTS = 600_000
"""Comments, CDATA and processing instructions in a list: twelve in each of 50,000 entries."""
MAX_ENTRY = 1024 * 1024
"""Bytes of an entry without its long texts; a sitemap's URL with 1,000 pictures has 500 KB."""
MAX_NAMESPACES = 500_000
"""Declarations of namespaces in a list: ten in each of 50,000 entries."""
MAX_AROUND = 40
"""Attributes of a tag around the entries, which are read again for each entry; feeds declare up to
fifteen namespaces there."""
MAX_TEXT = 4000
"""Bytes of a text or a tag; a longer one is an article or an attack, no field of a candidate."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),  # without a mark
    (b"\0<", "utf-16-be"),
)
_COUNTED = (b"<", b"<!", b"<?", b"&", b"xmlns")
_CHUNK = 1024 * 1024  # bytes decoded at a time
_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,100}encoding\s{0,4}=\s{0,4}[\"']([\w.:-]{1,40})")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(rb"<([A-Za-z_][\w.:-]*)[^<>]*>")
_NO_ELEMENT = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_OPENING = re.compile(rb"<!--|<\?|<!\[CDATA\[", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"\s[\w.:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_TEXT_IN_CDATA = re.compile(rb"<([A-Za-z_][\w.:-]*)[^<>]*>\s*(<!\[CDATA\[)", re.IGNORECASE)
_SPLIT = re.compile(rb"\]\]>([^<]*)<!\[CDATA\[", re.IGNORECASE)
_TWICE = re.compile(rb"\s*<!\[CDATA\[(.*)\]\]>\s*", re.IGNORECASE | re.DOTALL)
_MAX_UNENDED = 10  # elements of an entry whose end tag is sought in vain
_BEFORE_LONG_TEXT = re.compile(rb"(<[^<>]*>)[^<]{%d,}" % MAX_TEXT)
_NO_TAG = re.compile(rf"<(?!/?[A-Za-z_][^<>]{{0,{MAX_TEXT}}}>)")
_LONE = re.compile(r"&(?!#(?:[0-9]{1,9}|[xX][0-9A-Fa-f]{1,8});|[A-Za-z][A-Za-z0-9]{0,40};)")
_UNUSUAL = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\w{1,9})|(\w{1,41}));")
_SURROGATES = range(0xD800, 0xE000)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
_QUOTES = {'"': "&quot;", "'": "&apos;"}
PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
}
"""The usual prefixes, which some outlets do not declare."""
_PARSER = etree.XMLParser(
    encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False
)


class EntryList:
    """The entries of a list in XML, to be iterated once.

    `root` is the local name of the outermost element, in lower case; "" where there is none.
    """

    def __init__(self, body: bytes, names: tuple[str, ...], most: int) -> None:
        """`names` are the local names of an entry's element, in lower case.

        :param most: signs `<` that the list may have, two for each element with a text
        :raises SourceError: when `body` has more of them, or more than MAX_COMMENTS,
            MAX_REFERENCES or MAX_NAMESPACES.
        """
        self._body = _ascii_based(body)
        self._names = names
        declared = _ENCODING.match(self._body)
        self._label = f"charset={declared[1].decode()}" if declared else None
        counts = {sign: self._body.count(sign) for sign in _COUNTED}
        if (
            counts[b"<"] > most
            or counts[b"<!"] + counts[b"<?"] > MAX_COMMENTS
            or counts[b"&"] > MAX_REFERENCES
            or counts[b"xmlns"] > MAX_NAMESPACES
        ):
            raise SourceError("too_many_nodes", f"{counts}")
        self._root = root = self._outermost()
        self.root = split_tag(root[1].decode("latin-1"))[1] if root else ""
        self._is_cut_off = root is not None and not root[0].endswith(b"/>")
        self._unread = 0
        self._room_to_mend = MAX_MENDED

    def __iter__(self) -> Iterator[Any]:
        """Yield each entry as an lxml element without comments and entities."""
        for around, cut in self._cuts():
            element = self._parsed(around, cut)
            if element is None:
                self._unread += 1
            else:
                yield element

    def end(self, read: int, bad: int = 0) -> None:
        """Report a list that was not read whole, after the last of its `read` entries.

        :param bad: the entries among them that cannot be used
        :raises SourceError: when the end of the list is missing, or an entry is broken.
        """
        if self._is_cut_off:
            raise SourceError("cut_off", f"after {read} entries")
        if bad + self._unread:
            raise SourceError("bad_entries", f"{bad + self._unread} of {read + self._unread}")

    def _outermost(self) -> re.Match[bytes] | None:
        """Return the first start tag behind the declaration, comments and the document type."""
        place = self._body.find(b"<")
        while place >= 0:
            opening = next((o for o in _NO_ELEMENT if self._body.startswith(o, place)), None)
            doctype = _DOCTYPE.match(self._body, place)
            if opening:
                place = self._body.find(_NO_ELEMENT[opening], place)
            elif doctype:
                place = doctype.end()
            else:
                return _TAG.match(self._body, place)
            place = self._body.find(b"<", place) if place >= 0 else -1
        return None

    def _cuts(self) -> Iterator[tuple[str, bytes]]:
        """Yield the start tags around each entry, and the bytes of the entry to its end tag."""
        if self._root is None:
            return
        root = around = self._text(_around(self._root))
        start, name = 0, b""  # of the entry that is open
        for tag in self._tags(self._root):
            # An entry without an end tag ends where the next entry begins.
            if name and (tag["outer"] or tag["inner"] == name):
                yield around, self._body[start : tag.start()]
                name = b""
            if tag["outer"]:
                self._is_cut_off = False
                return
            whole = None if name or tag["end"] else _TAG.match(self._body, tag.start())
            if whole is None:
                continue
            if whole[1].lower().endswith(b"channel"):
                around = root + self._text(_around(whole))
            elif whole[0].endswith(b"/>"):
                yield around, whole[0]
            else:
                start, name = whole.start(), whole[1]

    def _tags(self, root: re.Match[bytes]) -> Iterator[re.Match[bytes]]:
        """Yield the beginning of each tag of an entry or a channel, and the list's end tag."""
        names = b"|".join(name.encode() for name in (*self._names, "channel"))
        sign = re.compile(
            rb"<(?:!--|\?|!\[CDATA\[|/(?P<outer>%b)(?=[\s>])"
            rb"|(?P<end>/?)(?P<inner>(?:[\w.-]+:)?(?:%b))(?=[\s/>]))" % (re.escape(root[1]), names),
            re.IGNORECASE,
        )
        place, ends = root.end(), _Ends(self._body)
        while found := sign.search(self._body, place):
            if found["inner"] or found["outer"]:
                yield found
            place = ends.behind(found)

    def _text(self, part: bytes) -> str:
        if self._room_to_mend > 0 and not is_plain(part):
            self._room_to_mend -= len(part)
        return mended(decode(part, self._label, most=max(self._room_to_mend, 0)))

    def _parsed(self, around: str, cut: bytes) -> Any:
        """Return the element of the entry in `cut`; None where it cannot be read."""
        if b"<!" in cut or b"<?" in cut:
            cut = _elements(_without_raw_ends(cut))
        cut = _BEFORE_LONG_TEXT.sub(rb"\1", cut)
        if len(cut) > MAX_ENTRY:
            return None
        try:
            element = etree.fromstring((around + self._text(cut)).encode(), _PARSER)
        except etree.XMLSyntaxError:
            return None
        while element is not None and split_tag(element.tag)[1] not in self._names:
            element = element[0] if len(element) else None
        return element


@lru_cache(maxsize=1000)  # tags; a list has few
def split_tag(tag: str) -> tuple[str, str]:
    """Return the namespace of an lxml `tag`, "" without any, and its local name in lower case.

    A prefix that the document does not declare has its usual namespace.
    """
    if tag.startswith("{"):
        space, _, name = tag[1:].partition("}")
        return space, name.lower()
    prefix, _, name = tag.rpartition(":")
    return PREFIXES.get(prefix, prefix), name.lower()


def text_of(element: Any) -> str:
    """Return the text in `element`, at most MAX_TEXT characters."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return text[:MAX_TEXT].strip()


def mended(text: str) -> str:
    """Return `text` with each `&` and `<` escaped that begins no reference and no tag.

    The references of HTML become characters. Characters that XML forbids become U+FFFD; the two
    halves of a character outside the basic plane, as two references, become that character.
    """
    if "&" in text:
        text = _LONE.sub("&amp;", text)
        text = _PAIR.sub(_joined, _UNUSUAL.sub(lambda found: _character(*found.groups()), text))
    return _FORBIDDEN.sub("\ufffd", _NO_TAG.sub("&lt;", text))


@lru_cache(maxsize=1000)  # references; a list has few
def _character(number: str | None, name: str | None) -> str:
    """Return the character of `&#number;` or `&name;`, escaped; an unknown name as printed."""
    if number is None:
        return escape(html5.get(f"{name};", f"&{name};"), _QUOTES)
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    character = chr(code) if code in _SURROGATES else unescape(f"&#{number};")
    return escape(character, _QUOTES)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


class _Ends:
    """The ends of the comments, CDATA and processing instructions in a list, in order."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._missing: set[bytes] = set()

    def behind(self, opening: re.Match[bytes]) -> int:
        """Return the place behind the end of `opening`; behind `opening` itself without an end."""
        closing = _NO_ELEMENT.get(opening[0].upper())
        if closing is None or closing in self._missing:
            return opening.end()
        end = self._body.find(closing, opening.end())
        if end < 0:
            self._missing.add(closing)
            return opening.end()
        return end + len(closing)


def _elements(entry: bytes) -> bytes:
    """Return `entry` with CDATA as plain text, without comments and processing instructions."""
    parts: list[bytes] = []
    place, ends = 0, _Ends(entry)
    for opening in _OPENING.finditer(entry):
        if opening.start() < place or (behind := ends.behind(opening)) == opening.end():
            continue
        parts.append(entry[place : opening.start()])
        if opening[0].endswith(b"["):
            parts.append(_escaped(entry[opening.end() : behind - len(b"]]>")]))
        place = behind
    return b"".join([*parts, entry[place:]])


def _without_raw_ends(entry: bytes) -> bytes:
    """Return `entry` with each CDATA as plain text that is all between the two tags of an element.

    So a `]]>` in such a text, which ends CDATA for a parser of XML, is text. CDATA in CDATA is the
    inner text.
    """
    parts: list[bytes] = []
    place = unended = 0
    while unended < _MAX_UNENDED and (found := _TEXT_IN_CDATA.search(entry, place)):
        end = entry.find(b"</" + found[1], found.end())
        text = entry[found.end() : max(end, 0)].rstrip()
        parts.append(entry[place : found.start(2)])
        if text.endswith(b"]]>"):
            text = _TWICE.sub(rb"\1", _SPLIT.sub(rb"\1", text.removesuffix(b"]]>")))
            parts.append(_escaped(text))
            place = end
        else:
            unended += end < 0
            parts.append(found[2])
            place = found.end()
    return b"".join([*parts, entry[place:]])


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _around(tag: re.Match[bytes]) -> bytes:
    """Return a start tag for the element at `tag` with the first MAX_AROUND attributes."""
    attributes = islice(_ATTRIBUTE.finditer(tag[0][:MAX_TEXT]), MAX_AROUND)
    return b"<%b%b>" % (tag[1], b"".join(found[0] for found in attributes))


def _ascii_based(body: bytes) -> bytes:
    """Return `body` in an encoding in which `<` and `&` are single bytes: UTF-8 for wide ones."""
    for mark, encoding in _BOMS:
        if not body.startswith(mark):
            continue
        if encoding == "utf-8":
            return body[len(mark) :]
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        text = bytearray()
        for start in range(0, len(body), _CHUNK):
            piece = decoder.decode(body[start : start + _CHUNK]).removeprefix("\ufeff")
            text += piece.encode("utf-8", "replace")
        return bytes(text)
    return body
