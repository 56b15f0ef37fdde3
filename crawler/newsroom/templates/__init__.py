"""The outlets' page templates (Jinja), and how they print a time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from crawler.newsroom.clock import WIB
from crawler.newsroom.prose import DAYS
from crawler.newsroom.story import slug

if TYPE_CHECKING:
    from datetime import datetime

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip
SHORT = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def spell(moment: datetime, form: str) -> str:
    """`moment` in WIB by a strftime form, with the Indonesian names of days and months.

    `%F'` is the day in outlets that write Jum'at.
    """
    local = moment.astimezone(WIB)
    day = DAYS[local.weekday()]
    form = form.replace("%F'", day.replace("Jumat", "Jum'at")).replace("%A", day)
    form = form.replace("%B", MONTHS[local.month - 1]).replace("%b", SHORT[local.month - 1])
    return local.strftime(form)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__, "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"spell": spell, "slug": slug}
    return environment


def template(name: str) -> Template:
    """The template called `name`."""
    return _environment().get_template(f"{name}.html")
