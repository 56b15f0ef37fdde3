"""The canonical URL and the id of an article, and the domain and outlet that a URL belongs to."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import cache, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from output.clock import WEB_YEARS

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_LENGTH = 2000
"""Characters; longer URLs are traps or data, never an article's address."""
MAX_HOST = 253
"""Characters of a host (RFC 1035, 2.3.4)."""

# Parameters for the reader's way here or the part to show; none tells two articles apart.
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
_PUBLIC = re.compile(rf"(https?)://({_HOST.pattern})(?::(\d{{1,5}}))?(?=[/?#]|\Z)", re.IGNORECASE)
_MOBILE = frozenset({"m", "mobile", "amp", "wap"})
_LOCAL = (".localhost", ".local", ".internal", ".localdomain", ".lan", ".home.arpa")
_MOST_PARAMETERS = 20  # of a query, among which the needed ones are sought
_MOST_NEEDED = 2  # parameters that an outlet's article_url matches
_MIN_HOUSE = 3  # characters; a shorter label is no outlet's name
_SLUG = re.compile(r"\w+(?:-\w+){2,}(?:\.html)?")
_ABSOLUTE = re.compile(r"https?://[^\s?#;\[\]]+(?:\?[^\s#]+)?(?:#\S+)?")
_CAPTURE = re.compile(
    r"(?:(?:(?:https?:)?//[^/?#]{1,100})?(?:/[\w-]{1,40}){0,2}/(\d{14})[a-z_]*/)+(?=https?(?::/|%3a))",
    re.IGNORECASE,
)
_WAYBACK = re.compile(
    r"(?:https?:)?//web\.archive\.org(?::\d+)?/web/(\d{4,14})[a-z_]*/"
    r"(?=https?(?::/|%3a)|(?:[a-z0-9-]+\.)+[a-z]+(?:/|\Z))",
    re.IGNORECASE,
)
_SLASHES = re.compile(r"\A(https?):/+", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\d{1,2}")


_NOWHERE = SplitResult("", "", "", "", "")


@lru_cache(maxsize=64)  # URLs; a page's few URLs are split for a dozen questions
def split_url(url: str) -> SplitResult:
    """Return the parts of `url`, all of them empty where `url` cannot be taken apart.

    `urlsplit` raises ValueError for a broken IPv6 address, for a host with characters that become
    marks under NFKC, and, when `port` is read, for a port that is no port.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return _NOWHERE
    return parts


def absolute(base: str, href: str) -> str:
    """Return `href` joined to the URL `base`, or unchanged where the two cannot be joined.

    An address of the Wayback Machine gives the address of the page that was captured.
    """
    href, _ = captured(href.strip())
    if _ABSOLUTE.fullmatch(href):  # nearly all are absolute already
        return href
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def captured(url: str) -> tuple[str, datetime | None]:
    """Return the address of the page whose capture a web archive serves at `url`, and the instant
    of the capture. Any other `url` is returned as it is, without an instant.

    The form is `<folders>/<14 digits><modifier>/<address>`, also without the host, as the Wayback
    Machine writes links into its pages. The Wayback Machine also takes a shorter time, and an
    address without a scheme.
    """
    if url.find("/http", 1) < 0 and "/web/" not in url:
        return url, None
    if not (found := _CAPTURE.match(url) or _WAYBACK.match(url)):
        return url, None
    address = url[found.end() :]
    if not address[:5].lower().startswith("http"):
        address = f"http://{address}"
    elif "%3a" in address[:8].lower():
        address = unquote(address)
    address = _SLASHES.sub(r"\1://", address)
    try:
        instant = datetime.strptime(f"{found[1]:x<14}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return address, None
    return address, instant if instant.year in WEB_YEARS else None


@lru_cache(maxsize=1000)  # URLs; an article's URL is looked up at several stages
def canonical_url(url: str, base: str = "") -> str | None:
    """Return the canonical URL: https, without tracking, AMP, mobile host, paging, closing slash.

    A relative `url` is resolved against `base`. Return None for a URL that is not public: another
    scheme, an IP address in any spelling, a host without a dot, user information, over 2,000
    characters. The canonical URL of a canonical URL is the same.
    """
    url = url.strip()
    if not url or len(url) > MAX_LENGTH:
        return None
    parts = split_url(absolute(base or "https:", url))
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    host = _host(parts.hostname or "")
    if not host:
        return None
    if parts.port not in (None, 80, 443):
        host = f"{host}:{parts.port}"
    query = "&".join(_query(parts.query))
    canonical = f"https://{host}/{'/'.join(_path(parts.path))}" + (f"?{query}" if query else "")
    return canonical if len(canonical) <= MAX_LENGTH else None


def article_address(url: str, pattern: re.Pattern[str]) -> str | None:
    """Return the canonical URL of the article at `url`; None where `pattern` does not match.

    Query parameters without which `pattern`, the outlet's article_url, still matches are left out.
    So an unknown parameter tells no two articles apart. An empty pattern, of an unknown outlet,
    keeps all parameters. A host with "www." and without is one, so `pattern` may take either.
    """
    canonical = canonical_url(url)
    if canonical is None or not pattern.pattern:
        return canonical
    return _matched(canonical, pattern) or _matched(_with_other_www(canonical), pattern)


def is_moved_article(url: str, pattern: re.Pattern[str]) -> bool:
    """Return True if `pattern` takes `url` by more than the query.

    A login wall elsewhere may have the article's address in a parameter.
    """
    address = article_address(url, pattern)
    match = pattern.search(address) if address else None
    return match is not None and "?" not in match.string[: match.start()]


def _matched(canonical: str, pattern: re.Pattern[str]) -> str | None:
    """Return `canonical` with the fewest parameters with which `pattern` matches; None without."""
    page, _, query = canonical.partition("?")
    own = _own_id(canonical, pattern)
    parameters = query.split("&")[:_MOST_PARAMETERS] if query else []
    for count in range(min(len(parameters), _MOST_NEEDED) + 1):
        for needed in combinations(parameters, count):
            address = "?".join(filter(None, (page, "&".join(needed))))
            if pattern.search(address) and (not own or _own_id(address, pattern) == own):
                return address
    return canonical if pattern.search(canonical) else None


def _with_other_www(canonical: str) -> str:
    """Return `canonical` with the other host of `other_www`, "" where there is none."""
    host = split_url(canonical).hostname or ""
    other = other_www(host)
    return canonical.replace(host, other, 1) if other else ""


def other_www(host: str) -> str:
    """Return `host` with "www.", or without it: of a registered domain alone, else ""."""
    bare = host.removeprefix("www.")
    if _below_suffix(bare) != bare:
        return ""
    return bare if bare != host else f"www.{host}"


def article_id(outlet: str, url: str, pattern: re.Pattern[str]) -> str:
    """Return `<outlet>:<the outlet's own id>`: the group `id` of `pattern` searched in `url`.

    Without a match, 16 hex digits follow the colon: SHA-256 of the article's address without scheme
    and "www.". A slug is no id, since two channels may share a slug.
    """
    address = article_address(url, pattern) or canonical_url(url) or url
    if own := _own_id(address, pattern) or _own_id(url, pattern):
        return f"{outlet}:{own}"
    return hashed_id(outlet, address)


def hashed_id(outlet: str, address: str) -> str:
    """Return the id of the article at the canonical URL `address`, by that URL alone."""
    address = address.removeprefix("https://").removeprefix("www.")
    return f"{outlet}:{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()[:16]}"


def public_address(url: str) -> tuple[str, int | None] | None:
    """Return the host of `url` in lower case, and the port unless it is the scheme's own.

    Return None unless `url` is http or https, without user information, to a host with a dot that
    is no IP address in any spelling and no name of a local network. The form is strict, so that no
    two readers of `url` can disagree on the host.
    """
    found = _PUBLIC.match(url)
    if not found:
        return None
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    if len(host) > MAX_HOST or host.endswith(_LOCAL):
        return None
    own = "443" if scheme == "https" else "80"
    return host, None if port in (None, own) else int(port)


def stated_address(stated: str, url: str, pattern: re.Pattern[str]) -> str | None:
    """Return the address that the page at `url` states for itself, None unless to be believed.

    Templates state the home page, a section or another site for every article. To be believed, the
    address is on the registered domain of `url`, and one that `pattern` takes; with an empty
    pattern, a path deeper than a section.

    :param url: "" where the address of the page is unknown
    """
    address = article_address(canonical_url(stated, base=url) or "", pattern)
    if address is None or (url and registered_domain(address) != registered_domain(url)):
        return None
    return address if pattern.pattern or _is_deep(address) else None


def _own_id(url: str, pattern: re.Pattern[str]) -> str:
    """Return the outlet's own id of the article at `url`, "" where `pattern` finds none."""
    match = pattern.search(url) if "id" in pattern.groupindex else None
    return re.sub("[^A-Za-z0-9._-]+", "-", match["id"] or "") if match else ""


def _is_deep(address: str) -> bool:
    """Return whether `address` has a query, a slug, or a path of several segments."""
    parts = split_url(address)
    segments = parts.path.strip("/").split("/")
    return bool(parts.query) or len(segments) > 1 or bool(_SLUG.fullmatch(segments[-1]))


def registered_domain(address: str) -> str:
    """Return the domain that an organisation registered: kontan.co.id of www.kontan.co.id.

    :param address: a URL or a host; an address without a registered domain is returned as the host
    """
    host = split_url(address).hostname or "" if "//" in address else address
    return _below_suffix(host) or host


def house_of(url: str) -> str:
    """Return the outlet's name by the registered domain: "kompas" of https://tekno.kompas.com/x.

    Return "" for another scheme than HTTP, and for a name of one or two characters.
    """
    if not url.startswith(("http://", "https://")):
        return ""
    label = _below_suffix(split_url(url).hostname or "").partition(".")[0]
    return label if len(label) >= _MIN_HOUSE else ""


@cache
def _suffixes() -> TLDExtract:
    """Return a reader of the public suffix list that tldextract ships; nothing is downloaded."""
    from tldextract import TLDExtract  # half a second with its HTTP client, which is never used

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=1000)  # hosts
def _below_suffix(host: str) -> str:
    """Return the public suffix of `host` with the label before the suffix; "" without such a label.

    The last label is the suffix where the list has none, as the list's own algorithm says
    (publicsuffix.org).
    """
    found = _suffixes().extract_str(host)
    if found.suffix:
        return found.top_domain_under_public_suffix
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 and not labels[-1].isdecimal() else ""


