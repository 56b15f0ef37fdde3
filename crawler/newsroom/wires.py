"""What an agency sends and several outlets carry, each in its own way."""

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
"""Of the outlets, those that carry a wire."""
LATEST = timedelta(hours=6)
"""After the agency, by when the last outlet carries it."""
Form = Literal["whole", "trimmed", "reworded_lead", "reworded_headline"]
FORMS: tuple[Form, ...] = ("whole", "whole", "trimmed", "reworded_lead", "reworded_headline")


@dataclass(frozen=True, slots=True)
class Wire:
    """One story of an agency. `key` seeds what it says, `form` is what the outlet makes of it."""

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
        """What the outlet prints of it."""
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
    """Those wires that `house` carries, of one in each of `slots`, and when it publishes them; the
    agency itself carries all, first and whole."""
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
