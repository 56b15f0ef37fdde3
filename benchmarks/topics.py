"""Precision and recall of the technology lexicon on titles of our own, a third of them kept aside.

The part kept aside is chosen by a hash of the title and was labelled before the lexicon was tuned.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crawler.extraction.topics import THRESHOLD, Topics, classify

ROOT = Path(__file__).resolve().parents[1]
TITLES = ROOT / "tests" / "topics" / "titles.jsonl"
TEXT_LABELS = ROOT / "tests" / "topics" / "texts.json"
TEXTS = ROOT.parent / "shared" / "text" / "gold.json"

Case = dict[str, Any]
"""title, lead, section, technology (as labelled), topics."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How a list of cases was judged; shares are 1.0 where there was nothing to get wrong."""

    cases: int
    technology: int
    precision: float
    recall: float
    topic_precision: float
    topic_recall: float
    wrong: list[tuple[Case, Topics]]


def kept_aside(case: Case) -> bool:
    """Whether the case belongs to the third that nobody looks at while tuning."""
    return hashlib.sha256(case["title"].encode()).digest()[0] % 3 == 0


def titles() -> tuple[list[Case], list[Case]]:
    """The labelled titles: the part to tune on, and the part kept aside."""
    cases = [json.loads(line) for line in TITLES.read_text(encoding="utf-8").splitlines()]
    return [c for c in cases if not kept_aside(c)], [c for c in cases if kept_aside(c)]


def texts() -> list[Case]:
    """The real texts beside the checkout, with our labels; none where they are not there."""
    if not TEXTS.is_file():
        return []
    labels = json.loads(TEXT_LABELS.read_text(encoding="utf-8"))
    return [
        {
            "title": text["title"] or "",
            "lead": " ".join(text["paragraphs"]),
            "technology": labels[text["file"]],
            "topics": [],
        }
        for text in json.loads(TEXTS.read_text(encoding="utf-8"))
    ]


def judge(case: Case) -> Topics:
    """What the lexicon says of a case."""
    return classify(case["title"], section=case.get("section"), lead=case["lead"])


def measure(cases: list[Case]) -> Scores:
    """Precision and recall of "is technology", and of the topics named on technology."""
    verdicts = [(case, judge(case)) for case in cases]
    said = [case for case, topics in verdicts if topics.score >= THRESHOLD]
    true = [case for case in cases if case["technology"]]
    right = sum(case["technology"] for case in said)
    named = sum(len(topics.topics) for case, topics in verdicts if case["technology"])
    labelled = sum(len(case["topics"]) for case in true)
    common = sum(len({*case["topics"]} & {*topics.topics}) for case, topics in verdicts)
    return Scores(
        cases=len(cases),
        technology=len(true),
        precision=_share(right, len(said)),
        recall=_share(right, len(true)),
        topic_precision=_share(common, named),
        topic_recall=_share(common, labelled),
        wrong=[(c, t) for c, t in verdicts if (t.score >= THRESHOLD) != c["technology"]],
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def main() -> None:
    """Print both parts, the real texts where they are, and the speed."""
    console = Console()
    tuning, aside = titles()
    table = Table(title="Is it technology?")
    for heading in ("part", "cases", "technology", "precision", "recall", "topic P", "topic R"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    parts = {"titles to tune on": tuning, "titles kept aside": aside, "real texts": texts()}
    results = {name: measure(cases) for name, cases in parts.items() if cases}
    for name, scores in results.items():
        topics = (scores.topic_precision, scores.topic_recall)
        known = any(case["topics"] for case in parts[name])
        table.add_row(
            name,
            str(scores.cases),
            str(scores.technology),
            f"{scores.precision:.3f}",
            f"{scores.recall:.3f}",
            *(f"{share:.3f}" if known else "" for share in topics),
        )
    console.print(table)
    start, rounds = time.perf_counter(), 0
    while time.perf_counter() - start < 1.0:
        for case in tuning:
            judge(case)
        rounds += len(tuning)
    per_second = rounds / (time.perf_counter() - start)
    console.print(f"{per_second:,.0f} articles/s ({1e6 / per_second:.0f} µs each)")
    held = results["titles kept aside"]
    summary = {
        "precision": round(held.precision, 3),
        "recall": round(held.recall, 3),
        "articles_per_second": round(per_second),
    }
    print(json.dumps(summary))
