"""The gazetteer: organisations and products with the names that print uses, from gazetteer.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

KINDS = ("company", "regulator", "product", "organisation", "media", "person")
FILE = Path(__file__).with_name("gazetteer.toml")
COMMON = frozenset(Path(__file__).with_name("common_words.txt").read_text("utf-8").split())
"""Words that one of a hundred Indonesian news texts, or more, print in small letters."""
AMBIGUOUS = frozenset(
    """
    alphabet amazon apple astra bi bibit bolt claude copilot dana edge element flip garuda
    gemini go grab grok halo honor hp intel itu jago jenius kick koala line link live llama loop
    max merdeka meta mi mini mitra mola nothing notion orange ovo pintu pixel poco pos privy
    ruang shell signal slack smart snap sora spark steam stripe surge target tecno telegram
    teams threads tri unity vision visa wave windows word x xl zoom
    """.split()
)
"""Names that are words too, besides COMMON: an alias among either needs a context that must or must
not be near."""
_KEYS = {
    "id": str, "name": str, "aliases": list, "by_name": bool, "ticker": str, "parent": str,
    "near": list, "not_near": list, "source": str, "takes": str, "leaves": str,
}  # fmt: skip
_ALIAS_KEYS = {"text": str, "since": int, "until": int}
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
    """Return the gazetteer of this project.

    :raises ValueError: of a fault in the file, with the row and what is wrong with the row.
    """
    try:
        return load(tomllib.loads(FILE.read_text("utf-8")))
    except ValueError as error:
        raise ValueError(f"{FILE.name}: {error}") from error


def name_of(entity_id: str) -> str:
    """Return the name of an entity: the gazetteer's, or the person's with the organisation's."""
    book = gazetteer().entities
    if entity_id in book:
        return book[entity_id].name
    if entity_id.startswith("pt:"):
        return f"PT {entity_id.removeprefix('pt:').replace('-', ' ').title()}"
    if entity_id.startswith("org:"):
        return entity_id.removeprefix("org:").replace("-", " ").title()
    name, _, organisation = entity_id.removeprefix("person:").partition("@")
    person = name.replace("-", " ").title()
    return f"{person} ({name_of(organisation)})" if organisation else person


def load(tables: dict[str, list[dict[str, Any]]]) -> Gazetteer:
    """Return the gazetteer in `tables`: entities by kind.

    :raises ValueError: a key is unknown or of another type, an alias or ticker has two owners, an
        entity lacks a context that a name needs, its source or examples, or a parent is unknown or
        below its child.
    """
    entities: dict[str, Entity] = {}
    tickers: dict[str, Entity] = {}
    owners: dict[str, str] = {}
    names: list[tuple[Entity, Alias]] = []
    for kind, rows in tables.items():
        if kind not in KINDS:
            raise ValueError(f"there is no kind {kind}")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError(f"{kind} is no list of rows")
        for row in rows:
            entity = _entity(kind, row)
            if entity.id in entities:
                raise ValueError(f"{entity.id} is there twice")
            entities[entity.id] = entity
            if entity.ticker and tickers.setdefault(entity.ticker, entity) is not entity:
                other = tickers[entity.ticker].id
                raise ValueError(f"{entity.ticker} is the ticker of {other} and of {entity.id}")
            for alias in entity.aliases:
                key = alias.text.lower()
                if owners.setdefault(key, entity.id) != entity.id:
                    raise ValueError(f"{alias.text} is a name of {owners[key]} and of {entity.id}")
                names.append((entity, alias))
    for entity in entities.values():
        _check_parents(entity, entities)
    patterns = [alias.text.lower() for _, alias in names]
    return Gazetteer(entities, tickers, tuple(names), AhoCorasick(patterns, MatchKind.Standard))


def _check_parents(entity: Entity, entities: dict[str, Entity]) -> None:
    above, seen = entity, {entity.id}
    while above.parent:
        if above.parent not in entities:
            raise ValueError(f"{above.id}: there is no {above.parent}")
        if above.parent in seen:
            raise ValueError(f"{entity.id}: {above.parent} is its own parent, or a parent's")
        seen.add(above.parent)
        above = entities[above.parent]


def _check_keys(where: str, row: dict[str, Any], keys: dict[str, type]) -> None:
    for key, value in row.items():
        if key not in keys:
            raise ValueError(f"{where}: there is no key {key}; there are {', '.join(keys)}")
        if type(value) is not keys[key]:
            raise ValueError(f"{where}: {key} is {value!r}, no {keys[key].__name__}")


def _entity(kind: str, row: dict[str, Any]) -> Entity:
    where = str(row.get("id") or row)
    _check_keys(where, row, _KEYS)
    missing = [name for name in ("id", "name", "source", "takes", "leaves") if not row.get(name)]
    if missing:
        raise ValueError(f"{where}: {', '.join(missing)} missing")
    named = [row["name"]] * row.get("by_name", True) + row.get("aliases", [])
    if not named:
        raise ValueError(f"{where} has no name to look for")
    aliases = [_alias(where, each) for each in named]
    entity = Entity(
        id=row["id"],
        name=row["name"],
        kind=kind,
        aliases=tuple({alias.text.lower(): alias for alias in aliases}.values()),
        ticker=row.get("ticker"),
        parent=row.get("parent"),
        near=_words(where, row.get("near", [])),
        not_near=_words(where, row.get("not_near", [])),
    )
    unclear = [
        alias.text
        for alias in aliases
        if (word := alias.text.lower()) in AMBIGUOUS or (word in COMMON and not alias.exact)
    ]
    if unclear and not entity.near and not entity.not_near:
        raise ValueError(f"{entity.id}: {', '.join(unclear)} needs near or not_near")
    return entity


def _alias(where: str, said: str | dict[str, Any]) -> Alias:
    row = {"text": said} if isinstance(said, str) else said
    if not isinstance(row, dict):
        raise ValueError(f"{where}: {said!r} is no name")
    _check_keys(where, row, _ALIAS_KEYS)
    alias = Alias(**({"text": ""} | row))
    if not alias.text.strip() or (len(alias.text.strip()) < 2 and not alias.since):
        raise ValueError(f"{where}: {alias.text!r} is no name")
    if alias.since and alias.until and alias.since > alias.until:
        raise ValueError(f"{where}: {alias.text} ends in {alias.until}, before {alias.since}")
    return alias


def _words(where: str, words: list[str]) -> re.Pattern[str] | None:
    if not all(isinstance(word, str) and word.strip() for word in words):
        raise ValueError(f"{where}: {words} are no words")
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE) if words else None
