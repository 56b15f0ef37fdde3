"""The query language of the search: words, "a phrase", OR, -without, outlet:kontan, parentheses.

`parse` never fails: a mistake is passed over and named, and `in_words` prints what was understood.
The grammar is ours, not tantivy's: each word also stands for its other forms (`word_forms`), and a
word after a minus for itself alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_WORDS = 64
"""Words of a query; what follows is passed over."""
DEEPEST = 12
"""Parentheses within one another."""
LONGEST = 4_000
"""Characters of a query."""

Field = Literal[
    "title", "author", "outlet", "topic", "tag", "agency", "entity", "month", "after", "before"
]  # fmt: skip
FIELDS: dict[str, Field] = {
    "title": "title", "judul": "title",
    "author": "author", "penulis": "author",
    "outlet": "outlet", "media": "outlet",
    "topic": "topic", "topik": "topic",
    "tag": "tag",
    "agency": "agency", "kantor": "agency",
    "entity": "entity", "entitas": "entity", "tentang": "entity",
    "month": "month", "bulan": "month",
    "after": "after", "since": "after", "sejak": "after", "dari": "after",
    "before": "before", "sebelum": "before",
}  # fmt: skip
"""Names of fields as people type them, in English and in Indonesian."""
EITHER = ("OR", "ATAU", "|", "||")
BOTH = ("AND", "DAN", "&&")
WITHOUT = ("NOT", "BUKAN", "TANPA")

Language = Literal["id", "en"]
_SAID: dict[Language, dict[str, str]] = {
    "id": {"and": "DAN", "or": "ATAU", "not": "TANPA", "all": "semua artikel"},
    "en": {"and": "AND", "or": "OR", "not": "NOT", "all": "all articles"},
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms, anywhere in an article or in `field`; `exact` as it is printed;
    with `begins`, all words that begin so."""

    text: str
    field: Field | None = None
    exact: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another."""

    words: tuple[str, ...]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field: an outlet, topic, agency, month, or the name or id of an entity; a day,
    which `after` takes in and `before` does not."""

    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """Articles without `part`."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """Articles that match each of `parts`; all articles where there is none."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Articles that match any of `parts`."""

    parts: tuple[Node, ...]


Node: TypeAlias = Word | Phrase | Value | Not | All | Either


class Mistake(NamedTuple):
    """A part of a query that was not understood as it was typed, with the kind of the mistake."""

    kind: Literal["quote", "parenthesis", "field", "day", "value", "operator", "long", "deep"]
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood."""

    node: Node = All()  # frozen
    mistakes: tuple[Mistake, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return True if all articles match."""
        return self.node == All()


_TOKEN = re.compile(
    r"""\s+
    | (?P<open>-?\() | (?P<close>\))
    | (?P<minus>-)?(?:(?P<field>[^\W\d_]+):(?=["“”\w]))?
      (?: ["“”](?P<phrase>[^"“”]*)(?P<quote>["“”]?) | (?P<word>[^\s()"“”]+) )
    | (?P<other>.)""",
    re.VERBOSE,
)


def parse(text: str, words_of: Callable[[str], Sequence[str]]) -> Query:
    """Return the query that `text` is.

    :param words_of: returns the words of a text as the index has them
    """
    mistakes: list[Mistake] = []
    text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST:
        mistakes.append(Mistake("long", text[LONGEST : LONGEST + 40]))
        text = text[:LONGEST]
    return _Parser(text, words_of, mistakes).query()


