"""The user agent, the signs of a refusal, and a name for every failure."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

CHALLENGE_MARKS = (
    b"<title>just a moment...</title>",
    b"awswafintegration",
    b"awswafcookiedomainlist",
    b"_cf_chl_opt",
    b"x-amzn-waf-action",
    b"_incapsula_resource",
    b"captcha-delivery.com",  # DataDome
    b"px-captcha",  # HUMAN, once PerimeterX
    b"_pxappid",
    b"sec-if-cpt-container",  # Akamai
    b"errors.edgesuite.net",
    b"sucuri_cloudproxy_js",
    b"anubis_challenge",
    b"/sorry/index?continue=",
    b"<title>attention required! | cloudflare</title>",
)
"""Markup, in lower case, of the interstitials of common bot walls, which no article has."""
_CLOUDFLARE = re.compile(rb"/cdn-cgi/challenge-platform/(?!(?:h/\w+/)?scripts/jsd/)")
"""Cloudflare's challenge, but not the script that it puts into any page."""
CHALLENGE_SIZE = (
    60_000  # bytes; interstitials are smaller, and articles that embed a mark are larger
)
CHALLENGE_HEADERS = {  # by AWS WAF and Cloudflare
    "x-amzn-waf-action": (b"challenge", b"captcha"),
    "cf-mitigated": (b"challenge",),
}


RESERVED_DOMAINS = (
    *("example.com", "example.net", "example.org"),
    *("example", "invalid", "localhost", "test"),
    *("alt", "home.arpa", "internal", "lan", "local", "localdomain", "onion"),
)
"""Domains at which no outlet can write to anybody: those of RFC 2606, sections 2 and 3, and of
local and hidden networks."""
_LOCAL_PART = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+")  # RFC 5322, 3.2.3: atoms and dots
LONGEST_CRAWL_DELAY = 120.0
"""Seconds, the longest Crawl-delay that is kept: with a longer delay, a run of an hour would read
fewer than thirty pages, and the outlet is put off."""
LONGEST_BLOCK = timedelta(days=7)
"""The longest time for which a host is left alone, whatever its Retry-After says."""


class ContactError(ValueError):
    """A contact to which no outlet can write; the message names the mistake."""


class BlockedError(IgnoreRequest):
    """A refusal by a host, which is left alone until then and never worked around.

    `until` is None where the refusal may be a single page's.
    """

    def __init__(self, host: str, reason: str, until: datetime | None = None) -> None:
        super().__init__(f"{host}: {reason}")
        self.reason = reason
        self.until = until


class RobotsError(IgnoreRequest):
    """A URL that robots.txt refuses (`robots`), or might refuse (`robots_unavailable`).

    `evidence` says in words what became of a robots.txt that could not be read.
    """

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(f"{reason}: {evidence}" if evidence else reason)
        self.reason = reason
        self.evidence = evidence


class OffOutletError(IgnoreRequest):
    """A URL that no request of the outlet may go to, for a reason of `Gate` or of the resolver."""

    def __init__(self, reason: str, evidence: str) -> None:
        super().__init__(f"{reason}: {evidence}")
        self.reason = reason


def user_agent(settings: BaseSettings) -> str:
    """Return the User-Agent: the project, its version and the address to write to.

    The form is that of other crawlers, as docs/manners.md explains.
    """
    contact = f"+{settings['CONTACT']}" if settings["CONTACT"] else "no contact: local use only"
    return f"Mozilla/5.0 (compatible; Wartatek/{settings['VERSION']}; {contact})"


def check_contact(contact: str) -> None:
    """Check that `contact` is a mail address or the URL of a page, at a domain of the internet.

    :raises ContactError: `contact` is neither, or at a domain of RESERVED_DOMAINS.
    """
    domain = _domain(contact)
    if domain is None:
        raise ContactError(f"{contact} is neither a mail address nor the URL of a page")
    if any(f".{domain}".endswith(f".{reserved}") for reserved in RESERVED_DOMAINS):
        raise ContactError(f"{contact} is a placeholder: nobody is reached at {domain}")


