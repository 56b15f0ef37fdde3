"""The time, shifted for this process and for those that it starts."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from output import clock
from tests.moment import NOW
from tests.places import CHECKOUT

LEAP_DAY = datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)


def test_a_module_of_tests_begins_at_the_moment():
    assert NOW <= clock.now() < NOW + timedelta(hours=1)


def test_the_shifted_clock_runs_at_the_machines_pace(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(clock.OFFSET, clock.offset_to(LEAP_DAY))
    first, before = clock.now(), time.monotonic()
    time.sleep(0.05)
    passed = (clock.now() - first).total_seconds()
    assert first >= LEAP_DAY
    assert 0.05 <= passed == pytest.approx(time.monotonic() - before, abs=1)


def test_a_child_process_lives_at_the_same_moment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(clock.OFFSET, clock.offset_to(LEAP_DAY))
    before = clock.now()
    code = "from output import clock; print(clock.now().isoformat())"
    said = subprocess.check_output([sys.executable, "-c", code], cwd=CHECKOUT, text=True)
    assert before < datetime.fromisoformat(said.strip()) < clock.now()


def test_without_an_offset_it_is_the_machines_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(clock.OFFSET)
    assert clock.now().timestamp() == pytest.approx(clock.file_time(), abs=60)


def test_the_time_of_files_is_not_shifted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(clock.OFFSET, clock.offset_to(LEAP_DAY))
    assert clock.file_time() == pytest.approx(time.time(), abs=60)


@pytest.mark.parametrize("offset", ["kemarin", "nan", "inf", "1e300", "1e12", "-1e12"])
def test_an_offset_that_leads_nowhere_is_named(monkeypatch: pytest.MonkeyPatch, offset: str):
    monkeypatch.setenv(clock.OFFSET, offset)
    with pytest.raises(ValueError, match=f"{clock.OFFSET}={offset}"):
        clock.now()
