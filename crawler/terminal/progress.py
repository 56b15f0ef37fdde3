"""What a person sees of a run of many outlets: a line while it runs, a table at the end."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.text import Text

from crawler.runs.outcomes import BY_REASON, COUNTED, OUTCOMES, Outcomes
from crawler.terminal.exit_codes import INTERRUPTED, UNHEALTHY
from crawler.wording import number, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from scrapy.crawler import Crawler

WATCHED = ("fetched", "stored", "rejected", "failed", "blocked")
EVERY = 0.5  # seconds, on a terminal
EVERY_PLAIN = 10.0  # seconds, in a log file


class Progress:
    """A line that says how far the run is: redrawn on a terminal, now and then elsewhere."""

    def __init__(
        self, crawlers: Mapping[str, Crawler], total: int, stream: TextIO, *, quiet: bool = False
    ) -> None:
        self.crawlers = crawlers
        self.total = total
        self.console = Console(file=stream, quiet=quiet)
        self._status = self.console.status("starting") if self.console.is_terminal else None
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        self._task = asyncio.get_running_loop().create_task(self._tell())
        return self

    def __exit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
        if self._status:
            self._status.stop()

    def line(self) -> str:
        """How far the run is."""
        outcomes = [outcomes_of(crawler) for crawler in self.crawlers.values()]
        done = sum("finish_reason" in one.stats for one in outcomes)
        counts = {name: sum(one.count(name) for one in outcomes) for name in WATCHED}
        told = [f"{count:,} {name}" for name, count in counts.items() if count]
        return f"{done} of {self.total} outlets done: {', '.join(told) or 'nothing fetched yet'}"

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(EVERY if self._status else EVERY_PLAIN)
            if self._status:
                self._status.update(Text(self.line(), no_wrap=True, overflow="ellipsis"))
            else:
                self.console.print(self.line(), soft_wrap=True)


CRASHED = ("unhealthy", "it did not run to its end")


class OutcomeTable:
    """The table at the end.

    :param absent: the judgement on an outlet whose crawler is None or never opened, and why.
    """

    def __init__(
        self, crawlers: Mapping[str, Crawler | None], absent: tuple[str, str] = CRASHED
    ) -> None:
        self.outcomes = {name: outcomes_of(crawler) for name, crawler in crawlers.items()}
        names = ("wartatek/judgement", "wartatek/detail")
        self.judged = {
            name: tuple(
                str(one.stats.get(key, word)) for key, word in zip(names, absent, strict=True)
            )
            for name, one in self.outcomes.items()
        }

    @property
    def exit_code(self) -> int:
        judgements = {judgement for judgement, _ in self.judged.values()}
        if "unhealthy" in judgements:
            return UNHEALTHY
        return INTERRUPTED if "interrupted" in judgements else 0

    def complain(self) -> None:
        """Name whoever is not healthy, and say why; the worst last."""
        for name, (judgement, detail) in sorted(self.judged.items(), key=lambda one: one[1][0]):
            if judgement != "healthy":
                print(f"{name} is {judgement}: {detail}", file=sys.stderr)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each outlet: `listed` and `resumed` together are the sum of the outcomes."""
        return [
            {"outlet": name}
            | {column: one.count(column) for column in COUNTED}
            | {f"{column}_by": one.by(column) for column in BY_REASON}
            | {"seconds": float(one.stats.get("elapsed_time_seconds", 0))}
            | {"judgement": self.judged[name][0], "detail": self.judged[name][1]}
            for name, one in self.outcomes.items()
        ]

    def columns(self) -> list[str]:
        """Those of the table: what came in, and what became of it."""
        resumed = any(one.count("resumed") for one in self.outcomes.values())
        return ["outlet", "listed", *["resumed"] * resumed, "stored", "otherwise", "seconds"]

    def lines(self) -> list[dict[str, Any]]:
        """The rows as a terminal has room for: all that was not stored in one column."""
        return [row | {"otherwise": _otherwise(row)} for row in self.rows()]


def outcomes_of(crawler: Crawler | None) -> Outcomes:
    """What `crawler` has counted; nothing before it runs."""
    stats: dict[str, Any] = crawler._stats.get_stats() if crawler and crawler._stats else {}
    return Outcomes(stats)


def _otherwise(row: Mapping[str, Any]) -> str | None:
    ended = [name for name in OUTCOMES if name != "stored" and row[name]]
    return ", ".join(f"{number(row[name])} {word(name)}" for name in ended) or None
