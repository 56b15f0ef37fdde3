"""Mentions in an article's headline and body, in order; linear in the length of the text."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.mentions.amounts import amounts
from crawler.extraction.mentions.forms import Form, forms, is_head
from crawler.extraction.mentions.gazetteer import Entity, gazetteer
from crawler.extraction.mentions.people import GIVEN, TRIGGERS, people
from crawler.extraction.mentions.words import find_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from crawler.extraction.mentions.gazetteer import Gazetteer
    from crawler.extraction.mentions.people import Person
    from crawler.extraction.mentions.words import Place, Words

MOST = 2_000
"""Mentions of an article, at most: those first in the text stay."""
_NEAR = 160  # characters before and behind a name in which the words of its context are looked for
_LONGEST_SENTENCE = 400  # characters of a sentence that are kept
_EMPLOYERS = ("company", "regulator", "organisation")
# Both patterns begin with a set, which lets a search skip: four times as fast as an alternative.
_END = re.compile(r"[.!?…\n](?:(?<!\n)[\"”’')\]]*\s+(?=[A-Z\"“‘(\d])|(?<=\n)\n*)")
_TICKER = re.compile(
    r"[(SsEeKk](?:(?<=\()(?:[A-Z]+:\s?)?([A-Z]{4})\)"
    r"|(?<!\w.)(?:(?<=[Ss])aham|(?<=[Ee])miten|(?<=[Kk])ode)\s([A-Z]{4})(?!\w))"
)
_COMPANY = re.compile(
    r"(?<!\w)(?:PT|CV)\.?\s(?P<name>[A-Z][^\W\d]*[\w&'’-]*?(?<!\d)(?=\d*(?!\w))"
    r"(?:\s(?:(?![A-Z]\.)[A-Z][\w&'’-]*|dan\s[A-Z]\w*|&)){0,6})"
    r"(?:\s\((?:Persero|Tbk)\))*(?:\s\((?P<short>[A-Z][\w-]{2,20})\)|\satau\s(?P<known>[A-Z]\w{2,20}))?"
)
"""A company by its legal form, and the name by which the text calls it from then on."""
_MOST_COMPANIES = 50  # of a text, by their form
# Behind the name of a ministry or authority: that of another country.
_ABROAD = re.compile(
    r"\s(?:AS|Amerika|China|Tiongkok|Jepang|Korea|India|Inggris|Rusia|Singapura|Malaysia|Thailand|"
    r"Vietnam|Arab|Saudi|Prancis|Jerman|Iran|Israel|Ukraina|Filipina|Australia|Belanda|Taiwan|Kanada|"
    r"Uni Eropa|A[Ss][Ee][Aa][Nn])(?!\w)"
)

_CAPITAL = re.compile(r"(?<!\w)([A-Z][a-z]+) $")
# Behind the name of a newsroom: a dateline ("Kompas.com, Jakarta -"), or a credit of a picture.
_DATELINE = re.compile(r"(?:\.com|\.co\.id|\.id)?(?:,\s[A-Z]\w+(?:\s[A-Z]\w+)?)?\s?[-–—/]")
_CREDIT = re.compile(r"(?:Foto|Photo|Sumber|Dok|Gambar|Editor|Penulis)\.?:?\s?$|/$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention: `start` is its offset in characters, in the headline or the body.

    `value`, `unit` and `approximate` are of money (ISO 4217) and percentages (`%`) alone.
    """

    entity_id: str
    kind: str
    text: str
    part: str
    start: int
    sentence: str
    value: Decimal | None = None
    unit: str | None = None
    approximate: bool | None = None


class _Named(NamedTuple):
    """A name of an entity in a text."""

    start: int
    end: int
    entity: Entity


