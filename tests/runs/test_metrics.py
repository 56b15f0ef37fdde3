"""The state of outlets for machines: `health --json`, the file for Prometheus, and its alerts."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from scrapy.settings import Settings

from crawler.runs.metrics import write_metrics
from tests import prefork
from tests.datasets import NOON, run, write
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


LABELS = ("outlet", "judgement", "outcome")


@pytest.fixture
def folder(tmp_path) -> Path:
    later = NOON + timedelta(hours=1)
    write(tmp_path, "runs", kontan=[run(), run("unhealthy", started_at=later, blocked=2)])
    backfill = run("unhealthy", started_at=later, command="backfill")
    return write(tmp_path, "runs", tirto=[run(newest_published_at=NOON), backfill])


def samples(path: Path) -> dict[tuple[str, str], float]:
    """The value of each sample of the file, by its name and the values of its labels."""
    return {
        (sample.name, ",".join(sample.labels[name] for name in LABELS if name in sample.labels)): (
            sample.value
        )
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
    }


def test_the_file_holds_the_last_crawl_of_the_present_of_each_outlet(folder):
    settings = Settings({"OUTPUT_DIR": str(folder), "STATE_DIR": "", "METRICS_FILE": ""})
    write_metrics(settings, NOON)
    found = samples(folder / "metrics/wartatek.prom")
    judged = "wartatek_outlet_judgement"
    assert found[judged, "kontan,unhealthy"] == found[judged, "tirto,healthy"] == 1
    assert found[judged, "kontan,healthy"] == found[judged, "tirto,unhealthy"] == 0
    assert found["wartatek_last_crawl_urls", "kontan,blocked"] == 2
    assert found["wartatek_last_healthy_timestamp_seconds", "kontan"] == NOON.timestamp()
    assert found["wartatek_last_crawl_timestamp_seconds", "kontan"] == NOON.timestamp() + 3600
    assert found["wartatek_newest_article_timestamp_seconds", "tirto"] == NOON.timestamp()
    assert ("wartatek_newest_article_timestamp_seconds", "kontan") not in found
    assert [path.name for path in (folder / "metrics").iterdir()] == ["wartatek.prom"]


def test_the_alerts_and_the_page_name_metrics_and_values_that_are_written(folder):
    path = folder / "elsewhere" / "w.prom"
    settings = Settings({"OUTPUT_DIR": str(folder), "METRICS_FILE": str(path)})
    write_metrics(settings, NOON)
    names = {name for name, _ in samples(path)}
    [group] = yaml.safe_load((CHECKOUT / "deploy/alerts.yml").read_text())["groups"]
    assert len(group["rules"]) >= 6
    used = {name for rule in group["rules"] for name in re.findall(r"wartatek_\w+", rule["expr"])}
    told = set(re.findall(r"`(wartatek_\w+)", (CHECKOUT / "docs/watch.md").read_text()))
    assert used <= names
    assert told == names
    values = {value for _, labels in samples(path) for value in labels.split(",")}
    for rule in group["rules"]:
        assert {*re.findall(r'="(\w+)"', rule["expr"])} <= values
        assert rule["annotations"]["summary"] and rule["labels"]["severity"]


def test_health_prints_an_object_for_each_outlet_and_exits_1_if_one_is_unhealthy(folder):
    done = prefork.scrapy("health", "--json", env=os.environ | {"OUTPUT_DIR": str(folder)})
    rows = {row["outlet"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert (rows["kontan"]["judgement"], rows["tirto"]["judgement"]) == ("unhealthy", "healthy")
    assert rows["kontan"]["healthy_at"] == NOON.isoformat()
    assert rows["kontan"]["detail"] == "nothing was stored"
    well = prefork.scrapy("health", "tirto", env=os.environ | {"OUTPUT_DIR": str(folder)})
    assert well.returncode == 0 and "tirto" in well.stdout and "kontan" not in well.stdout
