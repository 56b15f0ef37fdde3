from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from types import NoneType
from typing import get_args, get_origin, get_type_hints

import pyarrow as pa
import pytest

from crawler.items import Article
from output.schema import ARTICLES, SCHEMA_VERSION, SCHEMAS, content_hash

TRAVELS_ONLY = {"outlet", "blocks", "contradicted", "listed_title", "revised"}
PLAIN = {
    str: pa.string(),
    int: pa.int32(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
}


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_says_what_it_means(table):
    for field in SCHEMAS[table]:
        assert field.metadata[b"meaning"], field.name


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_schema_names_its_table_and_version(table):
    metadata = dict(SCHEMAS[table].metadata)
    assert (metadata.pop(b"pandas", None) is not None) == (table == "articles")
    assert metadata == {
        b"wartatek.table": table.encode(),
        b"wartatek.schema_version": str(SCHEMA_VERSION).encode(),
    }


@pytest.mark.parametrize("table", SCHEMAS)
def test_no_table_has_columns_outlet_and_month(table):
    assert not {"outlet", "month"} & set(SCHEMAS[table].names)


@pytest.mark.parametrize("table", SCHEMAS)
def test_columns_of_times_are_utc_instants(table):
    for field in SCHEMAS[table]:
        if field.name.endswith("_at"):
            assert field.type == pa.timestamp("us", tz="UTC"), field.name


def arrow_type(kind):
    """Return the Arrow type that holds a value of the Python type `kind`."""
    if get_origin(kind) is list:
        return pa.list_(arrow_type(get_args(kind)[0]))
    if is_dataclass(kind):
        return pa.struct([(name, arrow_type(each)) for name, each in get_type_hints(kind).items()])
    [value] = {*(get_args(kind) or [kind])} - {NoneType}
    return PLAIN[value]


def test_columns_are_the_fields_of_the_item_that_are_stored():
    stored = [field.name for field in fields(Article) if field.name not in TRAVELS_ONLY]
    assert ARTICLES.names == stored


@pytest.mark.parametrize("name", [name for name in ARTICLES.names if name != "archive"])
def test_a_column_has_the_type_of_its_field_of_the_item(name):
    assert ARTICLES.field(name).type == arrow_type(get_type_hints(Article)[name])


def test_content_hash_ignores_blanks_and_unicode_form():
    composed, decomposed = "Pok\u00e9mon tiba", "Poke\u0301mon tiba"
    assert content_hash("Judul", f"{composed}\n\nPagi ini") == content_hash(
        " Judul ", f"{decomposed}  \n Pagi\u00a0ini "
    )


def test_content_hash_sees_title_and_body():
    hashes = {content_hash("Judul", "Isi"), content_hash("Judul", "Isi."), content_hash("J", "Isi")}
    assert len(hashes) == 3
