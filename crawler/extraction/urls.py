"""One address and one id per article, whichever way it was reached."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

MAX_LENGTH = 2000
"""Longer URLs are traps or data, never an article's address."""

# Parameters that say how a reader came or how much of the article to show, never which article.
_NOISE = re.compile(
    r"""
    utm_.* | fbclid | gclid | gclsrc | dclid | gbraid | wbraid | msclkid | yclid | twclid | ttclid
    | igsh(?:id)? | mc_[ce]id | _g[al] | _ga_.* | jx.* | other_jx.* | ocid | cmpid | spm | s_cid
    | ref | ref_.* | referrer | source | src | from | medium | campaign | via | tag_from | share
    | traffic_source | amp | outputtype | single | showpage
    """,
    re.VERBOSE,
)
_ALL_OR_NUMBER = re.compile(r"all|\d{1,3}")  # ?page=all, ?page=2; but not ?page=detail
_ENTITY = re.compile(r"^(?:amp;)+")  # "&amp;utm_source=", escaped once too often
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986, section 2.3
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_MOBILE = frozenset({"m", "mobile", "amp", "wap"})
_LOCAL = (".localhost", ".local", ".internal", ".localdomain", ".lan", ".home.arpa")
# What names are registered under, in .id (PANDI) and its likes: co.id; then such a name.
_REGISTRY = re.compile(r"(?:ac|biz|co|com|desa|edu|go|gov|mil|my|net|or|org|sch|web)\.[a-z]{2}")
_REGISTERED = re.compile(rf"[^.]+\.(?:[^.]+|{_REGISTRY.pattern})")
_HOUSE = re.compile(
    rf"https?://(?:[^/@]*\.)?([a-z0-9-]{{3,}})\.(?:{_REGISTRY.pattern}|[a-z]{{2,}})(?=[:/?#]|$)"
)
_SLUG = re.compile(r"\w+(?:-\w+){2,}(?:\.html)?")
_ABSOLUTE = re.compile(r"https?://[^\s?#;\[\]]+(?:\?[^\s#]+)?(?:#\S+)?")
_PAGE_NUMBER = re.compile(r"\d{1,2}")


def absolute(base: str, href: str) -> str:
    """`href` as it stands on the page `base`; what cannot be joined stays as it is."""
    href = href.strip()
    if _ABSOLUTE.fullmatch(href):  # nothing to join, which is nearly all of them
        return href
    try:
        return urljoin(base, href)
    except ValueError:
        return href


@lru_cache(maxsize=1000)  # each is asked for several times on the way of its article
def canonical_url(url: str, base: str = "") -> str | None:
    """The one address of an article: https, no tracking, no AMP, no mobile host, no paging.

    A relative `url` is resolved against `base`. None where there is no such address in public:
    another scheme, an IP address in whatever spelling, a host without a dot, user information, over
    2,000 characters. Canonical URLs have no trailing slash; applying this twice changes nothing.
    """
    url = url.strip()
    if not url or len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(absolute(base or "https:", url))
        port = parts.port
    except ValueError:  # a broken IPv6 address or port
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    host = _host(parts.hostname or "")
    if not host:
        return None
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    query = "&".join(_query(parts.query))
    canonical = f"https://{host}/{'/'.join(_path(parts.path))}" + (f"?{query}" if query else "")
    return canonical if len(canonical) <= MAX_LENGTH else None


def article_id(outlet: str, url: str, pattern: re.Pattern[str]) -> str:
    """`<outlet>:<the outlet's own id>` where `pattern` has a group `id` that matches `url`.

    Else 16 hex digits of the SHA-256 of the canonical URL without scheme and "www.": slugs are no
    ids, two channels may share one, and the readable URL stands beside it in every row.
    """
    canonical = canonical_url(url) or url
    if "id" in pattern.groupindex:
        match = pattern.search(canonical) or pattern.search(url)
        if match and match["id"]:
            return f"{outlet}:{re.sub('[^A-Za-z0-9._-]+', '-', match['id'])}"
    address = canonical.removeprefix("https://").removeprefix("www.")
    return f"{outlet}:{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _host(name: str) -> str | None:
    """The desktop host in ASCII, None unless it is a public name."""
    try:
        host = name.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return None
    # The last label starts with a letter, which leaves out 127.0.0.1, 2130706433, 0x7f.1 and [::1].
    if not _HOST.fullmatch(host) or len(host) > 253 or host.endswith(_LOCAL):
        return None
    label, _, rest = host.partition(".")
    while label in _MOBILE and "." in rest and not _REGISTRY.fullmatch(rest):
        host = f"www.{rest}" if _REGISTERED.fullmatch(rest) else rest
        label, _, rest = host.partition(".")
    return host


def _path(path: str) -> list[str]:
    """The segments without dots, AMP marks and the ways outlets ask for all or one of the pages."""
    segments: list[str] = []
    for segment in map(_normal, path.split("/")):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    # "/amp/4611435/slug" names no channel: without its prefix it is no address at all.
    while len(segments) > 1 and segments[0] == "amp" and not segments[1].isdecimal():
        del segments[0]
    while len(segments) > 1 and _shows_part(segments):
        del segments[-1]
    return segments


def _shows_part(segments: list[str]) -> bool:
    *_, slug, last = segments
    return (
        last == "amp"
        or (last == "all" and len(segments) > 2)
        # A number after anything but a slug may be the article's own id.
        or bool(_PAGE_NUMBER.fullmatch(last) and _SLUG.fullmatch(slug))
    )


def _query(query: str) -> list[str]:
    """The parameters that tell articles apart, in an order of their own."""
    kept = []
    for part in query.split("&"):
        parameter = _ENTITY.sub("", _normal(part))
        name, _, value = parameter.partition("=")
        paging = name in ("page", "page_num") and _ALL_OR_NUMBER.fullmatch(value)
        if parameter and not paging and not _NOISE.fullmatch(name.lower()):
            kept.append(parameter)
    return sorted(kept)


def _normal(part: str) -> str:
    """One spelling of percent-encoding: only what needs it, in capitals (RFC 3986, 6.2.2)."""
    return quote(_ESCAPE.sub(_escape, part), safe="%!$&'()*+,;=:@/", errors="replace")


def _escape(match: re.Match[str]) -> str:
    if not match[1]:
        return "%25"
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else match[0].upper()


def house_of(url: str) -> str:
    """What the outlet at `url` calls itself: "kompas" of https://tekno.kompas.com/x; "" unknown."""
    found = _HOUSE.match(url)
    return found[1] if found else ""
