"""`scrapy newsroom`: serve a small world of outlets on localhost until stopped."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from crawler.terminal.base import TerminalCommand
from crawler.wording import tr
from output import clock

if TYPE_CHECKING:
    import argparse


class Command(TerminalCommand):
    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return tr("Serve a small world of outlets on localhost")

    def long_desc(self) -> str:
        return tr(
            "Serve a small world of outlets on localhost until Ctrl-C. With NEWSROOM=URL in the"
            " environment every crawl goes there, and nowhere else."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        for name, default, meaning in (
            ("--port", 0, tr("default: any that is free")),
            ("--seed", 1, tr("of the world; default: 1")),
            ("--recent", 20, tr("articles of the last two days, each outlet; default: 20")),
            ("--past", 10, tr("articles of September 2023, each outlet; default: 10")),
            ("--wires", 12, tr("stories of an agency that several outlets copy; default: 12")),
        ):
            parser.add_argument(name, type=int, metavar="N", default=default, help=meaning)
        parser.add_argument(
            "--edited",
            action="store_true",
            help=tr("the same world after its desks have edited a few articles"),
        )
        parser.add_argument("--compress", action="store_true", help=tr("answer in gzip"))
        parser.add_argument(
            "--on-demand",
            action="store_true",
            help=tr("render pages on request: a large world starts sooner and needs less memory"),
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        # Imported here, since Scrapy imports every command at each start.
        from crawler.newsroom import Newsroom, World
        from crawler.newsroom.houses import houses

        if unknown := set(args) - houses().keys():
            self.complain(tr("no such outlet here: {unknown}", unknown=", ".join(sorted(unknown))))
        for name in ("recent", "past", "wires"):
            if getattr(opts, name) < 0:
                self.complain(
                    tr(
                        "--{name} {getattr} is no number of articles",
                        name=name,
                        getattr=getattr(opts, name),
                    )
                )
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        world = World(
            opts.seed,
            args,
            now=clock.now(),
            recent=opts.recent,
            past=opts.past,
            wires=opts.wires,
            edited=opts.edited,
        )
        if not opts.on_demand:
            world.render_all()
        room = Newsroom(world, port=opts.port, compress=opts.compress)
        try:
            room.start()
        except (OSError, OverflowError) as error:
            self.complain(tr("port {port}: {error}", port=opts.port, error=error))
        self.say(room.url, url=room.url)
        stopped.wait()
        room.stop()
