"""Extraction with cleaning beside the peers, on the same real pages in one run and one process.

Without ../shared the pages are the newsroom's, whose true bodies are known.
"""

from __future__ import annotations

import gc
import gzip
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from scrapy.utils.project import get_project_settings

from crawler.items import Rejected
from crawler.newsroom.world import World
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader

if TYPE_CHECKING:
    from crawler.newsroom.story import Story

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROUNDS = 7
NOW = datetime(2026, 11, 20, tzinfo=UTC)
"""The newsroom's present, so that every run reads the same pages."""

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


def newsroom_samples() -> tuple[list[Sample], dict[str, Story]]:
    """One made-up article per outlet, where the real pages are not at hand, and what is true."""
    world = World(1, now=NOW, recent=8, past=0, older=0)
    samples, truth = [], {}
    for outlet in world.desks:
        url = next(url for url in world.urls(outlet) if world.truth(url).kind == "article")
        address = urlsplit(url)
        raw = world.answer(address.netloc, address.path).body
        samples.append(Sample(outlet, url, raw.decode(), raw))
        truth[outlet] = world.truth(url)
    return samples, truth


def score_newsroom(truth: dict[str, Story], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The scorer's figures for made-up pages, where a paragraph is right or wrong as a whole."""
    shares = dict.fromkeys(("f1", "para", "title", "perfect"), 0.0)
    for file, story in truth.items():
        page = found[file]
        got = page.get("paragraphs") or (page.get("body") or "").split("\n")
        want = story.paragraphs
        right = sum(paragraph in got for paragraph in want)
        shares["f1"] += 2 * right / (len(want) + len([line for line in got if line.strip()]))
        shares["para"] += right / len(want)
        shares["title"] += page.get("title") == story.title
        shares["perfect"] += [line for line in got if line.strip()] == want
    bodies = {file: page.get("body") or "" for file, page in found.items()}
    junk = [(file, title) for file, story in truth.items() for title, _ in story.related]
    summary: dict[str, Any] = {name: round(sum_ / len(truth), 3) for name, sum_ in shares.items()}
    return summary | {
        "pages": len(truth), "must": len(junk), "date": "", "authors": "",
        "leaks": sum(title in bodies[file] for file, title in junk),
    }  # fmt: skip


def wartatek(outlet: str | None) -> Read:
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


PEERS = {"trafilatura": trafilatura, "readability-lxml": readability, "newspaper4k": newspaper}
MODULES = {"readability-lxml": "readability", "newspaper4k": "newspaper"}


def installed_peers() -> dict[str, Read]:
    missing = [name for name in PEERS if not importlib.util.find_spec(MODULES.get(name, name))]
    if missing:
        print(f"left out, not installed here (`make bench` does): {', '.join(missing)}")
    return {name: read for name, read in PEERS.items() if name not in missing}


def measure(tools: dict[str, Read], samples: list[Sample]) -> dict[str, float]:
    """Pages per second of CPU time by tool: the median of rounds in which all tools take turns,
    since other work on the machine slows whoever runs beside it."""
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    gc.freeze()  # nor is what all of them have loaded
    for _ in range(ROUNDS):
        for name, read in tools.items():
            gc.collect()  # what one tool leaves behind is not another's work
            start = time.process_time()
            for sample in samples:
                read(sample)
            seconds[name].append(time.process_time() - start)
    return {name: len(samples) / statistics.median(times) for name, times in seconds.items()}


def score_real(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the scorer that comes with the real pages says."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "pages/score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    summary: dict[str, Any] = module.summary(module.score(SHARED / "pages/gold", found))
    return summary


def main() -> None:
    if SHARED.is_dir():
        samples, score = real_samples(), score_real
    else:
        samples, truth = newsroom_samples()
        score = partial(score_newsroom, truth)
    ours = {"wartatek": wartatek(None), "wartatek, no outlet rules": wartatek("generic")}
    tools = ours | installed_peers()
    results: dict[str, dict[str, Any]] = {}
    for name, read in tools.items():
        found = {sample.file: read(sample) or {} for sample in samples}
        results[name] = score(found)
        if last := [file for file, page in found.items() if page.get("source") == "trafilatura"]:
            print(f"{name}: the last resort was reached by {', '.join(last)}")
    speeds = measure(tools, samples)
    Console(width=120).print(table(results, speeds))
    print(json.dumps({
        "ratio_trafilatura": round(speeds["wartatek"] / speeds["trafilatura"], 1),
        "f1": results["wartatek"]["f1"], "leaks": results["wartatek"]["leaks"],
        "pages_per_second": round(speeds["wartatek"], 1),
    }))  # fmt: skip


def table(results: dict[str, dict[str, Any]], speeds: dict[str, float]) -> Table:
    pages = next(iter(results.values()))
    shown = Table(title=f"{pages['pages']} pages, {pages['must']} strings that must not leak")
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
        shown.add_row(name, *(str(row[key]) for key in keys), f"{speeds[name]:.0f}")
    return shown


if __name__ == "__main__":
    sys.exit(main())
