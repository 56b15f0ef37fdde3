"""The whole path, from listing to Parquet, against a bare spider that only fetches the same pages.

The newsroom serves both from a process of its own, without delay, pages of real weight.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from output.dataset import open_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTLET = "mediaindonesia"
ARTICLES = int(os.environ.get("ARTICLES", "2000"))
SCRAPY = [sys.executable, "-m", "scrapy"]


@contextmanager
def newsroom(*arguments: str) -> Iterator[dict[str, str]]:
    """The environment in which crawls find a newsroom in another process."""
    command = [*SCRAPY, "newsroom", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, "without a newsroom the crawl would go to the web"
            yield os.environ | {"NEWSROOM": address}
        finally:
            process.terminate()


def ours(output: Path, environment: dict[str, str]) -> float:
    """Seconds for the crawl of all that the newsroom published."""
    today = datetime.now(UTC).date()
    since, until = today - timedelta(days=4), today + timedelta(days=1)
    days = ["-a", f"since={since}", "-a", f"until={until}"]
    start = time.perf_counter()
    subprocess.run(
        [*SCRAPY, "crawl", OUTLET, *days, "-s", f"OUTPUT_DIR={output}", "-L", "ERROR"],
        env=environment,
        check=True,
    )
    return time.perf_counter() - start


def fetched(output: Path) -> list[str]:
    """The article pages that the crawl asked for, stored or rejected."""
    tables = [open_dataset(output, name).to_table(["url"]) for name in ("articles", "rejects")]
    return pa.concat_tables(tables)["url"].to_pylist()


def bare(urls: Path, environment: dict[str, str]) -> float:
    """Seconds for a spider without any of our code but the way to the newsroom."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.crawl", str(urls)]
    subprocess.run(command, env=environment, check=True)
    return time.perf_counter() - start


def fetch_only(urls: list[str]) -> None:
    """What the bare spider's process does."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    class Bare(scrapy.Spider):
        name = "bare"
        start_urls = urls

        def parse(self, response: scrapy.http.Response) -> None:
            assert response.status == 200

    handler = "crawler.newsroom.handler.NewsroomHandler"
    settings = {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "NEWSROOM": os.environ["NEWSROOM"],
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(Bare)
    process.start()


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom(OUTLET, "--recent", str(ARTICLES), "--past", "0") as environment,
    ):
        output, listed = Path(folder, "data"), Path(folder, "urls.json")
        seconds = ours(output, environment)
        urls = fetched(output)
        listed.write_text(json.dumps(urls))
        alone = bare(listed, environment)
    print(
        f"{len(urls)} pages: crawled and stored in {seconds:.1f} s, fetched bare in {alone:.1f} s"
    )
    print(json.dumps({
        "pages": len(urls), "pages_per_second": round(len(urls) / seconds, 1),
        "ratio_bare": round(alone / seconds, 2),
    }))  # fmt: skip


if __name__ == "__main__":
    fetch_only(json.loads(Path(sys.argv[1]).read_text()))
