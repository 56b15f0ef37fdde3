"""The times of publication and change, from the visible page and from metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.dates import Date, find_date, parse_date
from crawler.extraction.indonesian.sentences import is_prose_node
from crawler.extraction.page.jsonld import text as property_text
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from crawler.extraction.fields.title import Title
    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules

_Attributes = dict[str, str | None]
_PUBLISHED = (
    "article:published_time", "datepublished", "dtk:publishdate", "content_publisheddate",
    "og:article:published_time", "parsely-pub-date", "publishdate", "pubdate", "publish_date",
    "publish-date", "date", "dc.date", "dc.date.issued", "datecreated",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "lastmod")
_AFTER, _BEFORE = 60, 25  # text nodes behind and before the headline, searched for a date
_SURE = 15  # text nodes behind the headline; a date within is the article's whatever metadata says
_LONGEST = 160  # characters; a longer text node with a date is prose
_SENTENCE = 80  # characters; a longer text node with a day alone is prose
_NEAR = 9  # text nodes around the headline, searched for a day without a time
_SHORT = 40  # characters; a longer text node is no part of a date
_STAMP = 80  # characters of an element's text that may be a date
_DIGIT = re.compile(r"\d")
# Many systems file by day; an article's number at CNN and CNBC Indonesia begins with the second.
_ADDRESS = re.compile(
    r"//[^/]+/(?:[\w-]+/){0,4}?((?:19|20)\d\d/[01]\d/[0-3]\d(?=/[^/?#])|20\d{12}(?=-\d))"
)
_CHANGED = re.compile(r"diperbar(?:ui|harui)|update|terakhir|modif", re.IGNORECASE)
_SAME_MINUTE = timedelta(minutes=1)
_SAME_CLOCK = timedelta(minutes=10)
_DAY = timedelta(days=1)
_SLACK = timedelta(minutes=5)  # by which an outlet's clock may be ahead of ours


@dataclass(slots=True)
class When:
    """An article's times; `source` names the origin of `published`, `raw` is the printed form."""

    published: datetime | None = None
    modified: datetime | None = None
    raw: str | None = None
    source: str | None = None
    zone_assumed: bool | None = None
    printed: str | None = None  # the visible form beside the headline, whatever was chosen
    timed: bool = False  # the time of day is known, and not from the URL alone
    contradicted: bool = False  # the outlet's own rule found another day than the page states


@dataclass(slots=True)
class _Clue:
    date: Date
    raw: str
    source: str
    sure: bool = True
    below: bool = False  # behind prose, where teasers and comments have dates too

    @property
    def instant(self) -> datetime:
        return self.date.instant


def find_when(page: Page, rules: Rules, headline: Title | None, now: datetime) -> When:
    """Return the times of the article; a visible time wins where metadata contradicts.

    :param now: the time of the fetch, and the origin of "3 jam yang lalu"
    """
    found = [_wib(clue, rules, now) for clue in _stated(page, now)]
    stated = [clue for clue in found if clue.date.time_known]
    shown = _selected(page, rules, now)
    contradicted = shown is not None and _is_contradicted(page, shown, found)
    if shown is None or contradicted:
        shown = _beside(page, headline)
    if shown and _is_contradicted(page, shown, found):
        shown = None
    day = None if shown else _day_beside(page, headline)
    if day and _is_contradicted(page, day, found):
        day = None
    chosen = _choose(shown, stated, rules) or day or next(iter(found), None)
    if chosen is None:
        unread = next((raw for _, raw in _raw_stated(page)), None)
        chosen = None if unread else _addressed(page)
        if chosen is None:
            return When(raw=unread, contradicted=contradicted)
    return When(
        published=chosen.instant,
        modified=_modified(page, chosen, stated, rules, now),
        raw=chosen.raw,
        source=chosen.source if chosen.date.time_known else f"{chosen.source} (day)",
        zone_assumed=chosen.date.zone_assumed,
        printed=(shown or day or chosen).raw,
        timed=chosen.date.time_known and chosen.source != "url",
        contradicted=contradicted,
    )


def _choose(shown: _Clue | None, stated: list[_Clue], rules: Rules) -> _Clue | None:
    """Return the best of the visible time `shown` and the times `stated` by metadata."""
    if shown is None:
        return stated[0] if stated else None
    if shown.date.is_relative and stated and "published" not in rules.distrust:
        return stated[0]
    if not shown.date.time_known:
        return _with_clock(shown, stated, rules)
    exact = (clue for clue in stated if _is_same_minute(clue, shown))  # known to the second
    doubted = stated[0] if stated and _is_doubtful(shown, stated[0]) else shown
    return next(exact, doubted)


