"""Extraction with cleaning beside the peers, on the same real pages in one run and one process.

The figures are of articles alone: pages that are none are turned away early by us and read whole by
the peers, so they are shown apart. Without ../shared the pages are the newsroom's, whose true
bodies are known.
"""

from __future__ import annotations

import gc
import gzip
import importlib.util
import json
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks import instructions
from benchmarks.tools import OURS, PEER, Read, Sample, installed
from crawler.newsroom.clock import WIB
from crawler.newsroom.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.newsroom.story import Story

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROUNDS = 7
WIDTH = 160
NOW = datetime(2023, 10, 2, 3, tzinfo=UTC)
COLUMNS = {
    "F1": "f1",
    "paragraphs": "para",
    "leaks": "leaks",
    "title": "title",
    "time": "date",
    "day": "day",
    "authors": "authors",
    "perfect": "perfect",
}
"""Keys of a tool's figures by the column that shows them."""
GIVEN = {"title": "title", "date": "published_at", "day": "published_at", "authors": "authors"}
"""Keys of a prediction by the figure that judges them: a tool that never gives one has none."""


def real_samples() -> tuple[list[Sample], list[Sample]]:
    """Return the articles and the pages that are none, of ../shared."""
    samples: tuple[list[Sample], list[Sample]] = [], []
    for path in sorted((SHARED / "pages/gold").glob("*.json")):
        label = json.loads(path.read_text())
        raw = gzip.decompress((SHARED / "pages" / label["file"]).read_bytes())
        sample = Sample(label["file"], label["url"], raw.decode("utf-8", "replace"), raw)
        samples[label["kind"] != "article"].append(sample)
    return samples


def newsroom_samples() -> tuple[list[Sample], dict[str, Story]]:
    """Return one made-up article per outlet, and what is true of each."""
    world = World(seed=1, now=NOW, recent=8, past=0, older=0)
    samples, truth = [], {}
    for outlet in world.desks:
        url = next(url for url in world.urls(outlet) if world.truth(url).kind == "article")
        address = urlsplit(url)
        raw = world.answer(address.netloc, address.path).body
        samples.append(Sample(outlet, url, raw.decode(), raw))
        truth[outlet] = world.truth(url)
    return samples, truth


