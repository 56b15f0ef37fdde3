"""What the report and the browser share: templates, words in two languages, numbers and times."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.wording import language

if TYPE_CHECKING:
    from datetime import datetime

SHARED = Path(__file__).parent / "templates"
STYLE = (SHARED / "style.css").read_text("utf-8")
SCRIPT = (SHARED / "page.js").read_text("utf-8")
_BOTH = Markup('<span lang="id">{}</span><span lang="en">{}</span>')
_NARROW_SPACE = "\u202f"


def environment(folder: Path) -> Environment:
    """Templates of `folder` and the shared ones; whatever they print is escaped."""
    templates = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(both=both, language=language)
    templates.filters.update(number=number, moment=moment, percent=percent)
    return templates


def both(indonesian: object, english: object) -> Markup:
    """The same in both languages; the page shows one of them."""
    return _BOTH.format(indonesian, english)


def number(value: float) -> str:
    """Grouped by a narrow space, which neither language takes for a decimal mark."""
    return f"{value:,}".replace(",", _NARROW_SPACE)


def percent(share: float) -> str:
    """Whole percents; only what is complete is called 100."""
    return f"{int(share * 100)}%" if share >= 0.01 or not share else "<1%"


def moment(value: datetime | None) -> str:
    """To the minute; what it is given is in WIB already."""
    return f"{value:%Y-%m-%d %H:%M}" if value else "–"


def ago(age: timedelta) -> Markup:
    """How long ago, in the largest unit that fits."""
    if age < timedelta(hours=1):
        minutes = max(0, int(age / timedelta(minutes=1)))
        return both(f"{minutes} menit", f"{minutes} min")
    if age < timedelta(days=2):
        hours = int(age / timedelta(hours=1))
        return both(f"{hours} jam", f"{hours} h")
    return both(f"{age.days} hari", f"{age.days} days")


def content_hash(text: str) -> str:
    """How a Content-Security-Policy names an inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
