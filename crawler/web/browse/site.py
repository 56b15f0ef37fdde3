"""The dataset in a web browser, on this machine only: search, read, compare. Nothing is written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

import pyarrow as pa
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from crawler.extraction.mentions.gazetteer import name_of
from crawler.web.browse.analysis import CHARTS, DATA, PICTURES, Analysis
from crawler.web.browse.api import ROOT, Api, in_json
from crawler.web.browse.archived_page import PLACE, archived, inert
from crawler.web.browse.archived_page import words as words_on
from crawler.web.browse.differences import difference
from crawler.web.browse.excerpts import excerpt, marked, wanted
from crawler.web.browse.home import Home
from crawler.web.browse.languages import Languages, in_language
from crawler.web.browse.links import is_web, tag_query
from crawler.web.browse.removed_in_place import in_place
from crawler.web.browse.story import FORGOTTEN, names_of, story_of, why_not
from crawler.web.browse.taken_away import FILES, NEWEST, atom, json_feed, whole_file
from crawler.web.rendering import SCRIPT, STYLE, environment
from crawler.wording import language, moment, tr
from output import clock
from output.clock import WIB
from output.entities import named_in, profile
from output.search import Found, Library, Question
from output.search_query import in_words, words_in
from output.workbook import TooManyRowsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crawler.web.browse.differences import Difference

Diagnoses: TypeAlias = "Mapping[str, str]"
HOSTS = ["127.0.0.1", "localhost"]
"""Values of the Host header that are answered: DNS rebinding by another site is refused."""
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src"
    " 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_INERT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-dns-prefetch-control": "off",
    "cache-control": "no-store",
}
_LONGEST = 1000  # characters of a search
_MOST_VALUES = 30  # of a facet that are chosen


class Headers:
    """A layer that puts the policies on every answer; a page may set a stricter policy."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                for name, value in (_HEADERS | {"content-security-policy": _POLICY}).items():
                    if name.encode() not in present:
                        message["headers"].append((name.encode(), value.encode()))
            await send(message)

        await self.app(scope, receive, told)


class Fresh:
    """A layer that has new files of the dataset indexed, whatever is asked for."""

    def __init__(self, app: ASGIApp, library: Library) -> None:
        self.app = app
        self.library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.library.refresh()
        await self.app(scope, receive, send)


