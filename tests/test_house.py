"""The plan of the house, held by machine."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import CHECKOUT

PACKAGES = ("spiders", "crawler", "pipelines", "output")
MAY_IMPORT = {
    "spiders": {"spiders", "crawler"},
    "pipelines": {"pipelines", "crawler", "output"},
    "crawler": {"crawler", "output"},
    "output": {"output"},
}
SPIDERS = sorted(p for p in (CHECKOUT / "spiders").glob("*.py") if p.name != "__init__.py")
MODULES = sorted(path for package in PACKAGES for path in (CHECKOUT / package).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """The packages that `module` imports anywhere, also inside functions."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports say where they go, from the top"
            yield node.module or ""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_imports_run_one_way(module: Path):
    package = module.relative_to(CHECKOUT).parts[0]
    ours = {name.partition(".")[0] for name in imported(module)} & set(PACKAGES)
    assert ours <= MAY_IMPORT[package]


@pytest.mark.parametrize("path", SPIDERS, ids=lambda path: path.stem)
def test_a_spider_is_one_short_declaration(path: Path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    tree = ast.parse(source)
    [outlet] = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert outlet.name.endswith("Spider")
    assert outlet.name.removesuffix("Spider").lower() == path.stem
    names = [
        node.value.value
        for node in outlet.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "name"
        and isinstance(node.value, ast.Constant)
    ]
    assert names == [path.stem]


@pytest.mark.parametrize("path", SPIDERS, ids=lambda path: path.stem)
def test_no_spider_imports_another(path: Path):
    assert not [name for name in imported(path) if name.startswith("spiders")]


@pytest.mark.parametrize("name", PACKAGES)
def test_the_packages_are_those_of_this_checkout(name: str):
    """Their names are common words: site-packages may hold others, and Scrapy looks there first."""
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    assert Path(spec.origin).parent == CHECKOUT / name


def test_no_command_base_stands_among_the_commands():
    """Scrapy takes every ScrapyCommand class in commands/ for a command, an abstract one too."""
    for path in (CHECKOUT / "crawler" / "commands").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        assert classes.count("Command") == (path.name != "__init__.py"), path


def test_no_grab_bags():
    forbidden = {"utils", "util", "constants", "helpers", "common", "misc"}
    assert not forbidden & {path.stem for path in MODULES}


TELL_THE_TIME = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
}  # fmt: skip


def asks_for_the_time(module: Path) -> list[str]:
    """Return the expressions of `module` that read the machine's clock or import what does."""
    found = []
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).rpartition(".")[2]
            found += [ast.unparse(node)] * ((owner, node.attr) in TELL_THE_TIME)
        elif isinstance(node, ast.ImportFrom):
            found += [
                f"from {node.module} import {alias.name}"
                for alias in node.names
                if (node.module, alias.name) in TELL_THE_TIME
            ]
    return found


def test_only_the_clock_asks_the_machine_for_the_time():
    """Tests run at one moment, which every module shares."""
    modules = [*MODULES, *(CHECKOUT / "tests").rglob("*.py")]
    asking = {str(path.relative_to(CHECKOUT)) for path in modules if asks_for_the_time(path)}
    assert asking == {"output/clock.py", "tests/output/test_clock.py"}
