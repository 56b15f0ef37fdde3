from __future__ import annotations

from dataclasses import fields, replace

import pyarrow.dataset as ds
import pytest
from scrapy.utils.test import get_crawler

from crawler.items import Article, Image, Link, NothingNew, Rejected, Removal
from output.captures import publish_captures
from output.dataset import open_dataset, read
from output.filesystem import Root
from output.schema import content_hash
from output.writer import Writer
from pipelines.store import StorePipeline
from tests.output.rows import NOON


def article(number=1, **changes):
    plain = Article(
        outlet="kontan",
        url=f"https://kontan.example/news/{number}",
        article_id=f"kontan:{number}",
        title="Gawai meluncur",
        body="Gawai meluncur di Bandung.",
        paragraphs=["Gawai meluncur di Bandung."],
        content_hash=content_hash("Gawai meluncur", "Gawai meluncur di Bandung."),
        published_at=NOON,
        fetched_at=NOON,
        extractor_version="2026.11.22",
    )
    return replace(plain, **changes)


class Run:
    """A store pipeline with its dataset, stats, published paths and stop reasons."""

    def __init__(self, folder, part_rows=1000, part_seconds=300):
        self.folder = folder
        self.stopped, self.published, self.now = [], [], 0.0
        self.stats = get_crawler().stats
        self.pipeline = StorePipeline(
            Writer(folder, "run-1", part_rows=part_rows, once=True),
            "kontan",
            self.stats,
            self.published.append,
            self.stopped.append,
            part_seconds,
            clock=lambda: self.now,
        )

    def rows(self, table="articles"):
        return open_dataset(self.folder, table).to_table().to_pylist()


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


def test_a_row_that_a_reparse_published_before_the_run_is_not_doubled(run):
    """The archive's file was finished while the run's rows waited, and a reparse read it."""
    for number in (1, 2):
        run.pipeline.process_item(article(number))
    [captured] = publish_captures(
        Root(run.folder), "kontan", [article(1, run_id="reparse-1").row()]
    )
    run.pipeline.close_spider()
    plain = ds.dataset(run.folder / "articles", partitioning="hive").to_table(["article_id"])
    assert sorted(plain["article_id"].to_pylist()) == ["kontan:1", "kontan:2"]
    assert run.stats.get_value("wartatek/stored") == 2
    assert [path == captured for path in run.published] == [False]


def test_a_run_whose_rows_are_all_there_publishes_no_file(run):
    run.pipeline.process_item(article(1))
    publish_captures(Root(run.folder), "kontan", [article(1, run_id="reparse-1").row()])
    run.pipeline.close_spider()
    assert (len(run.rows()), run.published) == (1, [])
    assert run.stats.get_value("wartatek/stored") == 1
    assert not run.stopped


def test_an_article_is_stored_whole(run):
    full = article(
        authors=["Siti Rahma"],
        images=[Image(url="https://gambar.example/1.jpg", credit="Antara")],
        related=[Link(title="Gawai lama")],
        removed=[Removal(rule="baca_juga", text="Baca juga: Gawai lama")],
        archive={"file": "a.warc.gz", "offset": 3},
        tech_score=0.5,
    )
    assert run.pipeline.process_item(full) is full
    run.pipeline.close_spider()
    (row,) = run.rows()
    assert row["images"] == [
        {"url": "https://gambar.example/1.jpg", "caption": None, "credit": "Antara"}
    ]
    assert row["related"] == [{"title": "Gawai lama", "url": None}]
    assert row["removed"] == [{"rule": "baca_juga", "text": "Baca juga: Gawai lama"}]
    assert (row["outlet"], row["month"], row["run_id"]) == ("kontan", "2023-09", "run-1")
    assert (row["published_at"], row["tech_score"], row["section"]) == (NOON, 0.5, None)


@pytest.mark.parametrize(
    ("column", "kind"), [("images", Image), ("related", Link), ("removed", Removal)]
)
def test_nested_rows_have_every_field(column, kind):
    part = kind(**{field.name: field.name for field in fields(kind)})
    assert article(**{column: [part]}).row()[column] == [
        {field.name: field.name for field in fields(kind)}
    ]


def test_stored_and_revised_are_counted_when_readers_see_them(run):
    run.pipeline.process_item(article(1))
    run.pipeline.process_item(article(2, revised=True))
    assert run.stats.get_value("wartatek/stored") is None
    run.pipeline.close_spider()
    assert run.stats.get_value("wartatek/stored") == 1
    assert run.stats.get_value("wartatek/revised") == 1
    assert run.published == ["articles/outlet=kontan/month=2023-09/run-1-00000.parquet"]


