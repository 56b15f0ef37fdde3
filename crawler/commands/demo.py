"""`scrapy demo`: a crawl from end to end, of a small world of outlets on localhost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES

from crawler.outlets.registry import CRAWLED, load_spiders
from crawler.settings import BASE
from crawler.state.index import DatasetIndex
from crawler.terminal.base import USAGE, TerminalCommand
from crawler.wording import mark, tr
from output.dataset import files, latest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

FOLDER = BASE / "output" / "demo"
AGAIN = ("detikinet", "selular", "uzone")
"""Outlets that the first demo crawls twice: technology alone, so that no article is off topic."""
_LATER = mark("""
As if hours later: desks of {outlets} have edited articles, which a second look finds.
""")
_NEXT = mark("""
{rows:,} articles (made up, as is their news) are in {folder}: all, the text of one, and the edited.

  {python} -c "import duckdb; \
rows = duckdb.read_parquet('{folder}/**/*.parquet', hive_partitioning=True); \\
    rows.select('outlet, title, published_at').show()"
  {python} -c "from output.dataset import latest; print(latest('{root}')['body'][0])"
  {python} -c "import duckdb; from output.dataset import read; \
rows = read('{root}', revisions=True); \\
    duckdb.sql('SELECT revision, title, modified_at FROM rows WHERE revision > 1').show()"

pandas, polars and Spark read them too: "Load it" in README.md says how. No real crawl goes into
{root}. A page about them, and all of them to search and read:

  {python} -m scrapy report -s OUTPUT_DIR={root}
  {python} -m scrapy browse -s OUTPUT_DIR={root}
""")


class Command(TerminalCommand):
    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return tr("Crawl a small world of outlets on localhost into output/demo")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        # Imported here, since Scrapy imports every command before it runs a command.
        from crawler.newsroom.houses import houses

        assert self.settings is not None
        if unknown := set(args) - houses().keys():
            self.complain(tr("no such outlet here: {unknown}", unknown=", ".join(sorted(unknown))))
        root = self._place()
        if "://" not in root:
            root = os.path.relpath(root)
        first = not files(root)
        self.exitcode = self._crawl(root, args, [] if first else ["--edited"])
        if first and self.exitcode == 0:
            self._look_again(root, args or AGAIN)
        if self.exitcode == USAGE:
            return
        rows = latest(root).num_rows
        if not rows:
            self.exitcode = self.exitcode or 1
            return
        self._say_what_next(root, rows)

    def _place(self) -> str:
        """Return the dataset's place: OUTPUT_DIR where it was set by hand, else a folder apart."""
        assert self.settings is not None
        typed = SETTINGS_PRIORITIES["cmdline"]
        by_hand = "OUTPUT_DIR" in os.environ or self.settings.getpriority("OUTPUT_DIR") == typed
        if not by_hand:
            self.settings.set("OUTPUT_DIR", str(FOLDER), priority="cmdline")
        self.settings.set("STATE_DIR", "", priority="cmdline")  # never among that of real crawls
        return str(self.settings["OUTPUT_DIR"])

    def _crawl(self, root: str, outlets: Iterable[str], options: Iterable[str]) -> int:
        """Crawl a newsroom that runs meanwhile, and return the exit code."""
        scrapy = [sys.executable, "-m", "scrapy"]
        served = [*scrapy, "newsroom", *outlets, *options]
        # A separate process, since crawling and serving would share the interpreter lock.
        with subprocess.Popen(served, stdout=subprocess.PIPE, text=True) as newsroom:
            try:
                assert newsroom.stdout is not None
                url = newsroom.stdout.readline().strip()
                if not url:
                    return 1  # the newsroom has printed the reason
                if not self.json:
                    self.say(tr("The newsroom serves its outlets at {url}", url=url))
                environment = os.environ | {"NEWSROOM": url}
                crawl = [*scrapy, "crawlall", *(outlets or self._played())]
                crawl += ["-s", f"OUTPUT_DIR={root}", "-s", "STATE_DIR="]
                crawl += ["--quiet"] * self.quiet + ["--json"] * self.json
                return subprocess.run(crawl, env=environment, check=False).returncode
            finally:
                newsroom.terminate()

    def _played(self) -> list[str]:
        """Return the names of the outlets that may be crawled and that the newsroom plays."""
        from crawler.newsroom.houses import houses

        assert self.settings is not None
        spiders = load_spiders(self.settings)
        return [name for name in spiders if spiders[name].status in CRAWLED and name in houses()]

    def _look_again(self, root: str, outlets: Sequence[str]) -> None:
        """Crawl again with all second looks of the next days due now."""
        if not self.json:
            self.say(tr(_LATER, outlets=", ".join(outlets)))
        assert self.settings is not None
        for outlet in outlets:
            with DatasetIndex.of(self.settings) as index:
                index.queue(outlet).look_now()
        self.exitcode = self._crawl(root, outlets, ["--edited", "--on-demand"])

    def _say_what_next(self, root: str, rows: int) -> None:
        """Print commands to try next, which need no further installation."""
        python = Path(sys.executable)
        if python.is_relative_to(Path.cwd()):
            python = python.relative_to(Path.cwd())
        folder = f"{root}/articles"
        said = tr(_NEXT, rows=rows, root=root, folder=folder, python=python)
        self.say(said, articles=rows, folder=folder)