def _with_clock(day: _Clue, stated: list[_Clue], rules: Rules) -> _Clue:
    """Return the first of the times `stated` on `day`, else `day`."""
    if "published" in rules.distrust:
        return day
    return next((clue for clue in stated if _day(clue) == _day(day)), day)


def _is_same_minute(clue: _Clue, shown: _Clue) -> bool:
    return abs(clue.instant - shown.instant) < _SAME_MINUTE and not clue.date.zone_assumed


def _is_doubtful(shown: _Clue, stated: _Clue) -> bool:
    """Return whether the visible time `shown` may be another article's, by the time `stated`."""
    if shown.below and not _same_clock(stated, shown):
        return True
    return not shown.sure and abs(stated.instant - shown.instant) > _DAY


def _is_contradicted(page: Page, shown: _Clue, stated: list[_Clue]) -> bool:
    """Return whether two of JSON-LD, meta tags and URL name a day, and none the day of `shown`.

    `shown` is then a teaser's date: of a related article, or of a card in a sidebar.
    """
    if not stated or any(_agrees(clue, shown) for clue in stated):
        return False
    addressed = _addressed(page)
    clues = [*stated, addressed] if addressed else stated
    kinds = {clue.source.partition(":")[0] for clue in clues}
    return len(kinds) > 1 and not (addressed and _agrees(addressed, shown))


def _agrees(clue: _Clue, shown: _Clue) -> bool:
    """Return whether `clue` names the day of `shown`, or prints the same clock in another zone."""
    return _day(clue) == _day(shown) or _same_clock(clue, shown)


def _day(clue: _Clue) -> date:
    return clue.instant.astimezone(WIB).date()


def _selected(page: Page, rules: Rules, now: datetime) -> _Clue | None:
    """Return the date at the outlet's selectors; a date without a time comes last."""
    fallback = None
    for selector in rules.selectors("published"):
        for node in page.select(selector):
            text = " ".join(node.text(separator=" ").split())
            if found := find_date(text):
                return _Clue(*found, f"css:{selector}")
            stamp = (node.attributes.get("datetime") or "").strip() or text[:_STAMP]
            if not fallback and (found_day := parse_date(stamp, now=now)):
                fallback = _Clue(found_day, stamp, f"css:{selector}")
    return fallback


def _beside(page: Page, headline: Title | None) -> _Clue | None:
    """Return the date with a time nearest to the headline; dates behind count as nearer."""
    first = _first_line(headline) if headline else None
    places = [i for i, run in enumerate(page.runs) if run == first]
    found = [near for place in places for near in _dates_near(page.runs, place)]
    _, nearest = min(found, key=itemgetter(0), default=(0, None))
    below = {clue.instant for _, clue in found if clue.below}
    # Several dates behind the text are those of other articles.
    return None if nearest and nearest.below and len(below) > 1 else nearest


def _first_line(headline: Title) -> str:
    shown = headline.node.text(separator="\n") if headline.node is not None else headline.text
    return " ".join(shown.strip().split("\n")[0].split())


def _dates_near(runs: list[str], place: int) -> Iterator[tuple[float, _Clue]]:
    """Yield each date with a time around the headline at `place`, with the distance in runs."""
    below = False
    for i in range(max(0, place - _BEFORE), min(len(runs), place + _AFTER)):
        below = below or (i > place and is_prose_node(runs[i]))
        if found := _printed(runs, i):
            distance = i - place if i >= place else 1.5 * (place - i)
            sure = place <= i <= place + _SURE  # above may be today's date
            yield distance, _Clue(*found, "visible", sure, below)


def _day_beside(page: Page, headline: Title | None) -> _Clue | None:
    """Return the day beside the headline, for templates that print no time of day."""
    first = " ".join(headline.text.split()) if headline else ""
    runs = page.runs
    for place in [i for i, run in enumerate(runs) if run == first]:
        below = takewhile(lambda run: not is_prose_node(run), runs[place + 1 : place + _NEAR])
        above = reversed(runs[max(0, place - _NEAR) : place])
        for run in filter(_may_be_day, chain(below, above)):
            if found := find_date(run, timed=False):
                return _Clue(*found, "visible")
    return None


def _may_be_day(run: str) -> bool:
    return _has_digit(run) and len(run) <= _SENTENCE and not _CHANGED.search(run)


def _addressed(page: Page) -> _Clue | None:
    """Return the day or the second that the article's URL names."""
    for url in [page.url, *page.own_urls()]:
        found = _ADDRESS.search(url)
        if found and (named := parse_date(found[1].replace("/", "-"))):
            return _Clue(named, found[1], "url")
    return None


