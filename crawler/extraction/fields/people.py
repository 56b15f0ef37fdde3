"""Authors and editors: from the visible byline, then from metadata."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.bylines import Byline, parse_byline, split_names
from crawler.extraction.indonesian.patterns import DASHES, any_of
from crawler.extraction.page.jsonld import named, texts
from crawler.extraction.page.page import BETWEEN
from crawler.extraction.urls import split_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules
    from crawler.items import Block


def _any(*words: str) -> str:
    """Return a pattern for any of `words`, in small letters, with a capital, or in capitals.

    IGNORECASE takes four times as long.
    """
    forms = ((word, word.capitalize(), word.title(), word.upper()) for word in words)
    return any_of(dict.fromkeys(form for found in forms for form in found))


_WRITERS = ("reporter", "rep", "penulis", "pewarta", "wartawan", "jurnalis", "kontributor", "oleh")
_EDITORS = ("editor", "redaktur", "red", "penyunting")
_BOTH = tuple(f"{editor} & reporter" for editor in _EDITORS)
_BY = (
    "written by", "posted by", "submitted by", "edited by", "ditulis oleh", "diposting oleh",
    "dikirim oleh", "disunting oleh", "diedit oleh", "oleh", "by",
)  # fmt: skip
_GAP = rf"{BETWEEN}++"
# A text node that begins with a label: "Reporter: X"; in two nodes "Penulis", ": X" or "Oleh", "X".
_LABELLED = re.compile(
    rf"{BETWEEN}(?:[|/•·]\s*+)?((?:"
    rf"{_any(*_WRITERS, *_EDITORS, *_BOTH)}(?:\s?:{_GAP}|\s?:|{_GAP}:(?:{_GAP})?)"
    rf"|{_any(*_BY)}{_GAP}"
    rf"|{_any('laporan', 'oleh', 'reporter', 'penulis', 'pewarta', 'editor')}\s)[^{BETWEEN}]*+"
    rf"(?:(?:(?<=,)|{_GAP}(?:[,/&]|dan|Dan|DAN)){_GAP}[^{BETWEEN}]++){{0,4}})"
)
_TOLD = re.compile(rf"[:{BETWEEN}]")  # without a colon or a seam the label may be prose
_ROLES = {
    "tentang penulis": "authors", "author": "authors", "penulis": "authors",
    "writer": "authors", "verified writer": "authors",
    "reporter": "authors", "pewarta": "authors", "wartawan": "authors",
    "jurnalis": "authors", "editor": "editors", "redaktur": "editors",
}  # fmt: skip
_ROLE_ALONE = re.compile(rf"{BETWEEN}[\s,|•·-]*+({_any(*_ROLES)})[\s,|•·-]*+(?={BETWEEN})")
_PLACES = (
    "[itemprop=author],[rel=author],[class*=author],[class*=reporter],[class*=penulis],"
    "[class*=jurnalis],[class*=journalist],[class*=byline],[class*=namerep],[class*=credit-title-name],"
    "article address"
)
_STATED = ("dtk:author", "dable:author", "author")  # meta tags with the author
_MOST = 100  # people of a page; articles have up to ten
_LONGEST = 120  # characters of a byline
_NEAR = 8  # text nodes around the time, searched for a byline
_HOUSE = 30  # characters of an outlet's name
_LONGEST_DATED = 500  # characters of a byline with a time and a template's filling
_NAME = re.compile(r"[^\W\d_](?:[\w.,'’` -]{0,49}[\w.'’])")
_SITE = re.compile(r"\b[A-Za-z]\w{2,20}\.(?:com|id|co\.id|net)\b")
# "by Name in Data": a name behind the time, before the sections.
_BY_BEHIND = re.compile(
    r"(?:by|oleh)\s+[A-Z]\S*(?:\s[A-Z]\S*){0,4}(?=\s(?:in|di|pada)\s|\s?[|·•]|$)"
)
_EDITOR_LINE = re.compile(r"(?:editor|redaktur|penyunting)\b", re.IGNORECASE)
_MARKS = re.compile(r"[\W_]+")
_PARTICLES = frozenset("bin binti van von de da di el al der ibn".split())
_CITIES = frozenset(
    "jakarta bandung surabaya yogyakarta semarang medan makassar denpasar bekasi bogor".split()
)
# "mts/fea": initials of a desk's sign-off, and no person's name.
_CODE = re.compile(r"[a-z]{2,5}")
_NOT_A_NAME = re.compile(
    r"\b(?:admin\w*|redaksi|developer|tim|team|newsroom|desk|network|media|news|online|http\S*|"
    r"copyright|selengkapnya|profil|follow|ikuti|berita|foto|video|kami|kirim|kontak|tentang|login|"
    r"masuk|daftar|kebijakan|privasi|pedoman|kari?er|iklan|indeks|terbaru|terpopuler|lainnya|topik|"
    r"populer|trending|komentar|bagikan|jangan lewatkan|kategori|tags?)\b|\.(?:com|co|id|net|tv)\b|"
    r"@|\d{3}",
    re.IGNORECASE,
)


def find_people(
    page: Page,
    rules: Rules,
    blocks: Sequence[Block],
    date: str | None = None,
    headline: str = "",
) -> Byline:
    """Return authors, editors, and organisations named beside; an editor is no author.

    :param blocks: the body's blocks; the last may be the author's name
    :param date: the time as printed on the page; the author's name may be beside
    :param headline: the title; a piece of it is no name
    """
    own = _own_names(page, rules)
    people, printed = _selected(page, rules, own)
    beside_date = partial(_beside_date, date=date)
    for source in (partial(_explicit, own=own), _labelled, _titled, beside_date):
        if not (people.authors and people.editors):
            _fill(people, source(page))
    if not people.authors:
        for names in _guesses(page, rules, blocks, date, own):
            found = [
                name
                for name in names
                if _is_name(name, own) and name not in people.editors and name not in headline
            ]
            if found:
                people.authors = found
                break
        # Metadata that names only the last name names the editor.
        if len(people.authors) > 1 and named(page.article.get("author")) == people.authors[-1:]:
            people.editors = people.editors or [people.authors.pop()]
    people.authors = [n for n in people.authors if _squeeze(n) not in own] or printed
    people.authors = [n for n in people.authors if not _CODE.fullmatch(n)]
    clean = named(page.article.get("author")) if people.authors else []
    people.authors = [_without_badge(name, clean) for name in people.authors]
    people.authors = [_as_printed(n, page) if n.islower() else n for n in people.authors]
    people.authors = _without(people.authors, people.editors)
    stated = [*named(page.article.get("author")), *(page.meta.get(key, "") for key in _STATED)]
    for text in filter(None, stated):
        _add(people.sources, parse_byline(text[:_LONGEST]).sources)
    return people


def _as_printed(name: str, page: Page) -> str:
    """Return `name`, which metadata has in small letters, as the page prints the name."""
    printed = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", page.flow, re.IGNORECASE)
    return printed[0] if printed and " " in name else name


def _without(authors: list[str], editors: list[str]) -> list[str]:
    """Return `authors` without `editors`; all of `authors` if each is an editor too."""
    return [name for name in authors if name not in editors] or authors


def _without_badge(name: str, stated: list[str]) -> str:
    """Return the name in metadata that `name` only adds the text of a badge to, else `name`."""
    words = name.split()
    for clean in stated:
        own = clean.split()
        if 1 < len(own) < len(words) and own in (words[: len(own)], words[-len(own) :]):
            return clean
    return name


def _guesses(
    page: Page, rules: Rules, blocks: Sequence[Block], date: str | None, own: set[str]
) -> Iterator[list[str]]:
    """Yield lists of names without a label, the likeliest first."""
    yield _placed(page)
    yield _dated(page, date)
    yield _signed(blocks)
    yield _of_the_house(page, date, own)
    yield from _stated(page, rules)
    yield _above(page, date)


def _selected(page: Page, rules: Rules, own: set[str]) -> tuple[Byline, list[str]]:
    """Return the people at the outlet's own selectors, and the outlet's names among them."""
    people, printed = Byline(), list[str]()
    for selector in rules.selectors("byline"):
        for node in page.select(selector):
            found = parse_byline(" ".join(node.text(separator=" ").split())[:_LONGEST])
            _add(printed, [n for n in found.authors if any(o in _squeeze(n) for o in own)])
            found.authors = [
                n for n in found.authors if n not in printed and not _NOT_A_NAME.search(n)
            ]
            _extend(people, found)
        if people.authors or people.editors:
            break
    if len(people.authors) > 1 and not people.editors and rules.editor_place:
        people.editors = [people.authors.pop(0 if rules.editor_place == "first" else -1)]
    for selector in rules.selectors("editor"):
        for node in page.select(selector):
            found = parse_byline(" ".join(node.text(separator=" ").split())[:_LONGEST])
            _add(people.editors, found.editors or found.authors)
        if people.editors:
            break
    people.authors = _without(people.authors, people.editors)
    return people, printed


def _explicit(page: Page, own: set[str]) -> Byline:
    """Return people from metadata that separates author and editor."""
    people = Byline()
    _add(people.authors, split_names(page.meta.get("content_author", "")))
    _add(people.editors, split_names(page.meta.get("content_editor", "")))
    creators = named(page.article.get("creator"))
    if creators and creators != named(page.article.get("author")):
        _add(people.authors, creators)
    _add(people.editors, named(page.article.get("editor")))
    for word in texts(page.article.get("keywords")):
        if word.startswith("Editor:"):
            _add(people.editors, split_names(word.removeprefix("Editor:")))
    people.authors = [
        n for n in people.authors if _squeeze(n) not in own and not _NOT_A_NAME.search(n)
    ]
    return people


def _labelled(page: Page) -> Byline:
    """Return the labelled people on the page: "Reporter: X", "Penulis" ": X", "Oleh" "X"."""
    return _labelled_in(page.flow)


def _labelled_in(flow: str) -> Byline:
    people = Byline()
    for match in _LABELLED.finditer(flow):
        text = " ".join(match[1].replace(BETWEEN, " ").split())
        if len(text) <= _LONGEST:
            found = parse_byline(text)
            told = _may_be_name if _TOLD.search(match[1]) else _looks_like_name
            people.authors = people.authors or [n for n in found.authors if told(n)]
            people.editors = people.editors or [n for n in found.editors if told(n)]
            _add(people.sources, found.sources)
    return people


def _beside_date(page: Page, date: str | None) -> Byline:
    """Return labelled people behind the time: "14 September 2023 · Pewarta: Name"."""
    behind = _line_of(page.flow, date).partition(date)[2].lstrip(f" ,|•·{DASHES}") if date else ""
    if by := _BY_BEHIND.match(behind):
        return Byline([name for name in parse_byline(by[0]).authors if _looks_like_name(name)])
    return _labelled_in(f"{BETWEEN}{behind}{BETWEEN}")


def _line_of(flow: str, date: str) -> str:
    """Return the first text node with `date` that is no longer than a byline and a time."""
    at = flow.find(date)
    while at >= 0:
        line = flow[flow.rfind(BETWEEN, 0, at) + 1 : flow.find(BETWEEN, at)]
        if len(line) <= _LONGEST_DATED:
            return " ".join(line.split())
        at = flow.find(date, at + len(date))
    return ""


def _titled(page: Page) -> Byline:
    """Return names with a role behind or before each: "X" "Editor"."""
    people = Byline()
    roles = list(_ROLE_ALONE.finditer(page.flow))
    # A page prints all names before the roles, or all names behind the roles.
    sides = ((role, side) for role in roles for side in (-1, 1))
    step = next((side for role, side in sides if _looks_like_name(_node_beside(role, side))), 0)
    for role in roles if step else ():
        if _begins_like_name(name := _node_beside(role, step)):
            _add(getattr(people, _ROLES[role[1].lower()]), [name])
    return people


def _node_beside(role: re.Match[str], side: int) -> str:
    """Return the first text that is not blank behind `role` (`side` 1) or before (-1)."""
    flow, at = role.string, role.end() if side > 0 else role.start()
    text = ""
    while not text and 0 < at < len(flow) - 1:
        end = flow.find(BETWEEN, at + 1) if side > 0 else flow.rfind(BETWEEN, 0, at)
        text = " ".join(flow[min(at, end) + 1 : max(at, end)].split()).strip(" ,|•·-")
        at = end
    return text


def _may_be_name(text: str) -> bool:
    """Return whether the labelled `text` may be a name or a code such as C31."""
    if text.isalnum() and len(text) <= 4:
        return not _CODE.fullmatch(text)
    capital = all(w[0].isupper() or w in _PARTICLES or not w[0].isalpha() for w in text.split())
    return capital and bool(_NAME.fullmatch(text))


def _placed(page: Page) -> list[str]:
    """Return the names in the first element with names among those classed as author.

    A name of a single word counts only with a standard's mark.
    """
    marked: list[str] = []
    for node in page.tree.css(_PLACES):
        text = " ".join(node.text(separator=" ").split())
        if text and len(text) <= _LONGEST:
            found = parse_byline(text).authors
            names = [n for n in found if _looks_like_name(n)]
            if names:
                return names
            if not marked and _is_marked(node):
                marked = [n for n in found if _begins_like_name(n)]
    return marked


def _is_marked(node: LexborNode) -> bool:
    """Return whether microdata, a link's relation or a whole class is "author"."""
    attributes = node.attributes
    if "author" in (attributes.get("itemprop"), attributes.get("rel")):
        return True
    return "author" in (attributes.get("class") or "").split()