@cache
def rules_version() -> str:
    """Return a hash of all rules for mentions: other rules have another."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def find_mentions(title: str | None, body: str | None, year: int | None = None) -> list[Mention]:
    """Return what headline and body of an article mention.

    :param year: of publication, for names of some years; None: all names count
    """
    book = gazetteer()
    texts = {"title": title or "", "body": body or ""}
    words = {part: find_words(text) for part, text in texts.items()}
    named = {part: _names(text, words[part].names, book, year) for part, text in texts.items()}
    _add_organisations(texts, words, named)
    sure = {
        one.entity.id for part, ones in named.items() for one in ones if _fits(texts[part], one)
    }
    found: list[Mention] = []
    known: set[str] = set()
    for part, text in reversed(texts.items()):
        kept = [one for one in named[part] if one.entity.id in sure and _may_be(text, one)]
        mentions = _mentions(text, part, kept, words[part].triggers)
        if part == "body":
            known = {one.entity_id.partition("@")[0] for one in mentions if one.kind == "person"}
        else:  # in a headline all words have capitals
            mentions = [
                one
                for one in mentions
                if one.kind != "person" or one.entity_id.partition("@")[0] in known
            ]
        found = mentions + found
    return found[:MOST]


def _mentions(text: str, part: str, named: list[_Named], triggers: list[Place]) -> list[Mention]:
    """Return the mentions in `text`, given the organisations and products in it."""
    sentences = [0, *(match.end() for match in _END.finditer(text))]
    starts = [one.start for one in named]

    def organisation_at(start: int, end: int) -> tuple[int, str] | None:
        at = bisect_left(starts, start)
        if at < len(named) and named[at].start < end and named[at].entity.kind in _EMPLOYERS:
            return named[at].end, named[at].entity.id
        return None

    def mention(entity_id: str, kind: str, start: int, end: int, **amount: object) -> Mention:
        first = sentences[bisect_right(sentences, start) - 1]
        last = bisect_right(sentences, start)
        stop = sentences[last] if last < len(sentences) else len(text)
        first = max(first, start - _LONGEST_SENTENCE // 2)
        sentence = text[first : min(stop, first + _LONGEST_SENTENCE)].strip()
        return Mention(entity_id, kind, text[start:end], part, start, sentence, **amount)  # type: ignore[arg-type]

    by_start: dict[int, Person] = {}
    said = ((place.start, TRIGGERS[place.number]) for place in triggers)
    for person in people(text, said, organisation_at, {one.end for one in named}):
        before = by_start.get(person.start)
        if before is None or (person.organisation and not before.organisation):
            by_start[person.start] = person
    ranges = sorted((person.start, person.end) for person in by_start.values())
    # "Prabowo" in the name of another person.
    named = [one for one in named if one.entity.kind != "person" or not _is_part(text, one, ranges)]
    found = [mention(one.entity.id, one.entity.kind, one.start, one.end) for one in named]
    known = [(one.start, one.end) for one in named if one.entity.kind in ("person", "product")]
    for person in by_start.values():
        at = bisect_left(known, (person.end, 0)) - 1
        if at >= 0 and known[at][1] > person.start:
            continue
        who = _person_id(person.name, person.organisation)
        found.append(mention(who, "person", person.start, person.end))
    for amount in amounts(text):
        kind = "percent" if amount.unit == "%" else "money"
        found.append(
            mention(
                kind, kind, amount.start, amount.end,
                value=amount.value, unit=amount.unit, approximate=amount.approximate,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.start, one.kind, one.value or 0))


def _is_part(text: str, one: _Named, ranges: list[tuple[int, int]]) -> bool:
    """Return whether a name is a part of another person's: one of `ranges`, which are in order."""
    before = _CAPITAL.search(text, max(0, one.start - 20), one.start)
    if before and before[1] in GIVEN:  # "Iriana Joko Widodo"
        return True
    if " " in text[one.start : one.end]:
        return False
    at = bisect_right(ranges, (one.start, one.end + _LONGEST_SENTENCE)) - 1
    return at >= 0 and ranges[at][1] >= one.end and ranges[at] != (one.start, one.end)


def _person_id(name: str, organisation: str | None) -> str:
    """Return the id of a person: the gazetteer's, else the name in lower case, within the
    organisation if known."""
    plain = "-".join(re.findall(r"\w+", name.lower()))
    if f"person:{plain}" in gazetteer().entities:
        return f"person:{plain}"
    return f"person:{plain}@{organisation}" if organisation else f"person:{plain}"


def _names(text: str, places: list[Place], book: Gazetteer, year: int | None) -> list[_Named]:
    """Return the names in `text` as printed, in order; of names that overlap, the longest."""
    found = []
    for number, start, end in places:
        entity, alias = book.names[number]
        if alias.is_of(year) and alias.is_printed(text[start:end]):
            abroad = _ABROAD.match(text, end) if entity.kind == "regulator" else None
            if abroad and is_head(text[start:end]):
                end = abroad.end()
                found.append(_Named(start, end, _open(text[start:end], "regulator")))
            else:
                found.append(_Named(start, end, entity))
    for match in _TICKER.finditer(text):
        group = 1 if match[1] else 2
        if owner := book.tickers.get(match[group]):
            found.append(_Named(*match.span(group), owner))
    return _apart(found)


