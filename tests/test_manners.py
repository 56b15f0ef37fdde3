from datetime import UTC, datetime

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.manners import (
    ContactError,
    RobotsError,
    check_contact,
    failure_reason,
    is_challenge,
    retry_after,
    user_agent,
)

URL = "https://warta.example.co.id/"
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def test_the_user_agent_says_who_asks_and_whom_to_write_to():
    settings = Settings({"CONTACT": "redaksi@warta.example.co.id", "VERSION": "0.1.0"})
    assert user_agent(settings) == (
        "Mozilla/5.0 (compatible; Wartatek/0.1.0; +redaksi@warta.example.co.id)"
    )
    settings = Settings({"CONTACT": "", "VERSION": "0.1.0"})
    assert "(compatible; Wartatek/0.1.0; no contact" in user_agent(settings)


@pytest.mark.parametrize(
    "contact",
    [
        "redaksi@wartatek.id",
        "mailto:redaksi@wartatek.id",
        "https://wartatek.id/tentang",
        "http://kampus.ac.id:8080/",
        "mailto:redaksi+bot@wartatek.id?subject=bot",
        "o'hara.wati@xn--rumah-0ra.id",
        "redaksi@example.co.id",
        "a@notexample.com",
        "https://93.184.216.34/bot",
    ],
)
def test_an_address_of_the_internet_is_a_contact(contact: str):
    check_contact(contact)


@pytest.mark.parametrize(
    "contact",
    [
        *("you@example.org", "You@Example.COM", "you@mail.example.net", "you@example.org."),
        *("you@kantor.test", "you@warta.example", "https://www.example.com/bot", "you@x.invalid"),
        *("http://localhost/", "http://web.localhost/", "http://127.0.0.1/", "http://10.0.0.1/"),
        *("", " ", "saya", "example.org", "wartatek.id", "you@", "@wartatek.id", "you@kantor"),
        *("ftp://wartatek.id/", "a@wartatek.id b", "a@wartatek.id\nX: y", "you@-.id", "http://[x/"),
        *("you@wartatek.id)", "https://", "you@wartatek..id", "a@wartatek.id,b@wartatek.id"),
        *("a@@wartatek.id", "you@wartatek.1", "https://wartatek.id:99999/", "mailto:you"),
        *("https://saya:rahasia@wartatek.id/", "https://saya@wartatek.id/", '"a b"@wartatek.id'),
        *("you@kantor.local", "https://rumah.lan/", "you@x.internal", "http://abc.onion/"),
    ],
)
def test_a_placeholder_is_no_contact(contact: str):
    with pytest.raises(ContactError):
        check_contact(contact)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 03:05:00 GMT", 300.0),
        ("Fri, 20 Nov 2026 02:00:00 GMT", 0.0),
        ("99999999", 604_800.0),
        ("9" * 5000, 604_800.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 604_800.0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Fri Nov 20 03:05:00 2026", 300.0),
        ("Friday, 20-Nov-26 03:05:00 GMT", 300.0),
        ("Fri, 20 Nov 2026 10:05:00 +0700", 300.0),
        ("besok", None),
        ("120, 60", None),
        ("²", None),
        ("1e9", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None):
    response = Response(URL, headers={"Retry-After": header} if header else {})
    assert retry_after(response, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (202, {"x-amzn-waf-action": "challenge"}, b""),
        (403, {"cf-mitigated": "challenge"}, b""),
        (403, {}, b"<html><head><title>Just a moment...</title></head></html>"),
        (202, {}, b"<script>window.awsWafCookieDomainList = [];</script>"),
        (200, {}, b'<script src="/cdn-cgi/challenge-platform/h/b/x.js"></script>'),
        (
            200,
            {},
            b'<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page"></script>',
        ),
        (403, {}, b'<div id="px-captcha"></div><script>window._pxAppId = "PX1";</script>'),
        (403, {}, b'<script src="https://ct.captcha-delivery.com/c.js"></script>'),
        (403, {}, b'<a href="https://errors.edgesuite.net/18.5e0c">x</a>'),
    ],
)
def test_a_challenge_is_known_by_its_marks(status: int, headers: dict[str, str], body: bytes):
    assert is_challenge(Response(URL, status=status, headers=headers, body=body))


def test_an_article_with_a_bot_wall_s_script_is_no_challenge():
    script = b'<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    body = b"<p>Berita.</p>" * 10_000 + script
    assert not is_challenge(Response(URL, body=body))
    assert not is_challenge(Response(URL, body=b"<p>Berita pendek.</p>" + script))
    older = script.replace(b"platform/", b"platform/h/g/")
    assert not is_challenge(Response(URL, body=b"<p>Berita pendek.</p>" + older))
    assert not is_challenge(Response(URL, body=b"<p>Tunggu sebentar...</p>"))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HttpError(Response(URL, status=404)), "http_404"),
        (CannotResolveHostError(), "dns"),
        (DownloadTimeoutError(), "timeout"),
        (ResponseDataLossError(), "cut_off"),
        (RobotsError("robots_unavailable"), "robots_unavailable"),
        (IgnoreRequest("max redirections reached"), "redirect_loop"),
        (IgnoreRequest("its body exceeded DOWNLOAD_MAXSIZE (1 B)"), "too_large"),
        (IgnoreRequest("something else"), "ignore_request"),
        (ZeroDivisionError(), "zero_division"),
    ],
)
def test_every_failure_has_a_stable_word(error: Exception, reason: str):
    assert failure_reason(Failure(error)) == reason
