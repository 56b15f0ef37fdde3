"""A training set from a dataset: chosen rows, measured, split by story, and written for loaders.

Three passes over the dataset: stories, choice, rows. Memory holds a batch of rows, and of each
article the id, story, times and a signature.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from output.beside import beside
from output.clock import WIB
from output.copies import record
from output.corpus import quality
from output.corpus.card import write_card
from output.corpus.mask import KINDS, mask
from output.corpus.sides import SIDES, Member, Stories, leaks, place
from output.corpus.tokens import tokenizer
from output.dataset import again, open_dataset
from output.filesystem import sync_folder
from output.formats import write_jsonl
from output.origin import origin_of
from output.replacement import exchange
from output.selection import Selection, select

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from pathlib import Path

    from output.corpus.sides import Placed
    from output.dataset import Location
    from output.origin import Origin
    from output.schema import Row

PLACES = "stories.parquet"
"""The file with story_id and side of every article, by which the next build moves none."""
_SET = b"wartatek.training_set"
_OWN = re.compile(
    r"README\.md|croissant\.json|stories\.parquet"
    r"|data(/(train|validation|test)-\d{5}-of-\d{5}\.(parquet|jsonl\.zst))?"
)
"""Paths of a set's files and folder."""
SHARD_ROWS = 20_000
_GROUP_ROWS = 1000
_ROUNDS = 5
"""Most times that rows are written: again while near-duplicates are found on two sides, which joins
their stories."""
_INSTANT = pa.timestamp("us", tz="UTC")
REFUSED = "refused"
"""The value of the column `ai_use`, where a dataset has it, of rows that are left out."""


class SetError(Exception):
    """A training set that cannot be built, with the reason in a line."""


@dataclass(frozen=True)
class Recipe:
    """Options of a build. `days`: the first days of validation and test, for a split by time."""

    name: str
    selection: Selection
    by_article: bool = False
    with_title: bool = True
    days: tuple[date, date] | None = None
    filters: tuple[str, ...] = ()
    masks: bool = False
    with_refused: bool = False
    tokens: bool = False


@dataclass
class Built:
    """Counts of a build."""

    rows: Counter[str] = field(default_factory=Counter)
    words: int = 0
    characters: int = 0
    tokens: int = 0
    tokenizer: str = ""
    """Name of the tokenizer that counted; empty if tokens were not counted."""
    origin: Origin | None = None
    languages: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    ai_use: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    considered: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    would_drop: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    stories: int = 0
    near_joined: int = 0
    across_window: int = 0
    articles: int = 0
    largest: int = 0
    leaks: int = 0
    joins: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    newest: str = ""
    files: list[tuple[str, int, str]] = field(default_factory=list)
    unrecorded: str = ""
    """The reason for which `forget` will not name the set; empty if it will."""

    @property
    def total(self) -> int:
        return sum(self.rows.values())


_TYPES: dict[object, pa.DataType] = {int: pa.int32(), float: pa.float64()}
_MEASURES = [
    (name, _TYPES.get(kind, pa.string())) for name, kind in get_type_hints(quality.Measured).items()
]
SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("story_id", pa.string()),
        ("outlet", pa.string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("topics", pa.list_(pa.string())),
        ("published_at", _INSTANT),
        ("fetched_at", _INSTANT),
        ("extractor_version", pa.string()),
        ("content_hash", pa.string()),
        ("ai_use", pa.string()),
        ("language", pa.string()),
        ("language_confidence", pa.float64()),
        ("body_source", pa.string()),
        ("removed_share", pa.float64()),
        ("doubts", pa.list_(pa.string())),
        *_MEASURES,
        *((f"masked_{kind}", pa.int32()) for kind in KINDS),
    ]
)


