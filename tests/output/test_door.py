"""`import wartatek` in .venv: from any folder, in a clone of any name, and beside any modules."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from sysconfig import get_path
from typing import TYPE_CHECKING

import pytest

from tests.datasets import row, write
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not here")

GENERIC = ["crawler", "spiders", "pipelines", "output"]
FOUND = f"""
import importlib.util, json, sys, wartatek

found = [name for name in {GENERIC} if importlib.util.find_spec(name)]
titles = wartatek.latest(sys.argv[1], columns=["title"])["title"].to_pylist()
print(json.dumps([found, titles, len(wartatek.search(sys.argv[1], "berita"))]))
"""
BESIDE_OTHERS = """
import json, sys
import output.mine
before = output.mine
import wartatek
titles = wartatek.latest(sys.argv[1])["title"].to_pylist()
stories = len(wartatek.stories(sys.argv[1]))
import output.later
assert sys.modules["output.mine"] is before
print(json.dumps([output.mine.NAME, output.later.NAME, titles, stories]))
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose path has blanks and letters beyond ASCII, after `make setup`.

    The packages are those of this environment: no registry is asked.
    """
    folder = tmp_path_factory.mktemp("door") / "Warta Tek é 資料"
    folder.mkdir()
    shutil.copy(CHECKOUT / "Makefile", folder)
    (folder / "requirements.lock").write_text("# nothing\n")
    for package in GENERIC:
        kept = shutil.ignore_patterns("data", "demo", "__pycache__")
        shutil.copytree(CHECKOUT / package, folder / package, ignore=kept)
    venv.create(folder / ".venv", symlinks=True)
    [site] = folder.glob(".venv/lib/python*/site-packages")
    (site / "packages.pth").write_text(get_path("purelib") + "\n")
    setup(folder)
    return folder


def setup(clone: Path) -> None:
    bin_folder = clone.parent / "bin"
    bin_folder.mkdir(exist_ok=True)
    (bin_folder / "uv").write_text("#!/bin/sh\n")
    (bin_folder / "uv").chmod(0o755)
    names = {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    command = ["make", "-s", f"PYTHON={sys.executable}", "setup"]
    subprocess.run(command, cwd=clone, env=os.environ | names, check=True, capture_output=True)


def said(
    clone: Path, program: Path, data: Path, names: Mapping[str, str] | None = None
) -> list[object]:
    """Return what `program` prints, run by the clone's Python in the program's folder."""
    done = subprocess.run(
        [str(clone / ".venv/bin/python"), str(program), str(data)],
        cwd=program.parent,
        env=os.environ | (names or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "data", kontan=[row(1)])


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "program.py").write_text(FOUND)
    return folder / "program.py"


def test_it_is_imported_from_any_folder_and_no_generic_name_with_it(clone, data, elsewhere):
    names = {"LC_ALL": "C", "PYTHONUTF8": "0"}  # path files are read in the locale's encoding
    assert said(clone, elsewhere, data, names) == [[], ["Berita nomor 1"], 1]


def test_a_program_may_have_packages_of_the_same_names(clone, data, elsewhere):
    mine = elsewhere.parent / "output"
    mine.mkdir()
    (mine / "__init__.py").write_text("")
    (mine / "dataset.py").write_text("raise AssertionError('the program has not asked for it')")
    (mine / "mine.py").write_text("NAME = 'mine'")
    (mine / "later.py").write_text("NAME = 'later'")
    program = elsewhere.with_name("beside.py")
    program.write_text(BESIDE_OTHERS)
    assert said(clone, program, data) == ["mine", "later", ["Berita nomor 1"], 1]


def test_a_folder_of_results_that_is_called_output_is_in_nobodys_way(clone, data, elsewhere):
    (elsewhere.parent / "output").mkdir()  # to Python, a package without modules
    found, titles, _ = said(clone, elsewhere, data)
    assert (found, titles) == (["output"], ["Berita nomor 1"])


def test_a_moved_clone_has_it_and_setup_mends_a_lost_path_file(clone, data, elsewhere):
    moved = clone.rename(clone.with_name("pindah"))
    try:
        assert said(moved, elsewhere, data) == [[], ["Berita nomor 1"], 1]
        [path_file] = moved.glob(".venv/lib/python*/site-packages/wartatek.pth")
        path_file.unlink()
        setup(moved)
        assert said(moved, elsewhere, data) == [[], ["Berita nomor 1"], 1]
    finally:
        moved.rename(clone)


def test_the_path_file_puts_nothing_else_on_the_path(clone):
    [path_file] = clone.glob(".venv/lib/python*/site-packages/wartatek.pth")
    folder = (path_file.parent / path_file.read_text().strip()).resolve()
    assert [path.name for path in folder.iterdir() if path.suffix == ".py"] == ["wartatek.py"]
    assert folder == clone / "output/door"


def test_in_the_checkout_itself_modules_are_the_same(data):
    program = (
        f"import sys; sys.path.append({str(CHECKOUT / 'output/door')!r});"
        "import output.api, wartatek; assert wartatek.latest is output.api.latest;"
        "assert sys.modules['output.api'].Dataset is wartatek.Dataset"
    )
    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True)
