from datetime import UTC, datetime
from types import SimpleNamespace

from scrapy.settings import Settings
from scrapy.statscollectors import StatsCollector

from crawler.items import Article, Rejected
from crawler.runs.manifest import RunManifest, Tally
from crawler.runs.outcomes import Outcomes


def test_a_tally_counts_fill_rates_and_body_sources():
    tally = Tally()
    early, late = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2))
    tally.add(Article(outlet="w", url="u", title="T", body="B", published_at=late, body_source="a"))
    tally.add(Article(outlet="w", url="u", title="T", published_at=early, body_source="a"))
    rates = {rate["field"]: rate["rate"] for rate in tally.fill_rates()}
    assert (rates["title"], rates["body"], rates["authors"]) == (1.0, 0.5, 0.0)
    assert tally.shares() == [{"source": "a", "share": 1.0}]
    assert tally.newest == late


def test_a_tally_counts_fields_of_which_pages_contradict_the_own_rule():
    tally = Tally()
    wrong = Article(outlet="w", url="u", contradicted=["published"])
    for article in (wrong, wrong, Article(outlet="w", url="v")):
        tally.add(article)
    tally.add(wrong, -1)
    assert +tally.contradicted == {"published": 1}


def test_rejects_are_counted_by_reason_and_other_drops_are_not(tmp_path):
    crawler = SimpleNamespace(settings=Settings({"STATS_DUMP": False}))
    stats = StatsCollector(crawler)  # type: ignore[arg-type]
    manifest = RunManifest(stats, str(tmp_path), "run")
    manifest.item_dropped(Rejected("off_topic"))
    manifest.item_dropped(ValueError())
    assert Outcomes(stats.get_stats()).by("rejected") == {"off_topic": 1}