def _dated(page: Page, date: str | None) -> list[str]:
    """Return the names before the time in the same line: "Name • 14 September 2023"."""
    before = _line_of(page.flow, date).partition(date)[0] if date else ""
    names = parse_byline(before[-_LONGEST:]).authors
    return names if names and all(map(_looks_like_name, names)) else []


def _above(page: Page, date: str | None) -> list[str]:
    """Return the names in a line right above the time, unless the line occurs before."""
    at = _dated_run(page, date) or 0
    while at and (_is_between(page.runs[at - 1]) or _EDITOR_LINE.match(page.runs[at - 1])):
        at -= 1
    line = page.runs[at - 1] if at else ""
    fresh = line not in page.title and line not in page.runs[: max(0, at - 1)]
    names = parse_byline(line).authors if fresh and len(line) <= _LONGEST else []
    return names if names and all(map(_looks_like_name, names)) else []


def _of_the_house(page: Page, date: str | None, own: set[str]) -> list[str]:
    """Return the name near the time with the outlet's name behind: "Name" "- detikinet"."""
    at = _dated_run(page, date)
    start = max(0, at - _NEAR) if at is not None else 0
    near = page.runs[start : at + _NEAR] if at is not None else []
    for name, house in pairwise(near):
        said = len(house) <= _HOUSE and _squeeze(house.split(".")[0]) in own  # "- Bisnis.com"
        if said and _looks_like_name(name):
            return [name]
    return []