def build(location: Location, recipe: Recipe, target: Path) -> Built:
    """Build the set in the folder `target`, in place of a former build of the same name.

    :raises SetError: no row is left, or `target` holds anything else.
    :raises MissingExtraError: tokens are asked for without their package.
    :raises OriginError, OSError, pa.ArrowInvalid: a file cannot be read or written.
    """
    counted = tokenizer() if recipe.tokens else None
    origin = origin_of(location)
    former = _former(target, recipe.name)
    stories = _stories(location, recipe)
    target.parent.mkdir(parents=True, exist_ok=True)
    with beside(target) as folder:
        staged = folder / target.name
        for _ in range(_ROUNDS):
            shutil.rmtree(staged, ignore_errors=True)
            built = _write(location, recipe, place(stories, recipe.days, former), staged)
            built.near_joined, built.origin = stories.joined, origin
            found = leaks(lambda: _written(staged))
            if not found:
                break
            for pair in found:
                stories.join(*pair)
        built.leaks = len(found)
        if counted:
            built.tokenizer, tokens_of = counted
            built.tokens = sum(tokens_of(text) for _, _, text in _written(staged))
        write_card(staged, recipe, built, SCHEMA)
        try:
            record(location, target, f"training set {recipe.name}")
        except OSError as error:
            built.unrecorded = error.strerror or str(error)
        _put(staged, target)
    return built


def _write(location: Location, recipe: Recipe, placed: Placed, staged: Path) -> Built:
    """Write the places and the rows; return their counts."""
    built = Built(joins=placed.joins, moved=placed.moved)
    sizes = Counter(story for story, _ in placed.places.values())
    built.articles, built.largest = len(placed.places), max(sizes.values(), default=0)
    chosen = _chosen(location, recipe, placed, built)
    (staged / "data").mkdir(parents=True)
    _write_places(staged, recipe.name, placed)
    _write_rows(_rows(location, recipe, placed, chosen, built), staged, built)
    return built


def _put(staged: Path, target: Path) -> None:
    """Put the folder `staged` in the place of `target` in one step, also when the power fails.

    :raises SetError: the filesystem cannot exchange two folders, and `target` is one with files.
    """
    for path in staged.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(staged)
    if target.exists() and any(target.iterdir()):
        try:
            exchange(staged, target)
        except OSError as error:
            raise SetError(
                f"{target} is left as it is, since this filesystem cannot exchange folders"
                f" ({error.strerror}): name a folder that is not there yet"
            ) from error
    else:
        staged.rename(target)
    sync_folder(target.parent)


