"""The user agent, the signs of a refusal, and a name for every failure."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

CHALLENGE_MARKS = (
    b"<title>just a moment...</title>",
    b"/cdn-cgi/challenge-platform/",
    b"awswafintegration",
    b"awswafcookiedomainlist",
    b"_cf_chl_opt",
    b"x-amzn-waf-action",
    b"_incapsula_resource",
    b"captcha-delivery.com",
    b"<title>attention required! | cloudflare</title>",
)
"""Markup, in lower case, of the interstitials of common bot walls, which no article has."""
CHALLENGE_SIZE = (
    60_000  # bytes; interstitials are smaller, and articles that embed a mark are larger
)
CHALLENGE_HEADERS = {  # by AWS WAF and Cloudflare
    "x-amzn-waf-action": (b"challenge", b"captcha"),
    "cf-mitigated": (b"challenge",),
}


class BlockedError(IgnoreRequest):
    """A refusal by a host, which is left alone until then and never worked around.

    `until` is None where the refusal may be a single page's.
    """

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class RobotsError(IgnoreRequest):
    """A URL that robots.txt refuses (`robots`), or might refuse (`robots_unavailable`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OffOutletError(IgnoreRequest):
    """A URL that no request of the outlet may go to, for a reason of `Gate` or of the resolver."""

    def __init__(self, reason: str, evidence: str) -> None:
        super().__init__(f"{reason}: {evidence}")
        self.reason = reason


def user_agent(settings: BaseSettings) -> str:
    """Return the User-Agent: the project, its version and the address to write to."""
    contact = settings["CONTACT"] or "no contact: local use only"
    return f"Wartatek/{settings['VERSION']} (research corpus of Indonesian news; {contact})"


def is_challenge(response: Response) -> bool:
    """Return True if a bot wall answered in place of the outlet, under any status."""
    if any(response.headers.get(name) in values for name, values in CHALLENGE_HEADERS.items()):
        return True
    if len(response.body) > CHALLENGE_SIZE:
        return False
    body = response.body.lower()
    return any(mark in body for mark in CHALLENGE_MARKS)


def retry_after(response: Response, now: datetime) -> float | None:
    """Return the seconds of Retry-After, in either form of RFC 9110, section 10.2.3, or None."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):  # no date, or a date without a zone
        return None


FAILURES: dict[type[BaseException], str] = {
    CannotResolveHostError: "dns",
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "refused",
    DownloadCancelledError: "too_large",
    StopDownload: "too_large",
    ResponseDataLossError: "cut_off",
    DownloadFailedError: "connection",
}


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
