"""The article and its parts, on the way from extraction through the pipelines to the dataset."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Literal, get_args

import pyarrow as pa
from scrapy.exceptions import DropItem

from output.schema import ARTICLES, Row

ParagraphKind = Literal["paragraph", "heading", "list_item", "quote"]
Kind = ParagraphKind | Literal["caption", "embed", "promo", "widget"]
PARAGRAPH_KINDS: dict[str, ParagraphKind] = {kind: kind for kind in get_args(ParagraphKind)}
"""The kinds of the paragraphs of a body, by name."""


def _iso(moment: datetime | None) -> str | None:
    """Return an instant for stock feed exports, whose own format would drop the zone."""
    return moment.astimezone(UTC).isoformat() if moment else None


def _instant() -> Any:
    return field(default=None, metadata={"serializer": _iso})


OWN_BODY = ("css:", "page-data")
"""Beginnings of `body_source` where nothing was guessed: a selector of the outlet's own, or the
data from which the outlet's script draws the page."""
NO_LOSS = ("off_topic", "gallery", "video")
"""Reasons of rejects that say nothing against an outlet's markup."""


class Rejected(DropItem):
    """A page or item that is not stored.

    `reason` is one stable word (`not_article`, `too_deep`, `off_topic`, ...) that stats and the
    rejects table count by; `evidence` says in a few words what was seen.
    """

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(f"{reason}: {evidence}" if evidence else reason, log_level="INFO")
        self.reason = reason
        self.evidence = evidence


class Withdrawn(Rejected):
    """An article that is turned away after its outcome was counted, before its row was published.

    `before` is the reason of the reject that was counted; None: the article was to be stored.
    """

    def __init__(self, reason: str, evidence: str, before: str | None) -> None:
        super().__init__(reason, evidence)
        self.before = before


class NothingNew(DropItem):
    """Content that the dataset or the run has already: an outcome, not a reject."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


@dataclass(slots=True, kw_only=True)
class Image:
    """A picture of the article. `credit` is the photographer or agency as printed."""

    url: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(slots=True, kw_only=True)
class Link:
    """A link to another article, as the "Baca juga" blocks give it."""

    title: str
    url: str | None = None


@dataclass(slots=True, kw_only=True)
class Removal:
    """A fragment that cleaning took out, and the rule that took it."""

    rule: str
    text: str


@dataclass(slots=True, kw_only=True)
class Lifted:
    """A part of the body that recurs in other articles, where it stood; `at` is None for a whole
    paragraph, of the kind `kind`."""

    paragraph: int
    at: int | None = None
    text: str
    kind: str | None = None


@dataclass(slots=True)
class Anchor:
    """A link inside a block: text, absolute URL, and the text's range in the block's."""

    text: str
    url: str
    start: int
    end: int


@dataclass(slots=True)
class Block:
    """A block of a body, in reading order.

    `text` has single spaces and no outer blanks. `marks` are the lower-case classes and ids of
    three groups of elements: the block's own element, every element between that and the body's
    root, and inline elements that hold the whole text. `rule` is empty while the block is kept, and
    is the id of the rule that took the block out: extraction judges markup, cleaning wording.
    """

    kind: Kind
    text: str
    anchors: list[Anchor] = field(default_factory=list)
    marks: frozenset[str] = frozenset()
    bold: bool = False  # all of the text is in strong, b or a heading-like element
    rule: str = ""
    cleaned: bool = False  # `rule` is one of cleaning
    cell: bool = False  # bold, in a cell of a table or a list of terms


@dataclass(slots=True, kw_only=True)
class Article:
    """One capture of one article. Missing is None or an empty list, never "Unknown".

    The fields are the dataset's columns (output/schema.py says what each means), then what only
    travels: `outlet` stands in the dataset's path, `blocks` is what cleaning reads, `listed_title`
    what its list said, `revised` what deduplication found, `contradicted` own rules not believed.
    Instants are aware; the dataset stores them as UTC.
    """

    outlet: str
    article_id: str | None = None
    url: str
    canonical_url: str | None = None
    title: str | None = None
    description: str | None = None
    body: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    tech_score: float | None = None
    published_at: datetime | None = _instant()
    modified_at: datetime | None = _instant()
    published_raw: str | None = None
    published_source: str | None = None
    zone_assumed: bool | None = None
    dateline: str | None = None
    agencies: list[str] = field(default_factory=list)
    signoff: str | None = None
    images: list[Image] = field(default_factory=list)
    related: list[Link] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    language: str | None = None
    word_count: int | None = None
    paywalled: bool | None = None
    body_source: str | None = None
    content_hash: str | None = None
    published_hash: str | None = None
    lifted: list[Lifted] = field(default_factory=list)  # by evidence alone, after a crawl
    cluster_id: str | None = None
    fetched_at: datetime | None = _instant()
    discovered_via: str | None = None
    run_id: str | None = None
    extractor_version: str | None = None
    archive: dict[str, Any] | None = None
    # travels, is not stored
    blocks: list[Block] = field(default_factory=list, repr=False)
    listed_title: str | None = None  # the headline in the list that named the article
    revised: bool = False  # the dataset holds an earlier capture with other content
    contradicted: list[str] = field(default_factory=list)  # fields whose own rule found wrong ones

    def row(self) -> Row:
        """Return the article as a row of the dataset: one value for each column of ARTICLES."""
        row = dict(zip(ARTICLES.names, _columns(self), strict=True))
        for name, columns in _PARTS.items():
            row[name] = [{each: getattr(part, each) for each in columns} for part in row[name]]
        return row


_columns = attrgetter(*ARTICLES.names)
_PARTS = {
    column.name: [field.name for field in column.type.value_type]
    for column in ARTICLES
    if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type)
}
"""The columns that hold lists of structs: images, related, removed; with the names inside."""
