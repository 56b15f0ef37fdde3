"""The gate: what extraction and cleaning must reach on real pages. Floors stand in floors.json."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.project import get_project_settings

from crawler.extraction.article import extract
from crawler.extraction.page.page import Page
from crawler.extraction.rules import GENERIC, Rules
from crawler.items import Rejected
from pipelines.clean import CleanPipeline
from tests.extraction.pages import NOW
from tests.shared import SHARED, needs_shared

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
PAGES = SHARED / "pages"
# The folders that are called otherwise than the outlet's spider.
OUTLETS = {
    "antaranews": "antara",
    "detik": "detikinet",
    "kompas": "kompastekno",
    "tempo": "tempotekno",
}
pytestmark = needs_shared


@pytest.fixture(scope="module")
def labels() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((PAGES / "gold").glob("*.json"))]


def outlet_rules(file: str) -> Rules:
    folder = file.partition("/")[0]
    rules: Rules = (
        get_spider_loader(get_project_settings()).load(OUTLETS.get(folder, folder)).rules()
    )
    return rules


def read(file: str, rules: Rules) -> dict[str, Any]:
    body = gzip.decompress((PAGES / file).read_bytes())
    article = CleanPipeline().process_item(extract(Page(body, ""), rules, fetched_at=NOW))
    assert len(article.kinds) == len(article.paragraphs)
    return {
        "file": file,
        "title": article.title,
        "body": article.body,
        "paragraphs": article.paragraphs,
        "authors": article.authors,
        "published_at": article.published_at and article.published_at.isoformat(),
    }


def measure(labels: list[dict[str, Any]], *, generic: bool) -> dict[str, float]:
    """The scorer's summary, by the scorer that stands beside the pages."""
    spec = importlib.util.spec_from_file_location("score", PAGES / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    files = [label["file"] for label in labels if label.get("kind", "article") == "article"]
    found = {file: read(file, GENERIC if generic else outlet_rules(file)) for file in files}
    summary: dict[str, float] = score.summary(score.score(PAGES / "gold", found))
    return summary


@pytest.mark.parametrize("rules", FLOORS)
def test_floors(labels: list[dict[str, Any]], rules: str) -> None:
    summary = measure(labels, generic=rules == "generic rules")
    missed = {
        name: (summary[name], floor)
        for name, floor in FLOORS[rules].items()
        if (summary[name] > floor if name == "leaks" else summary[name] < floor)
    }
    assert not missed, "measured, floor"


@pytest.mark.parametrize("generic", [False, True])
def test_galleries_are_rejected(labels: list[dict[str, Any]], generic: bool) -> None:
    galleries = [label["file"] for label in labels if label.get("kind") in ("gallery", "video")]
    assert galleries
    for file in galleries:
        with pytest.raises(Rejected):
            read(file, GENERIC if generic else outlet_rules(file))
