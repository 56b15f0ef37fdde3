"""Extraction with cleaning beside the peers, on the same real pages in one run and one process.

Without ../shared the pages are the newsroom's, whose true bodies are known.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from scrapy.utils.project import get_project_settings

from crawler.documents import Document
from crawler.items import Rejected
from crawler.reader import Reader

SHARED = Path(__file__).resolve().parents[2] / "shared"
SECONDS = 6.0
"""How long each tool runs over the pages, at least once over all."""

Prediction = dict[str, Any] | None
Read = Callable[["Sample"], Prediction]


@dataclass(frozen=True)
class Sample:
    """A page, its URL and the name its label knows it by."""

    file: str
    url: str
    html: str
    raw: bytes


def real_samples() -> list[Sample]:
    labels = [
        json.loads(path.read_text()) for path in sorted((SHARED / "pages/gold").glob("*.json"))
    ]
    samples = []
    for label in labels:
        raw = gzip.decompress((SHARED / "pages" / label["file"]).read_bytes())
        samples.append(Sample(label["file"], label["url"], raw.decode("utf-8", "replace"), raw))
    return samples


def wartatek(outlet: str | None) -> Read:
    reader = Reader.from_settings(get_project_settings())

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


def trafilatura(sample: Sample) -> Prediction:
    from trafilatura import bare_extraction

    document = bare_extraction(sample.html, url=sample.url, with_metadata=True)
    if document is None:
        return None
    return {
        "title": document.title,
        "body": document.text,
        "authors": [name.strip() for name in (document.author or "").split(";") if name.strip()],
        "published_at": document.date,
    }


def readability(sample: Sample) -> Prediction:
    from lxml.html import fromstring
    from readability import Document as Readable

    page = Readable(sample.html)
    return {"title": page.short_title(), "body": fromstring(page.summary()).text_content()}


def newspaper(sample: Sample) -> Prediction:
    from newspaper import Article as Newspaper

    article = Newspaper(sample.url, language="id", fetch_images=False)
    article.download(input_html=sample.html)
    article.parse()
    return {
        "title": article.title,
        "body": article.text,
        "authors": article.authors,
        "published_at": article.publish_date and article.publish_date.isoformat(),
    }


TOOLS: dict[str, tuple[str | None, Callable[[], Read]]] = {
    "wartatek": (None, lambda: wartatek(None)),
    "wartatek, no outlet rules": (None, lambda: wartatek("generic")),
    "trafilatura": ("trafilatura", lambda: trafilatura),
    "readability-lxml": ("readability", lambda: readability),
    "newspaper4k": ("newspaper", lambda: newspaper),
}


def measure(read: Read, samples: list[Sample]) -> tuple[list[Prediction], float]:
    """The predictions, and pages per second of CPU time, which other work on the machine spares."""
    predictions = [read(sample) for sample in samples]  # also warms caches up
    pages, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        for sample in samples:
            read(sample)
        pages += len(samples)
    return predictions, pages / (time.process_time() - start)


def scorer() -> Any:
    """The scorer that comes with the real pages."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "pages/score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    samples = real_samples()
    score = scorer()
    results: dict[str, dict[str, Any]] = {}
    for name, (module, make) in TOOLS.items():
        if module and importlib.util.find_spec(module) is None:
            print(f"{name}: not installed here, left out (`make bench` installs it)")
            continue
        predictions, speed = measure(make(), samples)
        found = {s.file: p or {} for s, p in zip(samples, predictions, strict=True)}
        results[name] = score.summary(score.score(SHARED / "pages/gold", found)) | {"speed": speed}
        last = [
            s.file
            for s, p in zip(samples, predictions, strict=True)
            if p and p.get("source") == "trafilatura"
        ]
        if last:
            print(f"{name}: {len(last)} pages reached the last resort: {', '.join(last)}")
    Console(width=120).print(table(results))
    ours = results["wartatek"]
    print(json.dumps({
        "ratio_trafilatura": round(ours["speed"] / results["trafilatura"]["speed"], 1),
        "f1": ours["f1"], "leaks": ours["leaks"], "pages_per_second": round(ours["speed"], 1),
    }))  # fmt: skip


def table(results: dict[str, dict[str, Any]]) -> Table:
    pages = next(iter(results.values()))
    shown = Table(title=f"{pages['pages']} real pages, {pages['must']} strings that must not leak")
    columns = (
        "tool",
        "F1",
        "paragraphs",
        "leaks",
        "title",
        "time",
        "authors",
        "perfect",
        "pages/s",
    )
    for column in columns:
        shown.add_column(column, justify="left" if column == "tool" else "right")
    for name, row in results.items():
        keys = ("f1", "para", "leaks", "title", "date", "authors", "perfect")
        shown.add_row(name, *(str(row[key]) for key in keys), f"{row['speed']:.0f}")
    return shown


if __name__ == "__main__":
    sys.exit(main())
