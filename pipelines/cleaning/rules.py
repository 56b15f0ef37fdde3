"""The rules of cleaning, read from rules.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, MatchKind

from crawler.extraction.indonesian.patterns import DASHES, any_of
from crawler.extraction.indonesian.places import CITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = Path(__file__).with_name("rules.toml")
KINDS = tuple(
    "label inline block notice tail widget caption closing byline dateline signoff".split()
)

_LETTERS = bytes(c if chr(c) in ascii_lowercase else 32 for c in range(256))
_WORD = re.compile(r"\{([A-Za-z]+)\}")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """An entry of rules.toml; the head of that file explains the fields."""

    id: str
    kind: str
    pattern: re.Pattern[str]
    hint: frozenset[str]
    scope: frozenset[str]
    takes: str
    leaves: str

    def stands_in(self, text: str) -> bool:
        """Return True if `text`, in lower case, contains a hint, or if the rule has none."""
        return not self.hint or any(map(text.__contains__, self.hint))

    def may_match(self, hints: set[str]) -> bool:
        """Return True if a hint of the rule is in `hints`, or if the rule has none."""
        return not self.hint or not self.hint.isdisjoint(hints)


@dataclass(frozen=True)
class Rulebook:
    """All rules, in the order of the file, and the names of news agencies."""

    rules: tuple[Rule, ...]
    agencies: dict[str, str]
    """Printed names of news agencies, in lower case, to the names in the dataset."""

    def active(self, texts: Iterable[str], outlet: str) -> dict[str, list[Rule]]:
        """Return the rules, by kind, with a hint in `texts` (in lower case) or without hints."""
        text = "\n".join(texts)
        hints = self._hints & _words(text)
        marks = [mark for mark in self._marks if mark in text]
        numbers = {number for hint in ("", *hints, *marks) for number in self._by_hint[hint]}
        found: dict[str, list[Rule]] = {kind: [] for kind in KINDS}
        for rule in map(self.rules.__getitem__, sorted(numbers)):
            if not rule.scope or outlet in rule.scope:
                found[rule.kind].append(rule)
        return found

    def hints_in(self, text: str) -> set[str]:
        """Return the hints that `text`, in lower case, contains."""
        automaton, hints = self._automaton
        found = automaton.find_matches_as_indexes(text, overlapping=True)
        return {hints[number] for number, _, _ in found}

    @cached_property
    def _automaton(self) -> tuple[AhoCorasick, list[str]]:
        hints = sorted(self._hints - {""})
        return AhoCorasick(hints, MatchKind.Standard), hints

    @cached_property
    def any_label(self) -> re.Pattern[str]:
        """Match where any rule for labels matches."""
        return re.compile("|".join(f"(?:{r.pattern.pattern})" for r in self.of_kind("label")))

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        """Return all rules of `kind`."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _marks(self) -> set[str]:
        """Return the hints that are not words of letters."""
        return {hint for rule in self.rules for hint in rule.hint if not hint.isalpha()}

    @cached_property
    def _by_hint(self) -> dict[str, list[int]]:
        """Return the numbers of the rules with each hint; those without hints are at ""."""
        numbers: dict[str, list[int]] = {"": []}
        for number, rule in enumerate(self.rules):
            for hint in rule.hint or ("",):
                numbers.setdefault(hint, []).append(number)
        return numbers

    @cached_property
    def _hints(self) -> frozenset[str]:
        return frozenset(self._by_hint)

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Rule, ...]]:
        return {kind: tuple(r for r in self.rules if r.kind == kind) for kind in KINDS}


def _words(text: str) -> set[str]:
    """Return the runs of a to z in `text`, in half the time of a regex."""
    return set(text.encode("ascii", "replace").translate(_LETTERS).decode().split())


@lru_cache(maxsize=1)
def load_rules(path: Path = PATH) -> Rulebook:
    """Read and compile the rules.

    :raises ValueError: when a rule has an unknown kind.
    """
    data = tomllib.loads(path.read_text("utf-8"))
    words = {"dashes": DASHES, "city": any_of(CITIES), "CITY": any_of(map(str.upper, CITIES))}
    for name, value in data["words"].items():
        words[name] = _WORD.sub(lambda word: words[word[1]], value)
    rules = tuple(_rule(entry, words) for entry in data["rule"])
    agencies = {alias: name for name, aliases in data["agencies"].items() for alias in aliases}
    return Rulebook(rules, agencies)


def _rule(entry: dict[str, str | list[str]], words: dict[str, str]) -> Rule:
    if entry["kind"] not in KINDS:
        raise ValueError(f"{entry['id']}: no such kind of rule: {entry['kind']}")
    pattern = _WORD.sub(lambda word: words[word.group(1)], str(entry["pattern"]))
    return Rule(
        id=str(entry["id"]),
        kind=str(entry["kind"]),
        pattern=re.compile(pattern),
        hint=frozenset(entry.get("hint", ())),
        scope=frozenset(entry.get("scope", ())),
        takes=str(entry["takes"]),
        leaves=str(entry["leaves"]),
    )
