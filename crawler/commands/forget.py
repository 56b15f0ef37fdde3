"""`scrapy forget URL|ARTICLE_ID ...`: take articles out of the dataset, for good."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.archive.takedown import take_down
from crawler.archive.writer import ARCHIVE
from crawler.extraction.urls import article_address, article_id, canonical_url
from crawler.outlets.registry import Registry, load_spiders
from crawler.runs.watch.book import FILE as WATCHES
from crawler.runs.watch.book import book_path
from crawler.state.database import FILE
from crawler.state.index import DatasetIndex
from crawler.state.locks import HeldError, locked, place_of_locks
from crawler.state.recurrence.table import rewrite_boilerplate
from crawler.terminal.base import TerminalCommand
from crawler.terminal.exit_codes import HELD, UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import tr
from output.beside import remove_unfinished
from output.copies import may_hold, recorded
from output.datapackage import NAME as DATAPACKAGE
from output.description import NAME as DESCRIPTION
from output.filesystem import Root
from output.origin import NAME as ORIGIN
from output.takedown import Known, addresses, archives_of, mentions, titles_of
from output.verification import QUARANTINE

if TYPE_CHECKING:
    import argparse
    import re
    from collections.abc import Iterable


_OURS = (DATAPACKAGE, DESCRIPTION, ORIGIN, WATCHES, "state.lock", "state.checked")
"""Files of a dataset's folder, beside the state, in which no article is quoted."""


class Doomed(NamedTuple):
    """An article to take down, and the other ids that its addresses give."""

    outlet: str
    article_id: str
    aliases: tuple[str, ...]
    addresses: frozenset[str]
    is_known: bool


