"""`scrapy browse`: search and read the dataset in a web browser, on this machine only."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

from crawler.state.diagnoses import words_of_diagnoses
from crawler.terminal.base import NO_ARGUMENTS
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.web import PORT
from crawler.wording import tr

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    extra = "browse"

    def syntax(self) -> str:
        return NO_ARGUMENTS

    def short_desc(self) -> str:
        return tr("Search and read the dataset in a web browser, on this machine only")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--port", type=int, default=PORT, help=tr("default 8765; 0: any free port")
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if not 0 <= opts.port < 65536:
            self.complain(tr("--port {port} is no port", port=opts.port))

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        # Imported here, since Scrapy imports every command at each start.
        import uvicorn

        from crawler.runs.overview import silent_at, watched_since
        from crawler.web.browse.home import Home
        from crawler.web.browse.site import serve_on

        with ExitStack() as ends:
            listener = ends.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", opts.port))
                listener.listen()  # before the address is printed, which a program may ask at once
            except OSError as error:
                self.complain(
                    tr(
                        "port {port}: {strerror}; --port 0 takes any free port",
                        port=opts.port,
                        strerror=error.strerror,
                    )
                )
            library = self.library(ends)
            library.refresh()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            self.say(tr("The dataset is at {url} until you press Ctrl-C", url=url), url=url)
            config = uvicorn.Config(
                serve_on(
                    library,
                    partial(words_of_diagnoses, self.settings),
                    Home(
                        library,
                        partial(watched_since, self.settings),
                        partial(silent_at, self.location),
                    ),
                ),
                log_config=None,
                server_header=False,
                lifespan="off",
            )
            with suppress(KeyboardInterrupt):
                uvicorn.Server(config).run(sockets=[listener])
