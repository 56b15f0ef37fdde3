"""Search: 60 judged queries, and the CPU of searches beside a bare query of tantivy.

The judged articles and queries are benchmarks/search.toml, hidden among 300 made-up articles. The
precision of a query is the hits among the first ten results, by the number of results or of
expected articles, of whichever there are more, ten at most; a query that expects none has 1 without
results, else 0. Of a query without results the suggestion is judged. Then SEARCH_ROWS articles are
indexed (10,000; `SEARCH_ROWS=1000000` in the environment), and searches timed in CPU milliseconds.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import mean, median, quantiles
from typing import TYPE_CHECKING

from benchmarks.report import generate, names
from output.dataset import INDEX
from output.schema import ARTICLES, content_hash
from output.search import PAGE, Library, Question
from output.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable

JUDGED = Path(__file__).with_suffix(".toml")
NOISE = 300
TIMED = {
    "aplikasi": "aplikasi",
    "pengguna data": "pengguna data",
    '"kecerdasan buatan"': '"kecerdasan buatan"',
    "perusahaan OR pemerintah": "perusahaan OR pemerintah",
    "membeli": "membeli",
    "pengguna -aplikasi": "pengguna -aplikasi",
    "topic:ai perusahaan": "topics:ai perusahaan",
    "outlet:outlet07 data": "outlet:outlet07 data",
    "after:2025-06-01 layanan": "at:[1748710800 TO *] layanan",
    "title:aplikasi": "title:aplikasi",
    "(data OR layanan) -perusahaan": "(data OR layanan) -perusahaan",
    "peng*": "title:/peng.*/ OR tags:/peng.*/ OR body:/peng.*/",
}
"""Our queries, each with the same query as tantivy's own parser reads it."""
BARE = ["title", "tags", "body"]
"""Fields of words in a bare query: the same as ours, without roots, weights and freshness."""


def judged(folder: Path) -> dict[str, float]:
    """Return the precision of each judged query over an index in `folder`."""
    told = tomllib.loads(JUDGED.read_text("utf-8"))
    _write(folder / "data", told["articles"])
    library = Library(folder / "data", folder / INDEX)
    library.update()
    found = {query: _precision(library, query, {*wanted}) for query, wanted in told["queries"]}
    library.close()
    return found


def _precision(library: Library, query: str, wanted: set[int]) -> float:
    question = Question(query)
    page = library.search(question, 10)
    if not page.total and wanted and (better := library.suggestion(question)):
        page = library.search(replace(question, words=better), 10)
    hits = [one for one in page.articles if int(one["article_id"].split(":")[1]) in wanted]
    most = min(10, max(page.total, len(wanted)))
    return len(hits) / most if most else 1.0


def _write(folder: Path, articles: Iterable[tuple[int, str, str, str, str, str]]) -> None:
    writer, rng = Writer(folder, "judged"), random.Random(1)
    noise = [(1000 + n, "suara", "Xena", "10-20", "Kabar", _words(rng)) for n in range(NOISE)]
    for number, outlet, author, day, title, text in [*articles, *noise]:
        moment = datetime.fromisoformat(f"2026-{day}T05:00:00+00:00")
        row = dict.fromkeys(ARTICLES.names) | {
            "article_id": f"{outlet}:{number}",
            "url": f"https://contoh.example/{number}",
            "title": title,
            "body": text,
            "paragraphs": [text],
            "kinds": ["paragraph"],
            "authors": [author],
            "word_count": len(text.split()),
            "body_source": "itemprop",
            "published_at": moment,
            "fetched_at": moment,
            "content_hash": content_hash(title, text),
            "run_id": "judged",
            "extractor_version": "1",
        }
        writer.write("articles", outlet, row)
    writer.flush()


def _words(rng: random.Random) -> str:
    """Return nonsense that is no form of an Indonesian word: each word begins with x."""
    return " ".join(f"x{word}" for word in names(rng).split())


def _cpu(library: Library, query: str) -> tuple[float, float]:
    """Return CPU milliseconds of a page of results, and of the same query put to tantivy itself."""
    question = Question(query)
    begun = time.process_time()
    library.search(question, PAGE)
    ours = time.process_time() - begun
    begun = time.process_time()
    bare = library.index._index.parse_query(
        TIMED[query], BARE, conjunction_by_default=True, allow_regexes=True
    )
    found = library.index.searcher.search(bare, PAGE)
    for _, place in found.hits:
        library.index.searcher.doc(place)
    return 1000 * ours, 1000 * (time.process_time() - begun)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        scores = judged(Path(place))
    low = {query: score for query, score in scores.items() if score < 1}
    print(f"{len(scores)} queries: precision at 10 {mean(scores.values()):.3f},", end=" ")
    print(f"least {min(scores.values()):.2f}; below 1: {low}")
    for rows in map(int, os.environ.get("SEARCH_ROWS", "10000").split(",")):
        with tempfile.TemporaryDirectory() as place:
            _time(Path(place), rows)


def _time(folder: Path, rows: int) -> None:
    generate(folder / "data", rows)
    begun = time.process_time()
    library = Library(folder / "data", folder / INDEX)
    library.update()
    seconds = time.process_time() - begun
    size = sum(path.stat().st_size for path in (folder / INDEX).iterdir())
    pairs = [_cpu(library, query) for _ in range(5) for query in TIMED]
    library.close()
    ours, bare = zip(*pairs, strict=True)
    p95, peak = quantiles(ours, n=20)[-1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{rows:,} articles: index {size / 1e6:,.0f} MB in {seconds:,.0f} s of CPU,", end=" ")
    print(f"peak {peak >> 10:,} MB")
    print(f"  a search: median {median(ours):.1f} ms, 95 % under {p95:.1f} ms of CPU;", end=" ")
    print(f"bare: {median(bare):.1f} and {quantiles(bare, n=20)[-1]:.1f} ms;", end=" ")
    print(f"sums {sum(ours) / sum(bare):.1f} : 1")
