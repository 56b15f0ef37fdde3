"""The orders of a reparse, and the outcome of each task."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.sources.window import Window
from crawler.state.recurrence.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.archive.scanner import Counts
    from output.origin import Origin


@dataclass(frozen=True)
class Job:
    """The same orders for every file; plain values, so that any process can take them over.

    :param location: the dataset's folder or URI
    :param outlets: names of the outlets to read; empty for all
    :param window: days of publication
    :param rejects: reasons; where given, only pages that were rejected for one of them are read
    :param origin: of the dataset: pages of the other are not stored; None: all pages are
    :param diff: write nothing, and read again the pages that this version has read before
    :param evidence: the lines that recur, as the dataset's table had them when the job began
    :param overrides: settings that differ from the project's
    """

    location: str
    run_id: str
    outlets: tuple[str, ...] = ()
    window: Window = field(default_factory=Window)
    rejects: tuple[str, ...] = ()
    origin: Origin | None = None
    diff: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    overrides: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Change:
    """A field whose value differs from the row in the dataset."""

    url: str
    field: str
    old: Any
    new: Any


@dataclass
class Result:
    """The outcome of a task's pages.

    :param tally: pages by outlet and outcome; outlet "" where no outlet is known
    :param fields: changed rows by field
    :param problems: by path, the reason why a file was not read to the end
    """

    paths: Sequence[str]
    tally: Counts = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Change] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """Pages by outcome, of all outlets together."""
        total = Counter[str]()
        for (_, name), count in self.tally.items():
            total[name] += count
        return total

    @property
    def pages(self) -> int:
        return self.counts["pages"]
