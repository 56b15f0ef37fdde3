"""The plan of the house, held by machine."""

import ast
import importlib.util
import re
import tomllib
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
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
FLOORS = [re.findall(r"\w+", floor) for floor in reversed(CONTRACTS["floors"]["layers"])]
BESIDE = {"output": 0, "pipelines": 6, "spiders": 6}
"""Floor of each package beside crawler/, where 1 is the lowest floor of crawler/."""


def floor_of(module: str) -> int:
    """Return the floor on which `module`, named with dots, stands."""
    package, _, rest = module.partition(".")
    if package in BESIDE:
        return BESIDE[package]
    room = rest.partition(".")[0]
    if room == "__init__":
        return 1
    [floor] = [n for n, rooms in enumerate(FLOORS, 1) if room in rooms]
    return floor


def is_module(name: str) -> bool:
    path = CHECKOUT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def modules_in_strings(source: str) -> Iterator[str]:
    """Yield each module of ours that a string of `source` names; a docstring loads nothing."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                continue
            for found in re.findall(rf"\b(?:{'|'.join(PACKAGES)})(?:\.\w+)+", node.value):
                parts = found.split(".")
                names = (".".join(parts[:end]) for end in range(len(parts), 1, -1))
                yield from [name for name in names if is_module(name)][:1]


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


@pytest.mark.parametrize(
    "module",
    [path for path in MODULES if path != CHECKOUT / "crawler/settings.py"],  # Scrapy is wired there
    ids=lambda path: str(path.relative_to(CHECKOUT)),
)
def test_no_string_names_a_module_of_a_higher_floor(module: Path):
    own = floor_of(".".join(module.relative_to(CHECKOUT).with_suffix("").parts))
    named = set(modules_in_strings(module.read_text("utf-8")))
    assert not {name for name in named if floor_of(name) > own}


def test_modules_are_found_in_strings_wherever_they_are_named():
    source = '''
"""crawler.commands.crawl is only spoken of."""
STAGE = load_object("pipelines.clean.CleanPipeline")
CODE = f"from crawler.newsroom.server import {name}; print(output.jsonl)"
'''
    assert list(modules_in_strings(source)) == ["pipelines.clean", "crawler.newsroom.server"]
    assert floor_of("pipelines.clean") > floor_of("crawler.items") > floor_of("output.schema")


def test_the_house_has_at_most_18_rooms_on_8_floors():
    rooms = {path.stem for path in (CHECKOUT / "crawler").iterdir() if path.suffix in ("", ".py")}
    rooms -= {"__init__", "__pycache__", "templates", "locale"}  # no code in these
    assert rooms == {room for floor in FLOORS for room in floor}
    assert len(rooms) <= 18 and len(FLOORS) <= 8


def test_only_commands_import_the_newsroom_and_only_when_they_run():
    importers = set()
    for path in MODULES:
        name = path.relative_to(CHECKOUT).as_posix()
        if not name.startswith("crawler/newsroom/"):
            tree = ast.parse(path.read_text("utf-8"))
            loads = {node for node in ast.walk(tree) if is_newsroom(node)}
            assert not loads & set(tree.body), name
            importers |= {name} if loads else set()
    assert importers
    assert all(name.startswith("crawler/commands/") for name in importers)


def is_newsroom(node: ast.AST) -> bool:
    """Return whether `node` is an import of the newsroom."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return any(name.startswith("crawler.newsroom") for name in names)


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


def test_every_file_that_the_tour_of_the_house_names_exists():
    text = (CHECKOUT / "docs" / "house.md").read_text("utf-8")
    named = set(re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))`", text))
    assert len(named) > 25
    assert not [name for name in named if not (CHECKOUT / name).exists()]


def test_the_tour_of_the_house_shows_the_floors_as_the_linter_holds_them():
    text = (CHECKOUT / "docs" / "house.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d) \| (.*?) \|", text, re.MULTILINE)
    shown = {int(number): re.findall(r"`(\w+)(?:/|\.py)`", rooms) for number, rooms in rows}
    assert shown == dict(enumerate(FLOORS, 1))


def test_the_tour_of_the_house_names_every_class_of_errors():
    text = (CHECKOUT / "docs" / "house.md").read_text("utf-8")
    raised = {
        (node.name, path.relative_to(CHECKOUT).as_posix())
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(
            isinstance(base, ast.Name) and re.search("Error$|Exception|Item$|Request$", base.id)
            for base in node.bases
        )
    }
    assert len(raised) >= 10
    rows = re.findall(r"^\| (`\w+`.*?) \| `(.*?)` \|", text, re.MULTILINE)
    shown = {(name, path) for names, path in rows for name in re.findall(r"\w+", names)}
    assert shown == raised


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


TAKE_APART = {"urlsplit", "urljoin", "urlparse", "urldefrag"}
OWN_ADDRESSES = {
    "crawler/extraction/urls.py",  # catches the errors for all others
    "crawler/manners.py",  # takes apart what the user typed as CONTACT or NEWSROOM
    "crawler/newsroom",  # takes apart the addresses that the newsroom made up
}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_urls_of_strangers_are_taken_apart_by_a_single_helper(module: Path):
    """urllib raises ValueError for URLs that any page can hold: `split_url` does not."""
    path = module.relative_to(CHECKOUT).as_posix()
    if path.startswith(tuple(OWN_ADDRESSES)):
        return
    tree = ast.parse(module.read_text("utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not names & TAKE_APART


def test_a_single_clause_catches_every_exception():
    caught = [
        path.relative_to(CHECKOUT).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and ast.unparse(node.body[-1]) != "raise"  # a rollback catches nothing
        and (
            node.type is None
            or {"Exception", "BaseException"} & set(re.findall(r"\w+", ast.unparse(node.type)))
        )
    ]
    assert caught == ["crawler/outlets/reader.py"]
