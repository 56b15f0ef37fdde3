"""The search index: every article as last captured, in a folder of its own beside the state.

tantivy keeps the index. The dataset is the truth: each outlet's part of the index is compared with
the part files and rebuilt from them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import tantivy
from tantivy import DocAddress, Filter, Order, Query, TextAnalyzerBuilder, Tokenizer

from output.clock import WIB
from output.dataset import cluster_files, clusters_of, open_dataset
from output.filesystem import Root
from output.mentions import open_mentions
from output.private import make_private
from output.schema import KEYS, Row
from output.views import reading
from output.word_forms import root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from output.dataset import Location

_FORMAT = 6
"""Version of the index's format: an index of another version is rebuilt."""
_TAKEN = "taken.json"
_LEAD = 200  # characters of a description that a result shows
RANKED = 500
"""Most relevant articles that freshness may raise above others."""
_DAY = 24 * 3600
_FRESH = ((7 * _DAY, 0.6), (90 * _DAY, 0.4), (365 * _DAY, 0.3))
"""Added to the score of articles that are so many seconds older than the newest, or less."""
_BATCH = 1000
_TEXTS = [
    "title",
    "description",
    "body",
    "tags",
    "topics",
    "published_at",
    "authors",
    "agencies",
    "url",
]
_WORDS = (
    TextAnalyzerBuilder(Tokenizer.simple())
    .filter(Filter.lowercase())
    .filter(Filter.ascii_fold())
    .build()
)
_ROOTS = TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("article_id", tokenizer_name="raw", index_option="basic")
    for name in ("outlet", "topics", "agencies", "names", "entities", "month"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("called", tokenizer_name="raw", index_option="basic")
    for name in ("title", "tags", "authors", "body"):
        stored = name == "body"  # results quote the body around found words
        builder.add_text_field(name, stored, tokenizer_name="words", index_option="position")
    for name in ("title_roots", "roots"):
        builder.add_text_field(name, tokenizer_name="roots", index_option="freq")
    for name in ("at", "capture", "story"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


SCHEMA = _schema()
"""`names` are the authors as values, `entities` the ids of mentions/, `called` each of these ids
behind a name of it (see `called`), `month` that of publication in WIB; `roots` those of the words
of title, tags and body (see `word_forms`); `at` is the second of publication, `capture` the name of
the capture, `story` a hash of the cluster_id."""


Named = dict[tuple[str, str], dict[str, set[str]]]
"""By article_id and content_hash, the entities that mentions/ holds, each with its names."""


class _Last(NamedTuple):
    """An article's last capture, how many contents its captures have, and the captures' months."""

    fetched_at: int  # microseconds
    version: str
    fragment: int
    contents: int
    months: list[str]
    content_hash: str
    cluster_id: str | None = None
    entities: tuple[str, ...] = ()
    called: tuple[str, ...] = ()

    def name(self, article_id: str) -> int:
        digest = hashlib.blake2b(repr((article_id, *self[:2], *self[3:])).encode(), digest_size=8)
        return int.from_bytes(digest.digest(), "big", signed=True)


def words_of(text: str) -> list[str]:
    """Return the words of `text` as indexed: runs of letters and digits, in lower case and without
    accents."""
    return _WORDS.analyze(normalize("NFC", text))


def called(name: str, entity_id: str = "") -> str:
    """Return the term of an entity by `name`; without `entity_id`, what all of this name begin
    with."""
    return f"{' '.join(words_of(name))}\x1f{entity_id}"


class Place(NamedTuple):
    """An article's place, in the index as `searcher` saw it: another searcher has other places."""

    searcher: tantivy.Searcher
    address: DocAddress


class SearchIndex:
    """The index in `folder` of the dataset at `location`.

    :raises OSError: when the folder cannot be written.
    """

    def __init__(self, location: Location, folder: Path) -> None:
        self.root = Root(location)
        self.folder = folder
        self.stopped = threading.Event()
        self._taken: dict[str, str] = {}
        self._open()

    def _open(self) -> None:
        """Open the index, or an empty index in place of a damaged or older one."""
        try:
            kept = json.loads((self.folder / _TAKEN).read_text("utf-8"))
            index = tantivy.Index(SCHEMA, str(self.folder)) if kept["format"] == _FORMAT else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):  # or damaged
            index = None
        if index is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            make_private(self.folder)
            try:
                index, kept = tantivy.Index(SCHEMA, str(self.folder)), {"outlets": {}}
            except ValueError as error:
                raise OSError(f"{self.folder}: {error}") from error
            self._note({})
        index.register_tokenizer("words", _WORDS)
        index.register_tokenizer("roots", _ROOTS)
        self._index, self._taken = index, kept["outlets"]
        self._see()

    # -- keeping it

    def behind(self) -> list[str]:
        """Return the outlets whose files have changed since they were indexed.

        :raises OSError: when the dataset cannot be listed.
        """
        if not (self.folder / _TAKEN).exists():  # `forget` has removed it
            self._open()
        files = self._files()
        names = files.keys() | self._taken.keys()
        return sorted(name for name in names if files.get(name) != self._taken.get(name))

    def _files(self) -> dict[str, str]:
        """Return a hash of each outlet's files, of paths and sizes, and of clusters/."""
        grouped = [(info.size, info.mtime_ns) for info in cluster_files(self.root)]
        digests: dict[str, Any] = defaultdict(lambda: hashlib.sha256(repr(grouped).encode()))
        for info in self.root.files("articles"):
            path = self.root.relative(info.path)
            digests[path.split("/")[1].removeprefix("outlet=")].update(
                f"{path} {info.size} ".encode()
            )
        for info in self.root.files("mentions"):  # a name holds a hash of what was read
            path = self.root.relative(info.path)
            if (outlet := path.split("/")[1].removeprefix("outlet=")) in digests:
                digests[outlet].update(path.encode())
        return {outlet: digest.hexdigest() for outlet, digest in digests.items()}

    def update(self, outlet: str) -> bool:
        """Bring the index of `outlet` up to date; return False if another process is writing to it.

        :raises OSError: when a file cannot be read, or the index not be written.
        """
        files = self._files().get(outlet)
        dataset = open_dataset(self.root.location, outlet=outlet)
        with reading():
            named = _named(self.root.location, outlet)
            last = _last_captures(dataset, clusters_of(self.root, outlet), named)
        try:
            with _writing(self._index) as writer:
                self._exchange(writer, outlet, dataset, last)
        except ValueError as error:  # tantivy's only error
            if "LockBusy" in str(error):
                return False
            raise OSError(f"{self.folder}: {error}") from error
        if self.stopped.is_set():
            return False
        self._see()
        taken = {name: told for name, told in self._taken.items() if name != outlet}
        self._note(taken | ({outlet: files} if files else {}))
        return True

    def _exchange(
        self,
        writer: tantivy.IndexWriter,
        outlet: str,
        dataset: ds.FileSystemDataset,
        last: dict[str, _Last],
    ) -> None:
        """Remove captures that are no longer the last, and add those that are."""
        names = {capture.name(article_id): article_id for article_id, capture in last.items()}
        here = self._captures(outlet)
        for name in here - names.keys():
            writer.delete_documents_by_term("capture", name)
        fresh = {names[name]: last[names[name]] for name in names.keys() - here}
        with reading():
            for row in _rows(dataset, fresh):
                if self.stopped.is_set():
                    return
                writer.add_document(_document(outlet, row, fresh[row["article_id"]]))
        writer.commit()
        self._index.reload()

    def _captures(self, outlet: str) -> set[int]:
        """Return the names of the captures of an outlet in the index."""
        self._index.reload()
        searcher = self._index.searcher()
        of_outlet = Query.term_query(SCHEMA, "outlet", outlet)
        most = max(1, searcher.num_docs)
        found = searcher.search(of_outlet, most, count=False, order_by_field="capture")
        return {name for name, _ in found.hits}

    def _note(self, taken: dict[str, str]) -> None:
        """Note the hashes of the indexed files; a lost note costs a comparison with the dataset."""
        self._taken = taken
        new = self.folder / f"{_TAKEN}.new"
        new.write_text(json.dumps({"format": _FORMAT, "outlets": taken}), "utf-8")
        new.replace(self.folder / _TAKEN)

    # -- asking it

    def find(
        self, query: Query, most: int, skip: int = 0, order: Order | None = Order.Desc
    ) -> tuple[list[Place], int]:
        """Return the places of a page of the articles that match `query`, and the total.

        :param order: by the time of publication; None: the most relevant first, of which the first
            RANKED are ordered by relevance and freshness
        """
        by: dict[str, Any] = {} if order is None else {"order_by_field": "at", "order": order}
        ranked = order is None and skip < RANKED
        first, last = (0, max(RANKED, skip + most)) if ranked else (skip, skip + most)
        searcher = self.searcher  # a thread that indexes may set another
        found = searcher.search(query, last - first, offset=first, **by)
        total: int = found.count  # type: ignore[attr-defined]  # missing in tantivy's stubs
        hits = [(score, Place(searcher, address)) for score, address in found.hits]
        if not ranked:
            return [place for _, place in hits], total
        return self._by_freshness(hits)[skip : skip + most], total

    def _by_freshness(self, hits: list[tuple[float, Place]]) -> list[Place]:
        """Return the places of `hits`, score and place of each, the first RANKED by score and
        freshness. A range of times in the query costs more than all else there."""
        places = [place for _, place in hits]
        moments = _values("at", places[:RANKED])
        scores = [
            score + sum(more for age, more in _FRESH if (self.newest or 0) - moment <= age)
            for (score, _), moment in zip(hits, moments, strict=False)
        ]
        order = sorted(range(len(scores)), key=lambda number: -scores[number])
        return [places[number] for number in order] + places[RANKED:]

    def captures(self, query: Query) -> dict[int, Place]:
        """Return the places of all articles that match `query`, by the names of their captures."""
        searcher = self.searcher
        most = max(1, searcher.num_docs)
        found = searcher.search(query, most, count=False, order_by_field="capture")
        return {name: Place(searcher, address) for name, address in found.hits}

    def sample(self, query: Query, most: int) -> Iterator[str]:
        """Yield the bodies of at most `most` of the articles that match `query`: those whose
        captures' names, which are hashes, are the greatest."""
        searcher = self.searcher
        found = searcher.search(query, most, count=False, order_by_field="capture")
        for _, address in found.hits:
            yield searcher.doc(address).get_first("body") or ""

    def read(self, places: Iterable[Place]) -> list[Row]:
        """Return the indexed fields of articles."""
        return [_shown(place.searcher.doc(place.address)) for place in places]

    def stories(self, places: Sequence[Place]) -> list[int]:
        """Return the `story` of each article."""
        return _values("story", places)

    def counts(
        self, names: Iterable[str], query: Query | None = None, most: int = 10_000
    ) -> dict[str, dict[str, int]]:
        """Return for each of the fields `names` the most frequent values of the articles that match
        `query`, with the numbers of articles."""
        asked = {name: {"terms": {"field": name, "size": most}} for name in names}
        found = self.searcher.aggregate(query or Query.all_query(), asked)
        return {
            name: {str(bucket["key"]): bucket["doc_count"] for bucket in answer["buckets"]}
            for name, answer in found.items()
        }

    def told(self, query: Query, most: int) -> list[tuple[int, int, int]]:
        """Return the `story`, articles and outlets of those of `most` stories that have the most of
        the articles that match `query`; an article alone is no story."""
        outlets = {"outlets": {"terms": {"field": "outlet", "size": 1000}}}
        stories = {"terms": {"field": "story", "size": most, "min_doc_count": 2}, "aggs": outlets}
        found = self.searcher.aggregate(query, {"stories": stories})["stories"]["buckets"]
        return [
            (int(one["key"]), one["doc_count"], len(one["outlets"]["buckets"])) for one in found
        ]

    def count(self, query: Query) -> int:
        """Return the number of articles that match `query`."""
        total: int = self.searcher.search(query, 1).count  # type: ignore[attr-defined]
        return total

    def articles_with(self, name: str, term: str) -> int:
        """Return about how many articles have `term` in the field `name`."""
        return self.searcher.doc_freq(name, term)

    def entities_called(self, name: str, most: int = 100) -> set[str]:
        """Return the ids of the entities that an article calls `name`, or that have it as id."""
        found = self.searcher.terms_with_prefix("called", called(name), limit=most)
        return {term.partition("\x1f")[2] for term, _ in found}

    def words(self, name: str, most: int) -> list[tuple[str, int]]:
        """Return the most frequent words of the field `name`, with the numbers of articles."""
        return self.searcher.terms_with_prefix(name, "", limit=most)

    def _see(self) -> None:
        """Search what was committed last. `newest`: the second of publication of its newest
        article; None without articles."""
        self.searcher = self._index.searcher()
        found = self.searcher.search(Query.all_query(), 1, count=False, order_by_field="at")
        self.newest: int | None = found.hits[0][0] if found.hits else None


def _values(name: str, places: Sequence[Place]) -> list[int]:
    """Return the value of the field `name` of each of `places`, which one searcher has found."""
    if not places:
        return []
    found: list[Any] = places[0].searcher.fast_field_values(name, [one.address for one in places])
    return found


@contextmanager
def _writing(index: tantivy.Index) -> Iterator[tantivy.IndexWriter]:
    """Yield a writer whose lock ends with the block; uncommitted changes are dropped."""
    writer = index.writer()
    try:
        yield writer
    finally:
        writer.wait_merging_threads()


def _named(location: Location, outlet: str) -> Named:
    """Return who and what the articles of `outlet` name."""
    columns = ["article_id", "content_hash", "entity_id", "written"]
    of_value = pc.field("kind").isin(["money", "percent"])
    found = open_mentions(location, outlet).to_table(columns, filter=~of_value)
    named: Named = {}
    for article_id, content, entity_id, written in zip(
        *(column.to_pylist() for column in found.columns), strict=True
    ):
        names = named.setdefault((article_id, content), {}).setdefault(entity_id, {entity_id})
        names |= {written, entity_id.removeprefix("person:").partition("@")[0]}
    return named


def _last_captures(
    dataset: ds.FileSystemDataset, clusters: pa.Table, named: Named
) -> dict[str, _Last]:
    """Return the last capture of each article.

    :param clusters: article_id and cluster_id; of other articles the stored cluster_id counts
    """
    captures: dict[str, list[tuple[int, str, int, str]]] = defaultdict(list)
    stored: dict[tuple[str, int, str], str | None] = {}
    grouped = dict(zip(*(column.to_pylist() for column in clusters.columns), strict=True))
    months = []
    for number, fragment in enumerate(dataset.get_fragments()):
        months.append(ds.get_partition_keys(fragment.partition_expression)["month"])
        table = fragment.to_table(
            schema=dataset.schema, columns=[*KEYS["articles"], "content_hash", "cluster_id"]
        )
        moments = table["fetched_at"].cast(pa.int64())
        columns = (
            table["article_id"],
            moments,
            table["extractor_version"],
            table["content_hash"],
            table["cluster_id"],
        )
        values = (column.to_pylist() for column in columns)
        for article_id, moment, version, content, cluster in zip(*values, strict=True):
            captures[article_id].append((moment, version, number, content))
            stored[article_id, moment, version] = cluster
    last = {}
    for article_id, its in captures.items():
        contents = len({content for *_, content in its})
        places = sorted({months[number] for *_, number, _ in its})
        moment, version, number, content = max(its)
        story = grouped.get(article_id) or stored[article_id, moment, version]
        entities = named.get((article_id, content), {})
        terms = {called(name, entity) for entity, names in entities.items() for name in names}
        last[article_id] = _Last(
            moment,
            version,
            number,
            contents,
            places,
            content,
            story,
            tuple(sorted(entities)),
            tuple(sorted(terms)),
        )
    return last


def _rows(dataset: ds.FileSystemDataset, wanted: dict[str, _Last]) -> Iterator[Row]:
    """Yield the rows of these captures, from the files that hold any."""
    numbers = {last.fragment for last in wanted.values()}
    left = dict(wanted)  # a file may hold a capture twice
    for number, fragment in enumerate(dataset.get_fragments()):
        if number not in numbers:
            continue
        for batch in fragment.to_batches(
            schema=dataset.schema, columns=[*KEYS["articles"], *_TEXTS], batch_size=_BATCH
        ):
            moments = batch["fetched_at"].cast(pa.int64()).to_pylist()
            for row, moment in zip(batch.to_pylist(), moments, strict=True):
                last = left.get(row["article_id"])
                if last and last[:3] == (moment, row["extractor_version"], number):
                    del left[row["article_id"]]
                    yield row


def _document(outlet: str, row: Row, last: _Last) -> tantivy.Document:
    tags, moment = row["tags"] or [], row["published_at"] or row["fetched_at"]
    title, tagged, body = (
        normalize("NFC", text) for text in (row["title"], ", ".join(tags), row["body"])
    )
    authors = row["authors"] or []
    shown = {
        "article_id": row["article_id"],
        "outlet": outlet,
        "title": row["title"],
        "lead": (row["description"] or "")[:_LEAD],
        "url": row["url"],
        "authors": authors,
        "published": row["published_at"] and row["published_at"].isoformat(),
        "fetched": last.fetched_at,
        "contents": last.contents,
        "months": last.months,
        "cluster_id": last.cluster_id,
    }
    values = {
        "article_id": row["article_id"],
        "outlet": outlet,
        "topics": row["topics"] or [],
        "agencies": row["agencies"] or [],
        "names": authors,
        "entities": list(last.entities),
        "called": list(last.called),
        "month": f"{moment.astimezone(WIB):%Y-%m}",
        "title": title,
        "tags": tagged,
        "authors": normalize("NFC", ", ".join(authors)),
        "body": body,
        "title_roots": _roots(title),
        "roots": _roots(f"{title} {tagged} {body}"),
        "at": int(moment.timestamp()),
        "capture": last.name(row["article_id"]),
        "story": story_number(last.cluster_id or row["article_id"]),
        "shown": json.dumps(shown).encode(),
    }
    return tantivy.Document.from_dict(values, SCHEMA)


def _roots(text: str) -> str:
    return " ".join(map(root_of, words_of(text)))


def story_number(cluster_id: str) -> int:
    """Return the value of `story` for a cluster_id."""
    digest = hashlib.blake2b(cluster_id.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _shown(document: tantivy.Document) -> Row:
    row: Row = json.loads(bytes(document.get_first("shown") or b""))
    published = row["published"] and datetime.fromisoformat(row["published"]).astimezone(WIB)
    return row | {"published": published, "body": document.get_first("body")}