def _apart(found: list[_Named]) -> list[_Named]:
    """Return `found` in order; of names that overlap, the longest of those that begin first."""
    apart: list[_Named] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not apart or one.start >= apart[-1].end:
            apart.append(one)
        if len(apart) >= MOST:
            break
    return apart


def _shortens(short: str, name: str) -> bool:
    """Return whether the letters of `short` are in `name` in this order, from the first on."""
    letters = iter(name.lower())
    return short[0].lower() == name[0].lower() and all(
        letter in letters for letter in short.lower() if letter.isalnum()
    )


def _open(name: str, kind: str, *, is_legal: bool = False) -> Entity:
    """Return the organisation of a name that the gazetteer does not hold."""
    slug = "-".join(re.findall(r"\w+", name.lower()))
    return Entity(f"{'pt' if is_legal else 'org'}:{slug}", name, kind, ())


def _add_organisations(
    texts: dict[str, str], words: dict[str, Words], named: dict[str, list[_Named]]
) -> None:
    """Add the organisations that a form shows and the gazetteer does not hold."""
    short: dict[str, Entity] = {}
    known: set[str] = set()
    for part, text in reversed(texts.items()):
        ones, more = named[part], []
        for form in [*_companies(text), *forms(text, words[part].heads, words[part].suffixes)]:
            entity = _open(form.name, form.kind, is_legal=form.is_legal)
            # In a headline all words have capitals: a form counts there if the body has it too.
            if part == "title" and not form.is_legal and entity.id not in known:
                continue
            at = bisect_left(ones, form.start, key=lambda one: one.end - 1)
            if (
                at < len(ones)
                and ones[at].start < form.end
                and (
                    form.kind == "company" or ones[at].start <= form.start or not is_head(form.name)
                )
            ):
                continue
            known.add(entity.id)
            more.append(_Named(form.start, form.end, entity))
            if form.called and _shortens(form.called, form.name):
                short.setdefault(form.called, entity)
        named[part] = _apart([*ones, *more])
    for part, text in texts.items() if short else ():
        called = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, short))})(?!\w)")
        more = [_Named(*match.span(), short[match[0]]) for match in called.finditer(text)]
        named[part] = _apart([*named[part], *more])


def _companies(text: str) -> Iterator[Form]:
    """Yield the companies that `text` names by their legal form."""
    in_form = _COMPANY.finditer(text) if "PT" in text or "CV" in text else iter(())
    for match in islice(in_form, _MOST_COMPANIES):
        end = match.end("name")
        end -= len(" Tbk") if text[:end].endswith(" Tbk") else 0
        name = text[match.start("name") : end]
        called = match["short"] or match["known"]
        yield Form(match.start(), end, name, "company", called, is_legal=True)


def _fits(text: str, one: _Named) -> bool:
    """Return whether the words around a name show that the name is of the entity."""
    near = one.entity.near
    if near is None or not _is_unclear(text, one):
        return _may_be(text, one)
    around = f"{text[max(0, one.start - _NEAR) : one.start]} {text[one.end : one.end + _NEAR]}"
    return bool(near.search(around)) and _may_be(text, one)


def _may_be(text: str, one: _Named) -> bool:
    """Return whether no word right beside a name shows that the name is of something else."""
    if one.entity.kind == "regulator" and _ABROAD.match(text, one.end):
        return False
    if one.entity.kind == "media" and _is_byline(text, one):
        return False
    no = one.entity.not_near
    around = f"{text[max(0, one.start - 25) : one.start]} {text[one.end : one.end + 25]}"
    return no is None or not _is_unclear(text, one) or not no.search(around)


def _is_byline(text: str, one: _Named) -> bool:
    """Return whether a newsroom is named as the author of the text or of a picture."""
    if text[one.start - 1 : one.start] == "(" and text[one.end : one.end + 1] in (")", "/"):
        return True
    begins = one.start == 0 or text[one.start - 1] == "\n"
    return bool(
        (begins and _DATELINE.match(text, one.end))
        or _CREDIT.search(text, max(0, one.start - 12), one.start)
    )


def _is_unclear(text: str, one: _Named) -> bool:
    """Return whether the name is a lone word: a longer name of the entity needs no context."""
    return " " not in text[one.start : one.end] and "." not in text[one.start : one.end]
