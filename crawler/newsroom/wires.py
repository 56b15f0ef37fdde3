"""Wires: stories that an agency sends and several outlets carry, each in a way of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Literal

from crawler.newsroom.clock import WIB
from crawler.newsroom.prose import Draft, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from crawler.newsroom.clock import Slot
    from crawler.newsroom.houses import House

SHARE = 0.25
"""Share of the outlets that carry a wire, 0 to 1."""
LATEST = timedelta(hours=6)
"""Longest delay of an outlet after the agency."""
Form = Literal["whole", "trimmed", "reworded_lead", "reworded_headline"]
FORMS: tuple[Form, ...] = ("whole", "whole", "trimmed", "reworded_lead", "reworded_headline")


@dataclass(frozen=True, slots=True)
class Wire:
    """A story of an agency: `key` seeds the text, `form` is the outlet's treatment."""

    key: str
    day: date
    form: Form

    @property
    def draft(self) -> Draft:
        return Draft(Random(self.key), self.day, technology=True)

    def headline(self) -> str:
        draft = self.draft
        if self.form != "reworded_headline":
            return draft.title
        return next(
            (title for title in draft.headlines(Random(self.key)) if title != draft.title),
            f"{draft.title}, Ini Penjelasannya",
        )

    def passages(self) -> list[Passage]:
        """Return the part of the story that the outlet prints."""
        draft = self.draft
        passages = draft.passages(Random(f"{self.key}/body"))
        if self.form == "reworded_lead":
            lead = (
                f"Ada kabar baru dari {draft.city}. {draft.title}, begitu laporan yang kami terima."
            )
            passages[0] = Passage("paragraph", lead)
        elif self.form == "trimmed":
            del passages[max(4, len(passages) // 2) :]
            while passages[-1].kind != "paragraph":
                passages.pop()
        return passages


def carried(seed: int, house: House, slots: Iterable[Slot]) -> Iterator[tuple[Wire, datetime]]:
    """Yield the wires that `house` carries, with times of publication.

    Each of `slots` has a wire; the agency itself carries all, first and whole.
    """
    for slot in slots:
        key = f"{seed}/wire/{slot.number}"
        sent = slot.moment(Random(key).random())
        day = sent.astimezone(WIB).date()
        rng = Random(f"{key}/{house.name}")
        if house.agency:
            yield Wire(key, day, "whole"), sent
        elif rng.random() < SHARE:
            later = sent + timedelta(seconds=rng.randrange(600, int(LATEST.total_seconds())))
            yield Wire(key, day, rng.choice(FORMS)), later
