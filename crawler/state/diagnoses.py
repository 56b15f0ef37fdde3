"""Diagnoses: whether each outlet worked when `scrapy doctor` last examined it on this machine."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from crawler.wording import tr
from output.clock import WIB
from output.private import private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import BaseSettings

FILE = "doctor.json"
"""The name of the file, beside the state's."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result for an outlet at the instant `seen`, in ISO 8601.

    :param detail: the reason for which the outlet does not work, or the number of working sources
    :param newsroom: True if a newsroom played the outlet
    """

    works: bool
    seen: str
    detail: str
    newsroom: bool = False

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """The result with its day in WIB, in the reader's language."""
        day = datetime.fromisoformat(self.seen).astimezone(WIB).date()
        if self.newsroom:
            said = (
                tr("works in the newsroom, seen {day}")
                if self.works
                else tr("does not work in the newsroom, seen {day}")
            )
        else:
            said = tr("works, seen {day}") if self.works else tr("does not work, seen {day}")
        return said.format(day=day)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """Return the diagnosis that `asdict` gave.

        :raises ValueError, TypeError, KeyError: `values` are none.
        """
        seen = datetime.fromisoformat(str(values["seen"])).isoformat()
        newsroom = bool(values.get("newsroom"))
        return cls(bool(values["works"]), seen, str(values["detail"]), newsroom)


def read_diagnoses(settings: BaseSettings) -> dict[str, Diagnosis]:
    """Return the diagnoses by outlet; none where no examination has left a readable file."""
    path = _path(settings)
    found: dict[str, Diagnosis] = {}
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        for name, values in json.loads(path.read_text("utf-8")).items() if path else ():
            found[name] = Diagnosis.from_dict(values)
    return found


def words_of_diagnoses(settings: BaseSettings) -> dict[str, str]:
    """Return the diagnoses by outlet in the reader's language."""
    return {name: each.words for name, each in read_diagnoses(settings).items()}


def add_diagnoses(settings: BaseSettings, diagnoses: Mapping[str, Diagnosis]) -> None:
    """Keep `diagnoses` in place of earlier ones of the same outlets.

    :raises OSError: the file cannot be written.
    """
    path = _path(settings)
    if path is None:
        return
    all_of_them = {**read_diagnoses(settings), **diagnoses}
    kept = {name: asdict(each) for name, each in all_of_them.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{os.getpid()}")
    with open(draft, "w", encoding="utf-8", opener=private) as file:
        json.dump(kept, file, indent=1, ensure_ascii=False, sort_keys=True)
    draft.replace(path)


def _path(settings: BaseSettings) -> Path | None:
    """Return the file's path; None without STATE_DIR and with a dataset in no local folder."""
    folder = str(settings["STATE_DIR"] or settings["OUTPUT_DIR"])
    return None if "://" in folder else Path(folder) / FILE
