"""The rules by which one outlet's pages are read, as a spider class declares these rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

Selectors = str | tuple[str, ...]
Field = Literal["authors", "published", "zone", "section", "tags", "title"]


@dataclass(frozen=True)
class Rules:
    """One outlet's rules for article pages; every field has a working default.

    A field of selectors takes a CSS selector or several, newest template first: a page of an older
    template does not match the newer selector and falls through to the older. The row names the
    selector that matched (`body_source`, `published_source`).
    """

    name: str = "generic"
    article_url: str = ""
    """Regex searched in the URL; a group `id` in it is the outlet's own article id."""
    whole: str = ""
    """Suffix of an article's URL for all pages on a single page: "?page=all", or a path "/all"."""
    next_page: Selectors = ()
    """Links to further pages of an article, where `whole` does not serve."""
    title: Selectors = ()
    body: Selectors = ()
    body_end: Selectors = ()
    """The first match inside the body ends the article; match and rest are taken out."""
    published: Selectors = ()
    """The visible time of publication."""
    byline: Selectors = ()
    editor: Selectors = ()
    editor_place: Literal["", "first", "last"] = ""
    """Place of the editor's name among several in a byline without labels."""
    section: Selectors = ()
    tags: Selectors = ()
    junk: Selectors = ()
    """Parts inside the body without article text; kept in `removed`, rule `<outlet>:<selector>`."""
    distrust: frozenset[Field] = frozenset()
    """Fields with unreliable metadata: the visible value wins, metadata is the last choice.
    `zone`: the clock in metadata is WIB whatever the printed zone."""
    encoding: str = "utf-8"
    own_names: tuple[str, ...] = ()
    """Other names of the outlet, as printed in bylines and datelines."""

    @classmethod
    def of(cls, declaration: Any) -> Rules:
        """Return the rules among the attributes of `declaration` (a spider class)."""
        return cls(
            **{
                f.name: getattr(declaration, f.name)
                for f in fields(cls)
                if hasattr(declaration, f.name)
            }
        )

    @cached_property
    def article_pattern(self) -> re.Pattern[str]:
        """The compiled `article_url`."""
        return re.compile(self.article_url)

    def selectors(self, name: str) -> tuple[str, ...]:
        """Return the selectors of field `name`, newest template first."""
        value: Selectors = getattr(self, name)
        return (value,) if isinstance(value, str) else value


GENERIC = Rules()