def test_rows_are_published_in_parts(tmp_path):
    run = Run(tmp_path, part_rows=2)
    for number in range(5):
        run.pipeline.process_item(article(number))
    assert len(run.rows()) == 4
    run.pipeline.close_spider()
    assert [len(part.to_table()) for part in open_dataset(tmp_path).get_fragments()] == [2, 2, 1]


def test_a_row_is_published_after_part_seconds_while_others_come(run):
    run.pipeline.process_item(article(1))
    run.now = 299
    run.pipeline.process_item(article(2))
    assert run.rows() == []
    run.now = 300
    run.pipeline.process_item(article(3))
    assert len(run.rows()) == 3


def test_a_reject_is_kept_with_reason_and_evidence(run):
    item = article(1, title="Foto-foto gawai \ud83d", discovered_via="feed:https://x/rss")
    run.pipeline.item_dropped(item, Rejected("gallery", "12 pictures"))
    run.pipeline.close_spider()
    (row,) = run.rows("rejects")
    assert (row["article_id"], row["reason"], row["evidence"]) == (
        "kontan:1",
        "gallery",
        "12 pictures",
    )
    assert row["title"] == "Foto-foto gawai ?"  # half an emoji is no text
    assert (row["rule_version"], row["fetched_at"]) == ("2026.11.22", NOON)
    assert row["run_id"] == "run-1"
    assert run.rows() == []


def test_a_page_rejected_before_extraction_has_a_row_in_rejects(run):
    bare = Article(outlet="kontan", url="https://kontan.example/dalam")
    run.pipeline.item_dropped(bare, Rejected("too_deep"))
    run.pipeline.close_spider()
    (row,) = run.rows("rejects")
    assert row["url"] == "https://kontan.example/dalam"
    assert row["fetched_at"] is not None
    assert row["rule_version"]


def test_an_article_with_nothing_new_leaves_no_row_in_rejects(run):
    run.pipeline.item_dropped(article(1), NothingNew("unchanged"))
    run.pipeline.close_spider()
    assert run.rows("rejects") == []


@pytest.mark.parametrize(
    "changes", [{"title": "\ud83d"}, {"body": None}, {"published_at": NOON.replace(tzinfo=None)}]
)
def test_a_row_that_parquet_cannot_hold_is_rejected_alone(run, changes):
    run.pipeline.process_item(article(1))
    with pytest.raises(Rejected, match="bad_row"):
        run.pipeline.process_item(article(2, **changes))
    run.pipeline.close_spider()
    assert [row["article_id"] for row in run.rows()] == ["kontan:1"]


def test_a_full_disk_ends_the_run_and_counts_what_is_lost(tmp_path, monkeypatch):
    run = Run(tmp_path, part_rows=2)
    for number in range(2):
        run.pipeline.process_item(article(number))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Root, "publish", full)
    for number in range(2, 6):  # the engine lets go of what it has in hand
        run.pipeline.process_item(article(number))
    assert run.stopped == ["store_failed"]
    run.pipeline.close_spider()
    assert run.stats.get_value("wartatek/failed/not_stored") == 4
    assert run.stats.get_value("wartatek/stored") == 2
    assert "No space left" in run.stats.get_value("wartatek/store_error")
    assert len(read(tmp_path)) == 2


def test_rows_are_published_once_a_full_disk_has_room_again(tmp_path, monkeypatch):
    run = Run(tmp_path, part_rows=1)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Root, "publish", full)
        run.pipeline.process_item(article(1))
    run.pipeline.close_spider()
    assert run.stats.get_value("wartatek/failed/not_stored") is None
    assert len(run.rows()) == 1


def test_foreign_files_are_set_aside_before_the_run(run):
    path = "articles/outlet=kontan/month=2023-09/half.parquet"
    (run.folder / path).parent.mkdir(parents=True)
    (run.folder / path).write_bytes(b"PAR1")
    run.pipeline.open_spider()
    run.pipeline.process_item(article(1))
    run.pipeline.close_spider()
    assert run.stats.get_value(f"wartatek/quarantined/{path}") == 1
    assert ds.dataset(run.folder / "articles", partitioning="hive").count_rows() == 1
    assert (run.folder / "quarantine" / path).exists()
