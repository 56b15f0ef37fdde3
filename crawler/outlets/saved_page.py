"""The page in a file that a browser or its extension saved, with the page's address and time.

MHTML (RFC 2557), Safari's webarchive, SingleFile's pages and MAFF, also those that are a zip file,
and pages with a note on where they are from.
"""

from __future__ import annotations

import binascii
import plistlib
import quopri
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from crawler.archive.wayback import archived_on, without_toolbar
from crawler.archive.zips import MAGIC, opened_zip, unpacked
from crawler.extraction.urls import captured
from crawler.manners import http_date
from output.clock import WEB_YEARS

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

_MAX_HEAD = 65_536  # bytes of the headers of a message or a part
_MAX_PARTS = 10_000  # of an MHTML; a page with its pictures has hundreds
_MAX_DEPTH = 3  # levels of parts; two are in use
_MESSAGE = re.compile(rb"[!-9;-~]+:")
_VERSION = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_ZIP_END = (b"PK\x05\x06", (1 << 16) + 22)  # bytes at the end of a zip file that hold the mark
_INDEX = re.compile(r"(?:[^/]+/)?index\.html?")
_MAFF_INDEX = re.compile(r"[^/]+/index\.rdf")
_MAFF_URL = re.compile(rb"<MAF:originalurl\s+RDF:resource=\"(\S{1,2000}?)\"", re.IGNORECASE)
_MAFF_DATE = re.compile(rb"<MAF:archivetime\s+RDF:resource=\"([^\"]{1,80})\"", re.IGNORECASE)
_SAVE_PAGE_WE = b'<meta name="savepage-url"'  # behind styles of any length


class SavedPageError(Exception):
    """The file is a container, but no page can be read from it; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page, and what the file tells of it; "" and None where it tells nothing."""

    body: bytes
    url: str = ""
    fetched_at: datetime | None = None
    content_type: str | None = None


def page_in(content: bytes, most: int) -> SavedPage | None:
    """Return the page that the container `content` holds; None if it is no container.

    :param most: bytes of the largest page
    :raises SavedPageError: there is no page in the container, or it is damaged or too large.
    """
    if content.startswith(b"bplist00") or b"<!DOCTYPE plist" in content[:500]:
        page = _webarchive(content)
    elif _is_message(content):
        page = _mhtml(content)
    elif content.startswith(MAGIC) or _ends_as_zip(content):
        page = _zipped(content, most)
    else:
        return None
    if len(page.body) > most:
        raise SavedPageError(f"its page is larger than {most:,} bytes")
    return page


def with_notes(page: SavedPage) -> SavedPage:
    """Return `page` with the address and time that notes in its HTML tell.

    The capture of the Wayback Machine has the address of the captured page, and the time of the
    capture; its toolbar is taken out.
    """
    start = max(0, page.body.find(_SAVE_PAGE_WE))
    head = page.body[start : start + _MAX_HEAD]
    url, at = page.url, page.fetched_at
    for pattern, date in _NOTES:
        if note := pattern.search(head):
            url, at = url or _address(note["url"]), at or date(note["at"].decode("latin-1").strip())
            break
    if not url.startswith(("http://", "https://")):  # about:internet, file:
        url = ""
    url, captured_at = captured(url)
    at = captured_at or archived_on(page.body) or at
    at = at if at and at.year in WEB_YEARS else None
    return SavedPage(without_toolbar(page.body), url, at, page.content_type)


def _address(printed: bytes) -> str:
    url = printed.decode("utf-8", "replace").replace("&amp;", "&")
    return url if ":" in url.partition("/")[0] else f"https://{url}"  # HTTrack leaves it out


def _script_date(printed: str) -> datetime | None:
    """Return the instant that JavaScript printed: "Thu May 18 2023 10:00:00 GMT+0700 (...)"."""
    try:
        return datetime.strptime(printed.partition("(")[0].strip(), "%a %b %d %Y %H:%M:%S GMT%z")
    except ValueError:
        return None


