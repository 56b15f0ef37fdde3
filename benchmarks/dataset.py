"""Writing, reading and compacting the dataset: articles a second, bytes an article, peak memory.

The texts are the newsroom's, which repeat themselves: real ones compress less.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.items import Article, Image, Link, Removal
from crawler.newsroom.prose import Draft
from output.compaction import compact
from output.dataset import latest, read
from output.schema import content_hash
from output.verification import verify
from output.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES = 20_000
PART = 200
"""Rows a part: fewer than a crawl flushes, so that compaction has a hundred files to merge."""
FIRST = datetime(2023, 9, 1, tzinfo=UTC)


def article(number: int) -> Article:
    """A made-up article of a common size."""
    rng = random.Random(number)
    moment = FIRST + timedelta(minutes=number)
    draft = Draft(rng, moment.date(), technology=True)
    paragraphs = [passage.text for passage in draft.passages(rng)]
    body = "\n\n".join(paragraphs)
    url = f"https://outlet.example/teknologi/{number}/judul-berita"
    return Article(
        outlet="outlet",
        url=url,
        article_id=f"outlet:{number}",
        canonical_url=url,
        title=draft.title,
        description=paragraphs[0],
        body=body,
        paragraphs=paragraphs,
        authors=["Siti Rahma"],
        tags=draft.tags(rng),
        published_at=moment,
        images=[Image(url=f"{url}.jpg", caption="Ilustrasi", credit="Antara")],
        related=[Link(title=draft.title, url=url)] * 2,
        removed=[Removal(rule="baca_juga", text=f"Baca juga: {draft.title}")] * 2,
        content_hash=content_hash(draft.title, body),
        fetched_at=moment + timedelta(hours=1),
        run_id="bench",
        extractor_version="2026.11.22",
    )


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:<42} {seconds:6.2f} s {count / seconds:10,.0f} a second {peak:6} MB peak")


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def main() -> None:
    articles = [article(number) for number in range(ARTICLES)]
    text = sum(len(one.body or "") for one in articles) / ARTICLES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = Writer(folder, "bench", part_rows=PART)
        articles[0].row()
        with timed(f"write {ARTICLES:,} articles", ARTICLES):
            for one in articles:
                writer.write("articles", "outlet", one.row())
                if writer.full:
                    writer.flush()
            writer.flush()
        print(
            f"{size(folder) / ARTICLES:,.0f} bytes an article, whose body has {text:,.0f} letters"
        )
        with timed("latest, three columns", ARTICLES):
            latest(folder, columns=["article_id", "title", "published_at"])
        with timed("latest, all columns", ARTICLES):
            latest(folder)
        with timed("read with revisions", ARTICLES):
            read(folder, revisions=True, columns=["article_id"])
        with timed("verify", ARTICLES):
            assert not verify(folder)
        files = len(list(folder.rglob("*.parquet")))
        with timed(f"compact {files} files", ARTICLES):
            compact(folder)
        print(f"{size(folder) / ARTICLES:,.0f} bytes an article after that")
        with timed("latest, all columns, compacted", ARTICLES):
            latest(folder)
