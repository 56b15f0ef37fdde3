"""The state with a million known articles: building it, opening it, looking articles up.

STATE_ARTICLES=10000000 in the environment asks for ten million.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from crawler.state.database import FILE
from crawler.state.index import open_index
from output.filesystem import Root
from output.schema import ARTICLES
from output.writer import encode

ARTICLES_KNOWN = int(os.environ.get("STATE_ARTICLES", "1000000"))
PART = 10_000
OUTLETS = 33
BATCH = 1000
VERSION = "2026.11.22"
FIRST = datetime(2015, 1, 1, tzinfo=UTC)


def write_dataset(folder: str) -> None:
    """Parts as big as compaction leaves them, with no more text than the schema asks for."""
    root = Root(folder)
    for part in range(ARTICLES_KNOWN // PART):
        outlet = f"outlet{part % OUTLETS}"
        numbers = range(part * PART, (part + 1) * PART)
        times = [FIRST + timedelta(seconds=30 * number) for number in numbers]
        texts = [f"Isi {number}" for number in numbers]
        columns = {
            "article_id": [f"{outlet}:{number * 7919 % 99999989}" for number in numbers],
            "url": [f"https://{outlet}.example/teknologi/{number}/judul" for number in numbers],
            "title": texts,
            "body": texts,
            "content_hash": [f"{number * 2654435761:064x}" for number in numbers],
            "published_at": times,
            "fetched_at": times,
            "run_id": ["bench"] * PART,
            "extractor_version": [VERSION] * PART,
        }
        table = pa.table({name: columns.get(name, [None] * PART) for name in ARTICLES.names})
        path = f"articles/outlet={outlet}/month=2015-01/bench-{part:05}.parquet"
        root.publish(path, encode(table.cast(ARTICLES)))


def seconds_to_look_up(folder: str, seed: int) -> tuple[float, int]:
    """One batch on a fresh connection, half of it known; then how many were."""
    state = open_index(folder, folder)
    chosen = random.Random(seed)
    numbers = [chosen.randrange(2 * ARTICLES_KNOWN) for _ in range(BATCH)]
    wanted = [f"outlet{n // PART % OUTLETS}:{n * 7919 % 99999989}" for n in numbers]
    start = time.perf_counter()
    known = sum(state.known(article_id, VERSION) is not None for article_id in wanted)
    seconds = time.perf_counter() - start
    state.close()
    return seconds, known


def forget_cached(path: Path) -> None:
    """Let go of the file's pages, so that the next reads come from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def megabytes_at_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(folder)
        before = megabytes_at_peak()
        start = time.perf_counter()
        open_index(folder, folder).close()
        built = time.perf_counter() - start
        print(f"{ARTICLES_KNOWN:,} articles: built from the dataset in {built:.1f} s")
        print(f"state.db is {(Path(folder) / FILE).stat().st_size / 1e6:.0f} MB")
        start = time.perf_counter()
        open_index(folder, folder).close()
        print(f"opened in {time.perf_counter() - start:.3f} s")
        start = time.perf_counter()
        open_index(folder, folder, thorough=True).close()
        print(f"looked over for damage, once a day, in {time.perf_counter() - start:.1f} s")
        forget_cached(Path(folder) / FILE)
        cold, known = seconds_to_look_up(folder, seed=1)
        warm, _ = seconds_to_look_up(folder, seed=1)
        print(f"{BATCH:,} looked up: cold {cold * 1000:.0f} ms, warm {warm * 1000:.0f} ms")
        print(f"of these, {known} were known")
        print(
            f"peak memory {megabytes_at_peak():.0f} MB, of which {before:.0f} MB before the state"
        )
