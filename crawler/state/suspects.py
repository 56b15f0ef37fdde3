"""Texts of pages that are not about their own article, in the last runs of an outlet.

A text at several addresses is a wall's (`crawler.extraction.walls`). Texts of earlier runs count,
since a run every half hour may ask for a single article.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from crawler.extraction.walls import SAME_PAGE, SharedText, shared_text
from output.dataset import open_dataset
from output.schema import REPARSE, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.state.database import Database
    from output.filesystem import Root

RUNS = 10
"""Earlier runs whose texts count: five hours of a crawl each half hour."""
_EVIDENCE = re.compile(r"[0-9a-f]{32}\b")
_COLUMNS = ["article_id", "url", "title", "description", "paragraphs", "run_id"]


def evidence(text: SharedText, article_ids: Iterable[str]) -> str:
    """Return the evidence of a reject, which begins with the digest of the text."""
    return f"{text.digest.hex()} of {', '.join(article_ids)}: {text.text[:100]}"


def digest_in(evidence: str) -> bytes | None:
    """Return the digest that `evidence` begins with; None for any other text."""
    said = _EVIDENCE.match(evidence)
    return bytes.fromhex(said[0]) if said else None


class Suspects:
    """The texts of `outlet`, each with the articles at whose addresses it was served."""

    def __init__(self, db: Database, root: Root, outlet: str) -> None:
        self.db = db
        self.root = root
        self.outlet = outlet

    def begin(self, run_id: str) -> None:
        """Begin a run: forget texts older than the last runs, and find them again in the dataset
        where the state has none of the outlet's runs."""
        if not self._runs():
            self._restore()
        with self.db.transaction():
            self._add(run_id, b"", "")
            for old in self._runs()[RUNS + 1 :]:
                self.db.execute(
                    "DELETE FROM suspects WHERE outlet = ? AND run_id = ?", (self.outlet, old)
                )

    def add(self, run_id: str, digest: bytes, article_id: str) -> list[str]:
        """Keep a text of `article_id`; return all articles at whose addresses it was served."""
        self._add(run_id, digest, article_id)
        rows = self.db.execute(
            "SELECT DISTINCT article_id FROM suspects WHERE outlet = ? AND digest = ?",
            (self.outlet, digest),
        )
        return sorted(str(row[0]) for row in rows)

    def _add(self, run_id: str, digest: bytes, article_id: str) -> None:
        self.db.execute(
            "INSERT OR IGNORE INTO suspects VALUES (?, ?, ?, ?)",
            (self.outlet, digest, article_id, run_id),
        )

    def _runs(self) -> list[str]:
        """Return the run_ids of the outlet's runs, which sort by time, newest first."""
        query = "SELECT DISTINCT run_id FROM suspects WHERE outlet = ? ORDER BY run_id DESC"
        return [str(run_id) for (run_id,) in self.db.execute(query, (self.outlet,))]

    def _restore(self) -> None:
        """Read the texts of the last runs from the dataset: of stored articles and of rejects."""
        location = self.root.location
        runs = open_dataset(location, "runs", self.outlet)
        crawls = runs.to_table(["run_id", "command"]).to_pylist()
        names = sorted({row["run_id"] for row in crawls if row["command"] != REPARSE})[-RUNS:]
        of_runs = pc.field("run_id").isin(names)
        with self.db.transaction():
            for row in self._rows("articles", _COLUMNS, of_runs) if names else ():
                stated = (row["title"], row["description"])
                if text := shared_text(row["url"], stated, None, row["paragraphs"] or ()):
                    self._add(row["run_id"], text.digest, row["article_id"])
            same = of_runs & (pc.field("reason") == pc.scalar(SAME_PAGE))
            columns = ["article_id", "evidence", "run_id"]
            for row in self._rows("rejects", columns, same) if names else ():
                if row["article_id"] and (digest := digest_in(row["evidence"] or "")):
                    self._add(row["run_id"], digest, row["article_id"])

    def _rows(self, table: str, columns: list[str], wanted: pc.Expression) -> Iterator[Row]:
        dataset = open_dataset(self.root.location, table, self.outlet)
        for batch in dataset.to_batches(columns=columns, filter=wanted):
            yield from batch.to_pylist()
