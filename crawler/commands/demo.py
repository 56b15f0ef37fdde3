"""`scrapy demo`: the whole way once, against a small world of outlets on localhost."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from crawler.terminal import TerminalCommand
from output.dataset import latest

if TYPE_CHECKING:
    import argparse

_NEXT = """
{rows:,} articles (made up, as is their news) are in {folder}. Load them:

  python -c "import pandas; print(pandas.read_parquet('{folder}'))"
  python -c "import polars; print(polars.read_parquet('{folder}'))"
  duckdb -c "SELECT outlet, title FROM read_parquet('{folder}/**/*.parquet') LIMIT 9"

They are not news: remove {root} before the first real crawl.
"""


class Command(TerminalCommand):
    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return "Crawl a small world of outlets on localhost into the dataset"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        # Here, since Scrapy imports every command before it runs one.
        from crawler.newsroom.houses import houses

        assert self.settings is not None
        if unknown := set(args) - houses().keys():
            self.complain(f"no such outlet here: {', '.join(sorted(unknown))}")
        root = self.settings["OUTPUT_DIR"]
        if "://" not in root:
            root = os.path.relpath(root)
        scrapy = [sys.executable, "-m", "scrapy"]
        # A process of its own: crawling and serving would share one interpreter lock.
        with subprocess.Popen([*scrapy, "newsroom"], stdout=subprocess.PIPE, text=True) as newsroom:
            try:
                assert newsroom.stdout is not None
                url = newsroom.stdout.readline().strip()
                if not url:
                    self.exitcode = 1  # it has said why
                    return
                if not self.json:
                    self.say(f"The newsroom serves its outlets at {url}")
                environment = os.environ | {"NEWSROOM": url}
                crawl = [*scrapy, "crawlall", *args, "-s", f"OUTPUT_DIR={root}"]
                crawl += ["--quiet"] * self.quiet + ["--json"] * self.json
                self.exitcode = subprocess.run(crawl, env=environment, check=False).returncode
            finally:
                newsroom.terminate()
        rows = latest(root).num_rows
        if not rows:
            self.exitcode = self.exitcode or 1
            return
        folder = f"{root}/articles"
        self.say(_NEXT.format(rows=rows, root=root, folder=folder), articles=rows, folder=folder)
