"""Articles on several pages, joined into one row."""

import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

from scrapy import Request
from scrapy.http import Response

from crawler.extraction.body.multipage import MAX_PAGES, further_pages
from crawler.extraction.page.page import Page
from crawler.extraction.rules import Rules
from crawler.items import Article
from crawler.sources import Candidate, Feed
from crawler.spider import NewsSpider
from crawler.state.queue import Waiting

URL = "https://warta.example.co.id/tekno/101/pabrik-cip"
PROSE = (
    "Pabrik cip pertama di kota itu mulai bekerja pekan ini, kata kepala pabriknya kepada warta.",
    "Ia menyebut tiga ratus orang sudah dilatih sejak awal tahun untuk menjaga ruang bersihnya.",
    "Pada tahap kedua, pabrik itu akan membuat cip untuk meteran listrik dan mesin pertanian.",
    "Pemerintah kota berharap pemasok lain ikut datang dan membuka lowongan di sekitar pelabuhan.",
)
PAGER = '<ul class="pages">{}</ul>'


class WartaSpider(NewsSpider):
    """An outlet that splits its articles."""

    name = "warta"
    publisher = "Warta"
    allowed_domains = ["warta.example.co.id"]
    sources = (Feed("https://warta.example.co.id/rss"),)
    technology = ""
    article_url = r"example\.co\.id/tekno/(?P<id>\d+)/"
    body = ".isi"
    next_page = ".pages a"


def page(*paragraphs: str, pages: tuple[str, ...] = ("", "/2", "/3")) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    links = "".join(f'<li><a href="/tekno/101/pabrik-cip{end}">x</a></li>' for end in pages)
    head = "<title>Pabrik cip dibuka</title><meta property='og:type' content='article'>"
    title = "<h1>Pabrik cip pertama dibuka</h1>"
    pager = PAGER.format(links)
    return f"<html><head>{head}</head><body>{title}<div class=isi>{body}</div>{pager}</body></html>"


def spider() -> WartaSpider:
    outlet = WartaSpider()
    outlet.crawler = SimpleNamespace(stats=mock.Mock())  # type: ignore[assignment]
    outlet.outlet_state = mock.Mock()
    return outlet


def answered(request: Request, body: str) -> Response:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return Response(request.url, body=body.encode(), headers=headers, request=request)


def read(outlet: WartaSpider, bodies: dict[str, str], **meta: object) -> tuple[Article, list[str]]:
    """Return the article at URL, and the URLs of the pages that were asked for."""
    waiting = Waiting("warta:101", Candidate(url=URL, via="x"), look=False, tries=0)
    request = Request(URL, cb_kwargs={"waiting": waiting}, meta=meta)
    asked = []
    while True:
        asked.append(request.url)
        response = answered(request, bodies[request.url])
        [found] = outlet.parse_article(response, **request.cb_kwargs)
        if isinstance(found, Article):
            return found, asked
        request = found


def test_a_program_that_freezes_loaded_objects_ends_without_a_word():
    """DuckDB's binding warns of every type that outlives the interpreter."""
    program = """
import duckdb
from crawler.spider import freeze_loaded_objects
duckdb.connect().execute("SELECT 1").fetchall()
freeze_loaded_objects()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stderr == ended.stdout == b""


def test_pages_are_joined_in_order_and_a_repeated_paragraph_is_kept_once():
    bodies = {
        URL: page(*PROSE[:2]),
        f"{URL}/2": page(PROSE[1], PROSE[2]),  # repeats the last paragraph of the page before
        f"{URL}/3": page(PROSE[3]),
    }
    article, asked = read(spider(), bodies)
    assert asked == list(bodies)
    assert [block.text for block in article.blocks if block.kind == "paragraph"] == list(PROSE)
    assert article.url == URL
    assert article.article_id == "warta:101"


def test_a_pager_that_links_back_ends():
    bodies = {
        URL: page(*PROSE[:2], pages=("", "/1", "/2", "#atas")),
        f"{URL}/2": page(PROSE[2], pages=("", "/1", "/2", "?page=1")),
    }
    assert read(spider(), bodies)[1] == list(bodies)


def test_an_article_that_came_whole_is_asked_for_no_further_page():
    article, asked = read(spider(), {URL: page(*PROSE)}, whole=URL)
    assert asked == [URL]
    assert len(article.blocks) >= len(PROSE)


def test_a_further_page_without_text_makes_the_article_incomplete():
    outlet = spider()
    outlet.crawler.signals = mock.Mock()
    waiting = Waiting("warta:101", Candidate(url=URL, via="x"), look=False, tries=0)
    first = Article(outlet="warta", url=URL)
    request = Request(f"{URL}/2", cb_kwargs={"waiting": waiting, "first": first})
    assert list(outlet.parse_article(answered(request, page()), **request.cb_kwargs)) == []
    reported = outlet.crawler.signals.send_catch_log.call_args.kwargs
    assert reported["exception"].reason == "incomplete"


def test_further_pages_stay_on_the_host_and_end_at_max_pages():
    odd = '<a href="https://lain.example.com/2">2</a><a>x</a><a href="http://[">y</a>'
    html = f'{odd}<a href="/tekno/101/pabrik-cip/2">2</a>'
    one = Page(f"<body>{html}</body>".encode(), URL)
    assert further_pages(one, Rules(next_page="a"), [URL]) == [f"{URL}/2"]
    assert further_pages(one, Rules(), [URL]) == []
    assert further_pages(one, Rules(next_page="a"), [f"{URL}/{n}" for n in range(MAX_PAGES)]) == []


def test_an_article_is_read_page_by_page_where_robots_refuse_the_whole():
    bodies = {
        URL: page(*PROSE[:2], pages=("?page=2", "?page=all")),
        f"{URL}?page=2": page(*PROSE[2:], pages=("", "?page=2", "?page=all")),
    }
    with mock.patch.multiple(WartaSpider, whole="?page=all", next_page=()):
        article, asked = read(spider(), bodies)
    assert asked == list(bodies)
    assert [block.text for block in article.blocks if block.kind == "paragraph"] == list(PROSE)


def test_an_outlet_with_whole_pages_is_asked_for_the_whole_article():
    outlet = spider()
    waiting = Waiting("warta:101", Candidate(url=URL, via="x"), look=False, tries=0)
    forms = {"?page=all": f"{URL}?page=all", "/all": f"{URL}/all", "": URL}
    for whole, url in forms.items():
        with mock.patch.object(WartaSpider, "whole", whole):
            assert outlet._request(waiting).url == url
