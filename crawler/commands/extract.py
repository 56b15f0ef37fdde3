"""`scrapy extract FILE...`: read saved pages or texts, print an article a line as JSON."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from scrapy.exporters import PythonItemExporter

from crawler.archive.containers import kind_of
from crawler.items import Rejected
from crawler.outlets.documents import MAX_PACKED, Document, UnreadableError, files_at
from crawler.outlets.explain import explain
from crawler.outlets.reader import DocumentReader, ReaderError, one_page
from crawler.reparse.saved_pages import SavedPages, UnstorableError
from crawler.terminal.base import TerminalCommand
from crawler.wording import tr
from output.clock import WIB
from output.filesystem import check_writable
from output.markdown import as_markdown
from output.origin import OriginError, claim

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

STDIN = "-"


class Command(TerminalCommand):
    def syntax(self) -> str:
        return "[options] FILE..."

    def short_desc(self) -> str:
        return tr("Read saved pages or texts into articles, as JSON lines or Markdown")

    def long_desc(self) -> str:
        return tr(
            "Read saved pages or texts into articles, by the code that a crawl uses, as JSON lines."
            " FILE is a file, a folder, a pattern, or - for standard input: HTML, text, MHTML,"
            " webarchive, SingleFile, WARC or WACZ, told by content. Exit 0 done, 1 a file could"
            " not be read or stored, 2 usage."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", default="", help=tr("the address of the page"))
        parser.add_argument(
            "--outlet", help=tr("the outlet whose rules apply; `generic` switches outlet rules off")
        )
        parser.add_argument(
            "--explain",
            action="store_true",
            help=tr("show each block: kept or removed, and the rule"),
        )
        parser.add_argument(
            "--markdown",
            action="store_true",
            help=tr("print each article as a Markdown document with front matter, not as JSON"),
        )
        parser.add_argument(
            "--store",
            action="store_true",
            help=tr(
                "put the pages into the archive and the dataset, with the time of their capture"
            ),
        )
        parser.add_argument(
            "--fetched-at",
            metavar="TIME",
            help=tr(
                "capture of files that tell no time: 2023-05-17T10:22+07:00; WIB without a zone"
            ),
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options([arg for arg in args if arg != STDIN], opts)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if not args:
            self.complain(tr("no FILE given"))
        for arg in args:
            if arg.startswith(("http://", "https://")):
                self.complain(
                    tr("{arg} is no file: save the page first, in a browser or with curl", arg=arg)
                )
        if opts.markdown and (opts.explain or self.json):
            self.complain(tr("--markdown prints documents: leave out --explain and --json"))
        self.is_explained = opts.explain and not self.json
        self.is_markdown: bool = opts.markdown
        self.fetched_at = self._time(opts.fetched_at)
        reader = DocumentReader(self.settings)
        if opts.outlet and opts.outlet not in reader.names:
            self.complain(
                tr("there is no outlet {outlet}; `scrapy outlets` lists them", outlet=opts.outlet)
            )
        pages = self._saved_pages() if opts.store else None
        for arg in args:
            for name, documents in self._files(arg):
                self._read(reader, name, documents, opts, pages)
        if pages:
            self._store(pages)

    def _time(self, text: str | None) -> datetime | None:
        try:
            time = datetime.fromisoformat(text) if text else None
        except ValueError:
            self.complain(
                tr("--fetched-at {text} is no time like 2023-05-17T10:22+07:00", text=text)
            )
        return time.replace(tzinfo=WIB) if time and time.tzinfo is None else time

    def _saved_pages(self) -> SavedPages:
        assert self.settings is not None
        place = self.settings["OUTPUT_DIR"]
        try:
            check_writable(place)
            claim(place, "newsroom" if self.settings["NEWSROOM"] else "web")
            return SavedPages(self.settings)
        except (OSError, pa.ArrowInvalid, OriginError) as error:
            self.complain(str(error))

    def _files(self, arg: str) -> Iterator[tuple[str, Iterator[Document]]]:
        """Yield the name and the documents of each file that `arg` names."""
        if arg == STDIN:
            yield STDIN, _typed()
            return
        try:
            for path in files_at(arg):
                yield str(path), Document.all_in(path)
        except UnreadableError as error:
            self._print_error(arg, str(error))

    def _read(
        self,
        reader: DocumentReader,
        name: str,
        documents: Iterator[Document],
        opts: argparse.Namespace,
        pages: SavedPages | None,
    ) -> None:
        try:
            if pages and name != STDIN and _is_archive(name):
                raise UnreadableError(f"it is an archive: `scrapy reparse {name}` stores its pages")
            for document in documents:
                self._show(reader, name, document, opts, pages)
        except (UnreadableError, UnstorableError, ReaderError, OSError) as error:
            self._print_error(name, str(error))

    def _show(
        self,
        reader: DocumentReader,
        name: str,
        document: Document,
        opts: argparse.Namespace,
        pages: SavedPages | None,
    ) -> None:
        """Print the article in `document` and, with `pages`, keep the page to be stored.

        :raises UnstorableError, OSError: the page cannot be kept.
        """
        assert self.settings is not None
        exporter = PythonItemExporter(fields_to_export=self.settings.getlist("FEED_EXPORT_FIELDS"))
        row: dict[str | bytes, Any] = {"file": name}
        try:
            with one_page():
                article = reader.read(
                    document,
                    url=opts.url,
                    outlet=opts.outlet,
                    fetched_at=document.fetched_at or self.fetched_at,
                )
                row |= exporter.export_item(article)
        except ReaderError as error:
            self._print_error(name, str(error))
            return
        except Rejected as rejection:
            row |= {"rejected": rejection.reason, "evidence": rejection.evidence}
            if self.is_explained or self.is_markdown:
                print(
                    _printable(
                        tr(
                            "{name}: rejected as {reason}: {evidence}",
                            name=name,
                            reason=rejection.reason,
                            evidence=rejection.evidence,
                        )
                    ),
                    file=sys.stderr if self.is_markdown else sys.stdout,
                )
            else:
                self._print(row)
            return
        if pages:
            self._keep(pages, document, opts.url or document.url or article.url)
        if self.is_explained:
            explain(article, name)
            return
        if self.is_markdown:
            print(_printable(as_markdown({**article.row(), "outlet": article.outlet})), flush=True)
            return
        if opts.explain:
            row["blocks"] = [
                {"kind": block.kind, "rule": block.rule, "text": block.text}
                for block in article.blocks
            ]
        self._print(row)

    def _keep(self, pages: SavedPages, document: Document, url: str) -> None:
        """Keep `document` to be stored.

        :raises UnstorableError, OSError: it cannot be.
        """
        fetched_at = document.fetched_at or self.fetched_at
        if document.kind == "text":
            raise UnstorableError("it is not stored: a text is no page")
        if fetched_at is None:
            raise UnstorableError("it tells no time of capture: give --fetched-at")
        pages.keep(document, url, fetched_at)

    def _store(self, pages: SavedPages) -> None:
        try:
            counts = pages.store()
        except (OSError, pa.ArrowInvalid) as error:
            self._print_error(str(self.settings and self.settings["OUTPUT_DIR"]), str(error))
            return
        if not self.quiet:
            told = [f"{n} {name.partition('/')[2] or name}" for name, n in sorted(counts.items())]
            print(f"stored: {', '.join(told) or tr('nothing, all is there')}", file=sys.stderr)

    def _print_error(self, name: str, error: str) -> None:
        self.exitcode = 1
        if self.is_explained or self.is_markdown:
            print(_printable(f"{name}: {error}"), file=sys.stderr)
        else:
            self._print({"file": name, "error": error})

    def _print(self, row: dict[Any, Any]) -> None:
        print(_printable(json.dumps(row, ensure_ascii=False)), flush=True)


def _typed() -> Iterator[Document]:
    """Yield the document on standard input.

    :raises UnreadableError: as `Document.of`.
    """
    yield Document.of(sys.stdin.buffer.read(MAX_PACKED + 1))


def _is_archive(name: str) -> bool:
    """:raises OSError: the file cannot be opened."""
    with Path(name).open("rb") as file:
        return kind_of(file) != ""


def _printable(text: str) -> str:
    """Return `text` with lone surrogates, which broken JSON-LD can hold, as JSON escapes them."""
    return text.encode("utf-8", "backslashreplace").decode()
