"""`scrapy watch add NAME QUERY`, `list`, `remove`, `run`: searches whose news come to you."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from crawler.state.locks import HeldError, locked, place_of_locks
from crawler.terminal.base import TerminalCommand
from crawler.terminal.exit_codes import HELD, UNHEALTHY
from crawler.wording import number, tr
from output import clock

if TYPE_CHECKING:
    import argparse

ACTIONS = ("add", "list", "remove", "run")
LOCK = "watch"
_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_HOURS = re.compile("([01]?[0-9]|2[0-3])(?::00)?-([01]?[0-9]|2[0-3])(?::00)?")


class Command(TerminalCommand):
    takes_words = True
    extra = "browse"

    def syntax(self) -> str:
        return "[options] add|list|remove|run [NAME] [QUERY]"

    def short_desc(self) -> str:
        return tr("Watch a search: what is new, revised or gone goes to a feed and to you")

    def long_desc(self) -> str:
        return tr(
            "Watch a search (docs/search.md): every crawlall, and `watch run`, adds what is new,"
            " revised or gone, each once, to watch/NAME.atom and watch/NAME.json in OUTPUT_DIR and"
            " sends it to --notify, a URL of Apprise, of which - reads one a line from the standard"
            " input, where neither `ps` nor the shell's history sees it. Exit 0 done, 1 a"
            " notification was not taken or a file cannot be read, 2 usage, 75 another run does it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--notify", metavar="URL", action="append", default=[], help=tr("whom to tell; or -"))
        add("--digest", metavar="HOURS", default="0", help=tr("between notifications, at least"))
        add("--quiet-hours", metavar="22-6", help=tr("hours in WIB without notifications"))
        add(
            "--health",
            action="store_true",
            help=tr("in place of QUERY: outlets that turn unhealthy"),
        )
        add("--all", action="store_true", help=tr("articles that match already are news, too"))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        action = args[0] if args else ""
        if action not in ACTIONS:
            self.complain(tr("say what to do: {actions}", actions=", ".join(ACTIONS)))
        named = {"add": 2 - opts.health, "remove": 1}.get(action, 0)
        if len(args) - 1 < named or (action != "add" and len(args) - 1 > named):
            self.complain(tr("it goes: add NAME QUERY, list, remove NAME, run"))
        if action == "add":
            self._check(args, opts)
        elif opts.notify or opts.health or opts.all or opts.quiet_hours or opts.digest != "0":
            self.complain(
                tr("--notify, --digest and the like are of add, not of {action}", action=action)
            )

    def _check(self, args: list[str], opts: argparse.Namespace) -> None:
        if not _NAME.fullmatch(args[1]):
            self.complain(tr("a name has letters a-z, digits, - and _, 64 at most"))
        if opts.health and len(args) > 2:
            self.complain(tr("--health stands in place of a query"))
        if not opts.health and not " ".join(args[2:]).strip():
            self.complain(tr("the query is empty: scrapy watch add ponsel 'ponsel OR gawai'"))
        if not (opts.digest.isascii() and opts.digest.isdigit() and int(opts.digest) <= 24 * 31):
            self.complain(tr("--digest is a number of hours, 744 at most"))
        self.quiet_hours = None
        if opts.quiet_hours is not None:
            hours = _HOURS.fullmatch(opts.quiet_hours)
            if not hours or int(hours[1]) == int(hours[2]):
                self.complain(tr("--quiet-hours is like 22-6, whole hours in WIB"))
            self.quiet_hours = f"{int(hours[1])}-{int(hours[2])}"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if args[0] == "list":
            self._list()
            return
        try:
            with locked(place_of_locks(self.settings), LOCK):
                if args[0] == "add":
                    self._add(args[1], None if opts.health else " ".join(args[2:]), opts)
                elif args[0] == "remove":
                    self._remove(args[1])
                else:
                    self._run()
        except HeldError as error:
            print(error, file=sys.stderr)
            self.exitcode = HELD

    # Modules are imported inside, since Scrapy imports every command at each start.

    def _add(self, name: str, query: str | None, opts: argparse.Namespace) -> None:
        from crawler.runs.watch import news
        from crawler.runs.watch.book import Book, Watch, book_path

        assert self.settings is not None
        with Book(book_path(self.settings)) as book:
            if any(watch.name == name for watch in book.watches()):
                self.complain(tr("there is a watch {name}; remove it first", name=name))
        urls = self._urls(opts.notify)
        watch = Watch(name, query, int(opts.digest), self.quiet_hours, clock.now(), None)
        found = news.add(self.settings, watch, urls, known=not opts.all)
        said = (
            tr("{found} articles match already", found=number(found))
            if query is not None
            else "health"
        )
        self.say(
            tr("{name} is watched ({said})", name=name, said=said),
            watch=name,
            query=query,
            matching=found,
        )

    def _urls(self, given: list[str]) -> list[str]:
        """Return the URLs to tell, checked; no message quotes one."""
        if not given:
            return []
        self.need("watch")
        from crawler.runs.watch.notice import is_known

        urls = [url for url in given if url != "-"]
        if "-" in given:
            urls += filter(None, map(str.strip, sys.stdin))
        for place, url in enumerate(urls, 1):
            if not is_known(url):
                self.complain(
                    tr("--notify: URL {place} is none of a service that Apprise knows", place=place)
                )
        return urls

    def _list(self) -> None:
        from crawler.runs.watch.book import Book, book_path

        assert self.settings is not None
        if not book_path(self.settings).exists():
            if not self.json:
                self.say(tr("no search is watched: scrapy watch add NAME QUERY"))
            return
        with Book(book_path(self.settings)) as book:
            rows = [
                watch._asdict()
                | {"query": "--health" if watch.query is None else watch.query}
                | {
                    "notify": [target.masked for target in book.targets(watch.name)],
                    "waiting": len(
                        {n for target in book.targets(watch.name) for n in book.waiting(target)}
                    ),
                }
                for watch in book.watches()
            ]
        self.show(rows, ("name", "query", "notify", "digest", "quiet", "waiting"))

    def _remove(self, name: str) -> None:
        from crawler.runs.watch import news

        assert self.settings is not None
        if not news.remove(self.settings, name):
            self.complain(tr("there is no watch {name}", name=name))
        self.say(tr("{name} is no longer watched", name=name), watch=name)

    def _run(self) -> None:
        from crawler.runs.watch import news

        assert self.settings is not None
        counts, problems = news.look(self.settings)
        for name, count in counts.items():
            self.say(
                tr("{name}: {count} new", name=name, count=number(count)), watch=name, entries=count
            )
        for problem in problems:
            print(problem, file=sys.stderr)
            self.exitcode = UNHEALTHY
