"""Work that may never end, as a regex that backtracks badly, which nothing can interrupt."""

from __future__ import annotations

import multiprocessing
import resource
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 1800
"""Seconds after which a process counts as hung; on a busy machine it may need minutes."""


def ends(seconds: int, work: Callable[..., None], *args: object) -> bool:
    """Return whether `work` is done, without an error, in `seconds` of a processor.

    A process of its own does it. Its processor time counts, since other programs cannot slow it.
    """
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_work_within, args=(seconds, work, *args))
    process.start()
    process.join()
    return process.exitcode == 0


def _work_within(seconds: int, work: Callable[..., None], *args: object) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    work(*args)
