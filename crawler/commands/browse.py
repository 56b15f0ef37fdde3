"""`scrapy browse`: search and read the dataset in a web browser, on this machine only."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import uvicorn
from rich.console import Console

from crawler.browse.site import serve_on
from crawler.maintenance import MaintenanceCommand
from output.search import Library

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Search and read the dataset in a web browser, on this machine only"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--port", type=int, default=8765, help="default 8765; 0: any free one")
        parser.add_argument("-q", "--quiet", action="store_true", help="do not say the address")
        parser.add_argument("--json", action="store_true", help="say the address as JSON")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if args:
            self.complain("it takes no arguments: the page itself filters")
        if not 0 <= opts.port < 65536:
            self.complain(f"--port {opts.port} is no port")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", opts.port))
        except OSError as error:
            self.complain(f"port {opts.port}: {error.strerror}; --port 0 takes any free one")
        try:
            with Console(stderr=True, quiet=opts.quiet).status("reading the dataset"):
                library = Library(self.location)
        except OSError as error:
            self.complain(f"the dataset cannot be read, as `scrapy verify` can tell: {error}")
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        if opts.json:
            print(json.dumps({"url": url}), flush=True)
        elif not opts.quiet:
            print(f"The dataset is at {url} until you press Ctrl-C", flush=True)
        app = serve_on(library)
        config = uvicorn.Config(app, log_config=None, server_header=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])
