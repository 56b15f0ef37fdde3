"""Fuzzing with Hypothesis for a while: FUZZ_SECONDS for each target, 60 by default."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.costs import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
MOST = 10
"""Seconds of CPU for an input under 100 KB; 1, where nothing else runs."""
SIZE = 100_000
T = TypeVar("T")


def strings(words: Sequence[str], most: int = 40) -> SearchStrategy[str]:
    """Return strings of `words` and of any text, in any order, some of them over and over."""
    word = st.sampled_from(words) | st.text(max_size=20)
    part = st.tuples(word, st.sampled_from([1, 1, 1, 2, 50, 3000])).map(lambda p: p[0] * p[1])
    return st.lists(part, max_size=most).map(lambda parts: "".join(parts)[:SIZE])


def is_soon_done(call: Callable[[], object]) -> bool:
    """Return whether `call` takes less than MOST."""
    return seconds_of(call) < MOST


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
