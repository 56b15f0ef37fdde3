"""A second reading of archived pages: one process, two, and Dask, beside trafilatura's own loop.

The pages are the newsroom's, of at least 100 KB and 1,500 nodes, in the archive of a crawl.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.archive import Archive, Exchange
from crawler.newsroom.world import World
from crawler.reparse import Job, reparse
from crawler.workers import in_processes, on_cluster
from output.dataset import open_dataset
from output.filesystem import Root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.reparse import Result

OUTLETS = ("mediaindonesia", "kontan", "detikinet", "kompastekno")
PARTS = 4  # files per outlet
PAGES = int(os.environ.get("PAGES", "50"))  # per file
ROUNDS = 3  # the best counts: other work on the machine only ever slows down
PEER_SECONDS = 8.0
NOW = datetime(2023, 10, 2, 3, tzinfo=UTC)


def archive(folder: Path) -> list[Path]:
    """WARC files as crawls leave them, all of one size."""
    for outlet in OUTLETS:
        world = World(1, [outlet], now=NOW, recent=PAGES * PARTS, past=0, older=0)
        urls = world.urls(outlet)
        for part in range(PARTS):
            run_id = f"20231002T03000{part}Z-bench"
            kept = Archive(Root(folder), folder / "open", outlet, run_id)
            for number, url in enumerate(urls[part::PARTS]):
                parts = urlsplit(url)
                reply = world.answer(parts.netloc, f"{parts.path}?{parts.query}")
                at = NOW + timedelta(seconds=number)
                served = [(b"Content-Type", b"text/html; charset=utf-8")]
                kept.keep(Exchange(url, at, [], 200, served, reply.body))
            kept.finish()
    return sorted(folder.glob("archive/*/*.warc.gz"))


def describe(paths: list[Path]) -> str:
    """What the pages weigh."""
    from selectolax.lexbor import LexborHTMLParser

    pages = [page for path in paths for page in _first(path, 5)]
    nodes = [len(LexborHTMLParser(page).css("*")) for page in pages]
    size = sum(path.stat().st_size for path in paths) / PAGES / len(paths)
    return (
        f"{sum(map(len, pages)) / len(pages) / 1000:.0f} KB and {sum(nodes) / len(nodes):,.0f}"
        f" elements a page; {size / 1000:.1f} KB of archive an article"
    )


def _first(path: Path, count: int) -> Iterator[bytes]:
    from fastwarc import ArchiveIterator, WarcRecordType

    with path.open("rb") as file:
        for number, record in enumerate(ArchiveIterator(file, WarcRecordType.response)):
            if number == count:
                return
            yield record.reader.read()


def alone(paths: list[Path], folder: Path) -> float:
    """Pages a second of one process, by its CPU time: other work on the machine does not count."""
    start, pages = time.process_time(), 0
    for path in paths:
        pages += reparse(Job(str(folder), "bench"), [str(path)]).pages
    return pages / (time.process_time() - start)


def trafilatura(paths: list[Path]) -> float:
    """The same for the loop that trafilatura's documentation gives for WARC files, on fastwarc
    instead of warcio, which takes longer for a page."""
    from fastwarc import ArchiveIterator, WarcRecordType
    from trafilatura import extract

    start, pages = time.process_time(), 0
    for path in paths:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, WarcRecordType.response):
                url = record.headers["WARC-Target-URI"]
                extract(record.reader.read(), url=url, with_metadata=True)
                pages += 1
                if time.process_time() - start > PEER_SECONDS:
                    return pages / (time.process_time() - start)
    return pages / (time.process_time() - start)


def rate(work: Callable[[], Iterator[Result]]) -> float:
    """Pages a second by the clock, from the first file that is done to the last, so that the start
    of processes does not count."""
    found = work()
    next(found)
    start = time.perf_counter()
    pages = sum(result.pages for result in found)
    return pages / (time.perf_counter() - start)


def memory(measured: Callable[[], object]) -> int:
    """MB at most, of this process."""
    measured()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "made")
        folder.mkdir()
        paths = archive(folder)
        print(describe(paths))
        alone(paths[::PARTS], Path(place, "warm"))  # rules are read and compiled once a process
        one = alone(paths, Path(place, "one"))
        again = memory(lambda: alone(paths, Path(place, "two")))
        rows = open_dataset(Path(place, "one")).count_rows()
        print(f"one process: {one:.0f} pages/s of CPU time, {rows} rows; at most {again} MB")
        peer = trafilatura(paths)
        print(f"trafilatura's loop: {peer:.1f} pages/s; ours is {one / peer:.1f} times as fast")
        names = [[str(path)] for path in paths]

        def job() -> Job:
            return Job(tempfile.mkdtemp(dir=place), "bench")

        def nothing(size: int, pages: int) -> None:
            """No bar is drawn."""

        wall = {
            workers: max(
                rate(lambda workers=workers: in_processes(job(), names, workers, nothing))
                for _ in range(ROUNDS)
            )
            for workers in (1, 2)
        }
        print(f"by the clock: {wall[1]:.0f} pages/s, with two processes {wall[2]:.0f}")
        figures = {
            "pages_per_second": round(one, 1),
            "ratio_trafilatura": round(one / peer, 1),
            "speedup_two_processes": round(wall[2] / wall[1], 2),
            "megabytes": again,
        }
        if importlib.util.find_spec("distributed"):
            dask = rate(lambda: on_cluster(job(), names, "local", 2))
            figures["dask_local_pages_per_second"] = round(dask, 1)
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
