from __future__ import annotations

import pytest
from scrapy.utils.test import get_crawler

from crawler.items import Article, NothingNew, Rejected
from output.schema import content_hash
from pipelines.deduplicate import DeduplicatePipeline


def article(number=1, body="Isi berita."):
    return Article(
        outlet="kontan", url="https://x/", article_id=f"kontan:{number}", title="Judul", body=body
    )


@pytest.fixture
def stats():
    return get_crawler().stats


@pytest.fixture
def pipeline(stats):
    stored = {"kontan:1": content_hash("Judul", "Isi berita.")}
    return DeduplicatePipeline(stored.get, lambda item: f"story of {item.article_id}", stats)


def test_a_new_article_passes_with_its_content_hash(pipeline, stats):
    item = pipeline.process_item(article(2))
    assert item.content_hash == content_hash("Judul", "Isi berita.")
    assert not item.revised
    assert item.cluster_id == "story of kontan:2"
    assert not stats.get_stats()


def test_an_unchanged_capture_is_counted_and_not_rejected(pipeline, stats):
    with pytest.raises(NothingNew) as dropped:
        pipeline.process_item(article(1, body="Isi  berita. "))
    assert not isinstance(dropped.value, Rejected)
    assert stats.get_stats() == {"wartatek/unchanged": 1}


def test_a_capture_with_other_content_is_a_revision(pipeline):
    item = pipeline.process_item(article(1, body="Isi berita, diralat."))
    assert item.revised
    assert item.content_hash == content_hash("Judul", "Isi berita, diralat.")


def test_an_article_passes_deduplication_once_in_a_run(pipeline, stats):
    pipeline.process_item(article(2))
    with pytest.raises(NothingNew):
        pipeline.process_item(article(2, body="Isi lain."))
    assert stats.get_stats() == {"wartatek/skipped/duplicate": 1}


def test_an_article_that_is_stored_under_another_id_is_a_duplicate(stats):
    elsewhere = {"kontan:2": "kontan:1"}
    stored = {"kontan:1": "x"}
    pipeline = DeduplicatePipeline(
        stored.get, lambda _: None, stats, lambda item: elsewhere.get(item.article_id)
    )
    with pytest.raises(NothingNew, match="stored as kontan:1"):
        pipeline.process_item(article(2))
    assert stats.get_stats() == {"wartatek/skipped/duplicate": 1}
    assert pipeline.process_item(article(3)).article_id == "kontan:3"


def test_an_article_without_id_is_rejected(pipeline):
    with pytest.raises(Rejected, match="no_article_id"):
        pipeline.process_item(Article(outlet="kontan", url="https://x/"))
