"""Saved pages in the real structure of each format, made from a page of ours."""

from __future__ import annotations

import plistlib
import quopri
import zipfile
from base64 import encodebytes
from io import BytesIO

URL = "https://tekno.kompas.com/read/2023/05/17/10220037/sensor-tanah-dipasang-di-sawah"
TITLE = "Sensor Tanah Dipasang di Sawah Sleman"
CAPTURED = "2023-05-18T03:00:00+00:00"
TEXT = (
    "Sensor tanah mulai dipasang di dua belas petak sawah pekan ini, kata ketua kelompok tani. "
    "Alat sebesar senter itu mengirim kadar air ke ponsel petani — dua kali sehari."
)
PAGE = f"""<!DOCTYPE html><html lang="id"><head>{{note}}<meta charset="utf-8"><title>{TITLE}</title>
<meta property="og:type" content="article"></head><body><h1 class="read__title">{TITLE}</h1>
<div class="read__time">Kompas.com, 17/05/2023, 10:22 WIB</div>
<div id="penulis"><a>Laras Winahyu</a></div>
<div class="read__content"><p>{TEXT}</p><p>Perakitnya belajar menyolder.</p>
<p>Baca juga:
<a href="{{prefix}}https://tekno.kompas.com/read/2023/05/16/09000037/pompa">Pompa Surya</a></p>
<p>Setelah panen, sensor dicabut, dicuci, dan disimpan di gudang.</p></div></body></html>"""
DATE = "Thu, 18 May 2023 03:00:00 -0000"
PICTURE = encodebytes(b"\x89PNG" * 4000).decode()


def html(note: str = "", prefix: str = "") -> bytes:
    return PAGE.format(note=note, prefix=prefix).encode()


def mhtml(coding: str = "quoted-printable", *, end: str = "\r\n", charset: str = "utf-8") -> bytes:
    """Return an MHTML as Chromium writes it (RFC 2557)."""
    page = html().decode().encode(charset, "xmlcharrefreplace")
    encode = {"quoted-printable": quopri.encodestring, "base64": encodebytes, "binary": bytes}
    mark = "----MultipartBoundary--k1xQ0p----"
    head = end.join([
        "From: <Saved by Blink>", f"Snapshot-Content-Location: {URL}", f"Subject: {TITLE}",
        f"Date: {DATE}", "MIME-Version: 1.0", "Content-Type: multipart/related;",
        '\ttype="text/html";', f'\tboundary="{mark}"', "", "", f"--{mark}",
        f"Content-Type: text/html; charset={charset}", "Content-ID: <frame-1@mhtml.blink>",
        f"Content-Transfer-Encoding: {coding}", f"Content-Location: {URL}", "", "",
    ])  # fmt: skip
    tail = end.join([
        "", f"--{mark}", "Content-Type: image/png", "Content-Transfer-Encoding: base64",
        "Content-Location: https://asset.example/1.png", "", PICTURE, f"--{mark}",
        "Content-Type: text/html", "Content-Location: https://iklan.example/frame", "",
        "<p>Iklan di bingkai.</p>", f"--{mark}--", "",
    ])  # fmt: skip
    return head.encode() + encode[coding](page) + tail.encode()


def webarchive(form: plistlib.PlistFormat = plistlib.FMT_BINARY) -> bytes:
    """Return a webarchive as Safari writes it."""
    main = {
        "WebResourceData": html(), "WebResourceFrameName": "", "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "UTF-8", "WebResourceURL": URL,
    }  # fmt: skip
    picture = {"WebResourceData": b"\x89PNG", "WebResourceURL": "https://asset.example/1.png"}
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": [picture]}, fmt=form)


SINGLE_FILE_NOTE = (
    f"<!--\n Page saved with SingleFile \n url: {URL} \n"
    " saved date: Thu May 18 2023 10:00:00 GMT+0700 (Western Indonesia Time)\n-->"
)


def single_file() -> bytes:
    return html(SINGLE_FILE_NOTE)


def single_file_zip(packing: int = zipfile.ZIP_DEFLATED, before: bytes = b"") -> bytes:
    """Return a page that SingleFile compressed; `before`: the page that unpacks itself."""
    file = BytesIO(before)
    with zipfile.ZipFile(file, "a" if before else "w", packing) as made:
        made.writestr("index.html", single_file())
        made.writestr("images/0.png", b"\x89PNG" * 1000)
        if before:
            made.comment = b"--></body></html>"
    return file.getvalue()


def wayback() -> bytes:
    """Return a page that a browser saved from the Wayback Machine."""
    prefix = "https://web.archive.org/web/20230518030000/"
    bar = "BEGIN WAYBACK TOOLBAR INSERT --><p>2 Jan 2026</p><!-- END WAYBACK TOOLBAR INSERT"
    note = f"<!-- saved from url=({len(prefix + URL):04}){prefix}{URL} --><!-- {bar} -->"
    end = b"<!--\n     FILE ARCHIVED ON 03:00:00 May 18, 2023 AND RETRIEVED FROM THE\n-->"
    return html(note, prefix=prefix) + end


def maff() -> bytes:
    """Return an archive of Mozilla's form MAFF: a folder with the page and an index."""
    index = (
        '<?xml version="1.0"?><RDF:RDF><RDF:Description RDF:about="urn:root">'
        f'<MAF:originalurl RDF:resource="{URL}"/><MAF:indexfilename RDF:resource="index.html"/>'
        '<MAF:archivetime RDF:resource="Thu, 18 May 2023 10:00:00 +0700"/>'
        "</RDF:Description></RDF:RDF>"
    )
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("1684378800000_123/index.html", html())
        made.writestr("1684378800000_123/index.rdf", index)
    return file.getvalue()


SAVE_PAGE_WE = (
    f"<style>{'a{b:c}' * 20_000}</style>"
    f'<meta name="savepage-url" content="{URL}">\n<meta name="savepage-title" content="{TITLE}">\n'
    '<meta name="savepage-pubdate" content="Unknown">\n'
    '<meta name="savepage-date" content="Thu May 18 2023 10:00:00 GMT+0700 (WIB)">'
)
HTTRACK = (
    f"<!-- Mirrored from {URL.removeprefix('https://')} by HTTrack Website Copier/3.x "
    "[XR&CO'2014], Thu, 18 May 2023 03:00:00 GMT -->"
)
SCRAPBOOK = f'<html data-scrapbook-source="{URL}" data-scrapbook-create="20230518030000123" lang='


FORMS = {
    "mhtml": mhtml(),
    "mhtml-base64": mhtml("base64"),
    "mhtml-binary-lf": mhtml("binary", end="\n"),
    "mhtml-latin-1": mhtml(charset="iso-8859-1"),
    "webarchive": webarchive(),
    "webarchive-xml": webarchive(plistlib.FMT_XML),
    "singlefile": single_file(),
    "singlefile-zip": single_file_zip(),
    "singlefile-self-extracting": single_file_zip(before=b"<!DOCTYPE html><html><body><!--"),
    "saved-from": html(f"<!-- saved from url=({len(URL):04}){URL} -->"),
    "wayback": wayback(),
    "maff": maff(),
    "save-page-we": html(SAVE_PAGE_WE),
    "monolith": html(f"<!-- Saved from {URL} at 2023-05-18T03:00:00Z using monolith v2.8.1 -->"),
    "httrack": html(HTTRACK),
    "webscrapbook": html().replace(b"<html lang=", SCRAPBOOK.encode()),
}
WITHOUT_TIME = ("webarchive", "webarchive-xml", "saved-from")
