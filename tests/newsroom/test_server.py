from __future__ import annotations

import gzip
import http.client
import socket
from typing import TYPE_CHECKING

import pytest

from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.newsroom import Newsroom
    from crawler.newsroom.faults import FaultKind

HOST = "mediaindonesia.com"


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(seed=1, outlets=["mediaindonesia"], recent=4, past=0, older=0) as served:
        yield served


def ask(room: Newsroom, target: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(room.url.removeprefix("http://"))
    try:
        connection.request("GET", target, headers={"Host": HOST, **headers})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def article(room: Newsroom) -> str:
    return room.urls("mediaindonesia")[0].removeprefix(f"https://{HOST}")


def test_the_newsroom_logs_its_requests(room: Newsroom):
    response, body = ask(room, "/robots.txt", **{"User-Agent": "wartatek"})
    assert response.status == 200 and b"Sitemap: https://mediaindonesia.com" in body
    (asked,) = room.requests
    assert (asked.host, asked.path, asked.headers["user-agent"]) == (
        HOST,
        "/robots.txt",
        "wartatek",
    )


def test_one_connection_serves_many_requests(room: Newsroom):
    connection = http.client.HTTPConnection(room.url.removeprefix("http://"))
    for url in room.urls("mediaindonesia"):
        connection.request("GET", url.removeprefix(f"https://{HOST}"), headers={"Host": HOST})
        body = connection.getresponse().read().decode()
        assert room.truth(url).title in body
    connection.close()


def test_the_newsroom_compresses_only_for_clients_that_accept_gzip():
    with newsroom(seed=1, outlets=["mediaindonesia"], recent=2, compress=True) as room:
        plain = ask(room, article(room))[1]
        response, packed = ask(room, article(room), **{"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 4


def test_a_fault_happens_as_often_as_configured(room: Newsroom):
    room.fail("status", host=HOST, path="/teknologi/|/ekonomi/", status=429, retry_after=7, times=2)
    room.fail("status", host="elsewhere.example", status=500)
    answers = [ask(room, f"/teknologi/{n}")[0] for n in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 404]
    assert answers[0].headers["Retry-After"] == "7"
    assert ask(room, "/robots.txt")[0].status == 200


@pytest.mark.parametrize("status", [200, 202, 403, 503])
def test_a_challenge_has_the_marks_of_a_challenge_page(room: Newsroom, status: int):
    room.fail("challenge", status=status)
    response, body = ask(room, article(room))
    assert response.status == status
    assert b"awsWafCookieDomainList" in body and b"Just a moment" in body


def test_recovering_ends_every_fault(room: Newsroom):
    room.fail("status", status=503)
    room.recover()
    assert ask(room, article(room))[0].status == 200


def first_bytes(room: Newsroom, count: int, pause: float | None = None) -> bytes:
    """Return the first `count` bytes of an answer, or the bytes before `pause` seconds of none."""
    got = b""
    with socket.create_connection(("127.0.0.1", int(room.url.rpartition(":")[2]))) as client:
        client.settimeout(pause)
        client.sendall(f"GET {article(room)} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        while len(got) < count:
            try:
                got += client.recv(min(65536, count - len(got)))
            except TimeoutError:
                break
    return got


def test_the_fault_of_a_server_that_never_answers(room: Newsroom):
    room.fail("stall")
    assert first_bytes(room, 1, pause=0.3) == b""


def test_the_fault_of_a_body_that_drips(room: Newsroom):
    room.fail("drip")
    head, _, body = first_bytes(room, 250).partition(b"\r\n\r\n")
    assert b"Content-Length: " in head
    assert 0 < len(body) < 100


def test_the_fault_of_a_body_that_never_ends(room: Newsroom):
    room.fail("endless")
    assert len(first_bytes(room, 5_000_000)) >= 5_000_000


def test_the_fault_of_a_body_that_is_cut_off(room: Newsroom):
    room.fail("cut", size=1000)
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(room, article(room))
    assert len(caught.value.partial) == 1000


def test_the_fault_of_a_wrong_content_length(room: Newsroom):
    whole = ask(room, article(room))[1]
    room.fail("wrong_length")
    assert len(ask(room, article(room))[1]) == len(whole) // 2


def test_the_fault_of_a_wrong_charset(room: Newsroom):
    room.fail("wrong_charset")
    response, body = ask(room, article(room))
    assert "iso-8859-1" in response.headers["Content-Type"]
    assert room.truth(room.urls("mediaindonesia")[0]).title in body.decode("utf-8")


def test_a_gzip_bomb_is_small_until_it_is_unpacked(room: Newsroom):
    room.fail("gzip_bomb", size=30 * 1024 * 1024)
    response, body = ask(room, article(room))
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(body) < 100_000 < 30 * 1024 * 1024 == len(gzip.decompress(body))


def test_the_faults_of_redirects_in_circles_and_elsewhere(room: Newsroom):
    room.fail("redirect_loop", times=2)
    places = [ask(room, article(room))[0].headers["Location"] for _ in range(2)]
    assert places[0] != places[1] and all(place.startswith(article(room)) for place in places)
    room.fail("redirect", location="http://169.254.0.1/")
    response, _ = ask(room, article(room))
    assert (response.status, response.headers["Location"]) == (302, "http://169.254.0.1/")


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        ("not_a_feed", b"<!DOCTYPE html>"),
        ("self_links", b"<link>https://mediaindonesia.com/</link><guid"),
        ("empty_feed", b"</lastBuildDate>\n</channel>"),
        ("stale_feed", b"<pubDate>"),
    ],
)
def test_the_faults_of_feeds_that_are_no_feeds(room: Newsroom, kind: FaultKind, mark: bytes):
    good = ask(room, "/feed")[1]
    room.fail(kind, path="^/feed$")
    bad = ask(room, "/feed")[1]
    assert mark in bad
    assert bad != good


def test_the_faults_of_broken_pages(room: Newsroom):
    whole = ask(room, article(room))[1]
    for kind, size in (("truncated", len(whole) * 2 // 5), ("empty", 0)):
        room.fail(kind, times=1)
        assert ask(room, article(room))[1] == whole[:size]
    room.fail("broken_jsonld", times=1)
    assert b'"headline": "kutip "rusak" ' in ask(room, article(room))[1]
    room.fail("too_deep", times=1)
    assert ask(room, article(room))[1].count(b"<div>") > 30_000
