"""The dataset's contract: every column, its type and its meaning.

Only the path holds `outlet` and `month` (`articles/outlet=kontan/month=2023-09/`): pandas could not
merge their types with those of columns in the files. Times are UTC instants in microseconds.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pyarrow as pa

from output.nfc import nfc

Row = dict[str, Any]
"""A row of a table, by column name: values as Python has them, instants aware."""

SCHEMA_VERSION = 2
VERSION_KEY = b"wartatek.schema_version"
"""Key of the version in the metadata of a file."""
CRAWL, BACKFILL, REPARSE = "crawl", "backfill", "reparse"
"""Values of the column `command` in runs."""
DAY_ALONE = " (day)"
"""End of published_source where the page prints no time of day: the instant is 00:00 WIB."""
PARAGRAPH = "paragraph"
"""The value in kinds of a paragraph that is no heading, list item or quote."""

_INSTANT = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())


def _column(
    name: str, kind: pa.DataType, meaning: str, *, required: bool = False
) -> pa.Field[pa.DataType]:
    return pa.field(name, kind, nullable=not required, metadata={"meaning": meaning})


def _counts(name: str) -> pa.DataType:
    return pa.list_(pa.struct([(name, pa.string()), ("count", pa.int64())]))


def _schema(table: str, columns: list[pa.Field[pa.DataType]]) -> pa.Schema:
    return pa.schema(
        columns,
        metadata={
            "wartatek.table": table,
            "wartatek.schema_version": str(SCHEMA_VERSION),
            **_for_pandas(columns),
        },
    )


def _for_pandas(
    columns: list[pa.Field[pa.DataType]],
) -> dict[str | bytes, str | bytes]:
    """Return the metadata of pandas, by which pandas reads a boolean that may be null as a nullable
    boolean, not as objects. See
    https://pandas.pydata.org/docs/development/developer.html#storing-pandas-dataframe-objects-in-apache-parquet-format
    """
    kept = {"pandas_type": "bool", "numpy_type": "boolean", "metadata": None}
    named = [c.name for c in columns if pa.types.is_boolean(c.type) and c.nullable]
    described = [{"name": name, "field_name": name, **kept} for name in named]
    said = {"index_columns": [], "column_indexes": [], "columns": described}
    return {"pandas": json.dumps(said)} if named else {}


ARTICLES = _schema(
    "articles",
    [
        _column("article_id", pa.string(), "outlet:its own id, for ever", required=True),
        _column("url", pa.string(), "The URL it was fetched from", required=True),
        _column("canonical_url", pa.string(), "Its one URL: no tracking, AMP, mobile or page part"),
        _column("title", pa.string(), "Headline, without the outlet's name", required=True),
        _column("description", pa.string(), "The outlet's own summary"),
        _column("body", pa.string(), "Paragraphs joined by a blank line", required=True),
        _column("paragraphs", _TEXTS, "The body's paragraphs, in reading order"),
        _column(
            "kinds",
            _TEXTS,
            "Of each of paragraphs: paragraph, heading, list_item or quote; null in older files,"
            " where our readers give paragraph",
        ),
        _column("authors", _TEXTS, "Writers as the byline prints them"),
        _column("editors", _TEXTS, "Editors as printed"),
        _column("section", pa.string(), "The outlet's section (rubrik, kanal)"),
        _column("tags", _TEXTS, "The outlet's own tags"),
        _column("topics", _TEXTS, "Our technology topics"),
        _column("tech_score", pa.float64(), "How much it is about technology, 0 to 1"),
        _column("published_at", _INSTANT, "When it was published"),
        _column("modified_at", _INSTANT, "When the outlet last changed it, by its own word"),
        _column("published_raw", pa.string(), "The publication time as printed"),
        _column("published_source", pa.string(), "Where published_raw stood, e.g. jsonld"),
        _column("zone_assumed", pa.bool_(), "No zone was printed: WIB (+07:00) was assumed"),
        _column("dateline", pa.string(), "Place line before the first paragraph"),
        _column("agencies", _TEXTS, "News agencies it is credited to"),
        _column("signoff", pa.string(), "Closing initials or codes, as printed"),
        _column(
            "images",
            pa.list_(
                pa.struct([("url", pa.string()), ("caption", pa.string()), ("credit", pa.string())])
            ),
            "Pictures; credit is the photographer or agency as printed",
        ),
        _column(
            "related",
            pa.list_(pa.struct([("title", pa.string()), ("url", pa.string())])),
            'The "Baca juga" links',
        ),
        _column(
            "removed",
            pa.list_(pa.struct([("rule", pa.string()), ("text", pa.string())])),
            "Every fragment that cleaning took out, and the rule that took it",
        ),
        _column("language", pa.string(), "ISO 639-1 code"),
        _column("word_count", pa.int32(), "Words in the body"),
        _column("paywalled", pa.bool_(), "The rest of the text is for subscribers"),
        _column("body_source", pa.string(), "What found the body, e.g. css:div.text"),
        _column("content_hash", pa.string(), "content_hash(title, body)", required=True),
        _column(
            "published_hash",
            pa.string(),
            "content_hash of title and body before anything was lifted: decides on revisions; null"
            " in older files, where it is content_hash",
        ),
        _column(
            "lifted",
            pa.list_(
                pa.struct(
                    [
                        ("paragraph", pa.int32()),
                        ("at", pa.int32()),
                        ("text", pa.string()),
                        ("kind", pa.string()),
                    ]
                )
            ),
            "The last of removed, which other articles have too, as they stood in the published"
            " body: paragraph, character (null: the whole paragraph), text with its blanks, kind",
        ),
        _column(
            "cluster_id",
            pa.string(),
            "As in clusters, when the file was written or last compacted; our readers give the"
            " newest",
        ),
        _column("fetched_at", _INSTANT, "When this capture was downloaded", required=True),
        _column("discovered_via", pa.string(), "The source that listed it, e.g. feed:https://..."),
        _column("run_id", pa.string(), "The run that stored this row", required=True),
        _column("extractor_version", pa.string(), "Sorts as text", required=True),
        _column(
            "archive",
            pa.struct([("file", pa.string()), ("offset", pa.int64())]),
            "The page's record in a WARC; null without one",
        ),
    ],
)

REJECTS = _schema(
    "rejects",
    [
        _column("url", pa.string(), "The URL that was not stored", required=True),
        _column("article_id", pa.string(), "As in articles, where it was known"),
        _column("reason", pa.string(), "One stable word, e.g. off_topic", required=True),
        _column("evidence", pa.string(), "What was seen"),
        _column("rule_version", pa.string(), "Version of what judged; a newer one may judge again"),
        _column("title", pa.string(), "Headline, where it was read"),
        _column("published_at", _INSTANT, "When it was published, where that was known"),
        _column("discovered_via", pa.string(), "The source that listed it"),
        _column("fetched_at", _INSTANT, "When it was downloaded or judged", required=True),
        _column("run_id", pa.string(), "The run that judged it", required=True),
    ],
)

RUNS = _schema(
    "runs",
    [
        _column("run_id", pa.string(), "As in articles and rejects", required=True),
        _column(
            "command",
            pa.string(),
            "crawl, backfill (a crawl of past days) or reparse; null, in older files: crawl",
        ),
        _column("started_at", _INSTANT, "First moment of the run", required=True),
        _column("finished_at", _INSTANT, "Last moment of the run"),
        _column("seconds", pa.float64(), "Duration by a clock that no adjustment moves"),
        _column("listed", pa.int64(), "Distinct URLs that its sources listed"),
        _column("resumed", pa.int64(), "Second looks, and what earlier runs had left to this one"),
        _column("skipped", pa.int64(), "Of those listed, not asked for"),
        _column("skipped_by", _counts("reason"), "skipped, by reason"),
        _column("files", pa.int64(), "Files of archives that a reparse read"),
        _column("fetched", pa.int64(), "Article pages downloaded; in a reparse, read"),
        _column("stored", pa.int64(), "New articles published in the dataset"),
        _column("revised", pa.int64(), "New captures of known articles whose content had changed"),
        _column("unchanged", pa.int64(), "Known articles looked at again, with the same content"),
        _column("gone", pa.int64(), "Known articles that answered 404 or 410"),
        _column("rejected", pa.int64(), "Pages judged not to be stored; their rows are in rejects"),
        _column("rejected_by", _counts("reason"), "rejected, by reason"),
        _column("failed", pa.int64(), "URLs that ended in a failure"),
        _column("failed_by", _counts("reason"), "failed, by reason"),
        _column("blocked", pa.int64(), "Answers by which a host refused us"),
        _column("not_modified", pa.int64(), "Answers 304"),
        _column("bytes", pa.int64(), "Response bytes downloaded, as sent"),
        _column("newest_published_at", _INSTANT, "The newest article's time among those stored"),
        _column(
            "fill_rates",
            pa.list_(pa.struct([("field", pa.string()), ("rate", pa.float64())])),
            "Share of stored rows in which a column is filled, 0 to 1",
        ),
        _column(
            "body_sources",
            pa.list_(pa.struct([("source", pa.string()), ("share", pa.float64())])),
            "Share of stored rows by body_source, 0 to 1",
        ),
        _column(
            "source_problems",
            pa.list_(pa.struct([("source", pa.string()), ("reason", pa.string())])),
            "Sources that answered, but not with what they are for",
        ),
        _column("quarantined", _TEXTS, "Files found in the dataset that had to be set aside"),
        _column(
            "versions",
            pa.list_(pa.struct([("name", pa.string()), ("version", pa.string())])),
            "What ran: extractor, schema, scrapy, pyarrow; of a reparse, evidence: the hash of the"
            " recurring lines that were lifted",
        ),
        _column(
            "judgement",
            pa.string(),
            "healthy, unhealthy, interrupted by a signal, no_past: no list has its days, or"
            " put_off: its Crawl-delay is over 120 s",
        ),
        _column("detail", pa.string(), "Why, in one line"),
    ],
)

PENDING = _schema(
    "pending",
    [
        _column("article_id", pa.string(), "As in articles", required=True),
        _column("candidate", pa.string(), "What its list said of it, as JSON", required=True),
        _column("look", pa.bool_(), "It is stored, and due for another look", required=True),
        _column("next_at", _INSTANT, "When to ask for it next", required=True),
        _column("tries", pa.int32(), "How often asking has failed", required=True),
        _column("reason", pa.string(), "How it failed last"),
    ],
)

CLUSTERS = _schema(
    "clusters",
    [
        _column("article_id", pa.string(), "As in articles", required=True),
        _column(
            "cluster_id",
            pa.string(),
            "The article_id of the earliest article that tells the same story; its own, where it"
            " is the earliest or the only one",
            required=True,
        ),
        _column("as_of", _INSTANT, "When they were grouped", required=True),
        _column(
            "wire",
            _TEXTS,
            "The agencies that any article of the story is credited to, sorted; empty: none;"
            " null: unknown, as in older files",
        ),
    ],
)
"""The table clusters/: a small file without partitions, rewritten whole."""

BOILERPLATE = _schema(
    "boilerplate",
    [
        _column("outlet", pa.string(), "The outlet whose articles have the line", required=True),
        _column("line", pa.string(), "As its earliest article prints it", required=True),
        _column(
            "shape",
            pa.string(),
            "call or notice, in which names, numbers and quotations vary; promo; chain: goes with"
            " such a line beside it; headline: a label and the headline of another article",
            required=True,
        ),
        _column("articles", pa.int64(), "How many of the outlet's articles have it", required=True),
        _column("first_seen", _INSTANT, "When the first of them was published", required=True),
        _column("last_seen", _INSTANT, "When the last of them was published", required=True),
        _column("as_of", _INSTANT, "When the table was decided", required=True),
    ],
)
"""The table boilerplate/: a small file without partitions, rewritten whole, named by its hash."""

SMALL = {"clusters": CLUSTERS, "boilerplate": BOILERPLATE}
"""The small tables by name: each is a single file without partitions, rewritten whole."""
MENTIONS = _schema(
    "mentions",
    [
        _column("article_id", pa.string(), "As in articles", required=True),
        _column("content_hash", pa.string(), "As in articles: of the text read", required=True),
        _column(
            "entity_id",
            pa.string(),
            "The gazetteer's id; of people person:name@organisation; money; percent",
            required=True,
        ),
        _column(
            "kind",
            pa.string(),
            "company, regulator, organisation, product, person, money or percent",
            required=True,
        ),
        _column("written", pa.string(), "As the text prints it", required=True),
        _column("part", pa.string(), "title or body", required=True),
        _column("start", pa.int32(), "Offset in that part, in characters", required=True),
        _column("sentence", pa.string(), "The sentence around it, 400 characters at most"),
        _column("value", pa.decimal128(38, 6), "Of money and percentages, with its sign"),
        _column("unit", pa.string(), "ISO 4217 code of money; % of percentages"),
        _column("approximate", pa.bool_(), "The text says about, more than, or a range"),
    ],
)
"""The table mentions/: a file for each outlet and month of articles/, which can be made again."""

SCHEMAS = {"articles": ARTICLES, "rejects": REJECTS, "runs": RUNS, "pending": PENDING}
"""The growing tables by name: each is a folder with a partition for every outlet and month."""

MONTH_FROM = {
    "articles": ("published_at", "fetched_at"),
    "rejects": ("fetched_at",),
    "runs": ("started_at",),
    "pending": ("next_at",),
}
"""The columns that give a row's month in WIB, by table: the first that is filled counts."""

KEYS = {
    "articles": ("article_id", "fetched_at", "extractor_version"),
    "rejects": ("url", "fetched_at", "run_id"),
    "runs": ("run_id",),
    "pending": ("article_id", "next_at"),
}
"""The primary key of each table within an outlet: of a capture, a judgement, a run, an
appointment."""


def outlet_of(article_id: str) -> str:
    """Return the outlet's name, with which an article_id begins."""
    return article_id.partition(":")[0]


def content_hash(title: str | None, body: str | None) -> str:
    """Return the SHA-256, in hex, of title and body, with blanks collapsed and in NFC: texts that
    differ in blanks or Unicode forms only have the same hash."""
    text = nfc(f"{title or ''}\n{body or ''}")
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()
