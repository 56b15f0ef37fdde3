"""The words of terminal and pages, in Indonesian or English.

A text in the code is English, and the key of its translation in `locale/`: a gettext catalogue that
`make words` brings up to date. The language of the terminal is that of LANG. What programs read
(--json, columns, exit codes, logs) is never translated.
"""

from __future__ import annotations

import gettext
import locale
import os
import string
from functools import cache
from pathlib import Path
from typing import Any

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "wartatek"


class _Formatter(string.Formatter):
    """The form {count:,} of a number is that of the language."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        return number(value) if format_spec == "," else super().format_field(value, format_spec)


_FORMATTER = _Formatter()


def language() -> str:
    """Return the language that the environment asks for: id or en."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "id" if locale.normalize(said).lower().startswith("id") else "en"


@cache
def catalogue(name: str) -> gettext.NullTranslations:
    """Return the texts of a language; of English, and of a text without translation, the key."""
    return gettext.translation(DOMAIN, LOCALE, [name], fallback=True)


def tr(english: str, **values: Any) -> str:
    """Return a text in the language of the terminal, with `values` in its {placeholders}."""
    said = catalogue(language()).gettext(english)
    return _FORMATTER.vformat(said, (), values) if values else said


def mark(english: str) -> str:
    """Return `english`: a text that `make words` takes up, and `tr` translates when it is shown."""
    return english


WORDS = (
    mark("also"),
    mark("article"),
    mark("articles"),
    mark("blocked"),
    mark("day"),
    mark("days"),
    mark("dropped"),
    mark("failed"),
    mark("failed lists"),
    mark("fetched"),
    mark("field"),
    mark("files"),
    mark("gone"),
    mark("listed"),
    mark("missing"),
    mark("now"),
    mark("otherwise"),
    mark("outlet"),
    mark("partition"),
    mark("past"),
    mark("published"),
    mark("publisher"),
    mark("rejected"),
    mark("resumed"),
    mark("revised"),
    mark("rows"),
    mark("rule"),
    mark("seconds"),
    mark("skipped"),
    mark("sources"),
    mark("stored"),
    mark("title"),
    mark("then"),
    mark("total"),
    mark("unchanged"),
    mark("value"),
    mark("why"),
)
"""Headings of tables, and words in their cells."""


def number(value: float) -> str:
    """Return `value` in groups of three digits, with at most one digit after the decimal mark."""
    said = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return said.translate(str.maketrans(",.", ".,")) if language() == "id" else said


def size(count: int) -> str:
    """Return `count` bytes in KB or MB."""
    return f"{number(count / 1e6)} MB" if count >= 1e6 else f"{number(-(-count // 1000))} KB"
