"""The report and the search of `browse` over many articles: seconds and peak memory.

10,000 articles; `REPORT_ROWS=10000,100000,1000000` in the environment takes as many as it says, one
size after the other. The texts are 2,000 made-up ones, over and over; each article
adds a paragraph of names of its own, for an index whose words are few is no index of news.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import tempfile
import time
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.crawl import SCRAPY
from benchmarks.dataset import article
from output.dataset import INDEX
from output.schema import ARTICLES, content_hash
from output.search import Library, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

OUTLETS = [f"outlet{number:02}" for number in range(30)]
TEXTS = 2_000
TOPICS = ["ai", "smartphone", "startup", "telecom", "security", "games", "social", "crypto"]
YEAR = 2025
SOURCES = ["css:div.text", "itemprop", "density"]
SYLLABLES = (
    "ba da du ga gi ka ki ko la li lu ma mi mu na ni nu pa pi ra ri ru sa si su ta ti".split()
)
NAMES, RARITY = 90, 1.15  # a paragraph; how steeply names get rarer, as Zipf's law has it


def generate(folder: Path, rows: int, outlets: Sequence[str] = OUTLETS) -> None:
    """Write a year of `rows` articles of `outlets`, one file an outlet and month."""
    texts = pa.Table.from_pylist([article(n).row() for n in range(TEXTS)], schema=ARTICLES)
    rng = random.Random(rows)
    each = max(1, rows // (len(outlets) * 12))
    for outlet in outlets:
        for month in range(1, 13):
            start = datetime(YEAR, month, 1, tzinfo=UTC)
            table = texts.take([rng.randrange(TEXTS) for _ in range(each)])
            stories = [[*told, names(rng)] for told in table["paragraphs"].to_pylist()]
            kinds = [["paragraph"] * len(paragraphs) for paragraphs in stories]
            moments = [start + timedelta(minutes=rng.randrange(27 * 24 * 60)) for _ in range(each)]
            titles = [f"{title} {number}" for number, title in enumerate(table["title"])]
            bodies = ["\n\n".join(paragraphs) for paragraphs in stories]
            new = {
                "article_id": [f"{outlet}:{month}-{number}" for number in range(each)],
                "title": titles,
                "body": bodies,
                "paragraphs": stories,
                "kinds": kinds,
                "topics": [rng.sample(TOPICS, 2) for _ in range(each)],
                "body_source": rng.choices(SOURCES, [90, 9, 1], k=each),
                "published_at": moments,
                "fetched_at": [moment + timedelta(hours=1) for moment in moments],
                "content_hash": list(map(content_hash, titles, bodies)),
            }
            for name, values in new.items():
                field = ARTICLES.field(name)
                place = ARTICLES.get_field_index(name)
                table = table.set_column(place, field, pa.array(values, field.type))
            path = folder / f"articles/outlet={outlet}/month={start:%Y-%m}/bench.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, path, compression="zstd", compression_level=3)


def names(rng: random.Random) -> str:
    """A paragraph of names: few are common, most of a million are in one article or none."""
    return " ".join(name(int(min(rng.paretovariate(RARITY - 1), 1e6))) for _ in range(NAMES))


def name(number: int) -> str:
    said = ""
    while number or len(said) < 4:
        number, syllable = divmod(number, len(SYLLABLES))
        said += SYLLABLES[syllable]
    return said


def measure_report(folder: Path, rows: int) -> None:
    command = [*SCRAPY, "report", "-s", f"OUTPUT_DIR={folder}"]
    page = folder / "report.html"
    started = time.perf_counter()
    child = subprocess.Popen([*command, "-o", str(page)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0
    seconds, peak = time.perf_counter() - started, used.ru_maxrss // 1024
    cpu, size = used.ru_utime + used.ru_stime, page.stat().st_size / 1e6
    print(
        f"report of {rows:>9,} articles {seconds:6.1f} s ({cpu:.1f} of CPU), {peak} MB peak,"
        f" page {size:.1f} MB",
        flush=True,
    )


def measure_browse(folder: Path, rows: int) -> None:
    """Until the first page is there: with no index yet, and with all of it."""
    command = [*SCRAPY, "browse", "--port", "0", "--json", "-s", f"OUTPUT_DIR={folder}"]
    for what in ("without an index", "with its index"):
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            with urllib.request.urlopen(url) as page:
                page.read()
            seconds = time.perf_counter() - started
            server.terminate()
        print(
            f"browse of {rows:>9,} articles {seconds:6.1f} s to the first page, {what}", flush=True
        )
        index(folder)


def index(folder: Path) -> Library:
    library = Library(folder, folder / INDEX)
    if library.behind:
        started, used = time.perf_counter(), time.process_time()
        library.update()
        seconds, used = time.perf_counter() - started, time.process_time() - used
        size = sum(path.stat().st_size for path in (folder / INDEX).iterdir()) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"  index made in {seconds:.0f} s ({used:.0f} of CPU), {size:.0f} MB, {peak} MB peak")
    return library


def measure_search(folder: Path) -> None:
    """The second time: the first reads the index from the disk."""
    library = index(folder)
    for what, question in {
        "no words": Question(),
        "a word in headlines": Question(words="ponsel", heads=True),
        "a common word": Question(words="pengembang"),
        "two words": Question(words="pengembang kota"),
        "a word that is nowhere": Question(words="takadadimanapun"),
        "a single letter": Question(words="a"),
        "one outlet's, by date": Question(outlets=("outlet03",), since=date(2025, 3, 1)),
        "a topic's, with a word": Question(topics=("ai",), words="ponsel"),
        "the 400th page": Question(words="pengembang", page=400),
    }.items():
        library.search(question)
        started = time.perf_counter()
        found = library.search(question)
        seconds = time.perf_counter() - started
        print(f"  {what:<24} {seconds * 1000:8,.0f} ms, {found.total:,} found")
    started = time.perf_counter()
    article = library.search(Question()).articles[0]
    assert library.captures(article)
    library.copies(article)
    print(f"  {'an article':<24} {(time.perf_counter() - started) * 1000:8,.0f} ms")


def main() -> None:
    for rows in map(int, os.environ.get("REPORT_ROWS", "10000").split(",")):
        with tempfile.TemporaryDirectory() as name:
            generate(Path(name), rows)
            measure_report(Path(name), rows)
            measure_browse(Path(name), rows)
            measure_search(Path(name))
