"""`scrapy newsroom`: serve a small world of outlets on localhost until stopped."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.newsroom import Newsroom
from crawler.newsroom.houses import houses

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return (
            "[OUTLET ...] [--port N] [--seed N] [--recent N] [--past N] [--compress] [--on-demand]"
        )

    def short_desc(self) -> str:
        return "Serve a small world of outlets on localhost; set NEWSROOM to its URL to crawl it"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--port", type=int, default=0, help="default: any that is free")
        parser.add_argument("--seed", type=int, default=1, help="of the world; default: 1")
        parser.add_argument("--recent", type=int, default=20, help="articles of the last two days")
        parser.add_argument("--past", type=int, default=10, help="articles of September 2023")
        parser.add_argument("--compress", action="store_true", help="answer in gzip")
        parser.add_argument(
            "--on-demand",
            action="store_true",
            help="make pages when they are asked for: a large world begins sooner and stays small",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if unknown := set(args) - houses().keys():
            raise UsageError(f"no such outlet here: {', '.join(sorted(unknown))}", print_help=False)
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        room = Newsroom(
            opts.seed,
            args,
            port=opts.port,
            compress=opts.compress,
            recent=opts.recent,
            past=opts.past,
        )
        if not opts.on_demand:
            room.world.render_all()
        with room:
            print(room.url, flush=True)
            stopped.wait()
