"""The JSON API of browse, read-only: /api/v1/search, articles, stories, outlets.

The operations below are the one description: requests are checked by it, and /api/v1/openapi.json
is written from it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from starlette.responses import Response
from starlette.routing import Route

from crawler.web.browse.story import story_of
from output.search import Question
from output.search_query import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from crawler.web.browse.story import Copy
    from output.schema import Row
    from output.search import Library

ROOT = "/api/v1"
VERSION = "1.0.0"
MOST = 100
"""Articles of a page."""
_DAY = {"type": "string", "format": "date"}
_TEXT = {"type": "string", "maxLength": 1000}
_SEVERAL = {"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 30}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query: its JSON Schema, and what the parameter means."""

    name: str
    schema: Mapping[str, Any]
    meaning: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A GET request: path, summary, parameters of the query, and the fields of the answer."""

    path: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    answer: tuple[str, ...] = ()

    @property
    def in_path(self) -> list[str]:
        """The names of the parameters in the path."""
        return re.findall(r"{(\w+)", self.path)


SEARCH = Operation(
    "/search",
    "Articles that match, the most relevant or the newest first",
    (
        Parameter("words", _TEXT, "a query in the language of docs/search.md"),
        Parameter("outlet", _SEVERAL, "any of these outlets"),
        Parameter("topic", _SEVERAL, "any of these topics"),
        Parameter("month", _SEVERAL, "any of these months of publication, YYYY-MM"),
        Parameter("agency", _SEVERAL, "credited to any of these agencies"),
        Parameter("author", _SEVERAL, "by any of these authors"),
        Parameter("entity", _SEVERAL, "naming any of these entities, by their ids in mentions/"),
        Parameter("since", _DAY, "the first day of publication, in WIB"),
        Parameter("until", _DAY, "the last day of publication, in WIB"),
        Parameter("order", {"type": "string", "enum": ["relevance", "date"]}, "of the articles"),
        Parameter("page", {"type": "integer", "minimum": 1, "maximum": 1000}, "from 1"),
        Parameter("size", {"type": "integer", "minimum": 1, "maximum": MOST}, "articles a page"),
    ),
    ("understood", "mistakes", "total", "more", "articles"),
)
ARTICLE = Operation(
    "/articles/{article_id}",
    "The last capture of an article, with every column of the dataset, and its number of captures",
    answer=("captures", "article"),
)
STORY = Operation(
    "/stories/{article_id}",
    "The articles of the story that an article tells, the earliest first: the id of the first, the"
    " wire, which is the agencies that any article is credited to, and of each article its lag"
    " behind the first in seconds, null where no time of day is printed",
    answer=("cluster_id", "wire", "first", "total", "articles"),
)
OUTLETS = Operation(
    "/outlets", "The outlets of the dataset and their articles", answer=("outlets",)
)
OPERATIONS = (SEARCH, ARTICLE, STORY, OUTLETS)


class InvalidError(ValueError):
    """A parameter that has no possible meaning."""


class Api:
    """The answers about the articles of `library`."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def routes(self) -> list[Route]:
        answers = (self.search, self.article, self.story, self.outlets)
        found = [
            Route(f"{ROOT}{_greedy(operation.path)}", _answering(answer))
            for operation, answer in zip(OPERATIONS, answers, strict=True)
        ]
        return [*found, Route(f"{ROOT}/openapi.json", lambda _: in_json(openapi()))]

    def search(self, request: Request) -> Any:
        given = read(SEARCH, request)
        question = Question(
            given.get("words", ""),
            outlets=given.get("outlet", ()),
            topics=given.get("topic", ()),
            months=given.get("month", ()),
            agencies=given.get("agency", ()),
            entities=given.get("entity", ()),
            authors=given.get("author", ()),
            since=given.get("since"),
            until=given.get("until"),
            order=given.get("order", "relevance"),
            page=given.get("page", 1),
        )
        found = self.library.search(question, given.get("size", 25))
        return {
            "understood": in_words(question.query.node, "en"),
            "mistakes": [mistake._asdict() for mistake in self.library.mistakes(question)],
            "total": found.total,
            "more": found.more,
            "articles": [_shown(row) for row in found.articles],
        }

    def article(self, request: Request) -> Any:
        read(ARTICLE, request)
        article = self.library.article(request.path_params["article_id"])
        captures = self.library.captures(article) if article else []
        return {"captures": len(captures), "article": captures[-1]} if captures else None

    def story(self, request: Request) -> Any:
        read(STORY, request)
        story = story_of(self.library, request.path_params["article_id"])
        if story is None:
            return None
        return {
            "cluster_id": story.cluster_id,
            "wire": story.wire,
            "first": story.first.article_id,
            "total": story.total,
            "articles": [_told(copy) for copy in story.copies],
        }

    def outlets(self, request: Request) -> Any:
        read(OUTLETS, request)
        counts = self.library.index.counts(["outlet"])["outlet"]
        return {"outlets": [{"outlet": o, "articles": counts[o]} for o in sorted(counts)]}