class _Parser:
    """Reads a query from left to right: OR binds least, as people expect of search engines."""

    def __init__(
        self, text: str, words_of: Callable[[str], Sequence[str]], mistakes: list[Mistake]
    ) -> None:
        found = _TOKEN.finditer(text)
        self.tokens = [token for token in found if token.lastgroup and token[0].strip()]
        self.words_of = words_of
        self.mistakes = mistakes
        self.place = 0
        self.count = 0

    def query(self) -> Query:
        node = self._either(0)
        while self.place < len(self.tokens):  # a parenthesis that nobody opened
            self._wrong("parenthesis", self.tokens[self.place][0])
            self.place += 1
            node = _all([node, self._either(0)])
        return Query(node, tuple(dict.fromkeys(self.mistakes)))

    def _wrong(self, kind: str, text: str) -> None:
        self.mistakes.append(Mistake(kind, text))  # type: ignore[arg-type]

    def _next(self) -> re.Match[str] | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _either(self, depth: int) -> Node:
        parts = []
        operator = ""
        while True:
            parts.append(self._all(depth))
            token = self._next()
            if operator and All() in parts[-2:]:
                self._wrong("operator", operator)
            if token is None or token[0] not in EITHER:
                return _either([part for part in parts if part != All()])
            operator = token[0]
            self.place += 1

    def _all(self, depth: int) -> Node:
        parts: list[Node] = []
        negative = False
        while (token := self._next()) and token[0] not in EITHER and not token["close"]:
            self.place += 1
            if token[0] in BOTH:
                if not parts or self._ends():
                    self._wrong("operator", token[0])
                continue
            if token[0] in WITHOUT:
                if self._ends():
                    self._wrong("operator", token[0])
                negative = True
                continue
            part = self._group(token, depth) if token["open"] else self._atom(token, negative)
            if negative and part != All():
                part = _not(part)
            negative = False
            parts.append(part)
        return _all(parts)

    def _ends(self) -> bool:
        token = self._next()
        return token is None or bool(token["close"]) or token[0] in EITHER

    def _group(self, token: re.Match[str], depth: int) -> Node:
        if depth >= DEEPEST:
            self._wrong("deep", token[0])
            return All()
        inner = self._either(depth + 1)
        if (end := self._next()) and end["close"]:
            self.place += 1
        else:
            self._wrong("parenthesis", token[0])
        return _not(inner) if token["open"] == "-(" and inner != All() else inner

    def _atom(self, token: re.Match[str], negative: bool) -> Node:
        if token["other"]:
            self._wrong("operator", token[0])
            return All()
        if token["phrase"] is not None and not token["quote"]:
            self._wrong("quote", token[0])
        given = token["word"] if token["phrase"] is None else token["phrase"]
        name = token["field"]
        field = FIELDS.get(name.lower()) if name else None
        if name and field is None:
            self._wrong("field", name)
        exact = bool(token["minus"]) or negative
        node = self._of_field(field, given) or self._words(
            f"{name} {given}" if name and field is None else given,
            field,
            quoted=token["phrase"] is not None,
            exact=exact,
        )
        if token["minus"] and node == All():
            self._wrong("operator", token[0])
        return _not(node) if token["minus"] and node != All() else node

    def _of_field(self, field: Field | None, given: str) -> Node | None:
        if field in ("after", "before"):
            day = _day(given)
            if day is None:
                self._wrong("day", given)
                return All()
            return Value(field, day.isoformat())
        if field in ("outlet", "topic", "agency", "entity", "month"):
            values = [value.strip() for value in given.split(",") if value.strip()]
            return _either([Value(field, value) for value in values])
        return None

    def _words(self, given: str, field: Field | None, *, quoted: bool, exact: bool) -> Node:
        begins = not quoted and given.endswith("*")
        words = list(self.words_of(given))[: MOST_WORDS - self.count + 1]
        self.count += len(words)
        if self.count > MOST_WORDS:
            self._wrong("long", given[:40])
            words = words[: max(0, len(words) - (self.count - MOST_WORDS))]
            self.count = MOST_WORDS
        if not words:
            return All()
        if len(words) > 1 and not begins:
            return Phrase(tuple(words), field)
        last = Word(words[-1], field, exact or quoted, begins)
        return _all([*(Word(word, field, exact) for word in words[:-1]), last])


def _all(parts: Sequence[Node]) -> Node:
    """Return all of `parts` as one, without those that ask for nothing."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, All) else (part,)
    kept = tuple(dict.fromkeys(flat))
    return kept[0] if len(kept) == 1 else All(kept)


def _either(parts: Sequence[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, Either) else (part,)
    kept = tuple(dict.fromkeys(flat))
    return kept[0] if len(kept) == 1 else Either(kept) if kept else All()


def _not(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(_printed(part))


def _printed(part: Node) -> Node:
    """Return `part` with words as they are printed alone."""
    match part:
        case Word():
            return replace(part, exact=True)
        case All(parts) | Either(parts):
            return replace(part, parts=tuple(map(_printed, parts)))
        case _:
            return part


def _day(text: str) -> date | None:
    """Return the first day of a year, a month or a day: 2026, 2026-11, 2026-11-30."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{1,2}){0,2}", text):
        return None
    year, *rest = (int(number) for number in text.split("-"))
    month, day = (*rest, 1, 1)[:2]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def in_words(node: Node, language: Language = "id") -> str:
    """Return the query as it was understood, for people: pengembang DAN kota."""
    said = _SAID[language]
    match node:
        case All(()):
            return said["all"]
        case All(parts):
            first, *rest = parts
            joined = [
                _nested(part, language)
                if isinstance(part, Not)
                else f"{said['and']} {_nested(part, language)}"
                for part in rest
            ]
            return " ".join([_nested(first, language), *joined])
        case Either(parts):
            return f" {said['or']} ".join(_nested(part, language) for part in parts)
        case Not(part):
            return f"{said['not']} {_nested(part, language)}"
        case Value(field, value):
            return f'{field}:"{value}"' if " " in value else f"{field}:{value}"
        case Phrase(words, phrase_field):
            return _in_field(phrase_field, f'"{" ".join(words)}"')
        case Word():
            text = f'"{node.text}"' if node.exact and not node.begins else node.text
            return _in_field(node.field, f"{text}*" if node.begins else text)


def _nested(node: Node, language: Language) -> str:
    said = in_words(node, language)
    return f"({said})" if isinstance(node, All | Either) else said


def _in_field(field: Field | None, said: str) -> str:
    return f"{field}:{said}" if field else said


def words_in(node: Node) -> list[Word | Phrase]:
    """Return the words and phrases that a matching article can show: none after a minus."""
    match node:
        case Word() | Phrase():
            return [node]
        case All(parts) | Either(parts):
            return [word for part in parts for word in words_in(part)]
        case _:
            return []
