"""The display of a run of many outlets: a line during the run, a table at the end."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.text import Text

from crawler.runs.outcomes import BY_REASON, COUNTED, EXCUSED, OUTCOMES, Outcomes
from crawler.terminal.exit_codes import INTERRUPTED, UNHEALTHY
from crawler.wording import mark, number, tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from scrapy.crawler import Crawler

WATCHED = ("fetched", "stored", "rejected", "failed", "blocked")
EVERY = 0.5  # seconds, on a terminal
EVERY_PLAIN = 10.0  # seconds, in a log file


class Progress:
    """A line with the counts of a run so far: redrawn on a terminal, else printed now and then."""

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
        """Return the outlets done and the pages by outcome so far."""
        outcomes = [outcomes_of(crawler) for crawler in self.crawlers.values()]
        done = sum("finish_reason" in outlet.stats for outlet in outcomes)
        counts = {name: sum(outlet.count(name) for outlet in outcomes) for name in WATCHED}
        told = [f"{number(count)} {tr(name)}" for name, count in counts.items() if count]
        counted = ", ".join(told) or tr("nothing fetched yet")
        return tr(
            "{done} of {total} outlets done: {counted}",
            done=done,
            total=self.total,
            counted=counted,
        )

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(EVERY if self._status else EVERY_PLAIN)
            if self._status:
                self._status.update(Text(self.line(), no_wrap=True, overflow="ellipsis"))
            else:
                self.console.print(self.line(), soft_wrap=True)


CRASHED = (mark("unhealthy"), mark("it did not run to its end"))
NOT_REACHED = ("unhealthy", mark("not begun: no outlet could be reached"))


class OutcomeTable:
    """The table of outcomes at the end of a run.

    :param absent: judgement and reason for an outlet whose crawler is None or never opened
    :param alone: the run was asked for this outlet by name, and for no other
    """

    def __init__(
        self,
        crawlers: Mapping[str, Crawler | None],
        absent: tuple[str, str] = CRASHED,
        *,
        alone: bool = False,
    ) -> None:
        self.alone = alone
        self.absent = absent
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
        if "unhealthy" in judgements or (self.alone and judgements & {*EXCUSED}):
            return UNHEALTHY
        return INTERRUPTED if "interrupted" in judgements else 0

    @property
    def unreached(self) -> str | None:
        """The reason in words for which no outlet could be reached; None if one was, or if another
        cause than the network kept an outlet from its turn."""
        begun = [one for one in self.outcomes.values() if one.stats]
        if len(begun) < len(self.outcomes) and self.absent != NOT_REACHED:
            return None
        causes = Counter(one.unreached for one in begun)
        return None if None in causes or not causes else causes.most_common(1)[0][0]

    def complain(self) -> None:
        """Print name, judgement and reason of each outlet that is not healthy, the worst last; in a
        single line where no outlet could be reached."""
        if cause := self.unreached:
            print(tr("no outlet could be reached: {cause}", cause=cause), file=sys.stderr)
            return
        for name, outcomes in self.outcomes.items():
            for url in outcomes.discovered:
                print(tr("{name}: found {url}, not declared", name=name, url=url), file=sys.stderr)
        for name, (judgement, detail) in sorted(self.judged.items(), key=lambda item: item[1][0]):
            if judgement != "healthy":
                said = tr("{name} is {judgement}", name=name, judgement=tr(judgement))
                print(f"{said}: {tr(detail)}", file=sys.stderr)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each outlet; `listed` plus `resumed` is the sum of the outcomes."""
        return [
            {"outlet": name}
            | {column: one.count(column) for column in COUNTED}
            | {f"{column}_by": one.by(column) for column in BY_REASON}
            | {"source_problems": one.source_problems()}
            | {"seconds": float(one.stats.get("elapsed_time_seconds", 0))}
            | {"judgement": self.judged[name][0], "detail": self.judged[name][1]}
            for name, one in self.outcomes.items()
        ]

    def columns(self) -> list[str]:
        """Return the columns that a terminal shows: articles listed and resumed, then outcomes."""
        resumed = any(outlet.count("resumed") for outlet in self.outcomes.values())
        failed = any(outlet.source_problems() for outlet in self.outcomes.values())
        names = ["outlet", "listed", *["resumed"] * resumed, "stored", "otherwise"]
        return [*names, *["failed lists"] * failed, "seconds"]

    def lines(self) -> list[dict[str, Any]]:
        """Return the rows for a terminal, with all outcomes but `stored` in a single column, and a
        total of several outlets."""
        rows = self.rows()
        if len(rows) > 1:
            counts = {name: sum(row[name] for row in rows) for name in (*COUNTED, "seconds")}
            problems = [problem for row in rows for problem in row["source_problems"]]
            total = {"outlet": tr("total"), "source_problems": problems, "judgement": ""}
            rows.append(total | counts)
        return [
            row | {"otherwise": _otherwise(row), "failed lists": len(row["source_problems"])}
            for row in rows
        ]


def outcomes_of(crawler: Crawler | None) -> Outcomes:
    """Return the counts of `crawler`; empty before the crawl begins."""
    stats: dict[str, Any] = crawler._stats.get_stats() if crawler and crawler._stats else {}
    return Outcomes(stats)


def _otherwise(row: Mapping[str, Any]) -> str | None:
    ended = [name for name in OUTCOMES if name != "stored" and row[name]]
    return ", ".join(f"{number(row[name])} {tr(name)}" for name in ended) or None
