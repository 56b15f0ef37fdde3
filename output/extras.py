"""The packages of which a part of the work has need, and the extra of pyproject.toml of each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRAS = {
    "apprise": "watch",
    "bpe_openai": "tokens",
    "distributed": "dask",
    "duckdb": "corpus",
    "fsspec": "fsspec",
    "rapidfuzz": "browse",
    "starlette": "browse",
    "Stemmer": "browse",
    "tantivy": "browse",
    "uvicorn": "browse",
    "vl_convert": "report",
    "xlsxwriter": "corpus",
}
"""By the name that is imported, an extra with the package."""
ALL = ("report", "browse", "watch", "corpus")
"""The extras that `make setup` installs."""


class MissingExtraError(ImportError):
    """A package of an extra is not installed; the message says which extra brings it."""


@contextmanager
def needed(by: str = "") -> Iterator[None]:
    """Turn the absence of an extra's package into an error that names the extra.

    :param by: the work that has need of the package, and the extra that brings all of that work's
        packages, where it is another than that of the package itself
    :raises MissingExtraError: a package of an extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        extra = by or EXTRAS[package]
        raise MissingExtraError(said(package, extra), name=package) from error


def said(package: str, extra: str) -> str:
    """Return in a line how the absent `package` is got."""
    both = "make setup, or " if extra in ALL else ""
    return (
        f"{package} is not installed: the extra {extra} brings it"
        f" ({both}.venv/bin/python -m pip install '.[{extra}]')"
    )
