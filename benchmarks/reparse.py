"""A second reading of archived pages: one process, two, and Dask, beside trafilatura's own loop.

The pages are the newsroom's, of at least 100 KB and 1,500 nodes, in archives as crawls leave them.
What is compared takes turns, file by file, so that other work on the machine slows both alike.
"""

from __future__ import annotations

import gc
import gzip
import importlib.util
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastwarc import ArchiveIterator, WarcRecordType
from scrapy.utils.project import get_project_settings
from selectolax.lexbor import LexborHTMLParser
from trafilatura import bare_extraction

from crawler.archive.writer import Archive, Exchange
from crawler.extraction.body.multipage import further_pages
from crawler.extraction.page.page import Page
from crawler.newsroom.world import World
from crawler.outlets.registry import load_spiders
from crawler.reparse.cluster import on_cluster
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from crawler.reparse.workers import in_processes
from output.dataset import open_dataset
from output.filesystem import Root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from crawler.reparse.job import Result

SHARED = Path(__file__).resolve().parents[2] / "shared"
OUTLETS = ("mediaindonesia", "kontan", "detikinet", "kompastekno")
PARTS = 4  # files per outlet
PAGES = int(os.environ.get("PAGES", "100"))  # articles per file
PEER_PAGES = 10  # of each file, which the peer reads
ROUNDS = 3  # by the clock, the best counts: other work on the machine only ever slows down
NOW = datetime(2023, 10, 2, 3, tzinfo=UTC)


def articles_of(outlet: str, count: int) -> Iterator[list[tuple[str, bytes]]]:
    """Yield so many articles: the pages of each, as a crawl asks for them."""
    rules = load_spiders(get_project_settings())[outlet].rules()
    world = World(1, [outlet], now=NOW, recent=2 * count, past=0, older=0)

    def answered(url: str) -> bytes:
        parts = urlsplit(url)
        return world.answer(parts.netloc, f"{parts.path}?{parts.query}").body

    told = (url for url in world.urls(outlet) if world.truth(url).kind == "article")
    for url in islice(told, count):
        pages: dict[str, bytes] = {}
        waiting = [url + rules.whole]
        while waiting:
            asked = waiting.pop(0)
            pages[asked] = answered(asked)
            waiting = further_pages(Page(pages[asked], asked), rules, list(pages)) or waiting
        yield list(pages.items())


def keep(folder: Path, outlet: str, run_id: str, pages: Iterable[tuple[str, bytes]]) -> None:
    """`pages` in an archive, as fetched one a second."""
    kept = Archive(Root(folder), folder / "open", outlet, run_id)
    served = [(b"Content-Type", b"text/html; charset=utf-8")]
    for number, (url, body) in enumerate(pages):
        kept.keep(Exchange(url, NOW + timedelta(seconds=number), [], 200, served, body))
    kept.finish()


def archive(folder: Path) -> list[Path]:
    """Write WARC files as crawls leave them, all of one size; no article is in two of them."""
    for outlet in OUTLETS:
        articles = list(articles_of(outlet, PAGES * PARTS))
        for part in range(PARTS):
            pages = (page for article in articles[part::PARTS] for page in article)
            keep(folder, outlet, f"20231002T03000{part}Z-bench", pages)
    return sorted(folder.glob("archive/*/*.warc.gz"))


def foreign(folder: Path, bodies: Iterable[bytes]) -> Path:
    """Pages of a host that is none of ours."""
    strange = ((f"https://koran.example/berita/{n}", body) for n, body in enumerate(bodies))
    keep(folder, "foreign", "20231002T030000Z-bench", strange)
    [path] = folder.glob("archive/*/*.warc.gz")
    return path


def saved_pages() -> list[bytes]:
    """The real pages that may stand beside the checkout, over and over; none if they do not."""
    saved = sorted(SHARED.glob("pages/*/*.html.gz"))
    return [gzip.decompress(path.read_bytes()) for path in saved] * 20


def together(paths: list[Path], place: Path) -> Path:
    """One file with the records of all."""
    with place.open("wb") as whole:
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, whole)
    return place


def responses(path: Path, count: int) -> Iterator[tuple[str, bytes]]:
    """The first pages of a file, by the shortest way that there is."""
    with path.open("rb") as file:
        for number, record in enumerate(ArchiveIterator(file, WarcRecordType.response)):
            if number == count:
                return
            yield record.headers["WARC-Target-URI"], record.reader.read()


def describe(paths: list[Path]) -> str:
    """What the pages weigh."""
    pages = [page for path in paths for _, page in responses(path, 5)]
    nodes = [len(LexborHTMLParser(page).css("*")) for page in pages]
    size = sum(path.stat().st_size for path in paths) / PAGES / len(paths)
    return (
        f"{sum(map(len, pages)) / len(pages) / 1000:.0f} KB and {sum(nodes) / len(nodes):,.0f}"
        f" elements a page; {size / 1000:.1f} KB of archive an article"
    )


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """What `work` gives, and its seconds of CPU time."""
    start = time.process_time()
    done = work()
    return done, time.process_time() - start