def _domain(contact: str) -> str | None:
    """Return the domain, in lower case, of a mail address or URL; None of anything else."""
    if re.search(r"[\s()<>]", contact) or not contact.isprintable():  # of the User-Agent's syntax
        return None
    try:
        url = urlsplit(contact)
        _ = url.port
    except ValueError:
        return None
    if url.scheme in ("http", "https"):
        name, host = url.username, url.hostname or ""
        if name is not None:  # with a password, which outlets would be told
            return None
    else:
        name, _, host = (url.path if url.scheme == "mailto" else contact).rpartition("@")
        if not _LOCAL_PART.fullmatch(name):
            return None
    domain = host.lower().rstrip(".")
    labels = domain.split(".")
    try:
        return domain if ip_address(domain).is_global else None
    except ValueError:  # the domain is no address
        fine = len(labels) > 1 and all(re.fullmatch(r"[^\W_]([\w-]*[^\W_])?", n) for n in labels)
        fine &= not labels[-1].isdecimal()
        return domain if fine or domain == "localhost" else None


def loopback(address: str) -> str:
    """Return host and port of `address` ("http://127.0.0.1:8000").

    :raises ValueError: when `address` is not a loopback address: the crawl would leave the machine.
    """
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        if here and parts.port and parts.scheme in ("", "http"):
            return parts.netloc
    except ValueError:  # no URL, host or port
        pass
    raise ValueError(
        f"NEWSROOM={address}: not http://127.0.0.1:PORT, and it must be on this machine"
    )


def is_challenge(response: Response) -> bool:
    """Return True if a bot wall answered in place of the outlet, under any status."""
    if any(response.headers.get(name) in values for name, values in CHALLENGE_HEADERS.items()):
        return True
    if len(response.body) > CHALLENGE_SIZE:
        return False
    body = response.body.lower()
    return any(mark in body for mark in CHALLENGE_MARKS) or bool(_CLOUDFLARE.search(body))


def retry_after(response: Response, now: datetime) -> float | None:
    """Return the seconds of Retry-After, in either form of RFC 9110, section 10.2.3, or None; at
    most LONGEST_BLOCK. A date without a zone, as asctime() writes, is in UTC (section 5.6.7)."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    longest = LONGEST_BLOCK.total_seconds()
    if text.isdecimal():
        return min(float(text), longest)
    date = http_date(text)
    return min(max(0.0, (date - now).total_seconds()), longest) if date else None


def http_date(text: str) -> datetime | None:
    """Return the instant of a date as headers of HTTP and mail print dates (RFC 9110, 5.6.7), in
    UTC where a zone is missing; None without a date."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


FAILURES: dict[type[BaseException], str] = {
    CannotResolveHostError: "dns",
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "refused",
    DownloadCancelledError: "too_large",
    StopDownload: "too_large",
    ResponseDataLossError: "cut_off",
    DownloadFailedError: "connection",
    ConnectError: "connection",  # Scrapy passes NoRouteError, which is one, through
}


UNREACHABLE = {
    "dns": "DNS lookup failed",
    "refused": "connection refused",
    "timeout": "no answer in time",
    "connection": "connection failed",
}
"""In words, the reasons of failures without any answer from a host."""


def failure_reason(failure: Failure) -> str:
    """Return a stable word for the reason why a request failed."""
    error = failure.value
    if isinstance(error, HttpError):
        return f"http_{error.response.status}"
    if isinstance(error, RobotsError | OffOutletError):
        return error.reason
    for kind, reason in FAILURES.items():
        if isinstance(error, kind):
            return reason
    if isinstance(error, IgnoreRequest):  # Scrapy tells these apart by their words only
        if "redirections" in str(error):
            return "redirect_loop"
        if "DOWNLOAD_MAXSIZE" in str(error):
            return "too_large"
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return words.removesuffix("_error")
