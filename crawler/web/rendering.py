"""Parts of the report and the browser: templates, words in two languages, numbers and times."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.wording import catalogue, language, mark, tr

if TYPE_CHECKING:
    from datetime import datetime

SHARED = Path(__file__).parent / "templates"
STYLE = (SHARED / "style.css").read_text("utf-8")
SCRIPT = (SHARED / "page.js").read_text("utf-8")
_BOTH = Markup('<span lang="id">{}</span><span lang="en">{}</span>')
_NARROW_SPACE = "\u202f"


def environment(folder: Path) -> Environment:
    """Return the templates of `folder` and of web/templates, which escape all values."""
    templates = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(tr=both, pair=pair, mark=mark, tr_alone=tr, language=language)
    templates.filters.update(number=number, moment=moment, percent=percent, since=since)
    return templates


def both(english: str, **values: object) -> Markup:
    """Return a text of the catalogue in both languages, of which the page shows the reader's.

    :param values: for the text's {placeholders}; escaped, unlike the text, which is ours
    """
    texts = (catalogue(name).gettext(english) for name in ("id", "en"))
    said = [Markup(text) for text in texts]  # noqa: S704  # ours, not of a page
    return pair(*(text.format(**values) if values else text for text in said))


def pair(indonesian: object, english: object) -> Markup:
    """Return markup with a text in both languages, of which the page shows the reader's."""
    return _BOTH.format(indonesian, english)


def number(value: float) -> str:
    """Return digits grouped by a narrow space, which neither language takes for a decimal mark."""
    return f"{value:,}".replace(",", _NARROW_SPACE)


def percent(share: float) -> str:
    """Return whole percents; only a share of 1 is shown as 100."""
    return f"{int(share * 100)}%" if share >= 0.01 or not share else "<1%"


def moment(value: datetime | None) -> str:
    """Return a time in WIB to the minute, without conversion."""
    return f"{value:%Y-%m-%d %H:%M}" if value else "–"


def ago(age: timedelta) -> Markup:
    """Return an age in the largest unit that fits, in both languages."""
    if age < timedelta(hours=1):
        minutes = max(0, int(age / timedelta(minutes=1)))
        return both("{count} min", count=minutes)
    if age < timedelta(days=2):
        hours = int(age / timedelta(hours=1))
        return both("{count} h", count=hours)
    return both("{count} days", count=age.days)


def since(lag: timedelta) -> Markup:
    """Return a lag to the minute in both languages: days, hours and minutes, without zeros."""
    minutes = round(lag / timedelta(minutes=1))
    if minutes < 1:
        return both("in the same minute")
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "hari", "d"), (hours, "jam", "h"), (minutes, "menit", "min")]
    return pair(
        " ".join(f"{n} {word}" for n, word, _ in parts if n),
        " ".join(f"{n} {word}" for n, _, word in parts if n),
    )


def content_hash(text: str) -> str:
    """Return the source expression of an inline script for a Content-Security-Policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
