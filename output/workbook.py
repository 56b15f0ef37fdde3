"""Rows as an Excel workbook, within Excel's limits, which the second sheet states."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pyarrow as pa
    import xlsxwriter

MOST_ROWS = 1_048_575
"""Rows of a sheet below the header."""
MOST_CHARACTERS = 32_767
"""Characters of a cell, of UTF-16 as Excel counts them."""
_NOTES = (
    "Times are WIB (UTC+7); Excel knows no time zones.",
    f"A sheet has {MOST_ROWS:,} rows below the header at most.",
    f"A cell has {MOST_CHARACTERS:,} characters at most; a longer text is cut off and ends in “…”.",
    "Lists are JSON. No cell is a formula or a link.",
)


class TooManyRowsError(ValueError):
    """More rows than a sheet has."""


def write_workbook(batches: Iterable[pa.RecordBatch], schema: pa.Schema, file: IO[bytes]) -> None:
    """Write a sheet of rows and a sheet of notes: numbers, truth values and instants are cells of
    their own types, texts are texts.

    :raises TooManyRowsError: there are more rows than MOST_ROWS.
    """
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("articles")
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, schema.names, book.add_format({"bold": True}))
        number = 0
        for batch in batches:
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                if number > MOST_ROWS:
                    raise TooManyRowsError(
                        f"Excel's sheets have {MOST_ROWS:,} rows: take fewer days or outlets"
                    )
                for place, value in enumerate(row):
                    _write(sheet, number, place, value, moment)
        notes = book.add_worksheet("notes")
        for place, note in enumerate(_NOTES):
            notes.write_string(place, 0, note)


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    place: int,
    value: Any,
    moment: xlsxwriter.format.Format,
) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, place, value)
        case int() | float():
            sheet.write_number(row, place, value)
        case str():
            sheet.write_string(row, place, _fitting(value))
        case list() | dict():
            sheet.write_string(
                row, place, _fitting(json.dumps(value, ensure_ascii=False, default=str))
            )
        case _:
            sheet.write_datetime(row, place, _without_zone(value), moment)


def _without_zone(value: datetime) -> datetime:
    return value.astimezone(WIB).replace(tzinfo=None)


def _fitting(text: str) -> str:
    """Return `text`, cut off where Excel's cells end."""
    if len(text) * 2 <= MOST_CHARACTERS:
        return text
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * MOST_CHARACTERS:
        return text
    return encoded[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"
