"""Who we say we are, how a host says no, and the names of what goes wrong."""

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
)
from scrapy.spidermiddlewares.httperror import HttpError

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

# What the interstitials of the usual bot walls hold, and no article does; in lower case.
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
CHALLENGE_SIZE = 60_000  # an interstitial is small; an article's page that embeds a mark is not
CHALLENGE_HEADERS = {  # by AWS WAF and Cloudflare
    "x-amzn-waf-action": (b"challenge", b"captcha"),
    "cf-mitigated": (b"challenge",),
}


class BlockedError(IgnoreRequest):
    """A host refuses us. It is recorded and left alone until then, never worked around.

    `until` is None where the refusal may be one page's own.
    """

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class RobotsError(IgnoreRequest):
    """robots.txt refuses a URL (`robots`), or could not be read (`robots_unavailable`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OffOutletError(IgnoreRequest):
    """A redirect leads off the outlet's domains."""


def user_agent(settings: BaseSettings) -> str:
    """The project, its version and whom to write to."""
    contact = settings["CONTACT"] or "no contact: local use only"
    return f"Wartatek/{settings['VERSION']} (research corpus of Indonesian news; {contact})"


def is_challenge(response: Response) -> bool:
    """Whether a bot wall answered in place of the outlet, under whatever status."""
    if any(response.headers.get(name) in values for name, values in CHALLENGE_HEADERS.items()):
        return True
    if len(response.body) > CHALLENGE_SIZE:
        return False
    body = response.body.lower()
    return any(mark in body for mark in CHALLENGE_MARKS)


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds that the server asks us to wait, in either form of RFC 9110, section 10.2.3."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


FAILURES: dict[type[BaseException], str] = {
    CannotResolveHostError: "dns",
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "refused",
    DownloadCancelledError: "too_large",
    ResponseDataLossError: "cut_off",
    DownloadFailedError: "connection",
    OffOutletError: "offsite_redirect",
}


def failure_reason(failure: Failure) -> str:
    """One stable word for why a request came to nothing."""
    error = failure.value
    if isinstance(error, HttpError):
        return f"http_{error.response.status}"
    if isinstance(error, RobotsError):
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