class Command(MaintenanceCommand):
    def syntax(self) -> str:
        return "[options] URL|ARTICLE_ID ..."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--all", action="store_true", help=tr("all articles that a URL leads to, if several")
        )

    def short_desc(self) -> str:
        return tr("Take articles out of the dataset, never to come back")

    def long_desc(self) -> str:
        return tr(
            "Take articles out of the dataset, never to come back, and name what is left to you."
            " Exit 0 done, 1 an article was in no row, which now never comes, or a file is damaged,"
            " 2 usage, 75 another run holds the outlet."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        TerminalCommand.process_options(self, args, opts)
        self.check_dataset()
        assert self.settings is not None
        if book_path(self.settings).exists():
            self.need("browse")  # before anything is removed
        self.registry = Registry(load_spiders(self.settings))
        if not args:
            self.complain(tr("name a URL or an article_id"))
        found = [one for arg in args for one in self._articles(arg, every=opts.all)]
        self.articles = list({one.article_id: one for one in found}.values())

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        places: set[str] = set()
        titles: set[str] = set()
        archives: set[str] = set()
        for one in self.articles:
            try:
                with locked(place_of_locks(self.settings), one.outlet):
                    names = (one.article_id, *one.aliases)
                    titles |= titles_of(self.location, one.outlet, names)
                    archives |= archives_of(self.location, one.outlet, names)
                    gone = take_down(self.settings, one.outlet, one.article_id, one.aliases)
            except HeldError as error:
                print(error, file=sys.stderr)
                self.exitcode = HELD
                continue
            except (OSError, sqlite3.Error) as error:
                reason = getattr(error, "strerror", None) or error
                self.complain(
                    tr(
                        "{article_id} is not removed yet, say it again: {reason}",
                        article_id=one.article_id,
                        reason=reason,
                    )
                )
            places |= one.addresses
            is_known = bool(one.is_known or gone.rows or gone.pages)
            done = tr("removed for good") if is_known else tr("nothing to remove")
            self.say(
                tr(
                    "{article_id}: {done} (rows: {rows}, archived pages: {pages}); it"
                    " will not be fetched again",
                    article_id=one.article_id,
                    done=done,
                    rows=gone.rows,
                    pages=gone.pages,
                ),
                article_id=one.article_id,
                aliases=one.aliases,
                rows=gone.rows,
                pages=gone.pages,
            )
            if not is_known:
                print(
                    tr("{article_id} was in no row; it will never come", article_id=one.article_id),
                    file=sys.stderr,
                )
                self.exitcode = self.exitcode or UNHEALTHY
            for file in gone.damaged:
                print(
                    tr("{file} is damaged: where it is, its page may stand", file=file),
                    file=sys.stderr,
                )
                self.exitcode = UNHEALTHY
        try:
            with DatasetIndex.of(self.settings) as index:  # opening drops these articles' rows
                touched = sorted({one.outlet for one in self.articles} & {*self.stored()})
                rewrite_boilerplate(index, self.stored(), touched)
                index.db.overwrite_deleted()
        except (OSError, sqlite3.Error) as error:
            self.complain(
                tr("state.db still names the articles, say it again: {error}", error=error)
            )
        self._forget_in_watches()
        if self.index_folder:  # the index quotes the articles; browse builds a new index
            shutil.rmtree(self.index_folder, ignore_errors=True)
        others = sorted(file for file in archives if not file.startswith(f"{ARCHIVE}/"))
        self._name_what_is_left(places, titles, others)

    def _forget_in_watches(self) -> None:
        assert self.settings is not None
        if not book_path(self.settings).exists():
            return
        from crawler.runs.watch import news  # loads the search index

        try:
            news.forget(self.settings)
        except (OSError, sqlite3.Error) as error:
            self.complain(
                tr(
                    "{watches} still names the articles, say it again: {error}",
                    watches=WATCHES,
                    error=error,
                )
            )

    def _name_what_is_left(self, places: set[str], titles: set[str], archives: list[str]) -> None:
        """Print the places that may still hold the articles' texts or headlines."""
        others = mentions(self.location, places, titles)
        if others:
            shown = ", ".join(others[:10]) + (", ..." if len(others) > 10 else "")
            self.say(
                tr(
                    "left: related links of {count} other articles, and their pages: {shown}",
                    count=len(others),
                    shown=shown,
                ),
                related=others,
            )
        files = [*archives, *self._copies(), *self._copies_elsewhere()]
        if files:
            self.say(
                tr("left, for you to remove or make again: {files}", files=", ".join(files)),
                copies=files,
            )

    def _copies(self) -> Iterable[str]:
        """Yield the files beside the tables that may quote an article; other folders are yours."""
        root = Root(self.location)
        if not root.local:
            return
        folder = Path(root.path)
        if not remove_unfinished(folder):
            yield f"{folder} (an export is at work)"
        for pattern in ("*", f"{QUARANTINE}/**/*"):
            yield from (
                str(path)
                for path in sorted(folder.glob(pattern))
                if path.is_file() and path.name not in _OURS and not path.match(f"{FILE}*")
            )
        assert self.settings is not None
        state = Path(self.settings["STATE_DIR"] or folder)
        yield from (str(path) for path in sorted(state.glob("state.db.*")) if path.is_file())

    def _copies_elsewhere(self) -> Iterable[str]:
        """Yield the exports and training sets outside the dataset that may quote an article."""
        ids = {name for one in self.articles for name in (one.article_id, *one.aliases)}
        try:
            yield from (str(each) for each in recorded(self.location) if may_hold(each, ids))
        except (OSError, ValueError) as error:
            print(
                tr("copies elsewhere may quote the articles, too: {error}", error=error),
                file=sys.stderr,
            )
            self.exitcode = self.exitcode or UNHEALTHY

    def _articles(self, arg: str, *, every: bool) -> list[Doomed]:
        """Return each article at a URL, or with an article_id; several only if `every`."""
        url, arg = "", arg.strip()
        if arg.lower().startswith(("http://", "https://")):
            url = canonical_url(arg) or arg
            spider = self.registry.on_host(url)
            if spider is None:
                self.complain(tr("{arg} is no URL of an outlet; name its article_id", arg=arg))
            outlet = spider.name
        else:
            outlet, colon, number = arg.partition(":")
            if outlet not in self.registry.spiders or not (colon and number):
                self.complain(
                    tr("{arg} is neither a URL nor an article_id like kontan:123", arg=arg)
                )
        known = addresses(self.location, outlet)
        pattern = self.registry.spiders[outlet].rules().article_pattern
        own = article_id(outlet, url, pattern) if url else arg
        place = url and _place(url, pattern)
        found = {one.article_id for one in known if _place(one.address, pattern) == place}
        stored = {one.article_id for one in known if one.is_stored}
        named = sorted(found | ({own} & {one.article_id for one in known})) or [own]
        if len(stored.intersection(named)) > 1 and not every:
            more = ", ".join(named[:10]) + (", ..." if len(named) > 10 else "")
            self.complain(
                tr(
                    "{arg} leads to {count} articles, name one or say --all: {more}",
                    arg=arg,
                    count=len(named),
                    more=more,
                )
            )
        doomed = [self._doomed(outlet, name, known, pattern) for name in named]
        if url and own not in named and article_address(url, pattern):
            first = doomed[0]
            doomed[0] = first._replace(aliases=(*first.aliases, own))
        return doomed

    def _doomed(
        self, outlet: str, name: str, known: Iterable[Known], pattern: re.Pattern[str]
    ) -> Doomed:
        """Return the article with the other ids by which a list might name it again.

        An address that is another stored article's is that article's alone.
        """
        places = {one.address for one in known if one.article_id == name}
        others = {one.article_id for one in known if one.article_id != name and one.is_stored}
        taken = filter(None, (article_address(place, pattern) for place in places))
        aliases = {article_id(outlet, place, pattern) for place in taken} - others - {name}
        return Doomed(outlet, name, tuple(sorted(aliases)), frozenset(places), bool(places))


def _place(url: str, pattern: re.Pattern[str]) -> str | None:
    """Return the address that all spellings of `url` lead to; None where `url` is not public."""
    return article_address(url, pattern) or canonical_url(url)