def _former(target: Path, name: str) -> dict[str, tuple[str, str]]:
    """Return story_id and side of each article of the set that `target` holds; {} without one."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return {}
    try:
        table = pq.read_table(target / PLACES)
    except (OSError, pa.ArrowInvalid):
        raise SetError(f"{target} exists, and is no training set") from None
    own = (table.schema.metadata or {}).get(_SET, b"").decode()
    if own != name:
        raise SetError(f"{target} holds the training set {own}, not {name}")
    parts = (path.relative_to(target).as_posix() for path in sorted(target.rglob("*")))
    if foreign := [part for part in parts if not _OWN.fullmatch(part)]:
        raise SetError(f"{target} holds {foreign[0]} too, which a build would remove: move it away")
    columns = (table[each].to_pylist() for each in ("article_id", "story_id", "split"))
    return {article: (story, side) for article, story, side in zip(*columns, strict=True)}


def _stories(location: Location, recipe: Recipe) -> Stories:
    """Return the stories of all articles, in any window: none is cut by the edge of one."""
    entered = _entered(location)
    found = Stories()
    found.add(
        (
            Member(
                row["article_id"],
                row["cluster_id"] or row["article_id"],
                row["published_at"] or row["fetched_at"],
                entered[row["article_id"]],
            ),
            _text(row, recipe),
        )
        for row in _latest(location, Selection())
    )
    return found


def _entered(location: Location) -> dict[str, datetime]:
    """Return the time of the first download of each article."""
    columns = ["article_id", "fetched_at"]
    held = again(lambda: open_dataset(location, "articles").to_table(columns))
    first = held.group_by("article_id").aggregate([("fetched_at", "min")])
    pairs = (first[name].to_pylist() for name in ("article_id", "fetched_at_min"))
    return dict(zip(*pairs, strict=True))


def _latest(location: Location, selection: Selection) -> Iterator[Row]:
    for batch in select(location, replace(selection, latest=True)):
        yield from batch.to_pylist()


def _chosen(location: Location, recipe: Recipe, placed: Placed, built: Built) -> set[str]:
    """Return the ids of the rows to write: each, or the earliest of its story."""
    first: dict[str, tuple[Any, str]] = {}
    every: set[str] = set()
    for row in _latest(location, recipe.selection):
        built.considered += 1
        if row.get("ai_use") == REFUSED and not recipe.with_refused:
            built.refused += 1
            continue
        if failed := _failed(row, recipe):
            built.dropped.update(failed.keys())
            built.reasons.update(failed.items())
            continue
        name = row["article_id"]
        story = placed.places[name][0]
        mine = (row["published_at"] or row["fetched_at"], name)
        first[story] = min(first.get(story, mine), mine)
        every.add(name)
    if not every:
        raise SetError(_why_none(built))
    built.stories = len(first)
    inside = Counter(placed.places[name][0] for name in every)
    of_story = Counter(story for story, _ in placed.places.values())
    built.across_window = sum(of_story[story] > count for story, count in inside.items())
    return every if recipe.by_article else {name for _, name in first.values()}


def _why_none(built: Built) -> str:
    if not built.considered:
        return "no article matches: nothing is written"
    dropped = ", ".join(f"{name} {count}" for name, count in sorted(built.dropped.items()))
    return (
        f"none of {built.considered} articles is left: nothing is written (refused by their"
        f" outlets: {built.refused}; dropped by filters: {dropped or 0})"
    )


def _failed(row: Row, recipe: Recipe) -> dict[str, str]:
    """Return the reason of each filter that drops the row."""
    if not recipe.filters:
        return {}
    measured = quality.measure(_text(row, recipe))._asdict()
    return {name: measured[name] for name in recipe.filters if measured[name]}


def _text(row: Row, recipe: Recipe) -> str:
    return f"{row['title']}\n\n{row['body']}" if recipe.with_title else str(row["body"])


def _rows(
    location: Location, recipe: Recipe, placed: Placed, chosen: set[str], built: Built
) -> Iterator[tuple[str, Row]]:
    """Yield the side and the columns of each row of the set."""
    for row in _latest(location, recipe.selection):
        if (name := row["article_id"]) not in chosen:
            continue
        story, side = placed.places[name]
        text, title, counts = _text(row, recipe), row["title"], dict.fromkeys(KINDS, 0)
        if recipe.masks:
            (text, counts), (title, _) = mask(text), mask(title)
        measured = quality.measure(text)
        language, confidence = quality.language_of(text)
        removed = sum(len(each["text"] or "") for each in row["removed"] or [])
        new = {each: row.get(each) for each in SCHEMA.names} | {
            "story_id": story,
            "title": title,
            "text": text,
            "language": language or row["language"],
            "language_confidence": confidence,
            "removed_share": round(removed / max(1, removed + len(row["body"])), 4),
            "doubts": _doubts(row),
            **measured._asdict(),
            **{f"masked_{kind}": count for kind, count in counts.items()},
        }
        _count(built, side, new)
        yield side, new


def _doubts(row: Row) -> list[str]:
    """Return what makes a row doubtful, a word each."""
    marks = {
        "no_time": row["published_at"] is None,
        "zone_assumed": row["zone_assumed"],
        "paywalled": row["paywalled"],
        "found_by_density": (row["body_source"] or "").startswith(("density", "generic")),
    }
    return [name for name, is_so in marks.items() if is_so]


def _count(built: Built, side: str, row: Row) -> None:
    built.rows[side] += 1
    built.words += row["words"]
    built.characters += row["characters"]
    built.languages[row["language"] or "unknown"] += 1
    built.outlets[row["outlet"]] += 1
    moment = row["published_at"] or row["fetched_at"]
    built.months[f"{moment.astimezone(WIB):%Y-%m}"] += 1
    built.ai_use[row["ai_use"] or "unknown"] += 1
    built.would_drop.update(name for name in quality.FILTERS if row[name])
    built.masked.update({kind: row[f"masked_{kind}"] for kind in KINDS})
    built.newest = max(built.newest, f"{row['fetched_at']:%Y-%m-%d}")


class _Shards:
    """The Parquet and JSON Lines files of a side, numbered until their count is known."""

    def __init__(self, folder: Path, side: str) -> None:
        self.folder, self.side = folder, side
        self.shards: list[Path] = []
        self._held: list[Row] = []
        self._in_shard = SHARD_ROWS
        self._parquet: pq.ParquetWriter | None = None
        self._lines: Any = None

    def add(self, row: Row) -> None:
        self._held.append(row)
        if len(self._held) == _GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._in_shard >= SHARD_ROWS:
            self._end_shard()
            path = self.folder / f"data/{self.side}-{len(self.shards):05}.parquet"
            self.shards.append(path)
            self._parquet = pq.ParquetWriter(path, SCHEMA, compression="zstd")
            self._lines = pa.CompressedOutputStream(str(path.with_suffix(".jsonl.zst")), "zstd")
            self._in_shard = 0
        assert self._parquet is not None
        table = pa.Table.from_pylist(self._held, schema=SCHEMA)
        self._parquet.write_table(table)
        write_jsonl(table.to_batches(), SCHEMA, self._lines)
        self._in_shard += len(self._held)
        self._held = []

    def _end_shard(self) -> None:
        if self._parquet is not None:
            self._parquet.close()
            self._lines.close()

    def close(self) -> None:
        """Write the rest, and name each file by its number and the count of all."""
        if self._held:
            self._flush()
        self._end_shard()
        for number, path in enumerate(self.shards):
            name = f"{self.side}-{number:05}-of-{len(self.shards):05}"
            path.rename(path.with_name(f"{name}.parquet"))
            path.with_suffix(".jsonl.zst").rename(path.with_name(f"{name}.jsonl.zst"))


def _write_rows(rows: Iterator[tuple[str, Row]], staged: Path, built: Built) -> None:
    shards = {side: _Shards(staged, side) for side in SIDES}
    for side, row in rows:
        shards[side].add(row)
    for each in shards.values():
        each.close()
    for path in sorted((staged / "data").iterdir()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        built.files.append((path.relative_to(staged).as_posix(), path.stat().st_size, digest))


def _write_places(staged: Path, name: str, placed: Placed) -> None:
    articles = sorted(placed.places)
    columns = {
        "article_id": articles,
        "story_id": [placed.places[article][0] for article in articles],
        "split": [placed.places[article][1] for article in articles],
    }
    table = pa.table(columns).replace_schema_metadata({_SET: name.encode()})
    pq.write_table(table, staged / PLACES, compression="zstd")


def _written(staged: Path) -> Iterator[tuple[str, str, str]]:
    """Yield article_id, side and text of each row that was written."""
    for path in sorted((staged / "data").glob("*.parquet")):
        side = path.name.partition("-")[0]
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_GROUP_ROWS, columns=["article_id", "text"]):
                for row in batch.to_pylist():
                    yield row["article_id"], side, row["text"]


def is_name(name: str) -> bool:
    """Return True if `name` may be the name of a set: letters, digits, dots, dashes."""
    return bool(re.fullmatch(r"[A-Za-z0-9][\w.-]{0,95}", name, re.ASCII))
