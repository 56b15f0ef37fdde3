"""House notices found by their recurrence: how many, how soon, and what else is taken with them.

First, 3,000 articles of the newsroom's prose with planted lines (recurrence.toml): notices that no
rule of cleaning names, and facts that recur as often. Then, where ../shared/many is, its plain
texts by the rules alone and by evidence too, judged by recurring sentences that were labelled by
hash. `cold`: with the articles up to the line's own; `re-cleaned`: with all. Bytes are those that
candidates take in state.db.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import tempfile
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from crawler.items import Block
from crawler.newsroom.prose import Draft
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader
from crawler.outlets.registry import project_settings
from crawler.state.index import open_index
from crawler.state.recurrence.bodies import Body, unlike_ones
from crawler.state.recurrence.decide import CARRIERS
from crawler.state.recurrence.index import Recurrence, compared
from crawler.state.recurrence.lines import hashed, plain_key, plain_words, sentences, shape_of
from crawler.state.recurrence.table import rewrite_boilerplate
from output.clock import WIB
from output.compaction import compact
from output.dataset import read
from output.schema import content_hash
from output.writer import Writer
from pipelines.cleaning.steps import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from output.schema import Row

MANY = Path(__file__).resolve().parents[2] / "shared/many/texts.jsonl.gz"
LINES = tomllib.loads(Path(__file__).with_name("recurrence.toml").read_text("utf-8"))
OUTLETS = ("kontan", "detikinet", "okezone")
ARTICLES = 3000
_FEWEST, _MOST = 6, 60  # articles that a planted line stands in
_BEGINNING = datetime(2026, 1, 1, tzinfo=WIB)


@dataclass
class Figures:
    """What became of the planted lines, by line: the articles that hold each, and the number of
    those that still do."""

    planted: dict[str, list[Body]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    decided: list[str] = field(default_factory=list)
    bytes_each: float = 0.0
    search_ms: float = 0.0
    judge_seconds: float = 0.0

    @property
    def notices(self) -> dict[str, list[Body]]:
        return {line: self.planted[line] for line in LINES["notices"]}

    @property
    def precision(self) -> float:
        """Share of decided lines that are part of a planted notice."""
        notices = {plain_key(line) for line in LINES["notices"]} | {
            plain_key(part.text) for line in LINES["notices"] for part in sentences(0, line)
        }
        right = sum(plain_key(line) in notices for line in self.decided)
        return right / len(self.decided) if self.decided else 0.0

    @property
    def wrong(self) -> list[str]:
        notices = " ".join(LINES["notices"])
        return [line for line in self.decided if line not in notices]

    @property
    def facts_taken(self) -> list[str]:
        return [line for line in LINES["facts"] if self.left[line] < len(self.planted[line])]

    @property
    def recall(self) -> float:
        """Share of the notices' occurrences that are gone when all articles are known."""
        total = sum(map(len, self.notices.values()))
        return 1 - sum(self.left[line] for line in self.notices) / total

    @property
    def missed(self) -> list[str]:
        return [line for line in self.notices if self.left[line]]

    @property
    def cold(self) -> float:
        """Share of occurrences that are gone when only the articles up to each are known."""
        total = sum(map(len, self.notices.values()))
        gone = sum(
            len(self.planted[line]) - first + 1 for line, first in self.first_removals.items()
        )
        return gone / total

    @property
    def first_removals(self) -> dict[str, int]:
        """The number of the article, among those with the line, at which it is first removed."""
        found = {}
        for line, bodies in self.notices.items():
            order = sorted(bodies, key=lambda body: body.place)
            for count in range(2, len(order) + 1):
                if _is_decided(line, order[:count]):
                    found[line] = count
                    break
        return found


def _is_decided(line: str, bodies: list[Body]) -> bool:
    parts = [part.text for part in sentences(0, line)]
    shapes = [shape_of(part, bodies[0].outlet) for part in parts]
    unlike = len(unlike_ones(bodies))
    return all(shape is not None and unlike >= CARRIERS[shape] for shape in shapes)


