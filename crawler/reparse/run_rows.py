"""A reparse's rows for the table runs: outcomes of all pages, and the versions that ran."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.runs.versions import counted, versions
from output import clock, stories
from output.description import publish_description
from output.schema import REPARSE, Row
from output.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from crawler.reparse.job import Job, Result

_GROUPS = {"skipped": "skipped/", "rejected": "rejected/", "failed": "bad/"}
"""The prefix of a reparse's outcomes, by the column that counts them."""


def reparse_rows(
    job: Job,
    results: Sequence[Result],
    seconds: float,
    started_at: datetime,
    *,
    interrupted: bool = False,
) -> Iterator[tuple[str, Row]]:
    """Yield the name and the row of every outlet with a page.

    Outcomes without an outlet, such as records that cannot be read, appear in all rows.
    """
    tally = sum((result.tally for result in results), Counter[tuple[str, str]]())
    whole = not any(result.problems for result in results)
    common = {
        "run_id": job.run_id,
        "command": REPARSE,
        "started_at": started_at,
        "finished_at": clock.now(),
        "seconds": seconds,
        "files": sum(len(result.paths) for result in results),
        "versions": [*versions(), *_evidence(job)],
        "judgement": "interrupted" if interrupted else "healthy" if whole else "unhealthy",
        "detail": _detail(results, tally),
    }
    for outlet in sorted({outlet for outlet, _ in tally} - {""}):
        yield outlet, common | _row({name: n for (of, name), n in tally.items() if of == outlet})


def keep_run(
    job: Job,
    results: Sequence[Result],
    seconds: float,
    started_at: datetime,
    *,
    interrupted: bool = False,
) -> None:
    """Write the reparse into the table runs, as a crawl does.

    :raises OSError: the dataset cannot be written.
    """
    writer = Writer(job.location, job.run_id)
    for outlet, row in reparse_rows(job, results, seconds, started_at, interrupted=interrupted):
        writer.write("runs", outlet, row)
    writer.flush()
    stories.credit(job.location)  # articles may be credited to other agencies now
    publish_description(job.location)


def _row(counts: Mapping[str, int]) -> Row:
    """Return the columns that count an outlet's pages by outcome."""
    columns = {"fetched": "pages", "stored": "new", "revised": "changed", "unchanged": "unchanged"}
    row: Row = {column: counts.get(name, 0) for column, name in columns.items()}
    for column, prefix in _GROUPS.items():
        found = [(name.removeprefix(prefix), n) for name, n in counts.items() if prefix in name]
        if column == "skipped" and "done_before" in counts:
            found.append(("done_before", counts["done_before"]))
        row[column] = sum(count for _, count in found)
        row[f"{column}_by"] = counted(sorted(found))
    return row


def _evidence(job: Job) -> list[dict[str, str]]:
    """Return the hash of the lines that were lifted out of rows, as a version that ran."""
    return [{"name": "evidence", "version": job.evidence.name}] if job.evidence.lines else []


def _detail(results: Iterable[Result], tally: Mapping[tuple[str, str], int]) -> str:
    said = [f"{path}: {why}" for result in results for path, why in result.problems.items()]
    bad = sorted(
        (name.removeprefix("bad/"), n)
        for (of, name), n in tally.items()
        if not of and "bad/" in name
    )
    bugs = Counter[str]()
    for (_, name), n in tally.items():
        if name.startswith("error/"):
            bugs[name.removeprefix("error/")] += n
    if bugs:
        said.append("errors: " + ", ".join(f"{name} {n}" for name, n in sorted(bugs.items())))
    if bad:
        said.append("bad records: " + ", ".join(f"{name} {n}" for name, n in bad))
    return "; ".join(said)
