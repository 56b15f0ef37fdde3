"""The origin of a dataset: the web, or a newsroom of made-up outlets; never both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa
from pyarrow import fs

from output.filesystem import Root

if TYPE_CHECKING:
    from output.dataset import Location

NAME = "origin.json"
"""The file beside the tables that names the origin."""
Origin = Literal["newsroom", "web"]
SERVER = "newsroom"
"""The header Server of every page of a newsroom: the archive keeps what such a page is."""
_IN_WORDS = {"newsroom": "a newsroom's made-up articles", "web": "articles of the web"}


class OriginError(Exception):
    """The dataset is of another origin, or its origin cannot be read."""


def origin_of(location: Location) -> Origin | None:
    """Return the recorded origin of the dataset at `location`; None without a record.

    :raises OriginError: the record cannot be read.
    :raises OSError: the place cannot be reached.
    """
    root = Root(location)
    if root.filesystem.get_file_info(root.at(NAME)).type is fs.FileType.NotFound:
        return None
    with root.open_file(root.at(NAME)) as file:
        content = file.read()
    names: tuple[Origin, ...] = get_args(Origin)
    known = {json.dumps({"origin": name}): name for name in names}
    try:
        return known[json.dumps(json.loads(content))]
    except (ValueError, KeyError):
        raise OriginError(
            f"{root.at(NAME)} cannot be read: it is not {' or '.join(known)}"
        ) from None


def claim(location: Location, origin: Origin) -> None:
    """Record `origin` for the dataset at `location`, unless it is recorded.

    :raises OriginError: the dataset is of the other origin, or its origin cannot be read.
    :raises OSError: the record cannot be read or written.
    """
    if check(location, origin) is None:
        root = Root(location)
        root.publish(NAME, pa.py_buffer(json.dumps({"origin": origin}).encode() + b"\n"))


def check(location: Location, origin: Origin) -> Origin | None:
    """Return the recorded origin of the dataset at `location`, which `origin` agrees with; None
    without a record.

    :raises OriginError: the dataset is of the other origin, or its origin cannot be read.
    :raises OSError: the place cannot be reached.
    """
    recorded = origin_of(location)
    if recorded not in (None, origin):
        raise OriginError(
            f"the dataset at {location} holds {_IN_WORDS[recorded]}, and"
            f" {_IN_WORDS[origin]} need a folder of their own: set OUTPUT_DIR"
        )
    return recorded
