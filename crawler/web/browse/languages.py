"""The language of each request: that of ?lang=, else of a cookie, else of Accept-Language."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import HTTPConnection

from crawler.wording import LANGUAGES, Language, speaking

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "wartatek-language"
_YEAR = 365 * 24 * 3600  # seconds
_REQUEST: ContextVar[HTTPConnection | None] = ContextVar("request", default=None)
_PREFERENCE = re.compile(r"\s*([a-z]{2,3})(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")


class Languages:
    """A layer in which each request is answered in the language of the person who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        chosen = known(request.query_params.get("lang"))

        async def told(message: Message) -> None:
            if chosen and message["type"] == "http.response.start":
                cookie = f"{COOKIE}={chosen}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Strict"
                message["headers"].append((b"set-cookie", cookie.encode()))
            await send(message)

        kept = known(request.cookies.get(COOKIE))
        preferred = chosen or kept or accepted(request.headers.get("accept-language", ""))
        token = _REQUEST.set(request)
        try:
            with speaking(preferred):
                await self.app(scope, receive, told)
        finally:
            _REQUEST.reset(token)


def known(said: str | None) -> Language | None:
    """Return `said` if a language of ours is called so, else None."""
    return next((each for each in LANGUAGES if each == said), None)


def accepted(header: str) -> Language | None:
    """Return the language of ours that Accept-Language weighs most, the first of equals."""
    best: Language | None = None
    most = 0.0
    for part in header[:1000].lower().split(","):
        match = _PREFERENCE.fullmatch(part)
        weight = float(match[2] or 1) if match else 0.0
        name = known("id" if match and match[1] in ("in", "ind") else match[1]) if match else None
        if name and weight > most:
            best, most = name, weight
    return best


def in_language(name: str) -> str:
    """Return the address of the page that is shown, in the language `name`."""
    request = _REQUEST.get()
    given = request.query_params.multi_items() if request else []
    return "?" + urlencode([*(pair for pair in given if pair[0] != "lang"), ("lang", name)])
