"""Fuzzing with Hypothesis for a while: FUZZ_SECONDS for each target, 60 by default."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, given, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
T = TypeVar("T")


def fuzz(inputs: SearchStrategy[T], check: Callable[[T], None]) -> int:
    """Call `check` with ever new `inputs` for SECONDS; return the number of calls.

    What `check` raises is raised with the smallest input that was found.
    """
    calls = 0

    @settings(
        max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(inputs)
    def round_of(value: T) -> None:
        nonlocal calls
        calls += 1
        check(value)

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        round_of()
    return calls
