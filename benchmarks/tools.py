"""The extractors that are compared, ours and the peers', behind one call each.

A tool is loaded when it is asked for, so that a process counts one tool's work alone.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Prediction = dict[str, Any] | None
Read = Callable[["Sample"], Prediction]


@dataclass(frozen=True)
class Sample:
    """A page, its URL and the name by which its label knows it."""

    file: str
    url: str
    html: str
    raw: bytes


def wartatek(outlet: str | None = None) -> Read:
    """Return our reader; `outlet` says by whose rules, None that the URL tells."""
    from scrapy.utils.project import get_project_settings

    from crawler.items import Rejected
    from crawler.outlets.documents import Document
    from crawler.outlets.reader import DocumentReader

    reader = DocumentReader(get_project_settings())

    def read(sample: Sample) -> Prediction:
        try:
            article = reader.read(Document(sample.raw, "html"), url=sample.url, outlet=outlet)
        except Rejected:
            return None
        return {
            "title": article.title,
            "body": article.body,
            "paragraphs": article.paragraphs,
            "authors": article.authors,
            "published_at": article.published_at and article.published_at.isoformat(),
            "source": article.body_source,
        }

    return read


def trafilatura(*, fast: bool = False) -> Read:
    from trafilatura import bare_extraction

    def read(sample: Sample) -> Prediction:
        document = bare_extraction(sample.html, url=sample.url, with_metadata=True, fast=fast)
        if document is None:
            return None
        names = (name.strip() for name in (document.author or "").split(";"))
        return {
            "title": document.title,
            "body": document.text,
            "authors": [name for name in names if name],
            "published_at": document.date,
        }

    return read


def resiliparse() -> Read:
    from resiliparse.extract.html2text import extract_plain_text

    def read(sample: Sample) -> Prediction:
        return {"body": extract_plain_text(sample.html, main_content=True)}

    return read


def justext() -> Read:
    from justext import get_stoplist
    from justext import justext as paragraphs_of

    words = get_stoplist("Indonesian")

    def read(sample: Sample) -> Prediction:
        found = paragraphs_of(sample.html, words)
        return {"body": "\n\n".join(one.text for one in found if not one.is_boilerplate)}

    return read


def go_readability() -> Read:
    from pygoreadability import from_string

    def read(sample: Sample) -> Prediction:
        article = from_string(sample.html, sample.url)
        return {
            "title": article.title,
            "body": article.content_text,
            "authors": [article.byline] if article.byline else [],
            "published_at": article.published_time or None,
        }

    return read


def readability() -> Read:
    from lxml.html import fromstring
    from readability import Document as Readable

    def read(sample: Sample) -> Prediction:
        page = Readable(sample.html)
        return {"title": page.short_title(), "body": fromstring(page.summary()).text_content()}

    return read


def newspaper() -> Read:
    from newspaper import Article as Newspaper

    def read(sample: Sample) -> Prediction:
        article = Newspaper(sample.url, language="id", fetch_images=False)
        article.download(input_html=sample.html)
        article.parse()
        return {
            "title": article.title,
            "body": article.text,
            "authors": article.authors,
            "published_at": article.publish_date and article.publish_date.isoformat(),
        }

    return read


OURS, GENERIC, PEER = "wartatek", "wartatek, no outlet rules", "trafilatura"
TOOLS: dict[str, Callable[[], Read]] = {
    OURS: wartatek,
    GENERIC: lambda: wartatek("generic"),
    PEER: trafilatura,
    "trafilatura, fast": lambda: trafilatura(fast=True),
    "resiliparse": resiliparse,
    "jusText": justext,
    "go-readability": go_readability,
    "readability-lxml": readability,
    "newspaper4k": newspaper,
}
MODULES = {
    "jusText": "justext",
    "go-readability": "pygoreadability",
    "readability-lxml": "readability",
    "newspaper4k": "newspaper",
    "resiliparse": "resiliparse",
}


def installed() -> dict[str, Read]:
    """Return every tool that is installed, loaded; print the names of the others."""
    missing = [name for name, module in MODULES.items() if not importlib.util.find_spec(module)]
    if missing:
        print(f"left out, not installed here (`make bench` does): {', '.join(missing)}")
    return {name: load() for name, load in TOOLS.items() if name not in missing}