def _dated_run(page: Page, date: str | None) -> int | None:
    """Return the index of the page's first run with `date`."""
    return next((i for i, run in enumerate(page.runs) if date and date in run), None)


def _is_between(run: str) -> bool:
    """Return whether `run`, between a name and a time, is a bullet, an account or a time."""
    if run.lstrip("(").startswith("@"):
        return True
    run = _SITE.sub("", run)  # "Name - liputan6.com"
    return not any(c.isalpha() for c in run) or any(c.isdigit() for c in run)


def _signed(blocks: Sequence[Block]) -> list[str]:
    """Return the author's name in the last line of the body, in bold."""
    last = next((block for block in reversed(blocks) if not block.rule), None)
    signed = last is not None and last.bold and not last.anchors and _looks_like_name(last.text)
    return [last.text] if last and signed else []


def _stated(page: Page, rules: Rules) -> Iterator[list[str]]:
    if "authors" in rules.distrust:
        return
    stated = [name for text in named(page.article.get("author")) for name in split_names(text)]
    yield list(dict.fromkeys(stated))
    for key in _STATED:
        yield split_names(page.meta.get(key, ""))
    yield parse_byline(page.meta.get("byl", "")[:_LONGEST]).authors


def _own_names(page: Page, rules: Rules) -> set[str]:
    """Return all names of the outlet, in lower case, without blanks and marks."""
    names = {rules.name, *rules.own_names, page.meta.get("og:site_name", "")}
    names.update(named(page.article.get("publisher")))
    for url in [page.url, *page.own_urls()]:
        host = split_url(url).hostname or ""
        names.update({host.removeprefix("www."), host, *host.split(".")})
    return {squeezed for name in names if (squeezed := _squeeze(name))}


