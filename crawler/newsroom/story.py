"""The truth about the newsroom's articles, before any template prints it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Literal

from crawler.newsroom import leaks
from crawler.newsroom.clock import BEGINNING, WIB
from crawler.newsroom.prose import Draft, Passage, full_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.newsroom.houses import House
    from crawler.newsroom.wires import Wire

INITIALS = ("vyp", "kna", "agt", "rns", "fyk", "hdr", "ysl", "isk", "mrt", "bwk", "jsn", "lth")
AGENCIES = {"Ant": "Antara"}  # abbreviations in sign-offs
Kind = Literal["article", "off_topic", "gallery", "video"]


@dataclass(slots=True, kw_only=True)
class Entry:
    """An article as listings show it; `key` seeds the rest of the article."""

    key: str
    kind: Kind
    url: str
    title: str
    section: str
    published_at: datetime
    modified_at: datetime
    tags: list[str]
    wire: Wire | None = None
    revision: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article's true fields, as a careful reader would write them down.

    `paragraphs` are the blocks that a clean body holds, in order, without dateline and sign-off.
    `leaks` are the junk paragraphs on its page that no cleaning rule can know.
    """

    outlet: str
    kind: Kind
    url: str
    title: str
    description: str
    section: str
    passages: tuple[Passage, ...]
    authors: tuple[str, ...]
    editors: tuple[str, ...]
    published_at: datetime
    modified_at: datetime
    dateline: str | None
    signoff: str | None
    agencies: tuple[str, ...]
    tags: tuple[str, ...]
    related: tuple[tuple[str, str], ...]
    image: str
    caption: str
    credit: str
    leaks: tuple[str, ...]
    wire: str
    """Equal for articles of the same wire; empty for an outlet's own articles."""

    @property
    def paragraphs(self) -> list[str]:
        return [passage.text for passage in self.passages]


def slug(title: str) -> str:
    """Return the form of `title` in URLs."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def _code(number: int, letters: str = "0123456789abcdefghijklmnopqrstuvwxyz") -> str:
    code = ""
    while number:
        number, rest = divmod(number, len(letters))
        code = letters[rest] + code
    return code


def is_older(house: House, published_at: datetime) -> bool:
    """Return True if `house` published the article in an older template."""
    return bool(house.older) and published_at.astimezone(WIB).year < 2022


def list_entry(
    house: House, key: str, kind: Kind, published_at: datetime, wire: Wire | None = None
) -> Entry:
    """Return the entry of the article that `key` seeds, or that carries a wire."""
    rng = Random(key)
    day = published_at.astimezone(WIB)
    draft = wire.draft if wire else Draft(rng, day.date(), technology=kind != "off_topic")
    title = {"gallery": "FOTO: ", "video": "VIDEO: "}.get(kind, "") + draft.title
    if wire:
        title = wire.headline()
    section = house.technology
    if draft.section is not None:
        section = house.sections[min(draft.section, len(house.sections) - 1)]
    elif house.channels:
        section = rng.choice(house.channels)
    number = int((published_at - BEGINNING).total_seconds())
    code = _code(number)
    url = house.article.format(
        section=slug(section), number=number, slug=slug(title), code=code, tail=code[-4:], day=day
    )
    return Entry(
        key=key,
        kind=kind,
        url=url,
        title=title,
        section=section,
        published_at=published_at,
        modified_at=published_at + timedelta(minutes=rng.choice((0, 0, 7, 25))),
        tags=draft.tags(rng),
        wire=wire,
    )


def tell(house: House, entry: Entry, neighbours: Sequence[Entry], seed: int) -> Story:
    """Return the story of `entry`; `neighbours` are the articles that it may link to."""
    day = entry.published_at.astimezone(WIB).date()
    draft = Draft(Random(entry.key), day, technology=entry.kind != "off_topic")
    if entry.wire:
        draft = entry.wire.draft
    rng = Random(f"{entry.key}/body")
    reporters, editors, photographers = _staff(house.name, seed)
    passages = _passages(house, entry, draft, rng)
    author = rng.choice(reporters)
    signoff_by_name = house.older_ends_with_name and is_older(house, entry.published_at)
    if signoff_by_name:
        author = author.upper()
    agency = rng.choice(house.agencies) if house.agencies and rng.random() < 0.3 else None
    if entry.wire:
        agency = "Ant" if "Ant" in house.agencies else None
    others = [other for other in neighbours if other.title != entry.title]
    linked = Random(f"{entry.key}/related")  # a seed of its own: neighbours change with time
    related = linked.sample(others, min(len(others), linked.choice((1, 1, 2, 3))))
    asset = f"{entry.published_at:%Y/%m/%d}/{rng.randrange(10**10)}"
    return Story(
        outlet=house.name,
        kind=entry.kind,
        url=entry.url,
        title=entry.title,
        description=passages[0].text.split(". ")[0].removesuffix(".") + ".",
        section=entry.section,
        passages=tuple(passages),
        authors=(author,),
        editors=(rng.choice(editors),),
        published_at=entry.published_at,
        modified_at=entry.modified_at,
        dateline=house.dateline.format(city=draft.city, CITY=draft.city.upper()) or None,
        signoff=author if signoff_by_name else _signoff(house, agency, rng),
        agencies=_agencies(house, agency),
        tags=tuple(entry.tags),
        related=tuple((other.title, other.url) for other in related),
        image=f"https://asset.{house.host.removeprefix('www.')}/news/{asset}.jpg",
        caption=f"Ilustrasi {entry.tags[0]} di {draft.city}",
        credit=rng.choice(("Antara", "Dok. Istimewa", rng.choice(photographers))),
        leaks=leaks.planted(seed, rng) if entry.kind == "article" else (),
        wire=entry.wire.key if entry.wire else "",
    )


@cache
def _staff(outlet: str, seed: int) -> tuple[list[str], ...]:
    """Return the reporters, editors and photographers of an outlet."""
    rng = Random(f"{seed}/{outlet}/staff")
    return tuple([full_name(rng) for _ in range(6)] for _ in range(3))


def _agencies(house: House, agency: str | None) -> tuple[str, ...]:
    own = (house.agency,) if house.agency else ()
    return (AGENCIES.get(agency, agency), *own) if agency else own


def _passages(house: House, entry: Entry, draft: Draft, rng: Random) -> list[Passage]:
    passages = entry.wire.passages() if entry.wire else draft.passages(rng)
    if entry.kind in ("gallery", "video"):
        return passages[:1]
    if house.capitals:
        first, _, rest = passages[0].text.partition(" ")
        passages[0] = Passage("paragraph", f"{first.upper()} {rest}")
    if entry.revision:
        news = f"Redaksi memperbarui angka dalam berita ini untuk kali ke-{entry.revision}."
        passages.insert(-1, Passage("paragraph", news))
    return passages


def _signoff(house: House, agency: str | None, rng: Random) -> str | None:
    """Return a sign-off in the outlet's form, with the agency before the desk: "(AFP/OL-4)"."""
    if not house.signoffs:
        return None
    first, second = rng.sample(INITIALS, 2)
    mark = rng.choice(house.signoffs).format(
        a=first,
        b=second,
        A=first.title(),
        B=second.title(),
        L=rng.choice("EHIPX"),
        n=rng.randint(1, 6),
    )
    return f"({agency}/{mark[1:]}" if agency else mark
