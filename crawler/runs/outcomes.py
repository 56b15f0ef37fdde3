"""The counted outcomes of a run, and the judgement that follows from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from crawler.extraction.walls import SAME_PAGE, wall_ids
from crawler.items import NO_LOSS
from crawler.manners import LONGEST_CRAWL_DELAY, UNREACHABLE
from crawler.state.database import FILE

OUTCOMES = ("stored", "revised", "unchanged", "skipped", "rejected", "gone", "failed", "blocked")
"""Every end of an article that a list named, or that an earlier run left to be resumed."""
BY_REASON = ("skipped", "rejected", "failed")
"""Outcomes whose stats have the reason as their last part: wartatek/failed/http_404."""
COUNTED = ("listed", "resumed", "fetched", *OUTCOMES)
ALIVE = ("/listed", "/unchanged", "/walked")
"""Ends of the stats of sources that serve: wartatek/sources/feed:https://host/rss/listed. A walked
source was read by an earlier backfill."""
EXCUSED = ("no_past", "put_off")
"""Judgements that fail a run only if the outlet was named alone: on a backfill of which no list
goes back to the days asked for, and on a Crawl-delay over LONGEST_CRAWL_DELAY."""


WALLS_NEEDED = 3
"""Walls of a run that are more than a single page's fault."""
WALL_SHARE = 0.25
"""Share of walls among a run's pages, from which on the outlet is unhealthy though others are
articles."""


@dataclass(frozen=True)
class Outcomes:
    """The counted outcomes of a run, read from its stats."""

    stats: dict[str, Any]

    def count(self, name: str) -> int:
        """Return the count of `name`: of an outcome in BY_REASON, the sum over all reasons."""
        if name in BY_REASON:
            return sum(self.by(name).values())
        return int(self.stats.get(f"wartatek/{name}", 0))

    def by(self, group: str) -> dict[str, int]:
        """Return the counts under `group` by their last part, e.g. by("failed")["http_404"]."""
        prefix = f"wartatek/{group}/"
        found = ((k.removeprefix(prefix), v) for k, v in self.stats.items() if k.startswith(prefix))
        return dict(sorted(found))

    @property
    def settled(self) -> int:
        """The articles whose outcome is known: at the end of a run, all listed and resumed."""
        return sum(map(self.count, OUTCOMES))

    def source_problems(self) -> list[dict[str, str]]:
        """Return each source that failed beside the reason; a source that listed is no problem."""
        parted = (name.rpartition("/") for name in self.by("sources"))
        return [{"source": s, "reason": r} for s, _, r in parted if f"/{r}" not in ALIVE]

    def judgement(self, *, interrupted: bool = False, past: bool = False) -> tuple[str, str]:
        """Return healthy, unhealthy, interrupted, no_past or put_off, and the reason in one line.

        A run that a signal ended is not judged by the articles that it had no time for.

        :param past: the run was a backfill, for which no list need hold an article
        """
        if failure := self._failure():
            return "unhealthy", failure
        stored = self.count("stored") + self.count("revised")
        found = "".join(f"; found {url}, not declared" for url in self.discovered)
        if interrupted:
            left = self.by("failed").get("unfinished", 0)
            return "interrupted", f"{stored} stored, {left} left to the next run"
        if walls := self._walls(past=past):
            return "unhealthy", f"{stored} stored, {walls}"
        if stored:
            return "healthy", f"{stored} stored{found}"
        if delay := self.stats.get("wartatek/crawl_delay"):
            return "put_off", (
                f"robots.txt asks for {delay:g} s between requests, and {LONGEST_CRAWL_DELAY:g} s"
                " are the most that is kept"
            )
        if past and not self._is_alive() and not self.source_problems():
            return "no_past", "no list of this outlet goes back to the days asked for"
        if loss := self._silence() or self._loss():
            return "unhealthy", loss
        return "healthy", f"nothing new{found}"

    @property
    def discovered(self) -> list[str]:
        """The URLs of lists that were found, as no declared list named an article."""
        return [label.partition(":")[2] for label in self.by("discovered")]

    @property
    def has_ended(self) -> bool:
        """True once the outlet's crawl is over."""
        return "finish_reason" in self.stats

    @property
    def is_answered(self) -> bool:
        """True if any host has answered anything."""
        return bool(self.stats.get("downloader/response_count"))

    @property
    def unreached(self) -> str | None:
        """The reason in words for which no host answered anything; None if one did."""
        if self.is_answered:
            return None
        causes = Counter(self.by("unreachable"))
        causes.update(problem["reason"] for problem in self.source_problems())
        known = [cause for cause, _ in causes.most_common() if cause in UNREACHABLE]
        return UNREACHABLE[known[0]] if known else None

    def _failure(self) -> str | None:
        """Return the failure of the dataset or the state, None without any."""
        if error := self.stats.get("wartatek/store_error"):
            return f"cannot store: {error}"
        if error := self.stats.get("wartatek/state_error"):
            return f"cannot use {FILE}: {error}"
        if aside := self.by("quarantined"):
            return f"files set aside in quarantine/: {', '.join(aside)}"
        if cause := self.unreached:
            return f"it could not be reached: {cause}"
        return None

    def _is_alive(self) -> bool:
        """Return True if a source listed an article, or has done so and is unchanged."""
        return any(n for name, n in self.by("sources").items() if name.endswith(ALIVE))

    def _silence(self) -> str | None:
        """Return the problems of the sources where none of them lists an article, else None."""
        if self._is_alive():
            return None
        problems = ", ".join(f"{p['source']} {p['reason']}" for p in self.source_problems())
        return f"no source lists an article: {problems or 'none was asked'}"

    def _walls(self, *, past: bool) -> str | None:
        """Return the walls in place of articles, if they are many; None for few or none.

        Of the past, pages that are gone are no fault.
        """
        rejected = self.by("rejected")
        walls = {why: n for why, n in rejected.items() if why in wall_ids()}
        if past:
            walls.pop("soft_404", None)
        if same := walls.get(SAME_PAGE):
            named = self.stats.get("wartatek/same_page")
            stored = f" (published before: {', '.join(named)})" if named else ""
            return f"{same} pages with one text are no articles{stored}"
        total = sum(walls.values())
        if total < WALLS_NEEDED or total < WALL_SHARE * self.count("fetched"):
            return None
        return "no articles but walls: " + ", ".join(f"{n} {why}" for why, n in walls.items())

    def _loss(self) -> str | None:
        """Return the counts of new articles that were lost, except by NO_LOSS; None without any."""
        lost = {**self.by("rejected"), **self.by("failed"), "blocked": self.count("blocked")}
        worst = [f"{n} {why}" for why, n in lost.items() if n and why not in NO_LOSS]
        return f"nothing stored of what is new: {', '.join(worst)}" if worst else None
