"""`scrapy extract` as it is typed: whatever a file holds, the files behind it are read."""

from __future__ import annotations

import json

import pytest
from scrapy.cmdline import execute

import crawler.outlets.reader as readers

PROSE = (
    "<p>Pabrik cip baru di Batam mulai berproduksi pekan ini, kata direkturnya di Jakarta.</p>" * 8
)
PAGE = """<html><head><title>Pabrik cip dibuka di Batam</title>{head}</head>
<body><h1>Pabrik cip dibuka di Batam</h1><div>{prose}{body}</div></body></html>"""
BROKEN = [
    "https://[::1/x",
    "//[",
    "https://warta.example.co.id:99999999/x",
    "https://warta.example.co.id:x/",
    "https://a\u2100.example.co.id/x",
    "javascript:void(0)",
    "\ud800",
]
"""URLs that a page can print, and that urllib cannot take apart."""


def page(head: str = "", body: str = "") -> str:
    return PAGE.format(head=head, prose=PROSE, body=body)


def hostile(url: str) -> str:
    """Return a page with `url` in every place where extraction looks for an address."""
    stated = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": "Pabrik cip dibuka di Batam",
            "url": url,
            "mainEntityOfPage": {"@id": url},
            "image": {"url": url},
            "author": {"@type": "Person", "name": "Budi Santoso", "url": url},
            "publisher": {"name": "Warta", "logo": url},
        }
    )
    url = url.encode("ascii", "xmlcharrefreplace").decode() if url != "\ud800" else "&#xd800;"
    return page(
        f'<link rel="canonical" href="{url}"><link rel="amphtml" href="{url}">'
        f'<meta property="og:url" content="{url}"><meta property="og:image" content="{url}">'
        f'<base href="{url}"><script type="application/ld+json">{stated}</script>',
        f'<p>Baca juga: <a href="{url}">Kabar lain</a></p><img src="{url}"><a href="{url}">2</a>',
    )


@pytest.fixture
def extract(tmp_path, capsys):
    def typed(*pages: str, words: tuple[str, ...] = ()):
        files = [tmp_path / f"{number}.html" for number in range(len(pages))]
        for file, text in zip(files, pages, strict=True):
            file.write_text(text, "utf-8")
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "extract", *words, *map(str, files)])
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [row["file"] for row in rows] == list(map(str, files))
        return ended.value.code, rows

    return typed


@pytest.mark.parametrize("words", [(), ("--url", "https://inet.detik.com/gadget/d-1/pabrik")])
def test_urls_that_cannot_be_taken_apart_cost_no_article(extract, words):
    code, rows = extract(*map(hostile, BROKEN), page(), words=words)
    assert code == 0
    assert [row.get("title") for row in rows] == ["Pabrik cip dibuka di Batam"] * len(rows)


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (ValueError("Invalid IPv6 URL"), "ValueError: Invalid IPv6 URL"),
        (RecursionError("maximum recursion depth exceeded"), "RecursionError: maximum"),
        (MemoryError(), "MemoryError"),
        (OSError("a bug"), "OSError: a bug"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_a_file_on_which_our_code_fails_is_an_error_of_its_own(extract, monkeypatch, raised, named):
    real = readers.extract

    def fail(page, *args, **kwargs):
        if "jebakan" in page.text:
            raise raised
        return real(page, *args, **kwargs)

    monkeypatch.setattr(readers, "extract", fail)
    code, rows = extract(page(), page(body="<p>jebakan</p>"), page())
    assert code == 1
    assert [row.get("error", "").startswith(named) for row in rows] == [False, True, False]
    assert set(rows[1]) == {"file", "error"}
    assert rows[0]["title"] == rows[2]["title"]
