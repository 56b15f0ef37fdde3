"""Python's garbage collector, told what it need not look for."""

from __future__ import annotations

import atexit
import gc

_THRESHOLD = 10_000  # objects; one page's tree is thousands, none of which refer to each other


def spare_what_is_loaded() -> None:
    """What is loaded by now stays: going through it, time and again, took a tenth of all time."""
    gc.freeze()
    gc.set_threshold(_THRESHOLD)


atexit.register(gc.unfreeze)  # else nothing of it is taken down, of which DuckDB complains
