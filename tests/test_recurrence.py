"""House notices that no rule names: crawled, found by their recurrence, and taken out of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import crawler.reparse.task as task
from crawler.items import Removal
from crawler.newsroom import leaks
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from crawler.reparse.workers import in_processes
from crawler.state.index import DatasetIndex, open_index
from crawler.state.recurrence.table import published_evidence, rewrite_boilerplate
from output.compaction import compact
from output.dataset import read
from output.verification import verify
from pipelines.clean import CleanPipeline
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.crawls import crawl, project_settings
from tests.moment import newsroom

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = leaks.NOTICES[4]
OUTLET = "mediaindonesia"


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(leaks, "planted", lambda seed, rng: (NOTICE,))
    with newsroom(seed=5, outlets=[OUTLET], recent=24, past=0, older=0) as served:
        yield served


def decide(folder: Path) -> list[str]:
    with open_index(folder, folder) as index:
        judgement = rewrite_boilerplate(index, [OUTLET])
    compact(folder, evidence=judgement)
    return [line.line for line in judgement.evidence.lines]


def look_again(room, folder: Path):
    """Crawl when all articles are due, and no server says that a page is unchanged."""
    with DatasetIndex.of(project_settings(room.url, folder)) as index:  # which knows merged files
        index.db.execute("UPDATE pending SET next_at = 0 WHERE look")
        index.db.execute("DELETE FROM validators")
    return crawl(MediaIndonesiaSpider, room, folder).outcomes


def rows(folder: Path) -> list[dict]:
    return sorted(read(folder).to_pylist(), key=lambda row: (row["article_id"], row["fetched_at"]))


def contents(folder: Path) -> list[dict]:
    """Return the rows without what differs from run to run."""
    table = read(folder).drop_columns(["run_id", "archive", "cluster_id", "discovered_via"])
    return sorted(table.to_pylist(), key=lambda row: (row["article_id"], row["fetched_at"]))


@pytest.fixture
def cleaned(room, tmp_path):
    crawl(MediaIndonesiaSpider, room, tmp_path)
    assert decide(tmp_path) == [NOTICE]
    return tmp_path


def test_a_crawl_leads_to_a_decision_and_to_clean_rows(cleaned):
    found = rows(cleaned)
    assert len(found) > 5
    assert not any(NOTICE in row["body"] for row in found)
    assert all(
        {"rule": f"recurs:{len(found) // 10 * 10}", "text": NOTICE} in r["removed"] for r in found
    )
    assert verify(cleaned) == []


def test_a_second_look_after_new_evidence_is_no_revision_but_an_edit_is(room, cleaned):
    before = rows(cleaned)
    room.edit(before[0]["url"])
    outcomes = look_again(room, cleaned)
    assert (outcomes.count("revised"), outcomes.count("unchanged")) == (1, len(before) - 1)
    decide(cleaned)
    assert [row for row in rows(cleaned) if row in before] == before
    assert not any(NOTICE in row["body"] for row in rows(cleaned))


def test_a_second_look_after_a_new_rule_is_no_revision(room, cleaned, monkeypatch):
    process = CleanPipeline.process_item

    def with_a_new_rule(pipeline, article):
        """Take the last paragraph of prose and the notice, which the rule names now."""
        article = process(pipeline, article)
        taken, article.paragraphs = article.paragraphs[-2:], article.paragraphs[:-2]
        article.removed += [Removal(rule="new-rule", text=text) for text in taken]
        article.body = "\n\n".join(article.paragraphs)
        return article

    monkeypatch.setattr(CleanPipeline, "process_item", with_a_new_rule)
    before = rows(cleaned)
    outcomes = look_again(room, cleaned)
    assert (outcomes.count("unchanged"), outcomes.count("revised")) == (len(before), 0)
    assert rows(cleaned) == before


def test_a_reparse_with_the_table_gives_the_rows_of_the_dataset_anywhere(cleaned, tmp_path_factory):
    warcs = [str(path) for path in sorted(cleaned.glob("archive/*/*.warc.gz"))]
    evidence = published_evidence(cleaned)
    assert len(evidence.lines) == 1
    elsewhere = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    reparse(Job(str(elsewhere[0]), "one", evidence=evidence), warcs)
    job = Job(str(elsewhere[1]), "other", evidence=evidence)
    assert [r.problems for r in in_processes(job, [warcs], 1, lambda size, pages: None)] == [{}]
    for folder in elsewhere:
        assert contents(folder) == contents(cleaned)
        assert verify(folder) == []


def test_a_reparse_by_a_later_version_writes_no_row_for_the_evidence_alone(cleaned, monkeypatch):
    before = read(cleaned).num_rows
    monkeypatch.setattr(task, "EXTRACTOR_VERSION", "2099.01.01")
    warcs = [str(path) for path in sorted(cleaned.glob("archive/*/*.warc.gz"))]
    for evidence in (published_evidence(cleaned), published_evidence(cleaned / "none")):
        result = reparse(Job(str(cleaned), "again", evidence=evidence), warcs)
        assert result.counts["unchanged"] == before
    assert read(cleaned).num_rows == before


def test_an_archived_second_look_by_a_newer_rule_is_no_revision(cleaned, monkeypatch, room):
    """Only the page of the second look is read again, so the first has the old rule's body."""
    look_again(room, cleaned)
    # By time, since the names of two files of a second are in no order.
    *_, second = sorted(
        cleaned.glob("archive/*/*.warc.gz"), key=lambda path: path.stat().st_mtime_ns
    )
    process = CleanPipeline.process_item

    def with_a_new_rule(pipeline, article):
        article = process(pipeline, article)
        article.removed.append(Removal(rule="new-rule", text=article.paragraphs.pop()))
        article.body = "\n\n".join(article.paragraphs)
        article.extractor_version = "2099.01.01"
        return article

    monkeypatch.setattr(CleanPipeline, "process_item", with_a_new_rule)
    before = rows(cleaned)
    result = reparse(Job(str(cleaned), "again"), [str(second)])
    assert result.counts["pages"] == len(before)
    assert not (result.counts["new"] or result.counts["changed"])
    assert rows(cleaned) == before