def generated(folder: Path, seed: int = 1) -> Figures:
    """Plant lines in articles, decide and compact in a dataset at `folder`; return the figures."""
    for line in LINES["notices"]:
        assert not _rules_of(line), f"a rule names it: {line}"
    rng, figures = Random(seed), Figures()
    rows = [_row(number, rng) for number in range(ARTICLES)]
    holders: dict[str, list[Row]] = {}
    for place, line in enumerate([*LINES["notices"], *LINES["facts"]]):
        mine = [row for row in rows if _outlet(row) == OUTLETS[place % len(OUTLETS)]]
        holders[line] = rng.sample(mine, rng.randint(_FEWEST, _MOST))
        for row in holders[line]:
            _plant(row, line, rng, at_end=line in LINES["notices"])
    writer = Writer(folder, "planted")
    for row in rows:
        body = "\n\n".join(row["paragraphs"])
        content = content_hash(row["title"], body)
        hashes = {"content_hash": content, "published_hash": content}
        writer.write("articles", _outlet(row), row | {"body": body} | hashes)
    writer.flush()
    bodies = {body.article_id: body for body in compared([_body(row) for row in rows])}
    figures.planted = {
        line: [bodies[row["article_id"]] for row in held] for line, held in holders.items()
    }
    _decide(folder, figures)
    for row in read(folder, columns=["body"]).to_pylist():
        figures.left.update(line for line in figures.planted if line in row["body"])
    return figures


def _decide(folder: Path, figures: Figures) -> None:
    with open_index(folder, folder) as index:
        start = time.process_time()
        Recurrence(index.db, index.root).catch_up()
        figures.search_ms = (time.process_time() - start) / ARTICLES * 1000
        query = "SELECT sum(pgsize) FROM dbstat WHERE name IN ('carriers', 'suspected')"
        start = time.process_time()
        judgement = rewrite_boilerplate(index, OUTLETS)
        figures.judge_seconds = time.process_time() - start
        figures.bytes_each = _bytes(index.db.execute, query) / ARTICLES
    compact(folder, evidence=judgement)
    figures.decided = [line.line for line in judgement.evidence.lines]


def _bytes(execute: Any, query: str) -> float:
    try:
        return float(execute(query).fetchone()[0] or 0)
    except sqlite3.OperationalError:  # SQLite without dbstat: the content, without its pages
        rows = execute("SELECT article_id, keys FROM carriers").fetchall()
        return sum(len(article) + len(keys) + 8 for article, keys in rows) * 1.4


def _rules_of(line: str) -> list[str]:
    """Return the rules by which cleaning takes `line` out of an article, or a part of it."""
    texts = ["Gawai itu dijual mulai pekan depan di lima kota.", line, "Harganya belum diumumkan."]
    cleaned = clean([Block(kind="paragraph", text=text) for text in texts], "kontan")
    return [fragment.rule for fragment in cleaned.fragments if fragment.rule]


def _row(number: int, rng: Random) -> dict[str, Any]:
    moment = _BEGINNING + timedelta(minutes=97 * number)
    draft = Draft(rng, date(moment.year, moment.month, moment.day), technology=number % 4 > 0)
    passages = draft.passages(rng)
    return {
        "article_id": f"{OUTLETS[number % len(OUTLETS)]}:{100_000 + number}",
        "url": f"https://contoh.example/{number}",
        "title": draft.title,
        "paragraphs": [passage.text for passage in passages],
        "kinds": [passage.kind for passage in passages],
        "removed": [],
        "published_at": moment,
        "fetched_at": moment + timedelta(hours=1),
        "run_id": "planted",
        "extractor_version": "2026.11.30",
    }


def _outlet(row: Mapping[str, Any]) -> str:
    return str(row["article_id"]).partition(":")[0]


def _body(row: Mapping[str, Any]) -> Body:
    moment = int(row["published_at"].timestamp() * 1_000_000)
    return Body(row["article_id"], _outlet(row), moment, row["paragraphs"], row["kinds"])


def _plant(row: dict[str, Any], line: str, rng: Random, *, at_end: bool) -> None:
    """Put `line` into an article: a paragraph of its own, or the end of one."""
    paragraphs, kinds = row["paragraphs"], row["kinds"]
    prose = [i for i, kind in enumerate(kinds) if kind == "paragraph"]
    if rng.random() < 0.3 and line[-1] in ".!?":
        place = rng.choice(prose)
        paragraphs[place] += f" {line}"
        return
    place = len(paragraphs) if at_end and rng.random() < 0.6 else rng.choice(prose) + 1
    paragraphs.insert(place, line)
    kinds.insert(place, "paragraph")


