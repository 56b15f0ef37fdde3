"""What an outlet declares of its pages. The declaration itself stands on its spider."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

Selectors = str | tuple[str, ...]
Field = Literal["authors", "published", "zone", "section", "tags", "title"]


@dataclass(frozen=True)
class Rules:
    """How to read one outlet's article pages; every field has a working default.

    Fields that take selectors take one CSS selector or several, newest template first: a page of an
    older template does not match the newer selector and falls through to its own. The one that
    matched is named in the row (`body_source`, `published_source`).
    """

    name: str = "generic"
    article_url: str = ""
    """Regex searched in the URL; its group `id`, if it has one, is the outlet's own article id."""
    title: Selectors = ()
    body: Selectors = ()
    body_end: Selectors = ()
    """The first match inside the body, with all that follows it, is no longer the article."""
    published: Selectors = ()
    """The visible time of publication."""
    byline: Selectors = ()
    editor: Selectors = ()
    editor_place: Literal["", "first", "last"] = ""
    """Which of several names in the byline is the editor's, where no label tells."""
    section: Selectors = ()
    tags: Selectors = ()
    junk: Selectors = ()
    """Parts of the body that are never the article; kept in `removed` as `<outlet>:<selector>`."""
    distrust: frozenset[Field] = frozenset()
    """Fields whose metadata is known to lie: the visible value wins, metadata is the last choice.
    `zone`: the clock in metadata is WIB whatever zone it names."""
    encoding: str = "utf-8"
    own_names: tuple[str, ...] = ()
    """Other names of the outlet, as they stand in bylines and datelines."""

    @classmethod
    def of(cls, declaration: Any) -> Rules:
        """The rules that stand as attributes on `declaration` (a spider class)."""
        return cls(
            **{
                f.name: getattr(declaration, f.name)
                for f in fields(cls)
                if hasattr(declaration, f.name)
            }
        )

    @cached_property
    def article_pattern(self) -> re.Pattern[str]:
        return re.compile(self.article_url)

    def selectors(self, name: str) -> tuple[str, ...]:
        """The selectors of field `name`, newest template first."""
        value: Selectors = getattr(self, name)
        return (value,) if isinstance(value, str) else value


GENERIC = Rules()
