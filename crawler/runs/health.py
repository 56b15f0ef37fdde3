"""The health of an outlet: floors from the outlet's own earlier runs, and static floors.

A run every half hour holds few articles, so days are compared with days, and fill rates over enough
articles only. The tolerances let a weekend or a holiday pass, and catch a template that changed.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc

from crawler.items import OWN_BODY
from output.clock import WIB
from output.dataset import open_dataset
from output.schema import CRAWL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    Run = Mapping[str, Any]

HISTORY = timedelta(days=28)
DAYS_NEEDED = 7  # earlier days, of which the median is usual: a week with its weekend
RUNS_NEEDED = 5  # earlier healthy runs, of which the median is a floor
ARTICLES_NEEDED = 10  # a day, or in a sample: of fewer, a single odd page would be over a tenth
DAY_SHARE = 0.3  # least share of the median day; weekends of the quieter outlets have half
RATE_DROP = (
    0.25  # largest drop of a fill rate, or of the share of bodies found by the outlet's own rule
)
BODIES_NEEDED = 5  # articles of a run whose bodies are judged by LEAST_BY_RULE
LEAST_BY_RULE = 0.5  # share of bodies found by the outlet's own rule, also in a first run
BY_RULE = "bodies found by its own rule"
LEAST_FILLED = {"title": 1.0, "body": 1.0, "published_at": 0.8}
OLDEST_NEWEST = timedelta(days=7)
COLUMNS = "started_at stored revised newest_published_at fill_rates body_sources judgement".split()


def history(location: str, outlet: str, now: datetime) -> list[Run]:
    """Return the outlet's crawls of the present within HISTORY, oldest first."""
    crawls = pc.field("command").is_null() | (pc.field("command") == pc.scalar(CRAWL))
    table = open_dataset(location, "runs", outlet).to_table(COLUMNS, filter=crawls)
    runs = table.sort_by("started_at").to_pylist()
    return [run for run in runs if run["started_at"] >= now - HISTORY]


def shortcomings(runs: Sequence[Run], now: datetime) -> list[str]:
    """Return the shortcomings of the last of `runs`, in a few words each."""
    found = [*_too_old(runs, now), *_too_few(runs, now)]
    sample, before = _sample(runs)
    if _articles(sample) >= ARTICLES_NEEDED:
        healthy = [run for run in before if run["judgement"] == "healthy" and run["fill_rates"]]
        found += _badly_filled(sample, healthy if len(healthy) >= RUNS_NEEDED else [])
    return found


def rule_shortcoming(bodies: Mapping[str, int], *, has_rule: bool) -> str | None:
    """Return the shortcoming of a run in which rules of the outlet's own gave too few bodies.

    :param bodies: articles of the run by body_source
    :param has_rule: False for an outlet without a `body`, its own or its family's: not judged
    """
    total = sum(bodies.values())
    ours = sum(n for source, n in bodies.items() if source.startswith(OWN_BODY))
    if not has_rule or total < BODIES_NEEDED or ours >= LEAST_BY_RULE * total:
        return None
    return f"{total} stored, but no rule of its own matched {1 - ours / total:.0%} of the bodies"


class Contradiction(NamedTuple):
    """Times that own rules found and the pages contradict; `often`: on as many as are unhealthy."""

    detail: str
    often: bool


def contradiction(contradicted: Mapping[str, int], articles: int) -> Contradiction | None:
    """Return what the pages of a run contradict; None where no page does.

    :param contradicted: articles of the run by the field of which an own rule was not believed
    :param articles: all articles of the run
    """
    wrong = contradicted.get("published", 0)
    if not wrong:
        return None
    often = articles >= BODIES_NEEDED and wrong >= LEAST_BY_RULE * articles
    return Contradiction(
        f"its own rule for times found another day than the page states on {wrong} of {articles}",
        often,
    )


def _too_old(runs: Sequence[Run], now: datetime) -> list[str]:
    times = [run["newest_published_at"] for run in runs if run["newest_published_at"]]
    if times and (age := now - max(times)) > OLDEST_NEWEST:
        return [f"its newest article is {age.days} days old"]
    return []


def _too_few(runs: Sequence[Run], now: datetime) -> list[str]:
    """Return the shortcoming of the last 24 hours against the days before, if any."""
    day_ago = now - timedelta(days=1)
    last_day = _articles([run for run in runs if run["started_at"] > day_ago])
    days: defaultdict[date, int] = defaultdict(int)
    for run in runs:
        if run["started_at"] <= day_ago:
            days[run["started_at"].astimezone(WIB).date()] += _articles([run])
    usual = median(days.values()) if len(days) >= DAYS_NEEDED else 0
    if usual >= ARTICLES_NEEDED and last_day < DAY_SHARE * usual:
        return [f"{last_day} articles in 24 hours, where {usual:.0f} a day are usual"]
    return []


def _sample(runs: Sequence[Run]) -> tuple[Sequence[Run], Sequence[Run]]:
    """Return the last runs, which together hold enough articles, and all runs before them."""
    first = len(runs) - 1
    while first > 0 and _articles(runs[first:]) < ARTICLES_NEEDED:
        first -= 1
    return runs[first:], runs[:first]


def _badly_filled(sample: Sequence[Run], before: Sequence[Run]) -> list[str]:
    found = []
    usual_rates = [_rates([run]) for run in before]
    for name, rate in _rates(sample).items():
        usual = median(rates.get(name, 0.0) for rates in usual_rates) if before else 0.0
        floor = max(usual - RATE_DROP, LEAST_FILLED.get(name, 0.0))
        if rate < floor:
            found.append(f"{name}: {rate:.0%}, where {max(usual, floor):.0%} is usual")
    return found


def _rates(runs: Sequence[Run]) -> dict[str, float]:
    """Return fill rates, and the share of bodies found by the outlet's rule, over all articles."""
    total = _articles(runs)
    sums = defaultdict(float, {BY_RULE: 0.0})
    for run in runs:
        count = _articles([run])
        for filled in run["fill_rates"] or ():
            sums[filled["field"]] += filled["rate"] * count
        for source in run["body_sources"] or ():
            if source["source"].startswith(OWN_BODY):
                sums[BY_RULE] += source["share"] * count
    return {name: value / total for name, value in sums.items()} if total else {}


def _articles(runs: Sequence[Run]) -> int:
    return sum(run["stored"] + run["revised"] for run in runs)
