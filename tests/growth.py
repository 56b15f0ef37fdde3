"""Growth: the cost of a larger input against that of a smaller one, in processor time."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from tests.costs import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 4
MOST = 5
"""The cost of an input TIMES as large, at most, in costs of the smaller one."""
_TRIES, _SECONDS = 12, 3.0
"""Tries at least, and seconds of further tries of inputs that cost little: a busy machine blurs
these most."""
_TICK = 0.002  # seconds; below, a clock says nothing


def growth(small: Callable[[], object], large: Callable[[], object], enough: float = MOST) -> float:
    """Return the cost of `large` in costs of `small`.

    Other programs can only make a call dearer, so the cheapest of several calls counts. More are
    made, in turn, until the growth is at most `enough`, or for all tries and seconds. As with
    timeit, no garbage is collected meanwhile.
    """
    least, most = float("inf"), float("inf")
    begun, tries = time.process_time(), 0
    gc.freeze()  # all that other tests have left need not be looked through at each try
    try:
        while tries < _TRIES or time.process_time() - begun < _SECONDS:
            tries += 1
            gc.collect()
            gc.disable()
            try:
                least = min(least, seconds_of(small))
                most = min(most, seconds_of(large))
            finally:
                gc.enable()
            if most <= enough * max(least, _TICK):
                break
    finally:
        gc.unfreeze()
    return most / max(least, _TICK)
