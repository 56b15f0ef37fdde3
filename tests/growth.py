"""Growth: the cost of a larger input against that of a smaller one, in processor time."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from tests.costs import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 4
MOST = 5
"""The cost of an input TIMES as large, at most, in costs of the smaller one."""
_TRIES = 12
_TICK = 0.002  # seconds; below, a clock says nothing


def growth(small: Callable[[], object], large: Callable[[], object], enough: float = MOST) -> float:
    """Return the cost of `large` in costs of `small`.

    Other programs can only make a call dearer, so the cheapest of several calls counts. More are
    made, in turn, until the growth is at most `enough`, or for all tries. As with timeit, no
    garbage is collected meanwhile.
    """
    least, most = float("inf"), float("inf")
    gc.freeze()  # all that other tests have left need not be looked through at each try
    try:
        for _ in range(_TRIES):
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
