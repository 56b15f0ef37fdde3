"""Datasets of Wartatek for programs: docs/python.md.

`make setup` puts this folder on the path of .venv, and nothing else of the checkout: the packages
of the checkout have common names. They are imported here, and then put aside: the program that
imports this module may have a package `output` of its own.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_CHECKOUT = str(Path(__file__).resolve().parents[2])


def _loaded() -> dict[str, ModuleType]:
    """Return the modules that are loaded under the name output."""
    return {name: each for name, each in sys.modules.items() if name.split(".")[0] == "output"}


def _front_door() -> ModuleType:
    """Return output.api of this checkout; sys.path and the modules of others stay as they are."""
    theirs = _loaded()
    if Path(_CHECKOUT, "output/__init__.py") == Path(
        getattr(theirs.get("output"), "__file__", None) or ""
    ):
        return import_module("output.api")  # a program of the checkout itself
    for name in theirs:
        del sys.modules[name]
    sys.path.insert(0, _CHECKOUT)
    try:
        return import_module("output.api")
    finally:
        sys.path.remove(_CHECKOUT)
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(theirs)


_api = _front_door()
VERSION = __version__ = _api.VERSION
Dataset = _api.Dataset
MissingExtraError = _api.MissingExtraError
QueryError = _api.QueryError
open_dataset = _api.open_dataset
latest = _api.latest
search = _api.search
stories = _api.stories
__all__ = list(_api.__all__)
