"""The report: a page with the content, freshness and cleanness of a dataset."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.extraction.mentions.gazetteer import name_of
from crawler.extraction.topics import TOPICS
from crawler.web import PORT
from crawler.web.rendering import SCRIPT, STYLE, ago, content_hash, environment, page_text
from crawler.web.report import charts
from crawler.wording import number
from output.clock import WIB
from output.summary import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from output.summary import Rows, Summary

_SUSPECTED = 50
"""Suspected lines on the page; as a rule a person looks at the newest."""
STALE = timedelta(days=2)
"""Age of the newest article from which an outlet, or a source of the outlet, counts as quiet."""


def write_page(
    summary: Summary,
    declared: Mapping[str, tuple[str, str]],
    diagnoses: Mapping[str, str] | None = None,
    suspected: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Return the page as HTML, with styles, scripts and charts inside.

    :param declared: publisher and status of every outlet that there is a spider of
    :param suspected: lines that two unlike articles of an outlet have, the newest first
    :param diagnoses: the last result of `scrapy doctor` by outlet, in the reader's language
    """
    templates = environment(Path(__file__).parent / "templates")
    templates.globals.update(
        style=STYLE, script=SCRIPT, script_hash=content_hash(SCRIPT), colour=charts.colour
    )
    totals = summary.totals()
    now = summary.now.astimezone(WIB).replace(tzinfo=None)
    over_time, by_outlet = summary.articles_over_time(), summary.articles_by_outlet()
    sources, hours = _sources(summary.body_sources()), summary.hours()
    topics = _with_all_topics(summary.topics(len(TOPICS)))
    return templates.get_template("report.html").render(
        now=now,
        summary=summary,
        totals=totals,
        missing=_missing(summary, totals),
        outlets=_outlets(summary.outlets(), declared, now),
        diagnoses=diagnoses or {},
        fields=FIELDS,
        pictures=_pictures(summary, over_time, by_outlet, sources, topics),
        over_time=_values(over_time),
        by_outlet=_totals_by_step(by_outlet),
        hours=[row["articles"] for row in hours],
        fill_rates=summary.fill_rates(),
        source_totals=_totals_by(sources, "source"),
        removals=_values(summary.removals()),
        recurring=summary.recurring(),
        suspected=suspected[:_SUSPECTED],
        rejects=_values(summary.rejects()),
        revisions=_values(summary.revisions()),
        clusters=_values(summary.cluster_sizes()),
        copied=summary.copied(),
        browse=f"http://127.0.0.1:{PORT}",
        topics=_totals_by(topics, "topic"),
        tags=_values(summary.tags()),
        named=[(name_of(row["entity_id"]), row["articles"]) for row in summary.named()],
        runs=summary.runs(),
    )


def _values(rows: Rows) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows]


def _outlets(rows: Rows, declared: Mapping[str, tuple[str, str]], now: Any) -> Rows:
    """Return all outlets with their freshness, those without a stored article last.

    Of an outlet without any record only the name is given.
    """
    known = {row["outlet"]: row for row in rows}
    told = []
    for name in sorted(known.keys() | declared.keys()):
        row = known.get(name, {"outlet": name, "articles": 0, "rejects": 0})
        publisher, status = declared.get(name, ("", ""))
        newest = row.get("newest")
        told.append(
            dict.fromkeys(("fetched", "words", "last_run", "judgement", "detail"))
            | row
            | {"newest": newest, "publisher": publisher, "status": status}
            | {"age": ago(now - newest) if newest else None}
            | {"stale": bool(newest) and now - newest > STALE, "known": name in known}
        )
    return sorted(told, key=lambda row: not row["articles"])


def _missing(summary: Summary, totals: dict[str, Any]) -> list[Markup]:
    """Return notes on missing data, which a reader needs before judging the rest."""
    articles, notes = totals["articles"], []
    if not articles:
        notes.append(page_text("The dataset holds no article of the period asked for."))
    if totals["undated"]:
        count = number(totals["undated"])
        notes.append(
            page_text(
                "{count} articles without a publication time: counted on the day of download.",
                count=count,
            )
        )
    if summary.older_columns:
        names = ", ".join(sorted(summary.older_columns))
        files = number(max(summary.older_columns.values()))
        notes.append(
            page_text(
                "{files} files of an older schema version lack the columns: {names}.",
                files=files,
                names=names,
            )
        )
    if articles and not summary.has_clusters:
        notes.append(
            page_text(
                "There is no clusters/ table yet: copies are grouped as known when stored."
                " <code>scrapy compact</code> makes it."
            )
        )
    if articles and not totals["runs"]:
        notes.append(page_text("There are no manifests of runs (runs/) for this period."))
    if bare := articles - totals["archived"]:
        notes.append(
            page_text(
                "{count} articles have no page in the archive.",
                count=number(bare),
            )
        )
    return notes


def _pictures(
    summary: Summary, over_time: Rows, by_outlet: Rows, sources: Rows, topics: Rows
) -> dict[str, Markup | None]:
    """Return the charts; None where there is nothing to draw."""
    drawn: dict[str, Markup | None] = dict.fromkeys(
        ("articles", "outlets", "fields", "sources", "topics")
    )
    if not over_time:
        return drawn
    step, kinds = summary.step, list(_totals_by(sources, "source"))
    fields = [
        {"day": row["day"], "field": name, "share": row[name]}
        for row in summary.fill_rates_over_time()
        for name in FIELDS
    ]
    drawn |= {
        "articles": charts.columns(over_time, "articles", summary.daily),
        "outlets": charts.strips(by_outlet, "outlet", "articles", step),
        "fields": charts.strips(fields, "field", "share", step, charts.colour(0)),
        "sources": charts.shares(sources, "source", "articles", step, kinds),
    }
    if topics:
        drawn["topics"] = charts.strips(topics, "topic", "articles", step)
    return drawn


def _sources(rows: Rows) -> Rows:
    """Return body sources by kind: all of `css:...` are selectors."""
    counts: dict[tuple[Any, str], int] = defaultdict(int)
    for row in rows:
        kind = row["source"].partition(":")[0]
        counts[row["day"], kind] += row["articles"]
    return [{"day": day, "source": kind, "articles": n} for (day, kind), n in counts.items()]


def _with_all_topics(rows: Rows) -> Rows:
    """Return `rows` with a row of 0 articles for each of TOPICS that no article has; without any
    topic none."""
    missing = sorted({*TOPICS} - {row["topic"] for row in rows}) if rows else []
    return rows + [{"day": rows[0]["day"], "topic": topic, "articles": 0} for topic in missing]


def _totals_by_step(rows: Rows) -> list[tuple[Any, ...]]:
    """Return a row for each step, a column for each outlet."""
    outlets = sorted({row["outlet"] for row in rows})
    counts = {(row["day"], row["outlet"]): row["articles"] for row in rows}
    days = sorted({row["day"] for row in rows})
    return [("", *outlets), *((day, *(counts.get((day, o), 0) for o in outlets)) for day in days)]


def _totals_by(rows: Rows, name: str) -> dict[str, int]:
    """Return articles by `name`, the most first."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row[name]] += row["articles"]
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
