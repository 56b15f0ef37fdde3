"""The cost of a call: processor time, and the memory that it takes at its peak."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds_of(call: Callable[[], object]) -> float:
    """Return the seconds of CPU that `call` takes, whatever else the machine does."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def peak_of(call: Callable[[], object]) -> int:
    """Return the bytes that `call` takes at its peak, without those that C libraries take."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
