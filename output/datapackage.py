"""datapackage.json beside the dataset: tables and columns in a standard form for other programs.

The form is that of Data Package 2.0, https://datapackage.org/standard/data-package/. A table's path
is a folder, since files come and go; the description changes with the schema alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import fs

from output.dataset import schema_of
from output.filesystem import Root
from output.mentions import mentions_schema
from output.schema import KEYS, SCHEMA_VERSION, SCHEMAS, SMALL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from output.dataset import Location

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/{}.json"
TABLES = {
    "articles": "One row per capture of an article: it has several if its outlet changed it",
    "rejects": "What was looked at and not stored, and why",
    "runs": "One row per outlet and run: what became of every URL",
    "clusters": "Which articles tell one story",
    "boilerplate": "House notices that recur in an outlet's articles, and were taken out of them",
    "mentions": "Who and what articles name, with the sentence, and amounts as values",
}


_OTHERS = {**SMALL, "mentions": mentions_schema()}
_KEYS = {
    "clusters": ("article_id",),
    "boilerplate": ("outlet", "line", "shape"),
    "mentions": ("outlet", "month", "article_id", "content_hash", "part", "start", "kind"),
}
"""The primary keys of tables that are none of SCHEMAS."""


def describe_package(tables: Iterable[str]) -> dict[str, Any]:
    """Return the content of datapackage.json for a dataset with `tables`, at least one."""
    return {
        "$schema": PROFILE.format("datapackage"),
        "name": "wartatek",
        "title": "Indonesian technology news",
        "description": "A corpus of technology news from Indonesian outlets, kept by Wartatek.",
        "version": str(SCHEMA_VERSION),
        "keywords": ["news", "technology", "Indonesia", "Indonesian"],
        "licenses": [
            {
                "name": "other-closed",
                "title": "The texts are their outlets': for your own research, not to republish",
            }
        ],
        "resources": [_resource(table) for table in tables],
    }


def publish_package(location: Location) -> None:
    """Write datapackage.json at `location` for the tables found there, unless it is up to date.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    if tables := tables_at(root):
        described = json.dumps(describe_package(tables), ensure_ascii=False, indent=2)
        root.publish_changed(NAME, pa.py_buffer(f"{described}\n".encode()))


def tables_at(root: Root) -> list[str]:
    """Return the tables that the dataset has."""
    folders = root.filesystem.get_file_info([root.at(table) for table in TABLES])
    found = zip(TABLES, folders, strict=True)
    return [table for table, info in found if info.type is not fs.FileType.NotFound]


def _resource(table: str) -> dict[str, Any]:
    schema = schema_of(table) if table in SCHEMAS else _OTHERS[table]
    key = ("outlet", *KEYS[table]) if table in SCHEMAS else _KEYS[table]
    return {
        "name": table,
        "type": "table",
        "path": table,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": TABLES[table],
        "schema": {
            "$schema": PROFILE.format("tableschema"),
            "fields": [_field(field) for field in schema],
            "missingValues": [],  # an empty text is a value; what is missing is null
            "primaryKey": list(key),
        },
    }


def _field(field: pa.Field[pa.DataType]) -> dict[str, Any]:
    described = {
        "name": field.name,
        "type": _kind(field.type),
        "description": (field.metadata or {})[b"meaning"].decode(),
        "arrowType": str(field.type),
    }
    return described if field.nullable else described | {"constraints": {"required": True}}


def _kind(kind: pa.DataType) -> str:
    if isinstance(kind, pa.ListType):
        return "array"
    return "object" if isinstance(kind, pa.StructType) else _KINDS[kind]


_KINDS: dict[pa.DataType, str] = {
    pa.string(): "string",
    pa.timestamp("us", tz="UTC"): "datetime",
    pa.bool_(): "boolean",
    pa.float64(): "number",
    pa.int32(): "integer",
    pa.int64(): "integer",
    pa.decimal128(38, 6): "number",
}
