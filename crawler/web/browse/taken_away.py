"""Results of a search to take away: files of all articles found, and feeds of the newest."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import xml.etree.ElementTree as ET
from typing import IO, TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from output.dataset import schema_of
from output.formats import FORMATS, Write
from output.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from output.schema import Row
    from output.search import Library, Question

NEWEST = 50
"""Articles of a feed."""
_ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHUNK = 1 << 18  # bytes


class Kind(NamedTuple):
    """A kind of file: media type and writer."""

    media_type: str
    write: Write


FILES = {
    "csv": Kind("text/csv; charset=utf-8", FORMATS["csv"]),
    "jsonl": Kind("application/jsonl", FORMATS["jsonl"]),
    "parquet": Kind("application/vnd.apache.parquet", FORMATS["parquet"]),
    "xlsx": Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_workbook
    ),
}


def whole_file(library: Library, question: Question, kind: str) -> Iterator[bytes]:
    """Return the chunks of a file of all articles that match, with every column.

    The file is written to disk before its first chunk is returned, so that an error comes first.

    :raises OSError, pa.ArrowException: a file of the dataset cannot be read.
    :raises TooManyRowsError: Excel has no room for the articles.
    """
    schema = schema_of("articles")
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when read to its end
    try:
        FILES[kind].write(library.batches(question, schema.names), schema, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def atom(rows: Iterable[Row], title: str, here: str, search: str, now: datetime) -> bytes:
    """Return an Atom feed (RFC 4287) of `rows`. A row may have `updated`, and its `kind` of news.

    :param here: the address of the feed
    :param search: the address of the search
    """
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _put(feed, "id", _name(search))
    _put(feed, "title", title)
    _put(feed, "updated", now.isoformat())
    _put(feed, "generator", "Wartatek")
    _put(feed, "link", rel="self", href=here)
    _put(feed, "link", rel="alternate", href=search)
    for row in rows:
        entry = _put(feed, "entry")
        _put(entry, "id", _name(row["article_id"]))
        _put(entry, "title", row["title"])
        _put(entry, "link", rel="alternate", href=row["url"] or search)
        published = row["published"] or now
        _put(entry, "published", published.isoformat())
        _put(entry, "updated", (row.get("updated") or published).isoformat())
        for name in row["authors"] or [row["outlet"]]:
            _put(_put(entry, "author"), "name", name)
        for term in _terms(row):
            _put(entry, "category", term=term)
        _put(entry, "summary", row["lead"])
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _terms(row: Row) -> list[str]:
    return [row["outlet"], *([row["kind"]] if "kind" in row else [])]


def _put(above: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    values = {key: _NO_XML.sub("", value) for key, value in attributes.items()}
    element = ET.SubElement(above, f"{{{_ATOM}}}{name}", values)
    element.text = _NO_XML.sub("", text)
    return element


def _name(of: str) -> str:
    """Return the URN of an article or a search: a tag URI (RFC 4151)."""
    if len(of) > 200:
        of = hashlib.sha256(of.encode("utf-8", "replace")).hexdigest()
    return f"tag:wartatek.invalid,2026:{quote(of, safe=':')}"


def json_feed(rows: Iterable[Row], title: str, here: str, search: str) -> bytes:
    """Return a JSON Feed 1.1 of `rows`; the parameters are those of `atom`."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": search,
        "feed_url": here,
        "items": [
            {
                "id": row["article_id"],
                **({"url": row["url"]} if row["url"] else {}),
                "title": row["title"],
                "content_text": row["lead"],
                "tags": _terms(row),
                "authors": [{"name": name} for name in row["authors"] or []],
            }
            | ({"date_published": row["published"].isoformat()} if row["published"] else {})
            | ({"date_modified": row["updated"].isoformat()} if "updated" in row else {})
            for row in rows
        ],
    }
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")
