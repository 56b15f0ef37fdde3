"""The JSON API: what its description promises."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from crawler.web.browse.api import OPERATIONS, ROOT
from crawler.web.browse.site import serve_on
from tests.datasets import library_of, row, write, write_clusters
from tests.hostile import TITLES

HERE = {"host": "127.0.0.1"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    hostile = [row(10 + n, title=title) for n, title in enumerate(TITLES)]
    write(folder, kontan=[row(1, topics=["ai"]), row(2), *hostile], tirto=[row(9, "tirto")])
    write_clusters(folder, {"kontan:1": ["kontan:1", "tirto:9"]})
    return serve_on(library_of(folder))


@pytest.fixture(scope="module")
def client(app) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1")


def test_a_search_answers_with_what_was_understood(client):
    found = client.get(f"{ROOT}/search?words=berita -satu (nomor&outlet=kontan&size=2").json()
    assert found["understood"] == 'berita NOT "satu" AND nomor'
    assert found["mistakes"] == [{"kind": "parenthesis", "text": "("}]
    assert [found["total"], found["more"], len(found["articles"])] == [2 + len(TITLES), True, 2]
    assert found["articles"][0]["url"].startswith("https://contoh.example/")


def test_an_article_has_every_column(client):
    found = client.get(f"{ROOT}/articles/kontan:1").json()
    assert found["captures"] == 1
    assert found["article"]["paragraphs"] == ["Isi berita nomor 1.", "Alinea penutupnya."]
    assert client.get(f"{ROOT}/articles/kontan:404").status_code == 404


@pytest.mark.parametrize("path", ["/articles/a%0Ab", "/stories/a%0Ab", "/tak-ada", "/"])
def test_a_path_that_leads_nowhere_is_said_in_json(client, path):
    found = client.get(f"{ROOT}{path}")
    assert (found.status_code, found.json()) == (404, {"error": "Not Found"})


def test_a_story_names_its_articles_from_either(client):
    for article_id in ("kontan:1", "tirto:9"):
        story = client.get(f"{ROOT}/stories/{article_id}").json()
        assert {one["article_id"] for one in story["articles"]} == {"kontan:1", "tirto:9"}
        assert story["cluster_id"] == "kontan:1"
    alone = client.get(f"{ROOT}/stories/kontan:2").json()
    assert [one["article_id"] for one in alone["articles"]] == ["kontan:2"]


def test_outlets_are_counted(client):
    outlets = client.get(f"{ROOT}/outlets").json()["outlets"]
    assert outlets == [
        {"outlet": "kontan", "articles": 2 + len(TITLES)},
        {"outlet": "tirto", "articles": 1},
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kata=x", "there is no parameter kata"),
        ("page=0", "page is 1 to 1000"),
        ("size=101", "size is 1 to 100"),
        ("page=1&page=2", "page is given twice"),
        ("since=kemarin", "since is no date like 2026-01-31"),
        ("order=panjang", "order is relevance or date"),
        (f"words={'a' * 1001}", "words has more than 1000 characters"),
        ("&".join(["outlet=x"] * 31), "outlet is given more than 30 times"),
    ],
)
def test_a_parameter_without_meaning_is_said(client, query, said):
    answer = client.get(f"{ROOT}/search?{query}")
    assert (answer.status_code, answer.json()) == (400, {"error": said})


def test_nothing_can_be_written_and_other_hosts_are_not_answered(client, app):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(f"{ROOT}/search").status_code == 405
    assert (
        TestClient(app, base_url="http://other.example").get(f"{ROOT}/outlets").status_code == 400
    )


def test_the_description_names_every_operation(client):
    described = client.get(f"{ROOT}/openapi.json").json()
    assert {*described["paths"]} == {f"{ROOT}{operation.path}" for operation in OPERATIONS}


def test_answers_are_as_described_whatever_is_asked(app):
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis makes the requests")
    schema = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app, headers=HERE)
    for operation in schema.get_all_operations():

        @given(case=operation.ok().as_strategy())
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        def asked(case):
            case.call_and_validate(headers=HERE)

        asked()
