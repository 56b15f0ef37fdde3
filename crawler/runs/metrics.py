"""The state of all outlets for machines: JSON lines, and Prometheus' text format in a file.

node_exporter's textfile collector reads the file, as docs/watch.md shows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from output.dataset import open_dataset, outlets
from output.filesystem import Root
from output.schema import CRAWL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from output.schema import Row

FOLDER, FILE = "metrics", "wartatek.prom"
JUDGEMENTS = ("healthy", "unhealthy", "interrupted")
_COUNTS = ("listed", "stored", "revised", "unchanged", "gone", "rejected", "failed", "blocked")
_COLUMNS = [
    "command", "started_at", "finished_at", "seconds", *_COUNTS, "newest_published_at",
    "judgement", "detail",
]  # fmt: skip


def healths(location: str, names: Iterable[str] | None = None) -> list[Row]:
    """Return a row for each outlet with a crawl of the present: the last crawl, and the moments of
    the last healthy one and of the newest article.

    :param names: these outlets alone
    :raises OSError, pa.ArrowInvalid: the dataset cannot be read.
    """
    found = []
    of_crawls = pc.field("command").is_null() | (pc.field("command") == pc.scalar(CRAWL))
    for outlet in names if names is not None else sorted(outlets(Root(location), "runs")):
        table = open_dataset(location, "runs", outlet).to_table(_COLUMNS)
        runs = table.filter(of_crawls).sort_by("started_at").to_pylist()
        if not runs:
            continue
        last = {name: value for name, value in runs[-1].items() if name != "command"}
        healthy = [run["started_at"] for run in runs if run["judgement"] == "healthy"]
        newest = [run["newest_published_at"] for run in runs if run["newest_published_at"]]
        found.append(
            {"outlet": outlet}
            | last
            | {
                "healthy_at": max(healthy, default=None),
                "newest_published_at": max(newest, default=None),
                "runs": len(runs),
            }
        )
    return found


def metrics_path(settings: BaseSettings) -> Path | None:
    """Return the place of the file; None if METRICS_FILE is empty and no local folder is named."""
    if named := settings["METRICS_FILE"]:
        return Path(named)
    place = settings["STATE_DIR"] or settings["OUTPUT_DIR"]
    return None if "://" in place else Path(place) / FOLDER / FILE


def write_metrics(settings: BaseSettings, now: datetime) -> None:
    """Write the metrics file, in one step for readers.

    :raises OSError, pa.ArrowInvalid: the dataset cannot be read, or the file not be written.
    """
    path = metrics_path(settings)
    if path is None:
        return
    registry = _registry(healths(settings["OUTPUT_DIR"]), now)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), registry)  # beside the file, then renamed


def _registry(rows: Iterable[Row], now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"wartatek_{name}", meaning, ["outlet", *labels], registry=registry)

    judged = gauge("outlet_judgement", "1 for the judgement of the last crawl", "judgement")
    articles = gauge("last_crawl_urls", "URLs of the last crawl, by outcome", "outcome")
    instants = {
        "started_at": gauge("last_crawl_timestamp_seconds", "Beginning of the last crawl"),
        "healthy_at": gauge("last_healthy_timestamp_seconds", "Beginning of the last healthy one"),
        "newest_published_at": gauge("newest_article_timestamp_seconds", "The newest article"),
    }
    seconds = gauge("last_crawl_duration_seconds", "Duration of the last crawl")
    name = "wartatek_metrics_timestamp_seconds"
    Gauge(name, "When this was written", registry=registry).set(now.timestamp())
    for row in rows:
        outlet = row["outlet"]
        for judgement in sorted({*JUDGEMENTS, row["judgement"] or "unhealthy"}):
            judged.labels(outlet, judgement).set(judgement == (row["judgement"] or "unhealthy"))
        for outcome in _COUNTS:
            articles.labels(outlet, outcome).set(row[outcome] or 0)
        for name, of in instants.items():
            if row[name]:
                of.labels(outlet).set(row[name].timestamp())
        seconds.labels(outlet).set(row["seconds"] or 0)
    return registry


def as_json(row: Row) -> dict[str, Any]:
    """Return `row` with instants in ISO 8601."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }
