"""Read tests/variants, written as the README there says, and score the articles read.

`python -m tests.extraction.variants` prints a table by class; `-v` names what is wrong on each page.
"""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import html
import json
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from scrapy.utils.project import get_project_settings
from selectolax.lexbor import LexborHTMLParser

from crawler.items import Article, Rejected
from crawler.newsroom.prose import Draft
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VARIANTS = CHECKOUT / "tests" / "variants"
_HEAD = re.compile(r"<!--\n(.*?)-->\n", re.DOTALL)
_SLOT = re.compile(r"\{(\w+)\}")
_TRUE = re.compile(r"\[\[(\+?)(.*?)\]\]", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_LEAK = 4  # words of a text that must not stand in the body, at least
_CHANNELS = (
    "Nasional Ekonomi Olahraga Hiburan Teknologi Otomotif Sains Kesehatan Wisata Opini".split()
)
_FIELDS = ("title", "authors", "editors", "dateline", "signoff", "section", "tags", "language", "paywalled", "agencies")  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """A page with the true values of its fields."""

    name: str
    source: str
    head: dict[str, Any]
    paragraphs: list[str]

    @property
    def kind(self) -> str:
        return str(self.head["class"])

    @property
    def outlet(self) -> str | None:
        return self.head.get("outlet")

    @property
    def text(self) -> bool:
        return self.name.endswith(".txt")


@dataclass
class Score:
    """The score of a page. `wrong` names the differences from the truth in words."""

    f1: float = 1.0
    leaks: list[str] = field(default_factory=list)
    exact: bool = True
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def perfect(self) -> bool:
        return self.exact and not self.wrong


def read() -> list[Variant]:
    """Return all pages of tests/variants."""
    return [_variant(path) for path in sorted(VARIANTS.glob("*.[ht][tx]*"))]


def _variant(path: Path) -> Variant:
    text = path.read_text("utf-8")
    head = _HEAD.match(text)
    assert head, path
    story = _Story(path.stem)
    page = _SLOT.sub(story.fill, text[head.end() :])
    true: list[str] = []
    for more, marked in _TRUE.findall(page):
        plain = " ".join(html.unescape(_TAG.sub("", marked)).split())
        if more:
            true[-1] += f" {plain}"
        else:
            true.append(plain)
    facts = tomllib.loads(_SLOT.sub(story.fill, head[1]).replace("[[", "").replace("]]", ""))
    if "{title}" in text:
        facts.setdefault("title", story.title)
    return Variant(path.name, _TRUE.sub(r"\2", page), facts, true)


class _Story:
    """Return the texts of a page's slots: the article, other headlines, and the page's chrome."""

    def __init__(self, seed: str) -> None:
        self._rng = Random(seed)
        draft = Draft(self._rng, date(2023, 9, 14), technology=True)
        self.title = draft.title
        self._prose = [p.text for p in draft.passages(self._rng) if p.kind == "paragraph"]

    def fill(self, slot: re.Match[str]) -> str:
        name = slot[1]
        if name.isdecimal():
            return f"[[{self._prose[int(name) - 1]}]]"
        if name == "title":
            return self.title
        if name[0] in "pjq" and name[1:].isdecimal():  # p: as it is; j, q: inside JSON, j as truth
            text = self._prose[int(name[1:]) - 1]
            quoted = text if name[0] == "p" else json.dumps(text, ensure_ascii=False)[1:-1]
            return f"[[{quoted}]]" if name[0] == "j" else quoted
        made: str = getattr(self, f"_{name}")()
        return made

    def _other(self) -> Draft:
        return Draft(self._rng, date(2023, 9, 13), technology=self._rng.random() < 0.5)

    def _headline(self) -> str:
        return self._other().title

    def _prose_elsewhere(self) -> str:
        other = self._other()
        return " ".join(p.text for p in other.passages(self._rng)[:3] if p.kind == "paragraph")

    def _menu(self) -> str:
        links = "".join(f'<li><a href="/{c.lower()}">{c}</a></li>' for c in _CHANNELS)
        return f'<header><div class="logo"><a href="/">Beranda</a></div><nav><ul>{links}</ul></nav></header>'

    def _side(self) -> str:
        items = "".join(
            f'<li><div><a href="/read/{n}/{n * 7}">{self._headline()}</a></div><span>{n} jam yang lalu</span></li>'
            for n in range(1, 9)
        )
        return f'<div class="kanan"><h3>Terpopuler</h3><ul>{items}</ul></div>'

    def _teasers(self) -> str:
        items = "".join(
            f'<div class="item"><a href="/read/{n}"><img src="/t/{n}.jpg"></a><h4><a href="/read/{n}">'
            f"{self._headline()}</a></h4><p>{self._prose_elsewhere()[:160]}...</p></div>"
            for n in range(1, 7)
        )
        return f'<div class="k9"><h3>Kabar Lain</h3>{items}</div>'

    def _foot(self) -> str:
        links = "".join(
            f'<a href="/{n}">{n}</a> ' for n in ("Tentang Kami", "Redaksi", "Karier", "Kontak")
        )
        return f"<footer><div>{links}</div><p>Hak cipta dilindungi undang-undang. Dilarang menyalin isi situs ini.</p></footer>"


_READER: list[DocumentReader] = []


def make(variant: Variant, *, generic: bool) -> Article:
    """Return the article of `variant`, through all stages.

    :raises Rejected: it is none
    """
    if not _READER:
        _READER.append(DocumentReader(get_project_settings()))
    document = Document(variant.source.encode(), "text" if variant.text else "html")
    outlet = "generic" if generic else variant.outlet
    return _READER[0].read(document, url=variant.head.get("url", ""), outlet=outlet)


def score(variant: Variant, *, generic: bool) -> Score:
    """Return the score of the article read from `variant` against the truth."""
    result = Score()
    expected = variant.head.get("reject")
    try:
        article = make(variant, generic=generic)
    except Rejected as rejection:
        if rejection.reason != expected:
            return Score(0.0, [], exact=False, wrong={"rejected": str(rejection)})
        return result
    if expected:
        return Score(0.0, [], exact=False, wrong={"not rejected": article.body_source or ""})
    body = "\n".join(article.paragraphs)
    result.f1 = _f1("\n".join(variant.paragraphs), body)
    result.exact = article.paragraphs == variant.paragraphs
    result.leaks = [text for text in _foreign(variant) if text in body]
    result.wrong = dict(_wrong_fields(variant, article, generic=generic))
    if len(article.kinds) != len(article.paragraphs):
        result.wrong["kinds"] = f"{article.kinds} are not as many as paragraphs"
    if not result.exact:
        missing = [p for p in variant.paragraphs if p not in article.paragraphs]
        extra = [p for p in article.paragraphs if p not in variant.paragraphs]
        result.wrong["body"] = f"{article.body_source} missing {missing} extra {extra}"
    return result


def _wrong_fields(
    variant: Variant, article: Article, *, generic: bool
) -> Iterator[tuple[str, str]]:
    head = variant.head | (variant.head.get("generic", {}) if generic else {})
    for name in _FIELDS:
        if name in head and getattr(article, name) != head[name]:
            yield name, f"{getattr(article, name)!r} for {head[name]!r}"
    if stated := head.get("published"):
        expected = datetime.fromisoformat(stated) if stated != "none" else None
        found = article.published_at
        apart = abs(found - expected) if found and expected else found or expected
        if apart and not (isinstance(apart, timedelta) and apart < timedelta(minutes=1)):
            yield "published", f"{found} ({article.published_source}) for {stated}"


def _foreign(variant: Variant) -> list[str]:
    """Return the texts on the page outside the article."""
    true = "\n".join(variant.paragraphs)
    if variant.text:
        texts = [" ".join(line.split()) for line in variant.source.splitlines()]
    else:
        tree = LexborHTMLParser(variant.source)
        tree.strip_tags(["script", "style", "title", "template", "noscript"])
        nodes = tree.body.text(separator="\n").split("\n") if tree.body else []
        texts = [" ".join(node.split()) for node in nodes]
    return [
        text
        for text in dict.fromkeys(texts)
        if len(text.split()) >= _LEAK and text not in true
        if not any(paragraph in text for paragraph in variant.paragraphs if len(paragraph) > 60)
    ]


def _f1(true: str, found: str) -> float:
    """Return precision and recall over shingles of four words."""
    ours, theirs = _shingles(found), _shingles(true)
    shared = (ours & theirs).total()
    return 2 * shared / max(1, ours.total() + theirs.total())


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)))


