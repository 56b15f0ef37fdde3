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
import subprocess
import sys
import warnings
from functools import cache
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


def scrapy(
    *words: object, env: Mapping[str, str] | None = None, typed: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """Return how a command of the checkout ended, and all that was printed.

    :param env: the whole environment, as for `subprocess.run`
    :param typed: the standard input
    """
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    command = ["scrapy", *map(str, words)]
    with TemporaryDirectory() as name:
        streams = [Path(name, stream) for stream in STREAMS]
        streams[0].write_bytes(typed)
        asked = {"command": command, "env": dict(os.environ if env is None else env)}
        server.stdin.write(json.dumps(asked | {"streams": list(map(str, streams))}) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = (stream.read_text("utf-8") for stream in streams[1:])
    return subprocess.CompletedProcess(command, code, out, err)


def stop() -> None:
    """End the server, if a test has started one."""
    if _server.cache_info().currsize:
        _server().communicate()
        _server.cache_clear()


@cache
def _server() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.prefork"]
    return subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _serve() -> None:
    """Fork a process for each command asked for, in turn; print exit codes."""
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
        process.join()
        print(process.exitcode, flush=True)


def _run(command: list[str], env: dict[str, str], streams: list[str]) -> None:
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # multiprocessing gave another
    os.environ.clear()
    os.environ.update(env)
    sys.argv = command
    runpy.run_module("scrapy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
