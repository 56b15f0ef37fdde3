"""One look at all watches: news go into the feeds, once each, and from there to people.

The news and the note that they are told are one transaction; the feeds are written from the file
of watches alone, so that a kill at any moment neither loses nor doubles an entry. A notification is
noted once its service has taken it: only a kill in that very moment repeats one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawler.runs.watch.book import Book, Entry, Told, Watch, book_path
from crawler.runs.watch.notice import message, send
from crawler.web.browse.taken_away import atom, json_feed
from output import clock
from output.dataset import INDEX, live_files, open_dataset, outlets
from output.filesystem import Root
from output.schema import CRAWL
from output.search import Library, Question
from output.takedown import buried

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scrapy.settings import BaseSettings

    from output.schema import Row

FEEDS = "watch"
"""Folder of the feeds in the dataset's."""
_SHOWN = ("article_id", "outlet", "title", "lead", "url", "authors")
_ILL, _WELL = 1, 0
"""What is noted of an outlet in place of a capture."""


def open_library(settings: BaseSettings) -> Library:
    """Return the dataset's search index, brought up to date.

    :raises OSError: the dataset cannot be listed, or the index not be written.
    """
    folder = Path(settings["STATE_DIR"] or settings["OUTPUT_DIR"]) / INDEX
    library = Library(settings["OUTPUT_DIR"], folder)
    library.update()
    return library


def add(settings: BaseSettings, watch: Watch, urls: Iterable[str], *, known: bool) -> int:
    """Add `watch`; return the number of articles that match already.

    :param known: those articles are no news
    :raises OSError, sqlite3.Error: the dataset or a file cannot be read or written.
    """
    found: dict[str, Told] = {}
    number = 0
    if watch.query is not None:
        library = open_library(settings)
        captures = library.places(Question(watch.query))
        rows = library.index.read(captures.values()) if known else []
        gone = _withdrawn(Root(settings["OUTPUT_DIR"]))
        for capture, row in zip(captures, rows, strict=False):
            is_gone = gone.get(row["article_id"], 0) > row["fetched"]
            found[row["article_id"]] = Told(capture, row["fetched"], is_gone)
        number = len(captures)
        library.close()
    with Book(book_path(settings)) as book:
        with book.transaction():
            book.add(watch, urls)
            book.note(watch.name, found.items())
        _publish(book, Root(settings["OUTPUT_DIR"]), [watch.name])
    return number


def look(
    settings: BaseSettings, judged: Mapping[str, tuple[str, str]] | None = None
) -> tuple[dict[str, int], list[str]]:
    """Tell what is new; return the number of new entries by watch, and what went wrong in words.

    The caller holds the lock of the watches.

    :param judged: judgement and detail of outlets that may have left no row in runs/
    :raises OSError, sqlite3.Error: the dataset or a file cannot be read or written.
    """
    root = Root(settings["OUTPUT_DIR"])
    with Book(book_path(settings)) as book:
        drop_forgotten(book, root)
        watches = book.watches()
        library = open_library(settings) if any(one.query is not None for one in watches) else None
        gone = _withdrawn(root) if library else {}
        counts = {}
        for watch in watches:
            if library and watch.query is not None:
                counts[watch.name] = _tell_articles(book, root, library, watch, gone)
            else:
                counts[watch.name] = _tell_health(book, root, watch, judged or {})
        problems = library.problems if library else []
        if library:
            library.close()
        _publish(book, root, counts)
        return counts, [*problems, *_notify(book, root, watches)]


def forget(settings: BaseSettings) -> None:
    """Take forgotten articles out of feeds and of what waits.

    :raises OSError, sqlite3.Error: a file cannot be read or written.
    """
    if book_path(settings).exists():
        with Book(book_path(settings)) as book:
            drop_forgotten(book, Root(settings["OUTPUT_DIR"]))


def drop_forgotten(book: Book, root: Root) -> None:
    """Take articles with a tombstone out of `book` and of the feeds."""
    articles = book.articles()
    if gone := articles & _buried(root, articles):
        with book.transaction():
            book.forget(gone)
    _publish(book, root, [watch.name for watch in book.watches()])