def _iso_date(printed: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(printed)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


_NOTES: tuple[tuple[re.Pattern[bytes], Callable[[str], datetime | None]], ...] = (
    (
        re.compile(
            rb"Page saved with SingleFile\w*\s+url:\s*(?P<url>\S{1,2000})"
            rb"\s+saved date:\s*(?P<at>[^\r\n]{1,80})"
        ),
        _script_date,
    ),
    (
        re.compile(
            rb'<meta name="savepage-url" content="(?P<url>[^"]{1,2000})">'
            rb'(?:\s*<meta name="savepage-(?!date)[^>]{0,500}>){0,5}'
            rb'(?:\s*<meta name="savepage-date" content=")?(?P<at>[^"<]{0,80})'
        ),
        _script_date,
    ),
    (
        re.compile(
            rb"<!-- Saved from (?P<url>\S{1,2000}) at (?P<at>[\dTZ:.+-]{1,40}) using monolith"
        ),
        _iso_date,
    ),
    (
        re.compile(
            rb"<!-- Mirrored from (?P<url>\S{1,2000}) by HTTrack [^>]{0,200}?, "
            rb"(?P<at>\w{3}, [^>]{1,40}?) -->"
        ),
        http_date,
    ),
    (
        re.compile(
            rb'<html[^>]{0,2000}?data-scrapbook-source="(?P<url>[^"]{1,2000})"'
            rb'[^>]{0,2000}?data-scrapbook-create="(?P<at>\d{14})'
        ),
        lambda printed: _iso_date(f"{printed[:8]}T{printed[8:]}Z"),
    ),
    (
        re.compile(
            rb"<!--\s*saved from url=\(\d{1,6}\)(?P<url>\S{1,2000}?)(?P<at>)\s*-->", re.IGNORECASE
        ),
        lambda _: None,
    ),
)
"""Notes on address and time by SingleFile, Save Page WE, monolith, HTTrack, WebScrapBook (in UTC),
and by browsers, which tell no time."""


# -- webarchive


def _webarchive(content: bytes) -> SavedPage:
    try:
        main = plistlib.loads(content)["WebMainResource"]
        body, kind = main["WebResourceData"], str(main.get("WebResourceMIMEType", "text/html"))
        charset, url = main.get("WebResourceTextEncodingName"), str(main.get("WebResourceURL", ""))
    except (plistlib.InvalidFileException, ExpatError, ValueError, RecursionError) as error:
        raise SavedPageError(f"broken webarchive: {error}") from None
    except (KeyError, TypeError, AttributeError):
        raise SavedPageError("a property list without a page of Safari") from None
    if not isinstance(body, bytes):
        raise SavedPageError("a property list without a page of Safari")
    return SavedPage(body, url, None, f"{kind}; charset={charset}" if charset else kind)


# -- MHTML


def _is_message(content: bytes) -> bool:
    if not _MESSAGE.match(content):
        return False
    end = _BLANK_LINE.search(content, 0, _MAX_HEAD)
    return _VERSION.search(content, 0, end.start() if end else _MAX_HEAD) is not None


def _mhtml(content: bytes) -> SavedPage:
    headers, _ = _message(content)
    stated = _text(headers, "Snapshot-Content-Location")
    try:
        page = _html_in(content, stated, _MAX_DEPTH)
    except binascii.Error as error:
        raise SavedPageError(f"broken MHTML: {error}") from None
    if page is None:
        raise SavedPageError("an MHTML without a page")
    at = http_date(_text(headers, "Date"))
    return SavedPage(page.body, stated or page.url, at, page.content_type)


def _html_in(message: bytes, wanted: str, depth: int) -> SavedPage | None:
    """Return the HTML of `message`: the part at the address `wanted`, else the first."""
    headers, content = _message(message)
    if headers.get_content_maintype() != "multipart":
        if headers.get_content_type() not in ("text/html", "application/xhtml+xml"):
            return None
        url = _text(headers, "Content-Location")
        return SavedPage(_decoded(headers, content), url, None, _text(headers, "Content-Type"))
    boundary = headers.get_boundary()
    if not boundary or not depth:
        return None
    mark = b"\n--" + boundary.encode("utf-8", "replace")
    first = None
    for part in (b"\n" + content).split(mark, _MAX_PARTS)[1:_MAX_PARTS]:
        if part.startswith(b"--"):  # the last
            break
        at = part.find(b"\n") + 1
        if first is None or (wanted and wanted.encode() in part[at : at + _MAX_HEAD]):
            page = _html_in(part[at:], wanted, depth - 1)
            if page and (not wanted or page.url == wanted):
                return page
            first = first or page
    return first


def _message(message: bytes) -> tuple[Message, bytes]:
    """Return the headers of a message or part, and the bytes behind them."""
    end = _BLANK_LINE.search(message, 0, _MAX_HEAD)
    head = message[: end.start()] if end else message[:_MAX_HEAD]
    return BytesHeaderParser().parsebytes(head), message[end.end() :] if end else b""


def _decoded(headers: Message, content: bytes) -> bytes:
    coding = _text(headers, "Content-Transfer-Encoding").lower()
    if coding == "quoted-printable":
        return quopri.decodestring(content)
    return b64decode(content) if coding == "base64" else content


def _text(headers: Message, name: str) -> str:
    value: Any = headers.get(name, "")
    return "".join(str(value).split("\n")).strip()


# -- zip


def _ends_as_zip(content: bytes) -> bool:
    mark, tail = _ZIP_END
    return mark in content[-tail:] and MAGIC in content


def _zipped(content: bytes, most: int) -> SavedPage:
    """Return the page in a zip file, which may begin as a page: of SingleFile, or of MAFF with an
    index of address and time."""
    try:
        with opened_zip(BytesIO(content)) as archive:
            pages = [info for info in archive.infolist() if _INDEX.fullmatch(info.filename)]
            if not pages:
                raise SavedPageError("a zip file without index.html: unpack it first")
            body = unpacked(archive, min(pages, key=lambda i: len(i.filename)), most)
            indexes = [info for info in archive.infolist() if _MAFF_INDEX.fullmatch(info.filename)]
            index = unpacked(archive, indexes[0], _MAX_HEAD) if indexes else b""
    except OSError as error:
        raise SavedPageError(str(error)) from None
    url, at = _MAFF_URL.search(index), _MAFF_DATE.search(index)
    return SavedPage(
        body, _address(url[1]) if url else "", http_date(at[1].decode("latin-1")) if at else None
    )
