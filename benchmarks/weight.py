"""Megabytes on disk of the environments that `make setup-crawl` and `make setup` build, without pip
and byte code: of each package of the former, and of what the latter adds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

CHECKOUT = Path(__file__).resolve().parents[1]
SHOWN = 0.5
"""Megabytes of the smallest package that has a line."""


def build(verb: str, folder: Path) -> Path:
    """Build the environment of `make` `verb` in `folder`, as in a fresh clone, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-crawl.lock"):
        shutil.copy(CHECKOUT / name, folder)
    command = ["make", "-s", f"PYTHON={sys.executable}", verb]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / ".venv"


def packages(environment: Path) -> Counter[str]:
    """Return the bytes of each package's files on disk; byte code and pip are not counted."""
    found: Counter[str] = Counter()
    [site] = environment.glob("lib/python*/site-packages")
    for package in distributions(path=[str(site)]):
        files = [Path(str(package.locate_file(file))) for file in package.files or ()]
        kept = [file for file in files if file.suffix != ".pyc" and file.is_file()]
        if package.name != "pip":
            found[package.name] = sum(file.stat().st_size for file in kept)
    return found


def megabytes(environment: Path) -> float:
    """Return the megabytes of all files of the environment but byte code and pip's."""
    files = (path for path in environment.rglob("*") if path.is_file() and not path.is_symlink())
    kept = [path for path in files if path.suffix != ".pyc" and not _is_of_pip(path)]
    return sum(path.stat().st_size for path in kept) / 1e6


def _is_of_pip(path: Path) -> bool:
    return any(part == "pip" or part.startswith("pip-") for part in path.parts)


def main() -> None:
    with TemporaryDirectory() as place:
        least = build("setup-crawl", Path(place, "least"))
        everything = build("setup", Path(place, "everything"))
        crawling, all_of_it = packages(least), packages(everything)
        print(f"make setup-crawl: {megabytes(least):.0f} MB, {len(crawling)} packages")
        _list(crawling)
        print(f"make setup: {megabytes(everything):.0f} MB, {len(all_of_it)} packages; it adds")
        _list(all_of_it - crawling)


def _list(sizes: Counter[str]) -> None:
    small = 0
    for name, size in sizes.most_common():
        if size >= SHOWN * 1e6:
            print(f"{size / 1e6:8.1f} MB  {name}")
        else:
            small += size
    print(f"{small / 1e6:8.1f} MB  smaller ones")


if __name__ == "__main__":
    main()
