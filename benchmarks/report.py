"""The report and the search of `browse` over many articles: seconds and peak memory.

`python -m benchmarks report` takes 10,000 and 100,000 articles; `REPORT_ROWS=1000000` in the
environment takes as many as it says. The texts are 2,000 made-up ones, over and over.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.dataset import article
from output.schema import ARTICLES
from output.search import Library, Question
from pipelines.store import article_row

OUTLETS = 30
TEXTS = 2_000
TOPICS = ["ai", "smartphone", "startup", "telecom", "security", "games", "social", "crypto"]
YEAR = 2025
SOURCES = ["selector", "articlebody", "generic"]


def generate(folder: Path, rows: int) -> None:
    """A year of `rows` articles of thirty outlets, one file an outlet and month."""
    texts = pa.Table.from_pylist([article_row(article(n)) for n in range(TEXTS)], schema=ARTICLES)
    rng = random.Random(rows)
    each = max(1, rows // (OUTLETS * 12))
    for outlet in (f"outlet{number:02}" for number in range(OUTLETS)):
        for month in range(1, 13):
            start = datetime(YEAR, month, 1, tzinfo=UTC)
            table = texts.take([rng.randrange(TEXTS) for _ in range(each)])
            moments = [start + timedelta(minutes=rng.randrange(28 * 24 * 60)) for _ in range(each)]
            new = {
                "article_id": [f"{outlet}:{month}-{number}" for number in range(each)],
                "title": [f"{title} {number}" for number, title in enumerate(table["title"])],
                "topics": [rng.sample(TOPICS, 2) for _ in range(each)],
                "body_source": rng.choices(SOURCES, [90, 9, 1], k=each),
                "published_at": moments,
                "fetched_at": [moment + timedelta(hours=1) for moment in moments],
                "content_hash": [f"{outlet}{month}{number}" for number in range(each)],
            }
            for name, values in new.items():
                field = ARTICLES.field(name)
                place = ARTICLES.get_field_index(name)
                table = table.set_column(place, field, pa.array(values, field.type))
            path = folder / f"articles/outlet={outlet}/month={start:%Y-%m}/bench.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, path, compression="zstd", compression_level=3)


def measure_report(folder: Path, rows: int) -> None:
    command = [sys.executable, "-m", "scrapy", "report", "-s", f"OUTPUT_DIR={folder}"]
    page = folder / "report.html"
    started = time.perf_counter()
    child = subprocess.Popen([*command, "-o", str(page)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0
    seconds, peak = time.perf_counter() - started, used.ru_maxrss // 1024
    size = page.stat().st_size / 1e6
    print(f"report of {rows:>9,} articles {seconds:6.1f} s {peak:5} MB peak, page {size:.1f} MB")


def measure_search(folder: Path, rows: int) -> None:
    started = time.perf_counter()
    library = Library(folder)
    print(f"browse of {rows:>9,} articles {time.perf_counter() - started:6.1f} s to start")
    for what, question in {
        "a word in titles": Question(words="ponsel"),
        "one outlet's, by date": Question(outlet="outlet03", since=date(2025, 3, 1)),
        "a word in all texts": Question(words="pengembang", texts=True),
        "a word in no text": Question(words="takadadimanapun", texts=True),
    }.items():
        started = time.perf_counter()
        found = library.search(question)
        seconds = time.perf_counter() - started
        total = "more" if found.total is None else found.total
        print(f"  {what:<24} {seconds * 1000:8,.0f} ms, {total} found")


def main() -> None:
    asked = os.environ.get("REPORT_ROWS")
    for rows in [int(asked)] if asked else [10_000, 100_000]:
        with tempfile.TemporaryDirectory() as name:
            generate(Path(name), rows)
            measure_report(Path(name), rows)
            measure_search(Path(name), rows)
