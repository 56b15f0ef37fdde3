"""Faults that a test can ask the newsroom for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "status", "challenge", "stall", "drip", "cut", "wrong_length", "wrong_charset", "gzip_bomb",
    "redirect", "redirect_loop", "endless", "not_a_feed", "empty_feed", "stale_feed", "self_links",
    "broken_jsonld", "truncated", "too_deep", "empty", "tracked_links", "canonical", "renamed",
    "moved", "wall", "replaced",
]  # fmt: skip

CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title>"
    '<meta http-equiv="refresh" content="5"></head><body><h1>Human Verification</h1>'
    '<div id="challenge-error-text">Enable JavaScript and cookies to continue</div>'
    '<script>window.awsWafCookieDomainList = []; window._cf_chl_opt = {cType: "managed"};</script>'
    "</body></html>"
)
MOVES = ("renamed", "moved")
"""Faults by which URLs are others than those that the world knows."""


@dataclass(slots=True)
class Fault:
    """A fault of the pages whose host and path match.

    :param kind: the fault; "status" and "challenge" (with a challenge page) answer `status`;
        "tracked_links" puts a parameter into each link of a feed, another one in every answer.
        In URLs of "renamed", `location` stands in place of the text `path`, on pages and in lists
        too; the old URLs redirect there, or answer `status` if that is 404. Of "moved", pages and
        lists name the old URLs. "wall" answers with `page`; "replaced" answers `body`, status 200.
    :param host: the host, or "" for all.
    :param path: a regex searched in path and query.
    :param after: requests answered correctly before the first fault.
    :param times: number of faulty answers; None: no limit.
    :param retry_after: seconds for a Retry-After header.
    :param location: the target of "redirect"; the URL that a page of "canonical" states for itself.
    :param page: a page in place of an article, with {headline}: the article's title element, and
        {number}: another number in every answer.
    :param size: bytes that "gzip_bomb" unpacks to, bytes of body that "cut" and "truncated" leave.
    """

    kind: FaultKind
    host: str = ""
    path: str = ""
    after: int = 0
    times: int | None = None
    status: int = 503
    retry_after: int | None = None
    location: str = ""
    page: str = ""
    size: int = 0
    body: bytes = b""

    def strikes(self, host: str, target: str) -> bool:
        """Return True if this request gets the fault; count it against `after` and `times`."""
        if self.kind in MOVES:
            return False
        if self.times == 0 or (self.host and self.host != host) or not re.search(self.path, target):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True