def _printed(runs: list[str], i: int) -> tuple[Date, str] | None:
    """Return the date with a time that begins in run `i`, unless labelled as a change."""
    text = runs[i]
    if len(text) > _LONGEST or not _has_digit(text):
        return None
    label = runs[i - 1] if i and not _has_digit(runs[i - 1]) else ""
    if _CHANGED.search(label):
        return None
    if changed := _CHANGED.search(text):  # "Terbit 1 Mei 05.48 · Diperbarui 1 Mei 09.00"
        return find_date(text[: changed.start()])
    return find_date(text) or (_split_date(runs, i) if len(text) < _SHORT else None)


def _split_date(runs: list[str], i: int) -> tuple[Date, str] | None:
    """Return the date with a time that the runs from `i` on print in parts."""
    behind = " ".join(run for run in runs[i + 1 : i + 3] if len(run) < _SHORT)
    found = find_date(f"{runs[i]} {behind}")
    return found if found and found[1] not in behind else None


def _has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None


def _raw_stated(page: Page) -> Iterator[tuple[str, str]]:
    if value := property_text(page.article.get("datePublished")):
        yield "jsonld", value
    for name in _PUBLISHED:
        if content := page.meta.get(name):
            yield f"meta:{name}", content


def _stated(page: Page, now: datetime) -> list[_Clue]:
    clues = [
        _Clue(parsed, stamp, source)
        for source, stamp in _raw_stated(page)
        if (parsed := parse_date(stamp, now=now))
    ]
    if any(clue.date.time_known for clue in clues):
        return clues
    return [*_marked_up(page, now), *clues]


def _marked_up(page: Page, now: datetime) -> list[_Clue]:
    """Return the time of the only element marked as published; several belong to teasers."""
    marked = _marked(page)
    attributes = marked[0] if len(marked) == 1 else {}
    stamp = attributes.get("datetime") or attributes.get("title") or ""
    parsed = parse_date(stamp, now=now) if stamp else None
    return [_Clue(parsed, stamp, "itemprop")] if parsed else []


def _marked(page: Page) -> list[_Attributes]:
    """Return the attributes of the elements with the surest mark on the page."""
    found = page.tree.css("[itemprop=datePublished]"), page.select("time"), page.select("abbr")
    dated, times, short = ([node.attributes for node in nodes] for nodes in found)
    marked = (
        _with("datetime", dated),
        _published(times),
        _with("pubdate", times),
        times,
        _with("title", _published(short)),
        _with("title", dated),
        _with("title", _published(short, "updated")),  # hAtom without a time of publication
    )
    return next(filter(None, marked), [])


def _with(name: str, elements: list[_Attributes]) -> list[_Attributes]:
    return [element for element in elements if name in element]


def _published(elements: list[_Attributes], called: str = "published") -> list[_Attributes]:
    return [element for element in elements if called in (element.get("class") or "").split()]


def _wib(clue: _Clue, rules: Rules, now: datetime) -> _Clue:
    """Return `clue`, with the clock read as WIB where the printed zone is impossible.

    Impossible are zones west of Greenwich, and UTC for a time after the fetch.
    """
    offset = clue.instant.utcoffset() or timedelta()
    ahead = offset == timedelta() and clue.instant > now + _SLACK
    if "zone" in rules.distrust or offset < timedelta() or ahead:
        instant = clue.instant.replace(tzinfo=WIB)
        return _Clue(Date(instant, zone_assumed=True), clue.raw, clue.source)
    return clue


def _modified(
    page: Page, chosen: _Clue, stated: list[_Clue], rules: Rules, now: datetime
) -> datetime | None:
    """Return the time of the last change, as WIB where metadata has the time `chosen` as WIB.

    A change before the publication is the making of a draft, and none.
    """
    names_wrong_zone = any(_same_clock(clue, chosen) for clue in stated)
    values = [property_text(page.article.get("dateModified"))]
    values += [page.meta.get(name, "") for name in _MODIFIED]
    for stamp in filter(None, values):
        parsed = parse_date(stamp, now=now)
        if parsed and parsed.time_known:
            instant = _wib(_Clue(parsed, stamp, ""), rules, now).instant
            instant = instant.replace(tzinfo=WIB) if names_wrong_zone else instant
            return instant if instant >= chosen.instant else None
    return None


def _same_clock(clue: _Clue, chosen: _Clue) -> bool:
    """Return whether both print the same clock for different instants: a zone is wrong."""
    clock, shown = (c.instant.replace(tzinfo=UTC) for c in (clue, chosen))
    return abs(clock - shown) < _SAME_CLOCK and abs(clue.instant - chosen.instant) > _SAME_CLOCK
