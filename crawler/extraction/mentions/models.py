"""Further finders of mentions, which other packages bring: a model that is no dependency of ours.

A package names a finder in the entry point group `wartatek.mentions`: a callable that takes title,
body and year of publication, and returns mentions of the kinds of the table.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from crawler.extraction.mentions.find import MOST, Mention, find_mentions, rules_version
from crawler.extraction.mentions.gazetteer import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Finder = Callable[[str, str, int | None], Iterable[Mention]]

GROUP = "wartatek.mentions"


class ModelError(RuntimeError):
    """A finder of another package that cannot be loaded, or gives what is no mention of a text."""


@cache
def finders() -> dict[str, Finder]:
    """Return the finders of other packages, by name and version.

    :raises ModelError: a finder cannot be imported.
    """
    found: dict[str, Finder] = {}
    for point in sorted(entry_points(group=GROUP)):
        version = point.dist.version if point.dist else ""
        try:
            found[f"{point.name} {version}"] = point.load()
        except (ImportError, AttributeError) as error:
            raise ModelError(f"{point.name} ({point.value}): {error}") from error
    return found


def all_rules() -> str:
    """Return the version of our rules, with the names and versions of other packages' finders."""
    return ", ".join([rules_version(), *finders()])


def find_all(title: str | None, body: str | None, year: int | None = None) -> list[Mention]:
    """Return our mentions and those of other packages' finders at places where we have none.

    :raises ModelError: a finder gives another kind, or words that are not in the text there.
    """
    found = find_mentions(title, body, year)
    taken = {(one.part, place) for one in found for place in _places(one)}
    texts = {"title": title or "", "body": body or ""}
    for name, finder in finders().items():
        for one in finder(texts["title"], texts["body"], year):
            if one.kind not in KINDS or not texts.get(one.part, "").startswith(one.text, one.start):
                raise ModelError(f"{name}: {one.kind} {one.text!r} at {one.part} {one.start}")
            if taken.isdisjoint((one.part, place) for place in _places(one)):
                found.append(one)
    return sorted(found, key=lambda one: (one.part != "title", one.start))[:MOST]


def _places(one: Mention) -> range:
    return range(one.start, one.start + max(1, len(one.text)))
