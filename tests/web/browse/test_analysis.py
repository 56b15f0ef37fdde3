"""The analyst's page: counts by day and outlet, shares, words, names, pictures, data, bad input."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from crawler.web.browse.site import serve_on
from output.search import Library, Question
from output.trends import course
from tests.datasets import NOON, row, write

GADGETS = "Ponsel lipat itu memakai engsel titanium buatan dalam negeri."
OTHERS = "Warga kampung mengelola sampah menjadi pupuk bersama sekolah."


def article(number, days, text, **columns):
    published = NOON + timedelta(days=days)
    return row(number, paragraphs=[text], body=text, published_at=published, **columns)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("analysis")
    gadgets = [article(n, n % 5, GADGETS) for n in range(1, 21)]
    others = [article(n, n % 10, OTHERS) for n in range(100, 160)]
    write(place, kontan=[*gadgets, *others], tirto=[article(900, 2, GADGETS)])
    return place


@pytest.fixture(scope="module")
def library(folder):
    found = Library(folder, folder / "search")
    found.update()
    return found


@pytest.fixture(scope="module")
def client(library):
    return TestClient(serve_on(library), base_url="http://127.0.0.1")


def test_each_day_and_outlet_has_its_articles_and_all(library):
    found = course(library, Question("ponsel"))
    assert (found.step, found.total) == ("day", 21)
    day = (NOON + timedelta(days=2)).date()
    points = {
        point.outlet: (point.articles, point.of) for point in found.points if point.day == day
    }
    assert points == {"kontan": (4, 10), "tirto": (1, 1)}
    assert found.days[day] == (5, 11)
    assert found.first == NOON.date()
    assert found.peak == (day, 5)


def test_the_words_that_rise_are_of_the_articles_and_not_of_the_query(library):
    found = course(library, Question("ponsel"))
    words = [rise.word for rise in found.rising]
    assert {"engsel", "titanium", "lipat"} <= set(words)
    assert not {"ponsel", "sampah", "pupuk"} & set(words)
    assert found.read == 21
    [hinge] = [rise for rise in found.rising if rise.word == "engsel"]
    assert (hinge.with_word, hinge.elsewhere) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("span", "step", "first"),
    [
        (300, "day", date(2026, 1, 1)),
        (900, "week", date(2025, 12, 29)),  # a Monday
        (4000, "month", date(2026, 1, 1)),
    ],
)
def test_a_long_time_is_counted_by_weeks_or_months(tmp_path, span, step, first):
    start = NOON.replace(year=2026, month=1, day=1)
    days = [
        row(
            n,
            paragraphs=[GADGETS],
            body=GADGETS,
            published_at=start + timedelta(days=span * n // 4),
        )
        for n in range(5)
    ]
    write(tmp_path, kontan=days)
    library = Library(tmp_path, tmp_path / "search")
    library.update()
    found = course(library, Question("ponsel"))
    assert (found.step, found.points[0].day) == (step, first)
    assert found.first == start.date()
    assert sum(point.articles for point in found.points) == 5


def test_the_page_shows_figures_pictures_and_links(client):
    page = client.get("/analysis?words=ponsel")
    assert page.status_code == 200
    for said in ("2026-", "/analysis.svg?words=ponsel&amp;chart=share", "engsel", "/?words=ponsel"):
        assert said in page.text


def test_two_searches_stand_beside_each_other(client):
    told = client.get("/analysis.json?words=ponsel&against=sampah").json()
    assert [each["words"] for each in told["queries"]] == ["ponsel", "sampah"]
    assert [each["articles"] for each in told["queries"]] == [21, 60]
    assert "sampah" in client.get("/analysis?words=ponsel&against=sampah").text
    same = client.get("/analysis.svg?words=ponsel&against=ponsel")
    assert "ponsel (2)" in same.text


@pytest.mark.parametrize("chart", ["articles", "share"])
def test_a_chart_is_a_picture_with_the_year_on_the_axis(client, chart):
    svg = client.get(f"/analysis.svg?words=ponsel&chart={chart}")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert ">2026-" in svg.text
    png = client.get(f"/analysis.png?words=ponsel&chart={chart}")
    assert png.content.startswith(b"\x89PNG")


def test_the_data_are_those_of_the_chart(client):
    rows = list(csv.DictReader(io.StringIO(client.get("/analysis.csv?words=ponsel").text)))
    assert sum(int(one["articles"]) for one in rows) == 21
    told = client.get("/analysis.json?words=ponsel").json()
    assert [{name: str(one[name]) for name in one} for one in told["rows"]] == rows


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("words=takada", 200),
        ("words=", 200),
        ("words=ponsel&outlet=tirto", 200),
        ("words=ponsel&against=takada", 200),
        ("words=takada&against=ponsel", 200),
        ("words=ponsel&since=kemarin", 400),
        ("words=ponsel&outlet=takada", 400),
        ("words=%3Cscript%3Ealert(1)%3C/script%3E", 200),
        ("words=" + "a%20" * 900, 200),
    ],
)
def test_any_query_is_answered(client, query, status):
    page = client.get(f"/analysis?{query}")
    assert page.status_code == status
    assert "<script>alert" not in page.text
    if "takada" in query.split("&")[0]:
        assert "No article matches." in page.text


@pytest.mark.parametrize(
    "path", ["analysis.exe", "analysis.svg?chart=pie", "analysis.svg?words=zz"]
)
def test_what_cannot_be_drawn_is_not_found(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_a_hostile_query_is_escaped_in_a_picture(client):
    svg = client.get("/analysis.svg?words=ponsel&against=%3C/svg%3E%3Cscript%3Ex").text
    assert "<script" not in svg
    assert json.loads(client.get("/analysis.json?words=%22ponsel").text)["queries"]
