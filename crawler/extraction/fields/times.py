"""When an article was published: what a reader is shown, and what metadata says, weighed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.dates import WIB, Date, find_date, parse_date
from crawler.extraction.indonesian.sentences import is_prose_node
from crawler.extraction.page.jsonld import text as property_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extraction.fields.title import Title
    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules

_PUBLISHED = (
    "article:published_time", "datepublished", "dtk:publishdate", "content_publisheddate",
    "og:article:published_time", "parsely-pub-date", "publishdate", "pubdate", "publish_date",
    "publish-date", "date", "dc.date", "dc.date.issued", "datecreated",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "lastmod")
_AFTER, _BEFORE = 60, 25  # runs of text around the headline among which its date stands
_SURE = 15  # within this many runs a date belongs to the headline whatever metadata says
_LONGEST = 160  # characters of a run that holds a date and is no prose
_SENTENCE = 80  # characters of a run that is prose
_NEAR = 9  # runs of text before and behind it among which a day alone is believed
_SHORT = 40  # characters of a run that holds a part of a date
_DIGIT = re.compile(r"\d")
# Many systems file by day; CNN and CNBC Indonesia begin an article's number with its second.
_ADDRESS = re.compile(
    r"//[^/]+/(?:[\w-]+/){0,4}?((?:19|20)\d\d/[01]\d/[0-3]\d(?=/[^/?#])|20\d{12}(?=-\d))"
)
_CHANGED = re.compile(r"diperbar(?:ui|harui)|update|terakhir|modif", re.IGNORECASE)
_SAME_MINUTE = timedelta(minutes=1)
_SAME_CLOCK = timedelta(minutes=10)


@dataclass(slots=True)
class When:
    """An article's times; `source` names what gave `published`, `raw` is how that prints it."""

    published: datetime | None = None
    modified: datetime | None = None
    raw: str | None = None
    source: str | None = None
    zone_assumed: bool | None = None
    printed: str | None = None  # how a reader sees it beside the headline, whatever was chosen
    timed: bool = False  # the clock is known, not only the day, and not from the address alone


@dataclass(slots=True)
class _Clue:
    date: Date
    raw: str
    source: str
    sure: bool = True
    below: bool = False  # it stands behind prose, where teasers and comments have dates too

    @property
    def instant(self) -> datetime:
        return self.date.instant


def find_when(page: Page, rules: Rules, headline: Title | None, now: datetime) -> When:
    """The times of the article; the visible one wins where it contradicts metadata.

    :param now: when the page was fetched; what "3 jam yang lalu" counts from
    """
    shown = _selected(page, rules, now) or _beside(page, headline)
    stated = [_wib(clue, rules, now) for clue in _stated(page, now)]
    day = None if shown else _day_beside(page, headline)
    unread = next((raw for _, raw in _raw_stated(page)), None)
    chosen = _choose(shown, stated, rules) or day or (None if unread else _addressed(page))
    if chosen is None:
        return When(raw=unread)
    return When(
        chosen.instant,
        _modified(page, chosen, stated, rules, now),
        chosen.raw,
        chosen.source,
        chosen.date.zone_assumed,
        next((clue.raw for clue in (shown, day) if clue), chosen.raw),
        chosen.date.time_known and chosen.source != "url",
    )


def _choose(shown: _Clue | None, stated: list[_Clue], rules: Rules) -> _Clue | None:
    if shown is None:
        return stated[0] if stated else None
    if not shown.date.time_known:
        same_day = [c for c in stated if _day(c) == _day(shown)]
        return same_day[0] if same_day and "published" not in rules.distrust else shown
    for clue in stated:
        if abs(clue.instant - shown.instant) < _SAME_MINUTE and not clue.date.zone_assumed:
            return clue  # the same, to the second
    if shown.below and stated and not _same_clock(stated[0], shown):
        return stated[0]
    if not shown.sure and stated and abs(stated[0].instant - shown.instant) > timedelta(days=1):
        return stated[0]
    return shown


def _day(clue: _Clue) -> object:
    return clue.instant.astimezone(WIB).date()


def _selected(page: Page, rules: Rules, now: datetime) -> _Clue | None:
    """What the outlet's selectors show; a date without a time only if there is no other."""
    fallback = None
    for selector in rules.selectors("published"):
        for node in page.select(selector):
            text = " ".join(node.text(separator=" ").split())
            if found := find_date(text):
                return _Clue(*found, f"css:{selector}")
            stamp = (node.attributes.get("datetime") or "").strip() or text[:80]
            if not fallback and (date := parse_date(stamp, now=now)):
                fallback = _Clue(date, stamp, f"css:{selector}")
    return fallback


def _beside(page: Page, headline: Title | None) -> _Clue | None:
    """The date with a time that stands nearest to the headline; the one behind it rather."""
    if headline is None:
        return None
    shown = headline.node.text(separator="\n") if headline.node is not None else headline.text
    first = " ".join(shown.strip().split("\n")[0].split())
    runs = page.runs
    best: tuple[float, _Clue] | None = None
    below: set[datetime] = set()
    for place in [i for i, run in enumerate(runs) if run == first]:
        prose = False
        for i in range(max(0, place - _BEFORE), min(len(runs), place + _AFTER)):
            prose = prose or (i > place and is_prose_node(runs[i]))
            found = _printed(runs, i)
            if not found:
                continue
            distance = i - place if i >= place else 1.5 * (place - i)
            if best is None or distance < best[0]:
                sure = place <= i <= place + _SURE  # above may stand today's date
                best = (distance, _Clue(*found, "visible", sure, prose))
            if prose:
                below.add(found[0].instant)
    # Several dates behind the text are those of other articles.
    return best[1] if best and not (best[1].below and len(below) > 1) else None