def remove(settings: BaseSettings, name: str) -> bool:
    """Remove a watch with its feeds; return False if there is none of this name.

    :raises OSError, sqlite3.Error: a file cannot be read or written.
    """
    root = Root(settings["OUTPUT_DIR"])
    with Book(book_path(settings)) as book:
        is_known = book.remove(name)
        if is_known:
            for file in _files(name):
                if root.filesystem.get_file_info(root.at(file)).is_file:
                    root.remove(root.at(file))
    return is_known


def _tell_articles(
    book: Book, root: Root, library: Library, watch: Watch, gone: Mapping[str, int]
) -> int:
    """Enter the articles that are new, revised or withdrawn; return their number."""
    told = book.told(watch.name)
    captures = library.places(Question(watch.query or ""))
    known = {one.capture for one in told.values()}
    fresh = {capture: place for capture, place in captures.items() if capture not in known}
    entries, notes = [], {}
    for capture, row in zip(fresh, library.index.read(fresh.values()), strict=True):
        before, moment = told.get(row["article_id"]), row["fetched"]
        notes[row["article_id"]] = Told(capture, moment, bool(before and before.is_gone))
        if before is None or moment > before.moment:
            kind = "revised" if before else "new"
            entries.append(Entry(row["article_id"], kind, moment, _shown(row)))
            notes[row["article_id"]] = Told(capture, moment)
    for article_id in (told.keys() | notes.keys()) & gone.keys():
        last = notes.get(article_id) or told[article_id]
        if not last.is_gone and gone[article_id] > last.moment:
            row = library.article(article_id) or {"article_id": article_id}
            entries.append(Entry(article_id, "gone", gone[article_id], _shown(row)))
            notes[article_id] = last._replace(is_gone=True)
    entries.sort(key=lambda one: one.moment)
    for article_id in _elsewhere(told, captures):
        row = library.article(article_id) or {}
        last = told[article_id]
        if article_id not in notes and row and row["fetched"] > last.moment:
            # It was revised so that the query no longer matches.
            entries.append(Entry(article_id, "revised", row["fetched"], _shown(row)))
            notes[article_id] = last._replace(moment=row["fetched"])
    with book.transaction():
        hidden = _buried(root, notes)  # forgotten while we looked
        book.note(watch.name, [(name, one) for name, one in notes.items() if name not in hidden])
        return book.enter(watch.name, [one for one in entries if one.article_id not in hidden])


def _elsewhere(told: Mapping[str, Told], captures: Mapping[int, object]) -> Iterator[str]:
    """Yield the articles whose last capture told of is not among `captures`."""
    return (name for name, one in told.items() if one.capture not in captures)


def _shown(row: Row) -> Row:
    published = row.get("published")
    return {name: row.get(name) for name in _SHOWN} | {
        "published": published.isoformat() if published else None
    }


def _tell_health(
    book: Book, root: Root, watch: Watch, judged: Mapping[str, tuple[str, str]]
) -> int:
    """Enter the outlets that have become unhealthy, or healthy again; return their number."""
    now = int(clock.now().timestamp() * 1_000_000)
    found = dict(_judged(root)) | {name: (*said, now) for name, said in judged.items()}
    told = book.told(watch.name)
    entries, notes = [], []
    for outlet, (judgement, detail, moment) in sorted(found.items()):
        if judgement not in ("healthy", "unhealthy"):
            continue
        state = _ILL if judgement == "unhealthy" else _WELL
        if state == (told[outlet].capture if outlet in told else _WELL):
            continue
        row = {"article_id": outlet, "outlet": outlet, "title": outlet, "lead": detail}
        entries.append(Entry(outlet, judgement, moment, row))
        notes.append((outlet, Told(state, moment)))
    with book.transaction():
        book.note(watch.name, notes)
        return book.enter(watch.name, entries)


