"""Commands of Scrapy in processes of their own, which are forked with all modules imported.

`python -m scrapy` spends two seconds of CPU on imports, and tests run hundreds of commands. A
server imports once, and forks a process for each command: with an environment and standard streams
of its own. Imports, and the interpreter's end, are tried by tests that start an interpreter.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import subprocess
import sys
import warnings
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES = ("crawler", "output", "pipelines", "scrapy.commands", "spiders")
ENGINE = ("scrapy.cmdline", "scrapy.core.engine", "twisted.internet.asyncioreactor")
STREAMS = ("stdin", "stdout", "stderr")
_idle: list[subprocess.Popen[bytes]] = []
"""Servers without a command; each runs one at a time."""


def scrapy(
    *words: object, env: Mapping[str, str] | None = None, typed: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """Return how a command of the checkout ended, and all that was printed.

    :param env: the whole environment, as for `subprocess.run`
    :param typed: the standard input
    """
    command = Command(*words, env=env, typed=typed)
    out, err = command.communicate()
    return subprocess.CompletedProcess(command.words, command.wait(), out, err)


class Command:
    """A command of the checkout that runs, with the methods of `subprocess.Popen`."""

    def __init__(
        self, *words: object, env: Mapping[str, str] | None = None, typed: bytes = b""
    ) -> None:
        self.words = ["scrapy", *map(str, words)]
        self._code: int | None = None
        self._folder = TemporaryDirectory()
        self._streams = [Path(self._folder.name, stream) for stream in STREAMS]
        self._streams[0].write_bytes(typed)
        asked = {"words": self.words, "env": dict(os.environ if env is None else env)}
        self._server = _idle.pop() if _idle else _start()
        assert self._server.stdin is not None
        line = json.dumps(asked | {"streams": list(map(str, self._streams))})
        self._server.stdin.write(line.encode() + b"\n")
        self.pid = self._answer()

    def poll(self) -> int | None:
        """Return the exit code, None while the command runs."""
        assert self._server.stdout is not None
        if self._code is None and select.select([self._server.stdout], [], [], 0)[0]:
            self.wait()
        return self._code

    def wait(self) -> int:
        """Wait for the end of the command; return the exit code."""
        if self._code is None:
            self._code = self._answer()
            _idle.append(self._server)
        return self._code

    def communicate(self) -> tuple[str, str]:
        """Wait for the end of the command; return all that was printed."""
        self.wait()
        out, err = (stream.read_text("utf-8") for stream in self._streams[1:])
        self._folder.cleanup()
        return out, err

    def kill(self) -> None:
        """Kill the command, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the command to end, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def _answer(self) -> int:
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())


def stop() -> None:
    """End the servers, if tests have started any."""
    while _idle:
        _idle.pop().communicate()


def _start() -> subprocess.Popen[bytes]:
    """Start a server, without buffers, so that select sees every answer."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.prefork"],
        cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
    )  # fmt: skip


def _serve() -> None:
    """Fork a process for each command asked for, in turn; print each pid and exit code."""
    for name in ENGINE:
        import_module(name)
    for package in map(import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    # Settings are read from the environment, and the reactor has threads.
    sys.modules.pop("crawler.settings", None)
    assert "twisted.internet.reactor" not in sys.modules
    gc.freeze()
    for line in sys.stdin:
        process = get_context("fork").Process(target=_run, kwargs=json.loads(line))
        with warnings.catch_warnings(action="ignore"):  # of a thread of Arrow's allocator
            process.start()
        print(process.pid, flush=True)
        process.join()
        print(process.exitcode, flush=True)


def _run(words: list[str], env: dict[str, str], streams: list[str]) -> None:
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # multiprocessing gave another
    os.environ.clear()
    os.environ.update(env)
    sys.argv = words
    runpy.run_module("scrapy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
