from __future__ import annotations

from dataclasses import fields

import pyarrow as pa
import pytest

from crawler.items import Article
from output.schema import ARTICLES, SCHEMA_VERSION, SCHEMAS, content_hash

TRAVELS_ONLY = {"outlet", "blocks", "revised"}


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_says_what_it_means(table):
    for field in SCHEMAS[table]:
        assert field.metadata[b"meaning"], field.name


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_file_says_what_it_is(table):
    assert SCHEMAS[table].metadata == {
        b"wartatek.table": table.encode(),
        b"wartatek.schema_version": str(SCHEMA_VERSION).encode(),
    }


@pytest.mark.parametrize("table", SCHEMAS)
def test_partitions_stand_in_the_path_only(table):
    assert not {"outlet", "month"} & set(SCHEMAS[table].names)


@pytest.mark.parametrize("table", SCHEMAS)
def test_times_are_instants(table):
    for field in SCHEMAS[table]:
        if field.name.endswith("_at"):
            assert field.type == pa.timestamp("us", tz="UTC"), field.name


def test_columns_are_the_fields_of_the_item_that_are_stored():
    stored = {field.name for field in fields(Article) if field.name not in TRAVELS_ONLY}
    assert set(ARTICLES.names) == stored


def test_content_hash_ignores_blanks_and_unicode_form():
    composed, decomposed = "Pok\u00e9mon tiba", "Poke\u0301mon tiba"
    assert content_hash("Judul", f"{composed}\n\nPagi ini") == content_hash(
        " Judul ", f"{decomposed}  \n Pagi\u00a0ini "
    )


def test_content_hash_sees_title_and_body():
    hashes = {content_hash("Judul", "Isi"), content_hash("Judul", "Isi."), content_hash("J", "Isi")}
    assert len(hashes) == 3
