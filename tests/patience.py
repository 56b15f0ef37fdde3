"""Work that may never end, as a regex that backtracks badly, which nothing can interrupt."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def ends(seconds: float, work: Callable[..., None], *args: object) -> bool:
    """Whether `work` is done, without an error, within `seconds`; a process of its own does it."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=args)
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        return False
    return process.exitcode == 0