def score_newsroom(truth: dict[str, Story], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the scorer's figures for made-up pages, whose paragraphs are right or wrong whole."""
    shares = dict.fromkeys(("f1", "para", "title", "date", "day", "authors", "perfect"), 0.0)
    for file, story in truth.items():
        page = found[file]
        got = page.get("paragraphs") or (page.get("body") or "").split("\n")
        want = story.paragraphs
        right = sum(paragraph in got for paragraph in want)
        shares["f1"] += 2 * right / (len(want) + len([line for line in got if line.strip()]))
        shares["para"] += right / len(want)
        shares["title"] += page.get("title") == story.title
        shares["perfect"] += [line for line in got if line.strip()] == want
        shares["authors"] += set(page.get("authors") or []) == set(story.authors)
        if moment := _instant(page.get("published_at")):
            shares["date"] += abs(moment - story.published_at) <= timedelta(minutes=5)
            shares["day"] += moment.date() == story.published_at.astimezone(WIB).date()
    bodies = {file: page.get("body") or "" for file, page in found.items()}
    junk = [(file, title) for file, story in truth.items() for title, _ in story.related]
    summary: dict[str, Any] = {name: round(sum_ / len(truth), 3) for name, sum_ in shares.items()}
    leaks = sum(title in bodies[file] for file, title in junk)
    return summary | {"pages": len(truth), "must": len(junk), "leaks": leaks}


def _instant(printed: str | None) -> datetime | None:
    """Return the moment in WIB, which is the zone of one that names none."""
    if not printed:
        return None
    moment = datetime.fromisoformat(printed)
    return moment.astimezone(WIB) if moment.tzinfo else moment.replace(tzinfo=WIB)


def score_real(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of the scorer that comes with the real pages."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "pages/score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages = module.score(SHARED / "pages/gold", found)
    summary: dict[str, Any] = module.summary(pages)
    return summary | {"day": round(statistics.mean(page["day"] for page in pages), 3)}


def score(tool: Read, samples: Iterable[Sample], scorer: Any) -> dict[str, Any]:
    """Return the figures of `tool`, without those of fields that it never gives."""
    found = {sample.file: tool(sample) or {} for sample in samples}
    figures: dict[str, Any] = scorer(found)
    for key, field in GIVEN.items():
        if not any(field in page for page in found.values()):
            figures[key] = None
    figures["last_resort"] = [f for f, p in found.items() if p.get("source") == "trafilatura"]
    return figures


def measure(tools: dict[str, Read], samples: list[Sample]) -> dict[str, list[float]]:
    """Return the seconds of CPU time a round by tool. All tools take turns in each round, since
    other work on the machine slows every tool that runs beside it."""
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    gc.freeze()  # what all of them have loaded is nobody's work
    for _ in range(ROUNDS):
        for name, read in tools.items():
            gc.collect()  # what one tool leaves behind is not another's work
            start = time.process_time()
            for sample in samples:
                read(sample)
            seconds[name].append(time.process_time() - start)
    return seconds


def ratio(theirs: list[float], ours: list[float]) -> float:
    """Return how many times as long `theirs` takes: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def main() -> None:
    print(instructions.python_build())
    scorer: Any = score_real
    rejects: list[Sample] = []
    if SHARED.is_dir():
        samples, rejects = real_samples()
    else:
        samples, truth = newsroom_samples()
        scorer = partial(score_newsroom, truth)
    tools = installed()
    results = {name: score(read, samples, scorer) for name, read in tools.items()}
    for name, result in results.items():
        if last := result["last_resort"]:
            print(f"{name}: the last resort was reached by {', '.join(last)}")
    seconds = measure(tools, samples)
    counted = {name: instructions.a_page(name, samples) for name in tools}
    print(f"instructions by {instructions.counter() or 'nothing: neither perf nor valgrind'}")
    Console(width=WIDTH).print(table(results, seconds, counted, len(samples)))
    if rejects:
        print_rejects(tools, rejects)
    ours, peer = counted[OURS], counted[PEER]
    by_time = {name: ratio(seconds[name], seconds[OURS]) for name in tools}
    print(json.dumps({
        "ratio_trafilatura": round(by_time[PEER], 1),
        "ratio_trafilatura_instructions": round(peer / ours, 1) if ours and peer else None,
        "f1": results[OURS]["f1"], "leaks": results[OURS]["leaks"],
        "pages_per_second": round(len(samples) / statistics.median(seconds[OURS]), 1),
        "instructions_per_article": round(ours) if ours else None,
    }))  # fmt: skip


def table(
    results: dict[str, dict[str, Any]],
    seconds: dict[str, list[float]],
    counted: dict[str, float | None],
    pages: int,
) -> Table:
    """Return the figures of every tool, one tool a row."""
    must = next(iter(results.values()))["must"]
    ours = counted[OURS]
    title = f"{pages} articles, {must} strings that must not leak"
    shown = grid(title, "tool", *COLUMNS, "pages/s", "slower", "M instr.", "times ours")
    for name, row in results.items():
        cells = ["–" if row[key] is None else str(row[key]) for key in COLUMNS.values()]
        cells.append(f"{pages / statistics.median(seconds[name]):.0f}")
        cells.append(f"{ratio(seconds[name], seconds[OURS]):.1f}")
        each = counted[name]
        cells.append(f"{each / 1e6:.1f}" if each else "–")
        cells.append(f"{each / ours:.1f}" if each and ours else "–")
        shown.add_row(name, *cells)
    return shown


def grid(title: str, *columns: str) -> Table:
    """Return an empty table, whose first column holds words and whose others hold figures."""
    shown = Table(title=title, box=MARKDOWN)
    for number, column in enumerate(columns):
        shown.add_column(column, justify="right" if number else "left", no_wrap=True)
    return shown


def print_rejects(tools: dict[str, Read], rejects: list[Sample]) -> None:
    """Print how fast each tool is done with pages that are no articles, and with how many."""
    seconds = measure(tools, rejects)
    shown = grid(f"{len(rejects)} pages that are no articles", "tool", "turned away", "pages/s")
    for name, read in tools.items():
        away = sum(not (read(sample) or {}).get("body") for sample in rejects)
        speed = len(rejects) / statistics.median(seconds[name])
        shown.add_row(name, str(away), f"{speed:.0f}")
    Console(width=WIDTH).print(shown)


if __name__ == "__main__":
    sys.exit(main())
