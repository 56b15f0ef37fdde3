"""Parts of the report and the browser: templates, texts, ages, styles and scripts."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.wording import catalogue, language, mark, moment, number, percent

SHARED = Path(__file__).parent / "templates"
STYLE = (SHARED / "style.css").read_text("utf-8")
SCRIPT = (SHARED / "page.js").read_text("utf-8")


def environment(folder: Path) -> Environment:
    """Return the templates of `folder` and of web/templates, which escape all values."""
    templates = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(tr=page_text, mark=mark, language=language, in_language=None)
    templates.filters.update(number=number, moment=moment, percent=percent, since=since)
    return templates


def page_text(english: str, **values: object) -> Markup:
    """Return a text of the catalogue in the reader's language.

    :param values: for the text's {placeholders}; escaped, unlike the text, which is ours
    """
    said = Markup(catalogue(language()).gettext(english))  # noqa: S704  # ours, not of a page
    shown = {name: number(each) if isinstance(each, int) else each for name, each in values.items()}
    return said.format(**shown) if values else said


def ago(age: timedelta) -> Markup:
    """Return an age in the largest unit that fits."""
    if age < timedelta(hours=1):
        return page_text("{count} min", count=max(0, int(age / timedelta(minutes=1))))
    if age < timedelta(days=2):
        return page_text("{count} h", count=int(age / timedelta(hours=1)))
    return page_text("{count} days", count=age.days)


def since(lag: timedelta) -> Markup:
    """Return a lag to the minute: days, hours and minutes, without zeros."""
    minutes = round(lag / timedelta(minutes=1))
    if minutes < 1:
        return page_text("in the same minute")
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, page_text("{count} d", count=days)),
        (hours, page_text("{count} h", count=hours)),
        (minutes, page_text("{count} min", count=minutes)),
    ]
    return Markup(" ").join(said for count, said in parts if count)


def content_hash(text: str) -> str:
    """Return the source expression of an inline script for a Content-Security-Policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
