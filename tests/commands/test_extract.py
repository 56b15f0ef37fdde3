"""`scrapy extract` as it is typed: whatever a file holds, the files behind it are read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from scrapy.cmdline import execute

import crawler.outlets.reader as readers
from crawler.archive.reader import read_page
from output.dataset import open_dataset, read
from output.verification import verify
from tests import prefork
from tests.archive.warcs import pages, write_warc
from tests.outlets import saved

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

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


# -- files of every form


def scrapy(*words: object, out: Path, typed: bytes = b"") -> CompletedProcess[str]:
    return prefork.scrapy("extract", *words, "-s", f"OUTPUT_DIR={out}", typed=typed)


def rows_of(done: CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_folders_patterns_archives_and_standard_input_are_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mhtml").write_bytes(saved.mhtml())
    (tmp_path / "b.webarchive").write_bytes(saved.webarchive())
    write_warc(tmp_path / "c", pages("mediaindonesia", 2))
    typed = saved.single_file()
    places = [tmp_path / "in", f"{tmp_path}/*.webarchive", tmp_path / "c", "-"]
    done = scrapy(*places, "-q", out=tmp_path / "out", typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    told = [(row["file"], row["outlet"]) for row in rows_of(done)]
    assert told == [
        (str(tmp_path / "in" / "a.mhtml"), "kompastekno"),
        (str(tmp_path / "b.webarchive"), "kompastekno"),
        (str(tmp_path / "c"), "mediaindonesia"),
        (str(tmp_path / "c"), "mediaindonesia"),
        ("-", "kompastekno"),
    ]
    assert not (tmp_path / "out").exists()


def test_articles_are_printed_as_markdown_documents(tmp_path):
    items = "<h3>Isi kotak</h3><ul><li>Kabel</li><li>1* daya</li></ul>"
    body = f"{items}<p>Itu isi kotaknya, kata dia.</p>"
    (tmp_path / "a.html").write_text(page(body=body))
    (tmp_path / "b.html").write_text("<p>Kosong</p>")
    done = scrapy("--markdown", tmp_path / "a.html", tmp_path / "b.html", out=tmp_path)
    assert done.returncode == 0
    said = done.stdout
    assert said.startswith("---\ntitle: ")
    assert "\n---\n\n# Pabrik cip dibuka di Batam\n\nPabrik cip baru" in said
    assert "\n\n## Isi kotak\n\n- Kabel\n- 1\\* daya\n\nItu isi" in said
    assert said.count("\n---\n") == 1
    assert "b.html: rejected as " in done.stderr
    assert scrapy("--markdown", "--explain", "-", out=tmp_path).returncode == 2


def test_a_url_is_to_be_saved_first(tmp_path):
    done = scrapy("https://tekno.kompas.com/read/1/", out=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "save the page first" in done.stderr


def test_an_arc_file_is_an_error_that_says_how_to_convert_it(tmp_path):
    (tmp_path / "old").write_bytes(b"filedesc://old.arc 0.0.0.0 20050517 text/plain 9")
    done = scrapy(tmp_path / "old", out=tmp_path / "out")
    assert done.returncode == 1
    assert "warcio recompress" in str(rows_of(done)[0]["error"])


# -- into the dataset


def test_a_saved_page_is_stored_once_with_the_time_of_the_capture_and_archived(tmp_path):
    out = tmp_path / "out"
    (tmp_path / "a.mhtml").write_bytes(saved.mhtml())
    done = scrapy(tmp_path / "a.mhtml", "--store", out=out)
    assert done.returncode == 0, done.stderr
    [row] = read(out).to_pylist()
    assert (row["outlet"], row["title"], row["url"]) == ("kompastekno", saved.TITLE, saved.URL)
    assert row["fetched_at"] == datetime.fromisoformat(saved.CAPTURED)
    with (out / row["archive"]["file"]).open("rb") as file:
        page = read_page(file, row["archive"]["offset"])
    assert page is not None and (page.url, page.fetched_at) == (saved.URL, row["fetched_at"])
    [run] = open_dataset(out, "runs").to_table().to_pylist()
    assert (run["outlet"], run["stored"], run["judgement"]) == ("kompastekno", 1, "healthy")
    assert verify(out) == []

    again = scrapy(tmp_path / "a.mhtml", "--store", out=out)
    assert again.returncode == 0, again.stderr
    assert "all is there" in again.stderr
    assert read(out).num_rows == 1
    assert len([*out.glob("archive/*/*.warc.gz")]) == 1


def test_a_page_without_a_time_is_stored_only_with_a_stated_time(tmp_path):
    out, path = tmp_path / "out", tmp_path / "a.webarchive"
    path.write_bytes(saved.webarchive())
    done = scrapy(path, "--store", out=out)
    assert done.returncode == 1
    assert "give --fetched-at" in str(rows_of(done)[0]["error"])
    assert read(out).num_rows == 0
    done = scrapy(path, "--store", "--fetched-at", "2023-05-18T10:00", out=out)
    assert done.returncode == 0, done.stderr
    [row] = read(out).to_pylist()
    assert row["fetched_at"] == datetime.fromisoformat(saved.CAPTURED)
    assert scrapy(path, "--fetched-at", "kemarin", out=out).returncode == 2


def test_what_is_no_article_of_an_outlet_is_not_stored(tmp_path):
    (tmp_path / "a.txt").write_text("JAKARTA - Sensor tanah dipasang.\n\n" + saved.TEXT * 3)
    (tmp_path / "b.html").write_bytes(saved.html())
    write_warc(tmp_path / "c.warc.gz", pages("mediaindonesia", 1))
    stated = ["--fetched-at", "2023-05-18", "--store", "--url", "https://koran.example/berita/1"]
    done = scrapy(*(tmp_path / name for name in ("a.txt", "b.html")), *stated, out=tmp_path / "out")
    assert done.returncode == 1
    text, page = (str(row["error"]) for row in rows_of(done))
    assert "a text is no page" in text
    assert "no outlet here has its address" in page
    done = scrapy(tmp_path / "c.warc.gz", "--store", out=tmp_path / "out")
    assert "scrapy reparse" in str(rows_of(done)[0]["error"])
    assert read(tmp_path / "out").num_rows == 0
