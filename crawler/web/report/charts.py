"""Charts as SVG: declared in Vega-Lite, drawn when the page is written, coloured by its style.

No script and no font travels with the page: Vega-Lite inside it would be 0.8 MB and blank without
JavaScript. Every chart is drawn three times, so that its text has 12 pixels on a phone, too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import vl_convert
from markupsafe import Markup

from crawler.web import VEGA_LITE

if TYPE_CHECKING:
    from output.summary import Rows

_WIDTHS = {"broad": 1016, "middle": 600, "narrow": 343}
"""CSS pixels of the page's column on the narrowest screen that shows each: 1056, 640 and 375."""
_STEP = 80  # pixels: the widest column of a day, week, ...
_MARGIN = 170  # pixels beside them, for names
_NAMED = 10
"""Days, weeks, ... on an axis: with more, not every label fits."""
_ROW = 17  # pixels of a row of a strip
_HEIGHT = 190
_SERIES = 6
"""Colours of the style sheet, --c1 to --c6."""
_FORMATS = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
_SHARES = {"tickCount": 4, "format": ".0%"}
_CONFIG = {
    "aria": False,  # the table beside a chart says it in words
    "background": None,
    "view": {"stroke": None},
    "autosize": {"type": "fit-x", "contains": "padding"},
    "padding": {"left": 16, "top": 5, "right": 22, "bottom": 5},  # the page's font may be wider
    "axis": {
        "labelColor": "var(--soft)", "gridColor": "var(--line)", "domainColor": "var(--soft)",
        "tickColor": "var(--soft)", "labelFontSize": 12,
        "labelSeparation": 16, "labelLimit": 130, "title": None,
    },
}  # fmt: skip


def columns(rows: Rows, value: str, step: str) -> Markup:
    """Return a chart with a column for each day, week, ...; `rows` have `day` and `value`."""
    spec = {
        "mark": {"type": "rect", "fill": "var(--accent)"},
        "encoding": {
            **_time(step),
            "y": {
                "field": value,
                "type": "quantitative",
                "axis": _whole_numbers(max(row[value] for row in rows)),
            },
            "y2": {"datum": 0},
        },
        "height": _HEIGHT,
    }
    return _draw(spec, _with_ends(rows, step))


def strips(rows: Rows, name: str, value: str, step: str, fill: str = "var(--accent)") -> Markup:
    """Return a chart with a row for each `name`, darker where `value` is greater."""
    names = len({row[name] for row in rows})
    spec = {
        "mark": {"type": "rect", "fill": fill},
        "encoding": {
            **_time(step),
            "y": {
                "field": name, "type": "nominal", "axis": {"ticks": False, "domain": False},
                "scale": {"paddingInner": 0.12},
            },
            "fillOpacity": {
                "field": value, "type": "quantitative", "legend": None,
                "scale": {"type": "sqrt", "domainMin": 0, "range": [0, 1]},
            },
        },
        "height": names * _ROW,
    }  # fmt: skip
    return _draw(spec, _with_ends(rows, step))


def shares(rows: Rows, name: str, value: str, step: str, names: list[str]) -> Markup:
    """Return a chart of the share of each of `names` per day, week, ..., coloured by `colour`."""
    spec = {
        "transform": [
            {"stack": value, "groupby": ["day"], "as": ["from", "to"], "offset": "normalize",
             "sort": [{"field": name}]}
        ],
        "mark": {"type": "rect"},
        "encoding": {
            **_time(step),
            "y": {"field": "from", "type": "quantitative", "axis": _SHARES},
            "y2": {"field": "to"},
            "fill": {
                "field": name, "type": "nominal", "legend": None,
                "scale": {"domain": names, "range": [colour(i) for i in range(len(names))]},
            },
        },
        "height": _HEIGHT,
    }  # fmt: skip
    return _draw(spec, _with_ends(rows, step))


def colour(series: int) -> str:
    """Return the CSS colour of a series; all series after the last colour share that colour."""
    return f"var(--c{min(series + 1, _SERIES)})"


def _time(step: str) -> dict[str, Any]:
    axis = {"format": _FORMATS[step], "grid": False, "labelOverlap": "greedy"}
    if step == "day":
        axis["tickMinStep"] = 24 * 3600 * 1000
    scale = {"type": "utc", "nice": False}
    start = {"field": "day", "type": "temporal", "axis": axis, "scale": scale}
    return {"x": start, "x2": {"field": "end"}}


def _with_ends(rows: Rows, step: str) -> Rows:
    return [row | {"day": f"{row['day']}", "end": f"{_end(row['day'], step)}"} for row in rows]


def _end(day: date, step: str) -> date:
    """Return the first day of the next step."""
    if step == "month":
        return (day + timedelta(days=31)).replace(day=1)
    if step == "year":
        return day.replace(year=day.year + 1)
    return day + timedelta(days=7 if step == "week" else 1)


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _whole_numbers(most: int) -> dict[str, Any]:
    """Return the ticks of an axis of counts: whole numbers."""
    return {"tickCount": 4, "format": "d"} | ({"values": list(range(most + 1))} if most < 5 else {})


def _instant(day: str) -> dict[str, int | bool]:
    year, month, number = map(int, day.split("-"))
    return {"year": year, "month": month, "date": number, "utc": True}


def _draw(spec: dict[str, Any], rows: Rows) -> Markup:
    first, last = min(row["day"] for row in rows), max(row["end"] for row in rows)
    shortest = min(_days(row["day"], row["end"]) for row in rows)
    room = _MARGIN + _STEP * _days(first, last) // shortest
    starts = sorted({row["day"] for row in rows})
    if len(starts) <= _NAMED:  # the end of the last step is no label
        spec["encoding"]["x"]["axis"]["values"] = [_instant(day) for day in starts]
    drawn = []
    for screen, width in _WIDTHS.items():
        whole = spec | {"data": {"values": rows}, "width": min(width, room), "config": _CONFIG}
        svg = vl_convert.vegalite_to_svg(whole, vl_version=VEGA_LITE)
        drawn.append(f'<div class="{screen}" aria-hidden="true">{svg}</div>')
    # vl-convert escapes the values of rows; the test of hostile names checks this.
    return Markup("".join(drawn))  # noqa: S704