def read(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the values of the query's parameters.

    :raises InvalidError: a parameter is unknown, given twice, or has no possible meaning.
    """
    known = {parameter.name: parameter for parameter in operation.parameters}
    given: dict[str, Any] = {}
    for name in request.query_params:
        if name not in known:
            raise InvalidError(f"there is no parameter {name}")
        texts = request.query_params.getlist(name)
        schema = known[name].schema
        if schema["type"] == "array":
            values = [_value(name, text, schema["items"]) for text in texts]
            if len(values) > schema["maxItems"]:
                raise InvalidError(f"{name} is given more than {schema['maxItems']} times")
            given[name] = tuple(values)
        elif len(texts) > 1:
            raise InvalidError(f"{name} is given twice")
        else:
            given[name] = _value(name, texts[0], schema)
    return given


def _value(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    if schema["type"] == "integer":
        number = int(text) if re.fullmatch("[0-9]{1,4}", text) else 0
        if not schema["minimum"] <= number <= schema["maximum"]:
            raise InvalidError(f"{name} is {schema['minimum']} to {schema['maximum']}")
        return number
    if schema.get("format") == "date":
        try:
            return date.fromisoformat(text) if len(text) == len("2026-01-31") else _no(name)
        except ValueError:
            _no(name)
    if len(text) > schema.get("maxLength", len(text)):
        raise InvalidError(f"{name} has more than {schema['maxLength']} characters")
    if text not in schema.get("enum", [text]):
        raise InvalidError(f"{name} is {' or '.join(schema['enum'])}")
    return text


def _no(name: str) -> Any:
    raise InvalidError(f"{name} is no date like 2026-01-31")


def _shown(row: Row) -> Row:
    """Return an article of a list: what the index holds but the text."""
    return {
        "article_id": row["article_id"],
        "outlet": row["outlet"],
        "url": row["url"],
        "title": row["title"],
        "authors": row["authors"],
        "published_at": row["published"],
        "summary": row["lead"],
        "cluster_id": row["cluster_id"],
        "captures": row["contents"],
    }


def _told(copy: Copy) -> Row:
    """Return an article of a story."""
    return _shown(copy.article) | {
        "agencies": copy.agencies,
        "moment": copy.moment,
        "printed": copy.printed,
        "lag": None if copy.lag is None else copy.lag.total_seconds(),
        "revisions": len(copy.texts),
        "shared": round(copy.shared, 3),
    }


def _greedy(path: str) -> str:
    """Return `path` for Starlette: an article_id may have slashes."""
    return path.replace("}", ":path}")


def _answering(answer: Callable[[Request], Any]) -> Callable[[Request], Response]:
    def answered(request: Request) -> Response:
        try:
            found = answer(request)
        except InvalidError as error:
            return in_json({"error": str(error)}, 400)
        except (OSError, pa.ArrowException):  # merged away meanwhile, or broken
            return in_json({"error": "a file of the dataset cannot be read: try again"}, 503)
        if found is None:
            return in_json({"error": "there is no such article"}, 404)
        return in_json(found)

    return answered


def in_json(value: Any, status: int = 200) -> Response:
    """Return the response that holds `value`; dates are in ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    content = text.encode("utf-8", "replace")
    return Response(content, status, media_type="application/json")


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def openapi() -> dict[str, Any]:
    """Return the description of the API, in OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Wartatek", "version": VERSION, "summary": "The dataset, read-only"},
        "paths": {f"{ROOT}{each.path}": {"get": _described(each)} for each in OPERATIONS},
    }


def _described(operation: Operation) -> dict[str, Any]:
    in_query = [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.meaning,
            "schema": dict(parameter.schema),
        }
        for parameter in operation.parameters
    ]
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in operation.in_path
    ]
    answers = {"200": _answer(operation.answer), "503": _answer(("error",))}
    answers |= {"400": _answer(("error",))}
    answers |= {"404": _answer(("error",))} if in_path else {}
    return {
        "operationId": operation.path.strip("/").partition("/")[0],
        "summary": operation.summary,
        "parameters": [*in_path, *in_query],
        "responses": answers,
    }


def _answer(fields: tuple[str, ...]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": list(fields),
        "properties": {field: {} for field in fields},
    }
    return {
        "description": "an error" if fields == ("error",) else "found",
        "content": {"application/json": {"schema": schema}},
    }