@lru_cache(maxsize=256)  # names; an outlet's own return on every page
def _squeeze(name: str) -> str:
    """Return `name` without blanks and marks: "CNN Indonesia" is at cnnindonesia.com."""
    return _MARKS.sub("", name.lower())


def _is_name(name: str, own: set[str]) -> bool:
    return (
        _squeeze(name) not in own
        and name.lower() not in _CITIES
        and bool(_NAME.fullmatch(name))
        and not _NOT_A_NAME.search(name)
    )


def _looks_like_name(name: str) -> bool:
    """Return whether an unlabelled `name` has two to five words, all with a capital."""
    words = name.split()
    capital = all(word[0].isupper() for word in words)
    return 1 < len(words) <= 5 and capital and _is_name(name, set())


def _begins_like_name(name: str) -> bool:
    """Return whether `name`, in the place of a name, begins with a capital and is short."""
    return name[:1].isupper() and len(name.split()) <= 5 and _is_name(name, set())


def _fill(people: Byline, found: Byline) -> None:
    """Add `found` to roles without people."""
    people.editors = people.editors or found.editors
    people.authors = people.authors or _without(found.authors, people.editors)
    _add(people.sources, found.sources)


def _extend(people: Byline, found: Byline) -> None:
    _add(people.authors, found.authors)
    _add(people.editors, found.editors)
    _add(people.sources, found.sources)


def _add(names: list[str], found: Iterable[str]) -> None:
    """Add the names in `found` that `names` lacks, as long as there are fewer than _MOST."""
    for name in found:
        if len(names) >= _MOST:
            break
        if name and name not in names:
            names.append(name)
