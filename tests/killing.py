"""Children that are killed before their first, second, third ... call of some functions."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def kill_at_every_call(
    functions: Sequence[tuple[Any, str]],
    work: Callable[[int], None],
    prepare: Callable[[int], object] = lambda number: None,
) -> None:
    """Run `work(n)` in a child that is killed before the nth call of `functions`: n = 1, 2, ...

    Print the wait status of each child, and end with the first that lives, or with the 200th.

    :param functions: pairs of a module or class, and the name of a function in it.
    :param prepare: called with n before the nth child starts, safe from being killed.
    """
    for number in range(1, 201):
        prepare(number)
        child = os.fork()
        if not child:
            pa.set_cpu_count(1)  # Arrow's threads do not survive the fork
            _arm(functions, number)
            work(number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)
        if not status:
            break


def _arm(functions: Sequence[tuple[Any, str]], last: int) -> None:
    calls = 0

    def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    for owner, name in functions:
        setattr(owner, name, deadly(getattr(owner, name)))
