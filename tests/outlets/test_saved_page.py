"""Pages as browsers and their extensions save them: address, time and article of each form."""

from __future__ import annotations

import plistlib
import shutil
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from scrapy.utils.project import get_project_settings

from crawler.outlets import documents
from crawler.outlets.documents import Document, UnreadableError, files_at
from crawler.outlets.reader import DocumentReader
from tests.costs import peak_of, seconds_of
from tests.outlets import saved
from tests.outlets.saved import CAPTURED, FORMS, TEXT, TITLE, URL, WITHOUT_TIME

if TYPE_CHECKING:
    from pathlib import Path

BASE64 = b"MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
READER = DocumentReader(get_project_settings())


@pytest.mark.parametrize("form", FORMS)
def test_a_saved_page_tells_its_address_and_time_and_holds_the_article(form: str) -> None:
    document = Document.of(FORMS[form])
    assert document.kind == "html"
    article = READER.read(document)
    assert (article.outlet, article.url) == ("kompastekno", URL)
    told = None if form in WITHOUT_TIME else datetime.fromisoformat(CAPTURED)
    assert document.fetched_at == told
    assert (article.title, article.authors) == (TITLE, ["Laras Winahyu"])
    assert article.paragraphs[0] == TEXT
    assert len(article.paragraphs) == 3
    assert [link.url for link in article.related] == [
        "https://tekno.kompas.com/read/2023/05/16/09000037/pompa"
    ]


def test_a_note_about_a_file_on_a_disk_is_no_address() -> None:
    page = saved.html("<!-- saved from url=(0014)about:internet -->")
    assert Document.of(page).url == ""


def test_a_text_that_begins_with_a_colon_is_no_message() -> None:
    text = b"JAKARTA: Sensor tanah dipasang.\n\nMIME-Version: 1.0 disebut di sini."
    assert Document.of(text) == Document(text, "text")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"bplist00" + b"\xff" * 40, "broken webarchive"),
        (plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY), "without a page of Safari"),
        (plistlib.dumps({"WebMainResource": {"WebResourceData": "x"}}), "without a page of Safari"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n", "without a page"),
        (BASE64 + b"A", "broken MHTML"),
        (saved.single_file_zip()[:-30] + b"x" * 30, "broken zip"),
        (b"PK\x03\x04" + b"x" * 100, "broken zip"),
        (saved.single_file_zip().replace(b"index.html", b"other.html"), "without index.html"),
    ],
)
def test_a_broken_container_says_what_is_wrong(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        Document.of(content)


def test_a_page_that_unpacks_to_more_than_a_page_may_have_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 500)
    for form in ("mhtml", "webarchive", "singlefile-zip"):
        with pytest.raises(UnreadableError, match="500 bytes"):
            Document.of(FORMS[form])


def test_a_zip_bomb_fills_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bom.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("index.html", b"<p>" * 30_000_000)
    bomb = path.read_bytes()

    def read() -> None:
        with pytest.raises(UnreadableError, match="20,000,000 bytes"):
            Document.of(bomb)

    assert peak_of(read) < 50_000_000


def test_parts_of_any_number_and_depth_take_no_long_time() -> None:
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n"
    nested = head * 20_000
    many = head + b"\n--a\nContent-Type: text/plain\n\nx" * 100_000
    for content in (nested, many):

        def read(content: bytes = content) -> None:
            with pytest.raises(UnreadableError, match="without a page"):
                Document.of(content)

        assert seconds_of(read) < 5


def test_a_folder_and_a_pattern_name_pages_and_no_parts_of_pages(tmp_path: Path) -> None:
    for name in (
        "a.html",
        "b.MHTML",
        "read/8253112",
        "a_files/frame.html",
        "a_files/1.js",
        "1.png",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(saved.html())
    found = [path.relative_to(tmp_path).as_posix() for path in files_at(str(tmp_path))]
    assert found == ["a.html", "b.MHTML", "read/8253112"]
    assert files_at(f"{tmp_path}/*.html") == [tmp_path / "a.html"]
    assert files_at(str(tmp_path / "missing.html")) == [tmp_path / "missing.html"]
    with pytest.raises(UnreadableError):
        files_at(f"{tmp_path}/*.mht")


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium here")
def test_a_page_that_chromium_saved_is_read(tmp_path: Path) -> None:
    """By the way of its own command Save as, which the DevTools protocol gives."""
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(word)
    driver_path = shutil.which("chromedriver")
    if driver_path is None:
        pytest.skip("there is no chromedriver here")
    (tmp_path / "page.html").write_bytes(saved.html())
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver_path))
    try:
        browser.get((tmp_path / "page.html").as_uri())
        snapshot = browser.execute_cdp_cmd("Page.captureSnapshot", {"format": "mhtml"})["data"]
    finally:
        browser.quit()
    document = Document.of(snapshot.encode())
    article = READER.read(document, url=URL)
    assert (article.title, article.paragraphs[0]) == (TITLE, TEXT)
    assert document.fetched_at is not None