@lru_cache(maxsize=1000)  # hosts
def _host(name: str) -> str | None:
    """Return the desktop host of `name` in ASCII; None unless that is a public host."""
    try:
        host = name.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return None
    # The last label begins with a letter, so 127.0.0.1, 2130706433, 0x7f.1 and [::1] do not match.
    if not _HOST.fullmatch(host) or len(host) > MAX_HOST or host.endswith(_LOCAL):
        return None
    label, _, rest = host.partition(".")
    while label in _MOBILE and "." in rest and (domain := _below_suffix(rest)):
        host = f"www.{rest}" if rest == domain else rest
        label, _, rest = host.partition(".")
    return host


def _path(path: str) -> list[str]:
    """Return the segments of `path` without dots, AMP marks and page numbers."""
    segments: list[str] = []
    for segment in map(_normal, path.split("/")):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    # "/amp/4611435/slug" keeps "amp": the site serves no "/4611435/slug".
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
        # A number behind another segment than a slug may be the article's own id.
        or bool(_PAGE_NUMBER.fullmatch(last) and _SLUG.fullmatch(slug))
    )


def _query(query: str) -> list[str]:
    """Return the parameters that tell articles apart, sorted."""
    kept = []
    for part in query.split("&"):
        parameter = _ENTITY.sub("", _normal(part))
        name, _, value = parameter.partition("=")
        paging = name in ("page", "page_num") and _ALL_OR_NUMBER.fullmatch(value)
        if parameter and not paging and not _NOISE.fullmatch(name.lower()):
            kept.append(parameter)
    return sorted(kept)


def _normal(part: str) -> str:
    """Return `part` with percent-encoding only where needed, in capitals (RFC 3986, 6.2.2)."""
    return quote(_ESCAPE.sub(_escape, part), safe="%!$&'()*+,;=:@/", errors="replace")


def _escape(match: re.Match[str]) -> str:
    if not match[1]:
        return "%25"
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else match[0].upper()
