"""Extras: each package is of one, and a command without the package says which, in a line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings

from benchmarks.weight import build, megabytes, packages
from output import extras
from tests.datasets import row, run, write
from tests.moment import newsroom
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = {
    extra: {re.split(r"[<>=;\[]", each)[0].lower() for each in packages}
    for extra, packages in PROJECT["optional-dependencies"].items()
}
MOST = 365
"""Megabytes of the least environment, without pip and byte code."""
COMMANDS = {
    "report": ("duckdb", "report"),
    "browse": ("duckdb", "browse"),
    "search berita": ("duckdb", "browse"),
    "watch list": ("duckdb", "browse"),
    "export --to xlsx": ("duckdb", "corpus"),
    "dataset build uji --to set": ("duckdb", "corpus"),
    "reparse --dask local pages.warc.gz": ("distributed", "dask"),
}
"""Commands that do nothing without an extra: the package missed first, and the extra."""
WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name.partition(".")[0] in {names} else found(name, package))
sys.meta_path.insert(0, Absent())
sys.argv = ["scrapy", *{command}]
from scrapy.cmdline import execute
execute()
"""


def without(modules: set[str], command: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Return the run of a command by a Python that has none of `modules`."""
    program = WITHOUT.format(names=sorted(modules), command=command.split())
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env=os.environ | {"OUTPUT_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extras") / "data"
    write(folder, kontan=[row(1)])
    return write(folder, "runs", kontan=[run()])


def test_every_declared_package_of_an_extra_has_its_module_in_the_table():
    distribution = {
        module: {name.lower() for name in names}
        for module, names in packages_distributions().items()
    }
    assert set(extras.MODULES) == set(DECLARED)
    for extra, modules in extras.MODULES.items():
        assert len(modules) == len(DECLARED[extra])
        for module in modules:
            if module in distribution:  # heavy ones are in CI alone
                assert distribution[module] & DECLARED[extra], module


def test_setup_takes_the_extras_of_which_the_message_says_so():
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    [taken] = re.findall(r"addprefix --extra ,([a-z ]+)\)", makefile)
    assert sorted(taken.split()) == sorted(extras.WITH_SETUP)


def test_the_least_lock_pins_a_part_of_the_other_at_the_same_versions():
    pinned = [
        set(re.findall(r"^\S+==\S+", (CHECKOUT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements-crawl.lock", "requirements.lock")
    ]
    assert len(pinned[0]) > 50 and pinned[0] < pinned[1]


def test_scrapy_starts_and_verifies_a_dataset_where_no_extra_is_installed(data):
    absent = {module for modules in extras.MODULES.values() for module in modules}
    done = without(absent, "verify", data)
    assert done.returncode in (0, 1) and "findings" in done.stdout, done.stderr


def complaint(command: str, absent: set[str], data: Path | str, patch, capsys) -> str:
    """Return what a command prints that ends with 2 where modules are `absent`."""
    found = extras.find_spec
    patch.setattr(extras, "find_spec", lambda name: None if name in absent else found(name))
    patch.chdir(CHECKOUT)
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", *command.split(), "-s", f"OUTPUT_DIR={data}"], get_project_settings())
    assert ended.value.code == 2
    said: str = capsys.readouterr().err
    return said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_its_extra_names_it_in_a_line(data, command, monkeypatch, capsys):
    package, extra = COMMANDS[command]
    absent = {module for modules in extras.MODULES.values() for module in modules}
    said = complaint(command, absent, data, monkeypatch, capsys)
    error = extras.MissingExtraError(package, extra)
    assert said.splitlines() == [f"scrapy {command.split()[0]}: {error}"]
    assert f"the extra {extra} brings it" in said


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        ("report", "vl_convert", "report"),
        ("export --to xlsx", "xlsxwriter", "corpus"),
        ("search berita", "tantivy", "browse"),
        ("watch add uji berita --notify json://contoh.example", "apprise", "watch"),
        ("dataset build uji --to set --query berita", "rapidfuzz", "browse"),
    ],
)
def test_a_single_absent_package_is_named_before_any_work(
    data, command, package, extra, monkeypatch, capsys
):
    said = complaint(command, {package}, data, monkeypatch, capsys)
    error = extras.MissingExtraError(package, extra)
    assert said.splitlines() == [f"scrapy {command.split()[0]}: {error}"]


def test_a_failed_import_names_the_extra_and_that_of_any_other_package_stays():
    named = pytest.raises(extras.MissingExtraError, match="the extra browse brings it")
    with named, extras.needed():
        raise ModuleNotFoundError("No module named 'tantivy'", name="tantivy.query")
    with pytest.raises(ModuleNotFoundError, match="numpy"), extras.needed():
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")


def test_an_address_that_only_fsspec_knows_names_the_extra(monkeypatch, capsys):
    [line] = complaint("verify", {"fsspec"}, "memory://data", monkeypatch, capsys).splitlines()
    assert "the extra fsspec brings it" in line


@pytest.mark.trial
def test_the_least_environment_is_light_and_crawls(tmp_path):
    environment = build("setup-crawl", tmp_path / "clone")
    sizes = packages(environment)
    assert sizes["pyarrow"] > 50e6 and "duckdb" not in sizes and "tantivy" not in sizes
    weight = megabytes(environment)
    assert sum(sizes.values()) / 1e6 <= weight <= MOST, sizes.most_common(12)
    with newsroom(seed=3, outlets=["mediaindonesia"], recent=4, past=0, older=0) as room:
        command = ["-m", "scrapy", "crawlall", "mediaindonesia", "-q"]
        done = subprocess.run(
            [str(environment / "bin/python"), *command],
            cwd=CHECKOUT,
            env=os.environ | {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("data/articles/outlet=mediaindonesia/*/*.parquet"))