def _judged(root: Root) -> Iterator[tuple[str, tuple[str, str, int]]]:
    """Yield each outlet with judgement, detail and microsecond of the last crawl of the present."""
    of_crawls = pc.field("command").is_null() | (pc.field("command") == pc.scalar(CRAWL))
    for outlet in outlets(root, "runs"):
        columns = ["command", "started_at", "judgement", "detail"]
        runs = open_dataset(root.location, "runs", outlet).to_table(columns)
        rows = runs.filter(of_crawls).sort_by("started_at").to_pylist()
        if rows:
            moment = int(rows[-1]["started_at"].timestamp() * 1_000_000)
            yield outlet, (rows[-1]["judgement"] or "", rows[-1]["detail"] or "", moment)


def _withdrawn(root: Root) -> dict[str, int]:
    """Return the articles that their outlets withdrew, with the microsecond."""
    found: dict[str, int] = {}
    for path in live_files(root, "rejects"):
        columns = ["article_id", "reason", "fetched_at"]
        rows = pq.ParquetFile(path, filesystem=root.filesystem).read(columns)
        rows = rows.filter(pc.field("reason") == pc.scalar("gone"))
        moments = rows["fetched_at"].cast(pa.int64()).to_pylist()
        for article_id, moment in zip(rows["article_id"].to_pylist(), moments, strict=True):
            if article_id and moment:
                found[str(article_id)] = max(moment, found.get(str(article_id), moment))
    return found


def _buried(root: Root, articles: Iterable[str]) -> set[str]:
    """Return the ids with a tombstone, of the outlets of `articles`."""
    named = {article.partition(":")[0] for article in articles if ":" in article}
    return {gone for outlet in named for gone in buried(root, outlet)}


# -- feeds and notifications


def _files(name: str) -> tuple[str, str]:
    return f"{FEEDS}/{name}.atom", f"{FEEDS}/{name}.json"


def _publish(book: Book, root: Root, names: Iterable[str]) -> None:
    """Write the feeds of watches; while they are written, nothing is forgotten."""
    for name in names:
        with book.transaction():
            entries = book.entries(name)
            rows = [_entry(one) for one in entries]
            begun = next((one.begun for one in book.watches() if one.name == name), None)
            if begun is None:  # removed meanwhile
                continue
            changed = max((row["updated"] for row in rows), default=begun)
            for file, content in zip(
                _files(name),
                (
                    atom(rows, name, f"{name}.atom", f"{name}.json", changed),
                    json_feed(rows, name, f"{name}.json", f"{name}.atom"),
                ),
                strict=True,
            ):
                root.publish_changed(file, pa.py_buffer(content))


def _entry(entry: Entry) -> Row:
    """Return the row of a feed: its id is of the article and of what became of it."""
    row, moment = entry.row, datetime.fromtimestamp(entry.moment / 1_000_000, UTC)
    published = row.get("published")
    return {
        "article_id": f"{entry.article_id}:{entry.kind}:{entry.moment}",
        "title": row.get("title") or entry.article_id,
        "lead": row.get("lead") or "",
        "url": row.get("url") or "",
        "outlet": row.get("outlet") or entry.article_id.partition(":")[0],
        "authors": row.get("authors"),
        "published": datetime.fromisoformat(published) if published else moment,
        "updated": moment,
        "kind": entry.kind,
    }


def _notify(book: Book, root: Root, watches: Iterable[Watch]) -> Iterator[str]:
    """Send what waits and is due; yield what was not taken, in words without a secret."""
    for watch in watches:
        if not watch.is_due(clock.now()):
            continue
        for target in book.targets(watch.name):
            drop_forgotten(book, root)
            waiting = book.waiting(target)
            if not waiting:
                continue
            if send(target.url, *message(watch.name, list(waiting.values()))):
                book.sent(watch.name, target, waiting.keys(), clock.now())
            else:
                yield (
                    f"watch {watch.name}: {target.masked} did not take a notification of"
                    f" {len(waiting)}; the next run tries again"
                )
