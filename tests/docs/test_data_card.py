"""docs/data-card.md and docs/dataset.md agree with the schema on the columns."""

from __future__ import annotations

import re

import pytest

from output.datapackage import TABLES
from output.dataset import schema_of
from output.schema import MENTIONS, SCHEMA_VERSION, SCHEMAS, SMALL
from tests.places import CHECKOUT

DOCS = CHECKOUT / "docs"
CARD = (DOCS / "data-card.md").read_text("utf-8")
SCHEMA = SCHEMAS | SMALL | {"mentions": MENTIONS}
COLUMNS = (DOCS / "dataset.md").read_text("utf-8")
ROW = re.compile(r"^\| (.+?) \| (.+?) \|", re.MULTILINE)


def section(text, title):
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def names(text):
    return re.findall(r"`(\w+)`", text)


def test_the_card_says_of_every_column_once_how_far_to_trust_it():
    rows = ROW.findall(section(CARD, "Reliability"))[1:]
    said = [name for columns, _ in rows for name in names(columns)]
    assert sorted(said) == sorted(schema_of("articles").names)


def test_the_card_knows_the_tables_and_the_schema():
    facts = dict(ROW.findall(CARD.partition("\n## ")[0]))
    assert names(facts["tables"]) == list(TABLES)
    assert f"schema version {SCHEMA_VERSION}," in facts["form"]


def kind(field):
    """Return a column's type as the documents write it."""
    written = str(field.type).replace("timestamp[us, tz=UTC]", "instant").replace("item: ", "")
    return f"{written} (always)" if not field.nullable else written


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_documented_with_its_type_and_meaning(table):
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", section(COLUMNS, table), re.MULTILINE)
    in_files = [row for row in rows if "in the path" not in row[1]]
    assert in_files == [
        (field.name, kind(field), field.metadata[b"meaning"].decode()) for field in SCHEMA[table]
    ]
    in_path = {name for name, *_ in rows} - {name for name, *_ in in_files}
    assert in_path == ({"outlet", "month"} if table == "articles" else set())
