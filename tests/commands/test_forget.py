"""`scrapy forget` as it is typed: nothing of an article is left but what it names."""

from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from crawler.archive.takedown import take_down
from crawler.state.index import open_index
from crawler.state.recurrence.table import rewrite_boilerplate, suspects
from output import boilerplate
from output.captures import publish_captures
from output.dataset import latest, open_dataset, read
from output.filesystem import Root
from output.takedown import buried, bury
from output.writer import Writer
from spiders.kontan import KontanSpider
from tests import prefork
from tests.crawls import crawl
from tests.datasets import library_of
from tests.moment import newsroom
from tests.output.rows import article
from tests.state.recurrence.bodies import prose

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess


def forget(folder: Path, *words: str, **environment: str) -> CompletedProcess[str]:
    places = {"OUTPUT_DIR": str(folder)} | environment
    return prefork.scrapy("forget", *words, env=os.environ | places)


def store(folder: Path, *rows: dict) -> Path:
    writer = Writer(folder, "run-1")
    for row in rows:
        writer.write("articles", "kontan", row)
    writer.flush()
    return folder


def holding(folder: Path, words: str) -> set[str]:
    """The files below the folder that hold the words: as bytes, unpacked, or in a column."""
    found = set()
    for path in folder.rglob("*"):
        if not path.is_file() or not path.stat().st_size:
            continue
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".parquet":
            content = str(pq.ParquetFile(path).read().to_pylist()).encode()
        if words.encode() in content:
            found.add(str(path.relative_to(folder)))
    return found


def test_no_file_holds_a_sentence_or_the_headline_of_an_article_that_is_forgotten(tmp_path):
    """But those that it names: copies, and other articles' related links."""
    data, state = tmp_path / "data", tmp_path / "state"
    with newsroom(seed=3, outlets=["kontan"], recent=12, past=0, older=0) as room:
        crawl(KontanSpider, room, data, STATE_DIR=str(state))
        library_of(data).close()
        (data / "search").rename(state / "search")
        rows = sorted(latest(data).to_pylist(), key=lambda one: one["article_id"])
        row = rows[0]
        [sentence, headline] = [row["paragraphs"][1], row["title"]]
        with open_index(state, data) as index:  # as a list named it, and a second look waits
            index.db.execute(
                "UPDATE pending SET candidate = json_set(candidate, '$.title', ?)"
                " WHERE article_id = ?",
                (headline, row["article_id"]),
            )
        staged = data / "staging/articles-outlet=kontan-month=2026-11-x.parquet-1a2b3c4d"
        staged.write_text(sentence)
        half = data / ".wartatek-export-abcd1234"
        half.mkdir()
        (half / "export.csv").write_text(sentence + headline)
        (data / "export.jsonl").write_text(sentence + headline)
        assert len(holding(tmp_path, sentence)) > 4
        done = forget(data, row["url"], STATE_DIR=str(state))
        assert done.returncode == 0, done.stderr
        assert holding(tmp_path, sentence) == {"data/export.jsonl"}
        assert f"left, for you to remove or make again: {data / 'export.jsonl'}" in done.stdout
        left = holding(tmp_path, headline) - {"data/export.jsonl"}
        others = [r for r in rows[1:] if headline in str(r["related"])]
        assert all(other["article_id"] in done.stdout for other in others)
        assert bool(left) == bool(others), left
        crawl(KontanSpider, room, data, STATE_DIR=str(state))
        assert row["article_id"] not in read(data)["article_id"].to_pylist()
        assert holding(tmp_path, sentence) == {"data/export.jsonl"}


def test_every_address_of_a_forgotten_article_is_buried(tmp_path):
    """A list may name the address to which the article was redirected, or that it states."""
    page = "https://investasi.kontan.co.id/news/harga"
    row = article(1) | {"url": f"{page}-2", "canonical_url": f"{page}-3"}
    store(tmp_path, row, article(2))
    assert forget(tmp_path, "kontan:1").returncode == 0
    ids = buried(Root(tmp_path), "kontan")
    assert "kontan:1" in ids and len(ids) == 3
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:2"]


