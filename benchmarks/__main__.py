"""`python -m benchmarks [--write] [NAME...]`: run the named benchmarks, or all of them.

Each runs in a process of its own, so that none inherits another's memory. With --write, what each
prints becomes its section of docs/figures.md.
"""

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import benchmarks
from benchmarks.instructions import python_build
from output import clock

PAGE = Path(__file__).resolve().parents[1] / "docs/figures.md"
NO_BENCHMARKS = {"__main__", "instructions", "tools"}
ON_DEMAND = {"quality"}  # writes a page of its own


def known() -> list[str]:
    names = {module.name for module in pkgutil.iter_modules(benchmarks.__path__)}
    return sorted(names - NO_BENCHMARKS - ON_DEMAND)


def run(name: str) -> str:
    """Run a benchmark and return what it prints, which is passed on meanwhile."""
    lines = []
    command = [sys.executable, "-c", f"from benchmarks.{name} import main; main()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(f"{name} failed")
    return "".join(lines)


def section(name: str, printed: str) -> str:
    """Return a section of the page: the benchmark's own words on what it does, then its figures."""
    said = importlib.import_module(f"benchmarks.{name}").__doc__ or ""
    day = f"{clock.now():%Y-%m-%d}"
    return (
        f"<!-- {name} -->\n## {name}\n\n{said.strip()}\n\n"
        f"`python -m benchmarks {name}`, {day}, {python_build()}:\n\n"
        f"```\n{printed.strip()}\n```\n<!-- /{name} -->\n"
    )


def written(page: str, name: str, text: str) -> str:
    """Return `page` with `text` in place of the section of that name, or at the end."""
    old = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", re.DOTALL)
    if old.search(page):
        return old.sub(lambda _: text, page)
    return f"{page.rstrip()}\n\n{text}"


def main(arguments: list[str]) -> int:
    write = "--write" in arguments
    names = [argument for argument in arguments if argument != "--write"]
    if unknown := set(names) - set(known()):
        print(f"unknown benchmark: {', '.join(sorted(unknown))} (known: {', '.join(known())})")
        return 2
    for name in names or known():
        print(f"== {name}", flush=True)
        printed = run(name)
        if write:
            PAGE.write_text(written(PAGE.read_text("utf-8"), name, section(name, printed)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