class Site:
    """The pages over a `library`.

    :param diagnoses: gives the last result of `scrapy doctor` by outlet, in the reader's language
    """

    def __init__(
        self,
        library: Library,
        diagnoses: Callable[[], Diagnoses] = dict,
        home: Home | None = None,
    ) -> None:
        self.library = library
        self.home = home or Home(library)
        self.diagnoses = diagnoses
        self.templates = environment(Path(__file__).parent / "templates")
        self.templates.filters |= {"is_web": is_web, "tag_query": tag_query}
        self.templates.filters["wib"] = lambda value: moment(value.astimezone(WIB))
        self.templates.globals["in_language"] = in_language

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.search),
                Route("/results.{kind}", self.results),
                Route("/analysis", self.analysis),
                Route("/analysis.{kind}", self.drawn),
                *Api(self.library).routes(),
                Route("/article/{id:path}", self.article),
                Route("/entity/{id:path}", self.entity),
                Route("/stories/{id:path}", self.story),
                Route("/page/{id:path}", self.page),
                Route("/style.css", lambda _: Response(STYLE, media_type="text/css")),
                Route("/page.js", lambda _: Response(SCRIPT, media_type="text/javascript")),
            ],
            middleware=[
                Middleware(Headers),
                Middleware(Languages),
                Middleware(TrustedHostMiddleware, HOSTS),
                Middleware(Fresh, library=self.library),
            ],
            exception_handlers={HTTPException: self.problem, OSError: self.unreadable},  # type: ignore[dict-item]
        )

    def _render(self, name: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(self.templates.get_template(name).render(**values))

    def _asked(self, request: Request) -> tuple[Question, dict[str, str]]:
        outlets = (*self.library.outlets, *self.library.behind)
        return asked(request.query_params, outlets, self.library.topics)

    def search(self, request: Request) -> Response:
        question, wrong = self._asked(request)
        found = Found() if wrong else self.library.search(question)
        shown = [wanted(word, self.library.roots(word)) for word in words_in(question.query.node)]
        if question.page > 1 and not (wrong or found.articles):
            wrong["page"] = str(question.page)
        answered = not wrong
        response = self._render(
            "search.html",
            question=question,
            wrong=wrong,
            found=found,
            library=self.library,
            facets=self.library.facets(question) if answered else {},
            mistakes=self.library.mistakes(question),
            understood=question.query.node,
            in_words=in_words,
            name_of=name_of,
            in_vain=self.library.in_vain(question) if answered and not found.total else [],
            suggestion=self.library.suggestion(question) if answered and not found.total else None,
            marked=lambda text: marked(text, shown),
            excerpt=lambda text: [] if question.heads else excerpt(text, shown),
            link=lambda **changed: _link(request.query_params, **changed),
            files=[*FILES],
            query=_link(request.query_params).removeprefix("/"),
            home=self.home.overview() if not {*request.query_params} - {"lang"} else None,
        )
        response.status_code = 400 if wrong else 200
        return response

    def results(self, request: Request) -> Response:
        """Return all articles of a search as a file, or the newest as a feed."""
        kind = request.path_params["kind"]
        question, wrong = self._asked(request)
        if wrong or kind not in (*FILES, "atom", "json"):
            raise HTTPException(404)
        if kind in FILES:
            try:
                chunks = whole_file(self.library, question, kind)
            except (TooManyRowsError, pa.ArrowException) as error:
                raise HTTPException(503) from error
            named = f'attachment; filename="wartatek.{kind}"'
            media_type = FILES[kind].media_type
            return StreamingResponse(
                chunks, media_type=media_type, headers={"content-disposition": named}
            )
        rows = list(islice(self.library.matches(replace(question, order="date")), NEWEST))
        here = str(request.url)
        search = here.replace(f"/results.{kind}", "/", 1)
        title = f"Wartatek: {in_words(question.query.node, language())}"
        if kind == "atom":
            content = atom(rows, title, here, search, clock.now())
            return Response(content, media_type="application/atom+xml")
        content = json_feed(rows, title, here, search)
        return Response(content, media_type="application/feed+json")

    def analysis(self, request: Request) -> Response:
        """Return the page of the course of a search, or of two."""
        questions, wrong = self._compared(request)
        found = Analysis(self.library, questions) if not wrong else None
        response = self._render(
            "analysis.html",
            question=questions[0],
            against=questions[1] if len(questions) > 1 else None,
            wrong=wrong,
            analysis=found,
            table=found.table() if found else [],
            query=_link(request.query_params).removeprefix("/") if request.query_params else "",
        )
        response.status_code = 400 if wrong else 200
        return response

    def drawn(self, request: Request) -> Response:
        """Return a chart of the analysis as a picture, or the analysis as data."""
        kind, chart = request.path_params["kind"], request.query_params.get("chart", CHARTS[0])
        questions, wrong = self._compared(request)
        if wrong or chart not in CHARTS or kind not in PICTURES | DATA:
            raise HTTPException(404)
        found = Analysis(self.library, questions, words=kind == "json")
        if kind in DATA:
            return Response(found.data(kind), media_type=DATA[kind])
        if not found.courses[0].points:
            raise HTTPException(404)
        return Response(found.picture(chart, kind, tr("other outlets")), media_type=PICTURES[kind])

    def _compared(self, request: Request) -> tuple[list[Question], dict[str, str]]:
        """Return the question, and the second one where there is one."""
        question, wrong = self._asked(request)
        against = request.query_params.get("against", "")[:_LONGEST]
        beside = [replace(question, words=against)] if against.strip() else []
        return [question, *beside], wrong

    def article(self, request: Request) -> Response:
        article, captures, number = self._capture(request)
        capture = captures[number - 1]
        page = archived(self.library.root, capture["archive"])
        body, beside = in_place(
            _paragraphs(capture),
            capture["removed"] or [],
            words_on(page) if page else None,
            capture["kinds"] or (),
        )
        before = captures[number - 2] if number > 1 else None
        copies = self.library.copies(article)
        return self._render(
            "article.html",
            article=article,
            seen=self.diagnoses().get(capture["outlet"]),
            capture=capture,
            named=[
                (entity_id, name_of(entity_id))
                for entity_id in named_in(
                    self.library.location,
                    capture["outlet"],
                    capture["article_id"],
                    capture["content_hash"],
                )
            ],
            captures=captures,
            number=number,
            body=body,
            beside=beside,
            page=page,
            place=PLACE,
            copies=copies,
            names=names_of(
                [(c["article_id"], c["outlet"], c["title"], c["published"]) for c in copies or ()]
            ),
            difference=_difference(before, capture) if before else None,
        )

    def entity(self, request: Request) -> Response:
        """Return the page of an organisation, product or person: when, where and with whom."""
        entity_id = request.path_params["id"]
        found = profile(self.library.location, entity_id)
        if found is None:
            raise HTTPException(404)
        return self._render(
            "entity.html",
            entity_id=entity_id,
            called=name_of(entity_id),
            name_of=name_of,
            profile=found,
        )

    def story(self, request: Request) -> Response:
        """Return the page of a story, with two of its texts compared."""
        article_id, given = request.path_params["id"], request.query_params
        story = story_of(self.library, article_id)
        if story is None:
            why = why_not(self.library, article_id)
            response = self._render("story_missing.html", article_id=article_id, why=why)
            response.status_code = 410 if why == FORGOTTEN else 404
            return response
        usual = [text.key for text in story.two or ()] or [""] * 2
        keys = [given.get(name) or key for name, key in zip(("from", "to"), usual, strict=True)]
        before, after = (story.texts.get(key) for key in keys)
        is_lost = any(keys) and not (before and after)
        response = self._render(
            "story.html",
            story=story,
            here=article_id,
            two=(before, after),
            is_lost=is_lost,
            difference=difference(before.lines, after.lines) if before and after else None,
        )
        response.status_code = 404 if is_lost else 200
        return response

    def page(self, request: Request) -> Response:
        """Return the archived page without scripts and without requests to the outside."""
        _, captures, number = self._capture(request)
        capture = captures[number - 1]
        page = archived(self.library.root, capture["archive"])
        if page is None:
            raise HTTPException(404)
        copy = inert(page, capture["title"], _paragraphs(capture))
        return HTMLResponse(copy, headers={"content-security-policy": _INERT_POLICY})

    def _capture(self, request: Request) -> tuple[dict[str, Any], list[dict[str, Any]], int]:
        """Return the article, all captures, and the number of the requested capture, from 1."""
        article = self.library.article(request.path_params["id"])
        captures = self.library.captures(article) if article else []
        if article is None or not captures:
            raise HTTPException(404)
        given = request.query_params.get("capture", "")
        number = _whole(given) if given else len(captures)
        if number is None or number > len(captures):
            raise HTTPException(404)
        return article, captures, number

    def problem(self, request: Request, error: HTTPException) -> Response:
        """Return an error page; below the root of the API, the error in JSON."""
        if request.url.path.startswith(f"{ROOT}/"):
            return in_json({"error": error.detail}, error.status_code)
        response = self._render("problem.html", status=error.status_code)
        response.status_code = error.status_code
        return response

    def unreadable(self, request: Request, error: OSError) -> Response:
        """Return an error page: a file was merged away meanwhile, or is broken."""
        return self.problem(request, HTTPException(503))


def serve_on(
    library: Library,
    diagnoses: Callable[[], Diagnoses] = dict,
    home: Home | None = None,
) -> Starlette:
    """Return the application that shows `library`."""
    return Site(library, diagnoses, home).app()


_FACETS = {
    "outlet": "outlets",
    "topic": "topics",
    "month": "months",
    "agency": "agencies",
    "author": "authors",
    "entity": "entities",
}
"""Names in a URL's query, of which each may be given again, and in a question."""


def asked(
    given: QueryParams, outlets: Collection[str], topics: Collection[str]
) -> tuple[Question, dict[str, str]]:
    """Return the question in a URL's query, and the values that are invalid by field.

    :param outlets: the outlets that may be asked for, and `topics` likewise.
    """
    known = {"outlet": outlets, "topic": topics}
    chosen = {
        name: tuple(dict.fromkeys(filter(None, given.getlist(name))))[:_MOST_VALUES]
        for name in _FACETS
    }
    wrong = {
        name: value
        for name, values in chosen.items()
        for value in values
        if value not in known.get(name, values)
    }
    single = {"since": _day, "until": _day, "page": _whole, "order": _order}
    read = {
        name: (text, reader(text))
        for name, reader in single.items()
        if (text := given.get(name, ""))
    }
    wrong |= {name: text for name, (text, value) in read.items() if value is None}
    valid: dict[str, Any] = {name: value for name, (_, value) in read.items() if value is not None}
    valid |= {_FACETS[name]: values for name, values in chosen.items() if name not in wrong}
    words = given.get("words", "")[:_LONGEST]
    return Question(words, heads=given.get("heads") == "1", collapse=True, **valid), wrong


def _order(text: str) -> str | None:
    return text if text in ("relevance", "date") else None


def _link(given: QueryParams, **changed: str | int | None) -> str:
    """Return the address of a search with parameters changed: a facet's value is added, or taken
    away where it is given."""
    kept = [(name, value) for name, value in given.multi_items() if name != "page" and value]
    for name, value in changed.items():
        if name in _FACETS:
            pair = (name, str(value))
            kept = [one for one in kept if one != pair] if pair in kept else [*kept, pair]
        else:
            kept = [one for one in kept if one[0] != name]
            kept += [(name, str(value))] if value else []
    return "/?" + urlencode(kept)


def _day(text: str) -> date | None:
    """Return the day in the form of a date field, YYYY-MM-DD, else None."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch("[1-9][0-9]{0,3}", text) else None


def _paragraphs(row: dict[str, Any]) -> list[str]:
    paragraphs: list[str] = row["paragraphs"] or row["body"].split("\n\n")
    return paragraphs


def _difference(before: dict[str, Any], after: dict[str, Any]) -> Difference | None:
    old, new = ([row["title"], *_paragraphs(row)] for row in (before, after))
    return difference(old, new) if old != new else None
