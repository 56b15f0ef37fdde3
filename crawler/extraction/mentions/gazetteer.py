"""The gazetteer: organisations and products with the names that print uses, from gazetteer.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

KINDS = ("company", "regulator", "product", "organisation", "person")
FILE = Path(__file__).with_name("gazetteer.toml")
AMBIGUOUS = frozenset(
    """
    alphabet amazon apple astra bi bibit bolt claude copilot dana edge element flip garuda
    gemini go grab grok halo honor hp intel itu jago jenius kick koala line link live llama loop
    max merdeka meta mi mini mitra mola nothing notion orange ovo pintu pixel poco pos privy
    ruang shell signal slack smart snap sora spark steam stripe surge target tecno telegram
    teams threads tri unity vision visa wave windows word x xl zoom
    """.split()
)
"""Names that are words too: an alias among them needs a context that must or must not be near."""
_EXACT = 5  # characters: so short a name in capitals is matched in capitals alone


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of an entity; between the years `since` and `until`, both included, if given."""

    text: str
    since: int | None = None
    until: int | None = None

    @property
    def exact(self) -> bool:
        """True for an abbreviation, which counts as printed alone."""
        return self.text.isupper() and len(self.text) <= _EXACT

    def is_printed(self, text: str) -> bool:
        """Return whether `text`, the same in lower case, is printed as a name is."""
        if self.exact:
            return text == self.text
        return text[0] == self.text[0] or not self.text[0].isupper() or text[0].isupper()

    def is_of(self, year: int | None) -> bool:
        """Return whether the name was in use in `year`."""
        return year is None or (self.since or year) <= year <= (self.until or year)


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """An entity; `near` and `not_near` are patterns of words around a name."""

    id: str
    name: str
    kind: str
    aliases: tuple[Alias, ...]
    ticker: str | None = None
    parent: str | None = None
    near: re.Pattern[str] | None = None
    not_near: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The entities by id and by ticker, and an automaton of all names in lower case."""

    entities: dict[str, Entity]
    tickers: dict[str, Entity]
    names: tuple[tuple[Entity, Alias], ...]
    automaton: AhoCorasick

    def matches(self, lower: str) -> list[tuple[int, int, int]]:
        """Return number, start and end of each name in `lower`, also of names inside others."""
        found: list[tuple[int, int, int]] = self.automaton.find_matches_as_indexes(
            lower, overlapping=True
        )
        return found


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer of this project."""
    return load(tomllib.loads(FILE.read_text("utf-8")))


def name_of(entity_id: str) -> str:
    """Return the name of an entity: the gazetteer's, or the person's with the organisation's."""
    book = gazetteer().entities
    if entity_id in book:
        return book[entity_id].name
    if entity_id.startswith("pt:"):
        return f"PT {entity_id.removeprefix('pt:').replace('-', ' ').title()}"
    name, _, organisation = entity_id.removeprefix("person:").partition("@")
    person = name.replace("-", " ").title()
    return f"{person} ({name_of(organisation)})" if organisation else person


def load(tables: dict[str, list[dict[str, Any]]]) -> Gazetteer:
    """Return the gazetteer in `tables`: entities by kind.

    :raises ValueError: an alias has two owners, an entity lacks a context that a name needs, its
        source or examples, or a parent is unknown.
    """
    entities: dict[str, Entity] = {}
    owners: dict[str, str] = {}
    names: list[tuple[Entity, Alias]] = []
    for kind, rows in tables.items():
        if kind not in KINDS:
            raise ValueError(f"there is no kind {kind}")
        for row in rows:
            entity = _entity(kind, row)
            if entity.id in entities:
                raise ValueError(f"{entity.id} is there twice")
            entities[entity.id] = entity
            for alias in entity.aliases:
                key = alias.text.lower()
                if owners.setdefault(key, entity.id) != entity.id:
                    raise ValueError(f"{alias.text} is a name of {owners[key]} and of {entity.id}")
                names.append((entity, alias))
    for entity in entities.values():
        if entity.parent and entity.parent not in entities:
            raise ValueError(f"{entity.id}: there is no {entity.parent}")
    patterns = [alias.text.lower() for _, alias in names]
    tickers = {entity.ticker: entity for entity in entities.values() if entity.ticker}
    return Gazetteer(entities, tickers, tuple(names), AhoCorasick(patterns, MatchKind.Standard))


def _entity(kind: str, row: dict[str, Any]) -> Entity:
    missing = [name for name in ("id", "name", "source", "takes", "leaves") if not row.get(name)]
    if missing:
        raise ValueError(f"{row.get('id') or row}: {', '.join(missing)} missing")
    named = [row["name"], *row.get("aliases", ())] if row.get("by_name", True) else row["aliases"]
    aliases = [_alias(each) for each in named]
    entity = Entity(
        id=row["id"],
        name=row["name"],
        kind=kind,
        aliases=tuple({alias.text.lower(): alias for alias in aliases}.values()),
        ticker=row.get("ticker"),
        parent=row.get("parent"),
        near=_words(row.get("near", ())),
        not_near=_words(row.get("not_near", ())),
    )
    unclear = [alias.text for alias in aliases if alias.text.lower() in AMBIGUOUS]
    if unclear and not entity.near and not entity.not_near:
        raise ValueError(f"{entity.id}: {', '.join(unclear)} needs near or not_near")
    return entity


def _alias(said: str | dict[str, Any]) -> Alias:
    if isinstance(said, str):
        said = {"text": said}
    alias = Alias(**said)
    if len(alias.text.strip()) < 2 and not alias.since:
        raise ValueError(f"{alias.text!r} is no name")
    return alias


def _words(words: tuple[str, ...] | list[str]) -> re.Pattern[str] | None:
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE) if words else None
