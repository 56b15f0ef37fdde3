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
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "wartatek"
Language: TypeAlias = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")
_CHOSEN: ContextVar[Language | None] = ContextVar("language", default=None)


class _Formatter(string.Formatter):
    """The form {count:,} of a number is that of the language."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        return number(value) if format_spec == "," else super().format_field(value, format_spec)


_FORMATTER = _Formatter()


def language() -> Language:
    """Return the language of `speaking`, else that of LC_ALL, LC_MESSAGES or LANG."""
    if chosen := _CHOSEN.get():
        return chosen
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "id" if locale.normalize(said).lower().startswith("id") else "en"


@contextmanager
def speaking(chosen: Language | None) -> Iterator[None]:
    """Let the texts of this thread or task be in `chosen`; None leaves it to the environment."""
    token = _CHOSEN.set(chosen)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


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


def percent(share: float) -> str:
    """Return whole percents; only a share of 1 is shown as 100."""
    return f"{int(share * 100)}%" if share >= 0.01 or not share else "<1%"


def moment(value: datetime | None) -> str:
    """Return a time to the minute, without conversion: in both languages as searches take days."""
    return f"{value:%Y-%m-%d %H:%M}" if value else "–"


def size(count: int) -> str:
    """Return `count` bytes in KB or MB."""
    return f"{number(count / 1e6)} MB" if count >= 1e6 else f"{number(-(-count // 1000))} KB"