def _day_beside(page: Page, headline: Title | None) -> _Clue | None:
    """The day without a time that stands at the headline, where a template prints no more."""
    first = " ".join(headline.text.split()) if headline else ""
    runs = page.runs
    for place in [i for i, run in enumerate(runs) if run == first]:
        below = takewhile(lambda run: not is_prose_node(run), runs[place + 1 : place + _NEAR])
        above = reversed(runs[max(0, place - _NEAR) : place])
        for run in chain(below, above):
            if not _has_digit(run) or len(run) > _SENTENCE or _CHANGED.search(run):
                continue
            if found := find_date(run, timed=False):
                return _Clue(*found, "visible")
    return None


def _addressed(page: Page) -> _Clue | None:
    """The day that the article's address names, or the very second."""
    for url in [page.url, *page.own_urls()]:
        found = _ADDRESS.search(url)
        date = parse_date(found[1].replace("/", "-")) if found else None
        if found and date:
            return _Clue(date, found[1], "url")
    return None


def _printed(runs: list[str], i: int) -> tuple[Date, str] | None:
    """The date with a time that begins in run `i`, unless it is that of a change."""
    text = runs[i]
    if len(text) > _LONGEST or not _has_digit(text):
        return None
    label = runs[i - 1] if i and not _has_digit(runs[i - 1]) else ""
    if _CHANGED.search(f"{label} {text}"):
        return None
    if found := find_date(text):
        return found
    behind = " ".join(run for run in runs[i + 1 : i + 3] if len(run) < _SHORT)
    found = find_date(f"{text} {behind}") if len(text) < _SHORT else None
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
    clues = []
    for source, stamp in _raw_stated(page):
        if (date := parse_date(stamp, now=now)) and date.time_known:
            clues.append(_Clue(date, stamp, source))
    return clues or _marked_up(page, now)


def _marked_up(page: Page, now: datetime) -> list[_Clue]:
    """The one element that is marked as the time of publication; several belong to teasers."""
    marked = _marked(page)
    attributes = marked[0] if len(marked) == 1 else {}
    stamp = attributes.get("datetime") or attributes.get("title") or ""
    date = parse_date(stamp, now=now) if stamp else None
    return [_Clue(date, stamp, "itemprop")] if date and date.time_known else []


def _marked(page: Page) -> list[dict[str, str | None]]:
    """What the elements say that bear the surest of the marks on the page."""
    found = page.tree.css("[itemprop=datePublished]"), page.select("time"), page.select("abbr")
    dated, times, short = ([node.attributes for node in nodes] for nodes in found)
    marked = (
        [said for said in dated if "datetime" in said],
        [said for said in times if _is_published(said)],
        [said for said in times if "pubdate" in said],
        times,
        [said for said in short if "title" in said and _is_published(said)],
        [said for said in dated if "title" in said],
    )
    return next(filter(None, marked), [])


def _is_published(said: dict[str, str | None]) -> bool:
    return "published" in (said.get("class") or "").split()


def _wib(clue: _Clue, rules: Rules, now: datetime) -> _Clue:
    """`clue` with its clock read as WIB where the zone that it names cannot be meant.

    No Indonesian outlet lives west of Greenwich, and none publishes hours after we have fetched.
    """
    offset = clue.instant.utcoffset() or timedelta()
    ahead = offset == timedelta() and clue.instant > now + timedelta(minutes=5)
    if "zone" in rules.distrust or offset < timedelta() or ahead:
        instant = clue.instant.replace(tzinfo=WIB)
        return _Clue(Date(instant, zone_assumed=True), clue.raw, clue.source)
    return clue


def _modified(
    page: Page, chosen: _Clue, stated: list[_Clue], rules: Rules, now: datetime
) -> datetime | None:
    """The time of the last change, read by the clock that metadata has proved to mean."""
    names_wrong_zone = any(_same_clock(clue, chosen) for clue in stated)
    values = [property_text(page.article.get("dateModified"))]
    values += [page.meta.get(name, "") for name in _MODIFIED]
    for stamp in filter(None, values):
        date = parse_date(stamp, now=now)
        if date and date.time_known:
            clue = _wib(_Clue(date, stamp, ""), rules, now)
            if names_wrong_zone:
                return clue.instant.replace(tzinfo=WIB)
            return clue.instant
    return None


def _same_clock(clue: _Clue, chosen: _Clue) -> bool:
    """Whether both print one clock and yet mean different instants: metadata names a wrong zone."""
    clock, shown = (c.instant.replace(tzinfo=UTC) for c in (clue, chosen))
    return abs(clock - shown) < _SAME_CLOCK and abs(clue.instant - chosen.instant) > _SAME_CLOCK