def test_a_url_is_found_in_whatever_spelling_it_is_typed_and_stored(tmp_path):
    page = "https://investasi.kontan.co.id/news/harga"
    stored = [f"{page}-1?srsltid=x0", f"{page}-2/", f"http{page[5:]}-3", f"{page}-4?page=all"]
    store(tmp_path, *(article(n) | {"url": url} for n, url in enumerate(stored, 1)), article(5))
    typed = [f"{page}-1", f"HTTPS{page[5:]}-2?rss=1&utm_source=x", f" {page}-3/#isi", f"{page}-4"]
    done = forget(tmp_path, *typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:5"]


def test_files_that_may_quote_the_article_are_named_whatever_they_are(tmp_path):
    foreign = {"archive": {"file": "/arsip/CC-NEWS-1.warc.gz", "offset": 7}}
    store(tmp_path, article(1) | foreign, article(2), article(3) | {"archive": None})
    copies = [tmp_path / name for name in ("ai.parquet", "catatan.txt", "corpus.duckdb", "x.csv")]
    for path in copies:
        path.write_bytes(b"isi")
    done = forget(tmp_path, "kontan:1", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    [left] = [json.loads(line)["copies"] for line in done.stdout.splitlines() if "copies" in line]
    assert left == ["/arsip/CC-NEWS-1.warc.gz", *map(str, copies)]


def test_the_home_page_as_canonical_takes_no_other_article_along(tmp_path):
    home = "https://www.kontan.co.id/"
    store(tmp_path, *(article(number) | {"canonical_url": home} for number in (1, 2, 3)))
    done = forget(tmp_path, home)
    assert done.returncode == 2
    assert "leads to 3 articles, name one or say --all: kontan:1, kontan:2, kontan:3" in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(read(tmp_path)) == 3
    assert forget(tmp_path, "kontan:1").returncode == 0
    assert buried(Root(tmp_path), "kontan") == {"kontan:1"}
    assert forget(tmp_path, home, "--all").returncode == 0
    assert len(read(tmp_path)) == 0


@pytest.mark.parametrize("name", ["kontan:77", "https://investasi.kontan.co.id/news/tak-ada"])
def test_an_article_in_no_row_is_buried_all_the_same(tmp_path, name):
    store(tmp_path, article(1))
    done = forget(tmp_path, name)
    assert done.returncode == 1
    assert "was in no row; it will never come" in done.stderr
    [only] = buried(Root(tmp_path), "kontan")
    assert only.startswith("kontan:")
    assert len(read(tmp_path)) == 1


def test_a_reparse_publishes_no_article_that_was_taken_down_meanwhile(tmp_path):
    store(tmp_path, article(1), article(2))
    take_down({"OUTPUT_DIR": str(tmp_path), "STATE_DIR": ""}, "kontan", "kontan:1")  # type: ignore[arg-type]
    rows = [article(number) | {"extractor_version": "2027.01.01"} for number in (1, 2)]
    assert len(publish_captures(Root(tmp_path), "kontan", rows)) == 1
    assert publish_captures(Root(tmp_path), "kontan", rows[:1]) == []
    assert set(read(tmp_path)["article_id"].to_pylist()) == {"kontan:2"}
    bury(tmp_path, "kontan", "kontan:2")
    assert publish_captures(Root(tmp_path), "kontan", rows) == []
    reasons = open_dataset(tmp_path, "rejects").to_table()["reason"].to_pylist()
    assert set(reasons) == {"forgotten"}


def test_a_line_that_recurred_in_three_articles_recurs_no_more_without_one(tmp_path):
    call = "Ikuti kabar pasar terkini lewat saluran WhatsApp Kontan."
    rows = []
    for number in range(1, 4):
        paragraphs = [*prose(number), call]
        rows.append(article(number, paragraphs=paragraphs, body="\n\n".join(paragraphs)))
    store(tmp_path, *rows)
    with open_index(tmp_path, tmp_path) as index:
        rewrite_boilerplate(index, ["kontan"])
    assert [line["articles"] for line in boilerplate.lines(tmp_path)] == [3]
    assert forget(tmp_path, "kontan:2").returncode == 0
    assert boilerplate.lines(tmp_path) == []
    with open_index(tmp_path, tmp_path) as index:
        [found] = suspects(index.db)
        assert (found.line, found.articles) == (call, 2)
        carriers = {name for (name,) in index.db.execute("SELECT article_id FROM carriers")}
    assert carriers == {"kontan:1", "kontan:3"}
