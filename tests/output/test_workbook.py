"""Excel workbooks hold the rows in types of their own, within Excel's limits."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pyarrow as pa
import pytest

from output import workbook
from output.workbook import MOST_CHARACTERS, TooManyRowsError, write_workbook
from tests.datasets import NOON

SCHEMA = pa.schema({
    "title": pa.string(),
    "published_at": pa.timestamp("us", "UTC"),
    "tech_score": pa.float64(),
    "paywalled": pa.bool_(),
    "tags": pa.list_(pa.string()),
})  # fmt: skip


def sheets(*rows):
    batch = pa.RecordBatch.from_pylist(list(rows), SCHEMA)
    file = io.BytesIO()
    write_workbook([batch], SCHEMA, file)
    return pd.read_excel(file, sheet_name=None, engine="calamine", dtype={"title": str})


def test_numbers_times_and_truth_values_have_types_of_their_own():
    row = {"title": "x", "published_at": NOON, "tech_score": 0.5, "paywalled": True, "tags": ["a"]}
    told = sheets(row)["articles"].iloc[0].to_dict()
    assert told == row | {"published_at": pd.Timestamp("2026-01-20 12:00"), "tags": '["a"]'}


@pytest.mark.parametrize("text", ["=1+1", "+62", "@x", "-5", "https://contoh.example/", "007"])
def test_a_text_stays_a_text(text):
    told = sheets({"title": text})["articles"]["title"]
    assert told.iloc[0] == text
    file = io.BytesIO()
    write_workbook([pa.RecordBatch.from_pylist([{"title": text}], SCHEMA)], SCHEMA, file)
    sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet


@pytest.mark.parametrize("letter", ["a", "é", "😀"])
def test_a_text_longer_than_a_cell_is_cut_off_and_says_so(letter):
    told = sheets({"title": letter * 40_000})["articles"]["title"].iloc[0]
    assert told.endswith("…")
    assert len(told.encode("utf-16-le")) // 2 in (MOST_CHARACTERS, MOST_CHARACTERS - 1)


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(TooManyRowsError):
        sheets(*[{"title": "x"}] * 3)


def test_the_notes_say_the_zone_and_the_limits():
    told = " ".join(sheets({"title": "x"})["notes"].astype(str).columns.tolist())
    assert "WIB" in told