def main() -> None:
    """Print the table: outlet's rules, then none."""
    verbose = "-v" in sys.argv
    only = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    variants = [v for v in read() if not only or any(o in v.name or o in v.kind for o in only)]
    rows: dict[str, dict[bool, list[Score]]] = {}
    for variant in variants:
        for generic in (False, True):
            if not generic and variant.outlet is None:
                continue
            found = score(variant, generic=generic)
            rows.setdefault(variant.kind, {False: [], True: []})[generic].append(found)
            if verbose and (found.leaks or found.wrong):
                print(
                    f"-- {variant.name} {'generic' if generic else variant.outlet} F1 {found.f1:.3f}"
                )
                for leak in found.leaks:
                    print(f"     leak: {leak[:110]}")
                for name, what in found.wrong.items():
                    print(f"     {name}: {what[:1200]}")
    print(f"{'class':32} {'rules: F1 leaks body all':>28} {'none: F1 leaks body all':>28}")
    everything: dict[bool, list[Score]] = {False: [], True: []}
    for kind, row in sorted(rows.items()):
        print(f"{kind:32} {_cell(row[False]):>28} {_cell(row[True]):>28}")
        for generic, scores in row.items():
            everything[generic] += scores
    print(f"{'all':32} {_cell(everything[False]):>28} {_cell(everything[True]):>28}")


def _cell(scores: list[Score]) -> str:
    if not scores:
        return "-"
    n = len(scores)
    f1 = sum(s.f1 for s in scores) / n
    leaks = sum(len(s.leaks) for s in scores)
    return f"{f1:.3f} {leaks:3} {sum(s.exact for s in scores):3}/{n} {sum(s.perfect for s in scores):3}/{n}"


if __name__ == "__main__":
    main()
