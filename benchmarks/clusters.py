"""Grouping articles by story: milliseconds an article, peak memory, and what the state weighs.

10,000 articles; CLUSTERS_ARTICLES=1000000 in the environment asks for a million. A tenth of them
are copies of another outlet's article, half of these trimmed; thirty outlets publish forty a day.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawler.state.database import FILE
from crawler.state.index import open_index
from crawler.state.regroup import rewrite_clusters
from crawler.state.stories.index import Stories
from output.filesystem import Root
from output.schema import ARTICLES
from output.writer import encode, month_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.state.index import DatasetIndex

COUNT = int(os.environ.get("CLUSTERS_ARTICLES", "10000"))
OUTLETS = 30
A_DAY = 40
WORDS = 350
VOCABULARY = 40_000
NEW = 500
FIRST = datetime(2024, 1, 1, tzinfo=UTC)

_rng = random.Random(1)
_words = [
    "".join(_rng.choices("aiueonkstrmdgbplyhj", k=_rng.randint(2, 11))) for _ in range(VOCABULARY)
]
_words = [word.title() if _rng.random() < 0.15 else word for word in _words]
_weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))  # Zipf's law


def text(number: int) -> str:
    """The words of an article; a tenth of the articles are those of the one before."""
    if number % 10 == 9:
        copied = text(number - 1)
        return copied[: len(copied) // 2] if number % 20 == 9 else f"Redaksi menambah {copied}"
    words = random.Random(number).choices(_words, cum_weights=_weights, k=WORDS)
    words[11::12] = [f"{word}." for word in words[11::12]]
    return " ".join(words)


def row(number: int) -> dict[str, Any]:
    moment = FIRST + timedelta(days=number / (A_DAY * OUTLETS))
    return {
        "article_id": f"outlet{number % OUTLETS:02}:{number}",
        "url": f"https://outlet.example/{number}",
        "title": f"Judul {number}",
        "body": text(number),
        "content_hash": f"{number:064x}",
        "published_at": moment,
        "fetched_at": moment + timedelta(minutes=20),
        "run_id": "bench",
        "extractor_version": "2026.11.22",
        "agencies": ["Antara"] if number % 7 == 0 else [],
    }


def write_dataset(folder: str) -> None:
    """One file an outlet and month, as `compact` leaves them."""
    root = Root(folder)
    for month, rows in months():
        by_outlet: dict[str, list[dict[str, Any]]] = {}
        for one in rows:
            by_outlet.setdefault(one["article_id"].partition(":")[0], []).append(one)
        for outlet, theirs in by_outlet.items():
            content = encode(pa.Table.from_pylist(theirs, schema=ARTICLES))
            root.publish(f"articles/outlet={outlet}/month={month}/bench.parquet", content)


def months() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    held: list[dict[str, Any]] = []
    for number in range(COUNT):
        one = row(number)
        if held and month_of("articles", held[0]) != month_of("articles", one):
            yield month_of("articles", held[0]), held
            held = []
        held.append(one)
    yield month_of("articles", held[0]), held


def timed(what: str, count: int, work: Callable[[], object]) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:<34} {seconds:8.1f} s {cpu / count * 1000:7.3f} ms CPU an article {peak:6} MB peak",
        flush=True,
    )


def ask(index: DatasetIndex) -> None:
    """What a crawl asks for each new article."""
    stories = Stories(index.db, index.root)
    for number in range(COUNT, COUNT + NEW):
        one = row(number)
        text = (one["content_hash"], one["body"], one["published_at"])
        stories.story_of(one["article_id"], *text)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = multiprocessing.get_context("spawn").Process(target=write_dataset, args=(folder,))
        writer.start()  # a process of its own: its memory is not what we ask for
        writer.join()
        assert writer.exitcode == 0
        print(f"{COUNT:,} articles of {WORDS} words", flush=True)
        with open_index(folder, folder) as index:
            before = (Path(folder) / FILE).stat().st_size
            timed("read and compared", COUNT, Stories(index.db, index.root).catch_up)
            timed("clusters/ written", COUNT, lambda: rewrite_clusters(index))
            timed("clusters/ compared, nothing new", COUNT, lambda: rewrite_clusters(index))
            timed(f"{NEW} asked for by a crawl", NEW, lambda: ask(index))
            index.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        grown = (Path(folder) / FILE).stat().st_size - before
        [clusters] = (Path(folder) / "clusters").iterdir()
        print(f"{grown / COUNT:.0f} bytes an article in {FILE}, ", end="")
        print(f"{clusters.stat().st_size / COUNT:.1f} in clusters/")
