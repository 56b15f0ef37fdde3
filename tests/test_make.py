"""The Makefile: an environment is made with uv or, where uv fails, with pip; verbs are listed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not here")


def make(
    folder: Path, *arguments: str, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The run of make in `folder`, with the programs in `path` before all others."""
    names = {"PATH": os.pathsep.join([str(path)] * bool(path) + [os.environ["PATH"]])}
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", *arguments],
        cwd=folder,
        env=os.environ | names,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile, and a lock file that asks for nothing, so that no registry is asked."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copy(CHECKOUT / "Makefile", folder)
    (folder / "requirements.lock").write_text("# nothing\n")
    return folder


def programs(tmp_path: Path, uv: str) -> Path:
    """A folder with a program that is called uv and does what `uv` says, in shell."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "uv").write_text(f"#!/bin/sh\n{uv}\n")
    (folder / "uv").chmod(0o755)
    return folder


@pytest.mark.trial
def test_pip_is_tried_where_uv_fails(checkout: Path, tmp_path: Path) -> None:
    failing = programs(tmp_path, 'echo "invalid peer certificate" >&2; exit 2')
    (checkout / ".venv").mkdir()
    (checkout / ".venv/.run").touch()  # of an older lock file
    os.utime(checkout / ".venv/.run", (0, 0))
    done = make(checkout, "setup", path=failing)
    assert done.returncode == 0, done.stderr
    assert "invalid peer certificate" in done.stderr
    assert "uv failed: trying pip" in done.stdout
    assert (checkout / ".venv/.run").stat().st_mtime > 0


def test_pip_is_not_tried_where_uv_has_installed(checkout: Path, tmp_path: Path) -> None:
    working = programs(tmp_path, f'echo "$@" >>{tmp_path}/asked')
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(sys.executable)  # as an earlier make left it
    done = make(checkout, "setup", path=working)
    assert done.returncode == 0, done.stderr
    assert "trying pip" not in done.stdout
    assert "--require-hashes -r requirements.lock" in (tmp_path / "asked").read_text()


@pytest.mark.trial
def test_the_environment_is_not_called_ready_where_uv_and_pip_fail(
    checkout: Path, tmp_path: Path
) -> None:
    failing = programs(tmp_path, "exit 2")
    (checkout / "requirements.lock").write_text("no-hash==1.0\n")  # refused before any download
    done = make(checkout, "setup", path=failing)
    assert done.returncode != 0
    assert not (checkout / ".venv/.run").exists()


def test_setup_says_first_what_it_installs_and_how_long_that_takes(checkout: Path) -> None:
    said = make(checkout, "--dry-run", "setup").stdout
    assert re.search(r"echo .*requirements\.lock: \d+ to \d+ minutes", said)
    assert said.index("minutes") < said.index("pip install")


def test_test_runs_a_part_by_name() -> None:
    said = make(CHECKOUT, "--dry-run", "test", "T=tests/state").stdout
    assert re.search(r"-m pytest .*tests/state$", said, re.MULTILINE)


def test_help_lists_every_verb_that_says_what_it_does(tmp_path: Path) -> None:
    source = (CHECKOUT / "Makefile").read_text("utf-8")
    (tmp_path / "Makefile").write_text(source + "\nmake-2:  ## digits and hyphens\n")
    said = make(tmp_path, "help").stdout
    verbs = re.findall(r"^(\S+):.*## ", source, re.MULTILINE)
    assert {"setup", "dev", "demo", "test"} <= set(verbs)
    assert re.findall(r"^  make (\S+)", said, re.MULTILINE) == [*verbs, "make-2"]