# -- texts of others


def many(folder: Path, *, by_rules: bool) -> list[tuple[str, int, int, int]]:
    """Return before and after the work of evidence the number of texts with a labelled notice, of
    sentences that are one, and of labelled prose that is gone.

    :param by_rules: rules have cleaned the texts before; else the texts are as they were saved
    """
    labels, rows = LINES["labels"], _texts(by_rules=by_rules)
    writer = Writer(folder, "many")
    for row in rows:
        writer.write("articles", _outlet(row), row)
    writer.flush()
    before = _labelled(rows, labels)
    with open_index(folder, folder) as index:
        judgement = rewrite_boilerplate(index, sorted({_outlet(row) for row in rows}))
    compact(folder, evidence=judgement)
    after = _labelled(read(folder).to_pylist(), labels)
    lost = before["prose"] - after["prose"]
    names = ("rules alone", "rules and evidence") if by_rules else ("as saved", "evidence alone")
    return [
        (names[0], before["texts"], before["house"], 0),
        (names[1], after["texts"], after["house"], lost),
    ]


def _texts(*, by_rules: bool) -> list[Row]:
    reader, rows = DocumentReader(project_settings({})), []
    with gzip.open(MANY, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            said = json.loads(line)
            article = reader.read(Document(said["text"].encode(), "text"))
            if not by_rules:
                lines_of_text = (" ".join(each.split()) for each in said["text"].split("\n")[2:])
                article.paragraphs, article.removed = [each for each in lines_of_text if each], []
                article.kinds = ["paragraph"] * len(article.paragraphs)
                article.body = "\n\n".join(article.paragraphs)
            outlet = said["id"].rpartition("-")[0].partition(".")[0]
            article.article_id, article.outlet = f"{outlet}:{said['id']}", outlet
            article.title = article.title or "(tanpa judul)"
            article.fetched_at = article.published_at or _BEGINNING + timedelta(days=300 + number)
            content = content_hash(article.title, article.body)
            article.content_hash = article.published_hash = content
            article.run_id, article.url = "many", f"https://contoh.example/{number}"
            rows.append(article.row())
    return rows


def _labelled(rows: Iterable[Row], labels: Mapping[str, list[str]]) -> Counter[str]:
    known = {digest: label for label, digests in labels.items() for digest in digests}
    found: Counter[str] = Counter()
    for row in rows:
        parts = [p.text for text in row["paragraphs"] for p in sentences(0, text)]
        said = Counter(known.get(label_of(part), "") for part in parts)
        found.update(said)
        found["texts"] += said["house"] > 0
    return found


def label_of(sentence: str) -> str:
    """Return the hash by which a sentence of others is labelled, without its text."""
    return f"{hashed(' '.join(plain_words(sentence))):016x}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        figures = generated(Path(folder))
    occurrences = sum(map(len, figures.notices.values()))
    firsts = figures.first_removals
    print(
        f"{ARTICLES:,} articles, {len(figures.notices)} notices in {occurrences} places, ", end=""
    )
    print(f"{len(LINES['facts'])} facts in {sum(len(figures.planted[f]) for f in LINES['facts'])}")
    print(f"decided {len(figures.decided)}, precision {figures.precision:.3f}", end="")
    print(f", facts taken {len(figures.facts_taken)}")
    print(f"recall cold {figures.cold:.3f}, re-cleaned {figures.recall:.3f}")
    print(f"first removal at article {sorted(firsts.values())} of a notice's own")
    print(f"{figures.bytes_each:.1f} bytes an article in state.db, ", end="")
    print(f"{figures.search_ms:.2f} ms CPU to search one, {figures.judge_seconds:.1f} s to decide")
    for title, lines in (("missed", figures.missed), ("wrong", figures.wrong)):
        print(f"{title}: {len(lines)}", *lines, sep="\n  ")
    if not MANY.exists():
        print("the thousands of texts (../shared/many) are not here")
        return
    print("| plain texts | with a notice | notices | labelled prose gone |\n|---|---|---|---|")
    for by_rules in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            for row in many(Path(folder), by_rules=by_rules):
                print("|", " | ".join(map(str, row)), "|")


if __name__ == "__main__":
    main()
