"""A crawl stores technology alone; `extract` keeps documents of any topic."""

from __future__ import annotations

import pytest
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from crawler.items import Article, Rejected
from pipelines.classify import ClassifyPipeline


def article(title: str, *paragraphs: str, url: str = "https://www.kontan.co.id/news/x") -> Article:
    return Article(outlet="kontan", url=url, title=title, paragraphs=list(paragraphs))


PONSEL = article("Ponsel Lipat Baru Dijual", "Gawai itu memakai chipset terbaru.")
CABAI = article("Harga Cabai Naik", "Pasokan dari petani berkurang.")


def test_topics_and_score_are_filled() -> None:
    judged = ClassifyPipeline(None).process_item(PONSEL)
    assert judged.topics == ["gadget"] and judged.tech_score == 1.0


def test_an_off_topic_article_is_rejected_with_score_and_words() -> None:
    with pytest.raises(Rejected, match="off_topic") as caught:
        ClassifyPipeline(None).process_item(CABAI)
    assert caught.value.reason == "off_topic"
    assert caught.value.evidence == "score 0.0: -cabai, -petani"


def test_the_lead_counts_for_the_topic_like_the_description() -> None:
    item = article("Kabar Pagi", "Peretas menyebar ransomware.")
    assert ClassifyPipeline(None).process_item(item).topics == ["security"]
    item = article("Kabar Pagi")
    item.description = "Peretas menyebar ransomware."
    assert ClassifyPipeline(None).process_item(item).topics == ["security"]


@pytest.mark.parametrize("field", ["url", "canonical_url"])
def test_an_article_of_the_technology_section_is_kept_with_any_score(field: str) -> None:
    item = article("Harga Cabai Naik")
    setattr(item, field, "https://tekno.contoh.id/read/1")
    assert ClassifyPipeline(r"//tekno\.").process_item(item).tech_score == 0.0


def test_outside_the_technology_section_the_score_decides() -> None:
    with pytest.raises(Rejected):
        ClassifyPipeline(r"//tekno\.").process_item(CABAI)


def test_outside_a_crawl_no_article_is_off_topic() -> None:
    assert ClassifyPipeline().process_item(CABAI).tech_score == 0.0


@pytest.mark.parametrize(("technology", "stays"), [(None, False), ("", True), ("/tekno/", False)])
def test_the_spiders_technology_regex_is_used(technology: str | None, stays: bool) -> None:
    spider = type("KontanSpider", (Spider,), {"name": "kontan", "technology": technology})
    pipeline = ClassifyPipeline.from_crawler(get_crawler(spider))
    if stays:
        assert pipeline.process_item(CABAI) is CABAI
    else:
        with pytest.raises(Rejected):
            pipeline.process_item(CABAI)