def trafilatura(path: Path) -> int:
    """The shortest loop around trafilatura: records by fastwarc, which is faster than warcio, and
    what was found is written in no format."""
    count = 0
    for url, body in responses(path, PEER_PAGES):
        bare_extraction(body, url=url, with_metadata=True)
        count += 1
    return count


def extracted(result: Result) -> int:
    """Return the number of pages that became articles: neither turned away nor skipped."""
    left = ("rejected/", "skipped/", "bad/")
    return result.pages - sum(
        count for name, count in result.counts.items() if name.startswith(left)
    )


def beside_peer(paths: list[Path], folder: Path) -> tuple[float, float, float]:
    """Return extracted pages per second of CPU time, ours and the peer's, and how many times as
    fast ours is: the median of the files, at each of which both take their turn."""
    ours, peer = [], []
    for path in paths:
        for found, work in (
            (ours, lambda path=path: extracted(reparse(Job(str(folder), "bench"), [str(path)]))),
            (peer, lambda path=path: trafilatura(path)),
        ):
            pages, seconds = timed(work)
            found.append(pages / seconds)
    ratios = [mine / theirs for mine, theirs in zip(ours, peer, strict=True)]
    return statistics.median(ours), statistics.median(peer), statistics.median(ratios)


def skipping(path: Path, folder: Path) -> float:
    """Pages per second of CPU time that are none of ours."""
    job = Job(str(folder), "bench")
    best = 0.0
    for _ in range(ROUNDS):
        count, seconds = timed(lambda: reparse(job, [str(path)]).counts["skipped/other_host"])
        best = max(best, count / seconds)
    return best


def rate(work: Callable[[], Iterator[Result]]) -> float:
    """Pages a second by the clock while the second half of the tasks is done: at the first ones,
    some processes are still starting."""
    found, started = work(), PARTS * len(OUTLETS) // 2
    for _ in range(started):
        next(found)
    start = time.perf_counter()
    pages = sum(map(extracted, found))
    return pages / (time.perf_counter() - start)


def peak(path: Path, folder: str) -> int:
    """MB at most, of a process that does nothing but read this file."""
    reparse(Job(folder, "bench"), [str(path)])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def peaks(paths: list[Path], place: Path) -> list[int]:
    """The peaks for one file with all pages, and for one that holds them four times."""
    found = []
    for times in (1, 4):
        path = together(paths * times, place / f"{times}.warc.gz")
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            found.append(alone.submit(peak, path, str(place / f"out-{times}")).result())
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        paths = archive(place / "made")
        print(describe(paths))
        beside_peer(paths[::PARTS], place / "warm")  # rules are read and compiled once a process
        gc.freeze()  # what one has loaded is no work of the other's
        one, peer, ratio = beside_peer(paths, place / "one")
        rows = open_dataset(place / "one").count_rows()
        print(f"one process: {one:.0f} extracted pages/s of CPU time, {rows} rows")
        print(f"trafilatura's loop: {peer:.1f} pages/s; ours is {ratio:.1f} times as fast")
        made = (body for one in articles_of(OUTLETS[0], PAGES * PARTS) for _, body in one)
        past = skipping(foreign(place / "foreign", made), place / "none")
        print(f"past other hosts' pages: {past:.0f} pages/s")
        if real := saved_pages():
            path = foreign(place / "real", real)
            speed, size = skipping(path, place / "none"), path.stat().st_size / len(real)
            print(f"past real pages: {speed:.0f} pages/s; {size / 1000:.1f} KB of archive a page")
        at_most = peaks(paths, place)
        print(f"peak memory: {at_most[0]} MB, for a file four times as large {at_most[1]} MB")
        work = [[str(path)] for path in paths]

        def job() -> Job:
            return Job(tempfile.mkdtemp(dir=place), "bench")

        def nothing(size: int, pages: int) -> None:
            """No bar is drawn."""

        wall = {
            workers: max(
                rate(lambda workers=workers: in_processes(job(), work, workers, nothing))
                for _ in range(ROUNDS)
            )
            for workers in (1, 2)
        }
        print(f"by the clock: {wall[1]:.0f} pages/s, with two processes {wall[2]:.0f}")
        figures = {
            "pages_per_second": round(one, 1),
            "ratio_trafilatura": round(ratio, 1),
            "skipped_per_second": round(past),
            "speedup_two_processes": round(wall[2] / wall[1], 2),
            "megabytes": at_most,
        }
        if importlib.util.find_spec("distributed"):
            dask = rate(lambda: on_cluster(job(), work, "local", 2))
            figures["dask_local_pages_per_second"] = round(dask, 1)
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
