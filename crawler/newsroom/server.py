"""The newsroom's HTTP server: an asyncio loop, in a thread of its own for tests."""

from __future__ import annotations

import asyncio
import gzip
import re
import threading
import time
import zlib
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from crawler.newsroom.faults import CHALLENGE, MOVES, Fault, FaultKind
from crawler.newsroom.world import HTML, Reply, World
from output.origin import SERVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.newsroom.story import Story

BOMB = 200 * 1024 * 1024
_OWN_URL = re.compile(
    rb"""(<link rel=["']?canonical["']? href=["']|<meta property=["']?og:url["']? content=["']"""
    rb"""|"mainEntityOfPage": ?\{[^}]*"@id": ?")[^"']+(["'])"""
)
DRIP = 0.2  # seconds between two bytes of a slow answer
FLAWS = {
    "not_a_feed": "html",
    "empty_feed": "empty",
    "stale_feed": "stale",
    "self_links": "self_links",
}


class Asked(NamedTuple):
    """A request to the newsroom: monotonic seconds, header names in lower case."""

    host: str
    path: str
    time: float
    headers: dict[str, str]


class Newsroom:
    """A world of outlets on 127.0.0.1, distinguished by the Host header.

    >>> world = World(1, ["kontan"], now=clock.now())
    >>> with Newsroom(world) as room:
    ...     room.url, room.truth(room.urls("kontan")[0]).title

    :param port: 0 for any free port.
    :param compress: answer in gzip where the client accepts it.
    :param faults: faults from the start; `fail` adds more.
    """

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        compress: bool = False,
        faults: Iterable[Fault] = (),
    ) -> None:
        self.world = world
        self.requests: list[Asked] = []
        self._faults = list(faults)
        self._port = port
        self._compress = compress
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="newsroom", daemon=True)

    # ------------------------------------------------------------------ the world, for tests

    def urls(self, outlet: str) -> list[str]:
        """Return the URLs of the articles of `outlet`, newest first."""
        return self.world.urls(outlet)

    def truth(self, url: str) -> Story:
        """Return the truth about the article at `url`.

        :raises KeyError: when there is no such article.
        """
        return self.world.truth(url)

    def edit(self, url: str) -> None:
        """Add a sentence to the article at `url`."""
        self.world.edit(url)

    def remove(self, url: str) -> None:
        """Answer 410 for the article at `url` from now on."""
        self.world.remove(url)

    def publish(self, outlet: str, count: int = 1) -> list[str]:
        """Publish new articles and return their URLs; feeds drop as many old articles."""
        return self.world.publish(outlet, count)

    def fail(self, kind: FaultKind, **where: Any) -> Fault:
        """Add a fault, whose arguments are those of `Fault`."""
        fault = Fault(kind, **where)
        self._faults.append(fault)
        return fault

    def recover(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    # ------------------------------------------------------------------ start and stop

    @property
    def url(self) -> str:
        """Return the server's URL: http://127.0.0.1:PORT."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start serving in a thread of its own."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def stop(self) -> None:
        """Close every connection and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._closing.set()
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    # ------------------------------------------------------------------ connections

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the newsroom closes
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; return True if the connection stays open."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        _, target, _ = first.split(" ", 2)
        headers = {
            name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)
        }
        host = headers.get("host", "").partition(":")[0]
        self.requests.append(Asked(host, target, time.monotonic(), headers))
        fault = next((fault for fault in self._faults if fault.strikes(host, target)), None)
        reply = self._reply(host, target, headers)
        if fault is None:
            await _send(writer, self._packed(reply, headers))
            return True
        return await self._misbehave(fault, reply, writer, host, target)

    def _reply(self, host: str, target: str, headers: dict[str, str]) -> Reply:
        """Return the world's answer, in which URLs may have been renamed."""
        moves = [fault for fault in self._faults if fault.kind in MOVES]
        where = f"{host}{target}"
        for fault in moves:
            is_new = fault.location in where
            if fault.path in where and not (is_new and fault.path in fault.location):
                if fault.status == HTTPStatus.NOT_FOUND:
                    return Reply(404, b"", {"Content-Type": HTML})
                moved = where.replace(fault.path, fault.location, 1)
                return Reply(301, b"", {"Location": f"https://{moved}"})
            if is_new:
                where = where.replace(fault.location, fault.path, 1)
        host, _, target = where.partition("/")
        reply = self.world.answer(host, f"/{target}", headers)
        for fault in moves:
            if fault.kind == "renamed":
                new = reply.body.replace(fault.path.encode(), fault.location.encode())
                reply = replace(reply, body=new)
        return reply

    def _packed(self, reply: Reply, headers: dict[str, str]) -> Reply:
        if (
            not self._compress
            or len(reply.body) < 1000
            or "gzip" not in headers.get("accept-encoding", "")
        ):
            return reply
        body = gzip.compress(reply.body, compresslevel=1, mtime=0)
        return replace(reply, body=body, headers=reply.headers | {"Content-Encoding": "gzip"})

    # ------------------------------------------------------------------ faults

    async def _misbehave(
        self, fault: Fault, reply: Reply, writer: asyncio.StreamWriter, host: str, target: str
    ) -> bool:
        """Answer with `fault`; return True if the connection stays open."""
        if fault.kind == "stall":
            await self._closing.wait()
            return False
        if fault.kind in ("drip", "endless", "cut", "wrong_length"):
            await self._break_off(fault, reply, writer)
            return False
        if fault.kind == "wall":
            await _send(writer, Reply(200, self._wall(fault.page, reply), {"Content-Type": HTML}))
        else:
            await _send(writer, self._wrong(fault, reply, host, target))
        return True

    async def _break_off(self, fault: Fault, reply: Reply, writer: asyncio.StreamWriter) -> None:
        """Send an answer with a fault of transport, after which the connection is closed."""
        body = reply.body
        if fault.kind == "endless":
            writer.write(_head(reply, None) + body.partition(b"</body>")[0])
            while True:
                writer.write(b"<p>Berita ini tidak ada habisnya.</p>\n" * 200)
                await writer.drain()
        if fault.kind == "wrong_length":
            writer.write(_head(reply, len(body) // 2) + body)
        elif fault.kind == "cut":
            writer.write(_head(reply, len(body)) + body[: fault.size or len(body) // 2])
        else:
            writer.write(_head(reply, len(body)))
            for start in range(0, len(body), 20):
                writer.write(body[start : start + 20])
                await writer.drain()
                await asyncio.sleep(DRIP)
        await writer.drain()

    def _wrong(self, fault: Fault, reply: Reply, host: str, target: str) -> Reply:
        """Return a complete answer with a fault of content."""
        html = {"Content-Type": HTML}
        later = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        match fault.kind:
            case "status":
                return Reply(fault.status, b"<html><body>Sebentar lagi</body></html>", html | later)
            case "challenge":
                return Reply(fault.status, CHALLENGE.encode(), html | later)
            case "redirect":
                return Reply(302, b"", {"Location": fault.location})
            case "redirect_loop":
                path = target.partition("?")[0]
                return Reply(302, b"", {"Location": f"{path}?putar={len(self.requests)}"})
            case "gzip_bomb":
                body = _bomb(fault.size or BOMB)
                return Reply(200, body, html | {"Content-Encoding": "gzip"})
            case "wrong_charset":
                return replace(
                    reply, headers=reply.headers | {"Content-Type": "text/html; charset=iso-8859-1"}
                )
            case "broken_jsonld":
                return replace(
                    reply,
                    body=reply.body.replace(b'"headline": "', b'"headline": "kutip "rusak" ', 1),
                )
            case "truncated":
                return replace(reply, body=reply.body[: fault.size or len(reply.body) * 2 // 5])
            case "too_deep":
                return replace(reply, body=b"<html><body>" + b"<div>" * 40_000 + b"</body></html>")
            case "empty" | "replaced":
                return replace(reply, status=200, body=fault.body)
            case "tracked_links" | "canonical":
                kind = {"Content-Type": reply.headers["Content-Type"]}
                return replace(reply, body=_relinked(fault, reply.body), headers=kind)
        return self._flawed_feed(FLAWS[fault.kind], host, target, reply)

    def _wall(self, page: str, reply: Reply) -> bytes:
        """Return `page` as it is served in place of the article of `reply`."""
        titled = re.search(rb"<title>(.*?)</title>", reply.body, re.DOTALL)
        headline = titled[1].decode("utf-8", "replace").strip() if titled else ""
        number = str(len(self.requests))
        return page.replace("{headline}", headline).replace("{number}", number).encode()

    def _flawed_feed(self, flaw: str, host: str, target: str, reply: Reply) -> Reply:
        path = target.partition("?")[0]
        for desk in self.world.desks.values():
            for feed in desk.house.feeds:
                if (feed.host or desk.house.host, feed.path) == (host, path):
                    return self.world.feed(desk, feed, flaw)
        return reply


def _head(reply: Reply, length: int | None) -> bytes:
    """Return status line and headers; without Content-Length the body ends with the connection."""
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", f"Server: {SERVER}"]
    lines += [f"{name}: {text}" for name, text in reply.headers.items()]
    lines.append("Connection: close" if length is None else f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> None:
    writer.write(_head(reply, len(reply.body)) + reply.body)
    await writer.drain()


def _relinked(fault: Fault, body: bytes) -> bytes:
    """Return `body` with other addresses of articles: in a feed's links, or of the page itself."""
    if fault.kind == "tracked_links":
        link = rf"\g<0>?srsltid=x{time.monotonic_ns()}".encode()
        return re.sub(rb"<item>.*?<link>[^<?]+", link, body, flags=re.DOTALL)
    stated = fault.location.encode()
    return _OWN_URL.sub(lambda found: found[1] + stated + found[2], body)


@cache
def _bomb(size: int) -> bytes:
    """Return a gzip stream that unpacks to `size` spaces."""
    packer = zlib.compressobj(9, wbits=31)
    block = b" " * 1024 * 1024
    parts = [packer.compress(block) for _ in range(size // len(block))]
    return b"".join([*parts, packer.flush()])
