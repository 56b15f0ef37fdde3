"""The extras of pyproject.toml: packages that some commands need, and crawling does without."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DRAWN = ("vl_convert",)
MODULES = {
    "corpus": ("duckdb", "xlsxwriter"),
    "report": ("duckdb", *_DRAWN),
    "browse": ("duckdb", "Stemmer", "rapidfuzz", "starlette", "tantivy", "uvicorn", *_DRAWN),
    "watch": ("apprise",),
    "dask": ("distributed",),
    "tokens": ("bpe_openai",),
    "fsspec": ("fsspec",),
}
"""By extra, the modules of its packages."""
WITH_SETUP = ("corpus", "report", "browse", "watch")
"""The extras that `make setup` installs."""


class MissingExtraError(ImportError):
    """A package of an extra is not installed; the message says which extra brings the package."""

    def __init__(self, module: str, extra: str) -> None:
        setup = "make setup or " if extra in WITH_SETUP else ""
        super().__init__(
            f"{module} is not installed; the extra {extra} brings it:"
            f" {setup}.venv/bin/python -m pip install '.[{extra}]'",
            name=module,
        )


def check(extra: str) -> None:
    """Check that the packages of `extra` are installed, without importing them.

    :raises MissingExtraError: a package is not.
    """
    for module in MODULES[extra]:
        if find_spec(module) is None:
            raise MissingExtraError(module, extra)


@contextmanager
def needed() -> Iterator[None]:
    """Turn a failed import of a module of an extra into an error that names the extra.

    :raises MissingExtraError: a package of an extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        for extra, modules in MODULES.items():
            if module in modules:
                raise MissingExtraError(module, extra) from error
        raise
