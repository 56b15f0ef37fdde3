"""The analyst's page: the course of a search, or of two beside each other, and pictures of it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import vl_convert

from crawler.extraction.mentions.gazetteer import gazetteer, name_of
from crawler.web import VEGA_LITE
from crawler.wording import number
from output.trends import by_outlet, course, steps_between

if TYPE_CHECKING:
    from datetime import date

    from output.search import Library, Question

CHARTS = ("articles", "share")
"""Articles of a day, and their share of all articles of the same outlets."""
PICTURES = {"svg": "image/svg+xml", "png": "image/png"}
DATA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_SERIES = 6
"""Outlets with a line of their own, in as many colours."""
_COLOURS = ("#1b6ca8", "#b3471d", "#2f7d4f", "#7b4bab", "#8a6d00", "#a83262", "#5f6b76")
"""Readable on white beside each other; the last is of the other outlets."""
_DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (1, 0), (6, 3), (2, 2))
"""Dashes by series, so that lines differ in form, too."""
_AXES: dict[str, dict[str, Any]] = {
    "articles": {"format": "d", "tickMinStep": 1},
    "share": {"format": ".1%"},
}
_WIDTH, _HEIGHT = 920, 320
_SCALE = 2  # pixels of PNG to a unit
_COUNTED = ("company", "regulator", "organisation", "product", "person")


class Analysis:
    """What is shown of a question, and of a second question beside the first.

    :param words: look for rising words, which pictures and CSV do not show
    """

    def __init__(self, library: Library, questions: list[Question], *, words: bool = True) -> None:
        self.questions = questions
        first = course(library, questions[0], words=words)
        step = first.step if first.total else None
        self.courses = [
            first,
            *(course(library, each, step, words=words) for each in questions[1:]),
        ]

    @property
    def step(self) -> str:
        return self.courses[0].step

    def named(self, number: int) -> list[tuple[str, str, str, int]]:
        """Return id, name, kind and articles of the entities that the articles found name."""
        return [
            (entity, name_of(entity), _kind(entity), articles)
            for entity, articles in self.courses[number].named
            if _kind(entity) in _COUNTED
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each question, day and outlet with an article of the time shown."""
        return [
            {
                "query": place,
                "day": point.day.isoformat(),
                "outlet": point.outlet,
                "articles": point.articles,
                "of": point.of,
            }
            for place, each in enumerate(self.courses, 1)
            for point in each.points
        ]

    def data(self, kind: str) -> bytes:
        """Return the rows as CSV, or all that is shown as JSON."""
        if kind == "csv":
            text = io.StringIO()
            writer = csv.DictWriter(text, ("query", "day", "outlet", "articles", "of"))
            writer.writeheader()
            writer.writerows(self.rows())
            return text.getvalue().encode()
        said = [
            {
                "words": question.words,
                "articles": each.total,
                "step": each.step,
                "first": each.first and each.first.isoformat(),
                "peak": each.peak and {"day": each.peak[0].isoformat(), "articles": each.peak[1]},
                "read": each.read,
                "rising": [rise._asdict() for rise in each.rising],
                "named": [
                    {"entity_id": entity, "name": name, "kind": kind, "articles": articles}
                    for entity, name, kind, articles in self.named(place)
                ],
            }
            for place, (question, each) in enumerate(zip(self.questions, self.courses, strict=True))
        ]
        return json.dumps({"queries": said, "rows": self.rows()}, ensure_ascii=False).encode()

    def series(self, chart: str, others: str) -> tuple[list[str], list[dict[str, Any]]]:
        """Return the names of lines and the points of `chart`, a zero where there is no article.

        The lines of a question are outlets; of two questions, a line is each, of all outlets.

        :param others: the name of the outlets that have no line of their own
        """
        lines: dict[str, dict[date, tuple[int, int]]] = {}
        if len(self.courses) > 1 or chart == "share":
            for question, each in zip(self.questions, self.courses, strict=True):
                name = _shortened(question.words)
                lines[f"{name} (2)" if name in lines else name] = each.days
        else:
            for point in by_outlet(self.courses[0].points, _SERIES, others):
                lines.setdefault(point.outlet, {})[point.day] = point.articles, point.of
        days = [day for each in lines.values() for day in each]
        steps = steps_between(min(days), max(days), self.step) if days else []
        names = sorted(lines, key=lambda name: (name == others, -_sum(lines[name]), name))
        points = [
            {"day": day.isoformat(), "line": name, "value": _value(lines[name].get(day), chart)}
            for name in names
            for day in steps
        ]
        return names, points

    def picture(self, chart: str, kind: str, others: str) -> bytes:
        """Return `chart` as a picture; with its text, since it leaves the page."""
        names, points = self.series(chart, others)
        spec = _spec(chart, names, points, self.step)
        if kind == "png":
            return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=_SCALE)
        return vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE).encode()

    def table(self) -> list[tuple[str, list[str]]]:
        """Return each day with, of each question, articles and share of all, for a table."""
        counted = [each.days for each in self.courses]
        return [
            (
                day.isoformat(),
                [f"{number(count)} ({_share(count, of)})" for count, of in _of(day, counted)],
            )
            for day in sorted({day for days in counted for day in days}, reverse=True)
        ]


def _of(day: date, counted: list[dict[date, tuple[int, int]]]) -> list[tuple[int, int]]:
    return [days.get(day, (0, 0)) for days in counted]


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "–"


def _kind(entity: str) -> str:
    if entity.startswith("person:"):
        return "person"
    found = gazetteer().entities.get(entity)
    return found.kind if found else "company" if entity.startswith("pt:") else "organisation"


def _sum(line: dict[date, tuple[int, int]]) -> int:
    return sum(articles for articles, _ in line.values())


def _value(counted: tuple[int, int] | None, chart: str) -> float:
    articles, of = counted or (0, 0)
    if chart == "share":
        return round(articles / of, 6) if of else 0.0
    return articles


def _shortened(words: str) -> str:
    words = " ".join(words.split()) or "*"
    return words if len(words) <= 40 else f"{words[:39]}…"


def _spec(chart: str, names: list[str], points: list[dict[str, Any]], step: str) -> dict[str, Any]:
    one = len({point["day"] for point in points}) == 1
    domain = {"domain": names}
    return {
        "data": {"values": points},
        "width": _WIDTH,
        "height": _HEIGHT,
        "background": "#ffffff",
        "padding": 12,
        "config": {
            "font": "sans-serif",
            "axis": {"labelFontSize": 13, "title": None, "labelColor": "#333", "gridColor": "#ddd"},
            "legend": {"labelFontSize": 13, "title": None, "labelLimit": 320, "orient": "top"},
            "view": {"stroke": None},
        },
        "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 24} if one else False},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "scale": {"type": "utc"},
                "axis": {
                    "format": "%Y-%m" if step == "month" else "%Y-%m-%d",
                    "labelOverlap": "greedy",
                    "labelSeparation": 28,
                    "grid": False,
                    "tickCount": 7,
                },
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"zero": True},
                "axis": {"format": ".1%"}
                if chart == "share"
                else {"format": "d", "tickMinStep": 1},
            },
            "color": {
                "field": "line",
                "type": "nominal",
                "sort": names,
                "scale": domain | {"range": list(_COLOURS[: len(names)])},
                "legend": None if len(names) < 2 else {},
            },
            "strokeDash": {
                "field": "line",
                "type": "nominal",
                "sort": names,
                "scale": domain | {"range": [list(dash) for dash in _DASHES[: len(names)]]},
                "legend": None,
            },
        },
    }
