"""A trial: tests that follow the clock are green at every hour, on every day of the calendar."""

import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.moment import MOMENT
from tests.places import CHECKOUT

FOLLOW_THE_CLOCK = (
    "tests/archive/test_crawl.py",
    "tests/output/test_clock.py",
    "tests/reparse/test_task.py",
    "tests/sources/test_candidate.py",
    "tests/sources/test_feed.py",
    "tests/sources/test_listing.py",
    "tests/sources/test_window.py",
    "tests/state/stories/test_story_crawl.py",
    "tests/state/test_coverage.py",
    "tests/test_crawl.py",
    "tests/test_incremental.py",
)
"""Modules that crawl a newsroom of the present in their own process, or ask for today."""
SLOW = (
    "in_parallel",
    "without_bound",
    "hung_server",
    "times_out",
    "too_large",
    "killed",
    "costs_little",
    "cost_of",
)
"""Words in the names of tests that take seconds for reasons of their own, and ask for no time."""
TURNS = (
    "2026-11-24T16:59:58+00:00",  # midnight in WIB
    "2026-11-24T23:59:58+00:00",  # midnight in UTC
    "2026-11-30T16:59:58+00:00",  # the end of a month in WIB
    "2026-11-30T23:59:58+00:00",  # the end of a month in UTC
    "2028-02-28T16:59:58+00:00",  # the leap day begins in WIB
    "2028-02-29T05:00:00+00:00",  # the leap day
    "2028-02-29T16:59:58+00:00",  # the leap day ends in WIB
    "2028-02-29T23:59:58+00:00",  # the leap day ends in UTC
    "2026-12-31T16:59:58+00:00",  # New Year in WIB
    "2026-12-31T23:59:58+00:00",  # New Year in UTC
)
"""Two seconds before a turn of the calendar, which then comes amid the tests."""


def moments() -> list[str]:
    """Return the turns, and four seeded moments of the years 2024 to 2032."""
    chance = random.Random(12)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    found = [first + timedelta(minutes=chance.randrange(9 * 365 * 24 * 60)) for _ in range(4)]
    return [*TURNS, *(moment.isoformat() for moment in found)]


@pytest.mark.trial
@pytest.mark.parametrize("moment", moments())
def test_what_follows_the_clock_is_green_at_every_moment(moment: str):
    command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-k", f"not ({' or '.join(SLOW)})", *FOLLOW_THE_CLOCK],
        cwd=CHECKOUT, env=os.environ | {MOMENT: moment}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
