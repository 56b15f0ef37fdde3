from typing import Any

import pytest

from crawler.runs.outcomes import Outcomes


def outcomes(**counts: int | str) -> Outcomes:
    return Outcomes({f"wartatek/{k.replace('__', '/')}": v for k, v in counts.items()})


LISTED = {"sources__feed:x__listed": 20}


@pytest.mark.parametrize(
    ("counts", "judgement", "detail"),
    [
        ({**LISTED, "stored": 3, "failed__http_404": 9}, "healthy", "3 stored"),
        ({**LISTED, "revised": 1}, "healthy", "1 stored"),
        ({**LISTED, "skipped__known": 20}, "healthy", "nothing new"),
        ({**LISTED, "rejected__off_topic": 5}, "healthy", "nothing new"),
        ({**LISTED, "rejected__gallery": 1}, "healthy", "nothing new"),
        ({**LISTED, "rejected__not_article": 5}, "unhealthy", "5 not_article"),
        ({**LISTED, "failed__timeout": 2, "blocked": 1}, "unhealthy", "2 timeout, 1 blocked"),
        ({"sources__feed:x__stale_feed": 1}, "unhealthy", "feed:x stale_feed"),
        ({}, "unhealthy", "none was asked"),
        ({**LISTED, "stored": 3, "store_error": "disk full"}, "unhealthy", "disk full"),
        ({"sources__feed:x__blocked": 1, "crawl_delay": 600.0}, "put_off", "asks for 600 s"),
        ({**LISTED, "blocked": 9, "crawl_delay": 600.0}, "put_off", "asks for 600 s"),
        ({"crawl_delay": 600.0, "store_error": "disk full"}, "unhealthy", "disk full"),
    ],
)
def test_a_run_is_judged_by_its_outcomes(counts: dict[str, Any], judgement: str, detail: str):
    found, why = outcomes(**counts).judgement()
    assert (found, detail in why) == (judgement, True), why


@pytest.mark.parametrize(
    ("counts", "judgement", "detail"),
    [
        ({**LISTED, "failed__unfinished": 17}, "interrupted", "0 stored, 17 left to the next run"),
        ({**LISTED, "stored": 3}, "interrupted", "3 stored, 0 left to the next run"),
        ({}, "interrupted", "0 stored, 0 left to the next run"),
        ({**LISTED, "store_error": "disk full"}, "unhealthy", "cannot store: disk full"),
    ],
)
def test_an_interrupted_run_is_not_judged_by_unfinished_articles(counts, judgement, detail):
    assert outcomes(**counts).judgement(interrupted=True) == (judgement, detail)


@pytest.mark.parametrize(
    ("counts", "judgement", "detail"),
    [
        ({}, "no_past", "goes back"),
        ({"sources__sitemap:x__listed": 0}, "no_past", "goes back"),
        ({"sources__listing:x__walked": 30}, "healthy", "nothing new"),
        ({"sources__listing:x__http_500": 1}, "unhealthy", "listing:x http_500"),
        ({"sources__sitemap:x__listed": 3, "failed__dns": 3}, "unhealthy", "3 dns"),
        ({"state_error": "locked"}, "unhealthy", "locked"),
    ],
)
def test_a_backfill_without_a_list_of_the_days_is_no_ill_health(counts, judgement, detail):
    found, why = outcomes(**counts).judgement(past=True)
    assert (found, detail in why) == (judgement, True), why


def test_outcomes_add_up():
    found = outcomes(stored=2, unchanged=1, blocked=1, skipped__known=4, failed__dns=3)
    assert found.settled == 11
    assert found.by("failed") == {"dns": 3}
    assert found.count("skipped") == 4
