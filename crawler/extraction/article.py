"""The article on a page, with every field that the page has; cleaning makes the paragraphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction import EXTRACTOR_VERSION
from crawler.extraction.body.body import Body, find_body, guess_body, last_resort
from crawler.extraction.fields.images import find_images
from crawler.extraction.fields.people import find_people
from crawler.extraction.fields.section_and_tags import (
    find_description,
    find_section,
    find_tags,
    is_paywalled,
    language_of,
)
from crawler.extraction.fields.times import When, find_when
from crawler.extraction.fields.title import Title, find_title
from crawler.extraction.indonesian.dates import find_date
from crawler.extraction.indonesian.sentences import is_prose_node
from crawler.extraction.page.jsonld import text as property_text
from crawler.extraction.page.page import BETWEEN
from crawler.extraction.rules import GENERIC, Rules
from crawler.extraction.urls import article_address, article_id, canonical_url, stated_address
from crawler.extraction.walls import wall_at
from crawler.items import Article, Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.extraction.page.page import Page
    from crawler.items import Block

# In an address, each part begins with a slash, by which the search is fast; or begins a title.
_GALLERY = (
    re.compile(
        r"/(?:/(?:foto|photos?|images?)\.|(?:read)?(?:foto|photos?)(?:-[a-z]+)?/|"
        r"(?:galeri|galler(?:y|ies)|in-?picture|infografis|foto[a-z]{3,6})/)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:foto|in picture|galeri(?: foto)?|potret)\s*:", re.IGNORECASE),
)
_VIDEO = (
    re.compile(r"/(?:/(?:video|tv|20)\.|(?:videos?|watch|tv)/)", re.IGNORECASE),
    re.compile(r"video\s*:", re.IGNORECASE),
)
_GALLERY_TEXT = 1200  # characters; a gallery with more is an article with pictures
_MIN_ARTICLE = 6  # paragraphs; a text titled "FOTO: ..." with so many is an article
_INDEX_PATH = re.compile(
    r"^https?://[^/]+/?(?:(?:(?:indeks|index(?!\.\w+(?:\?[^#]*\b(?:id|p|read|detail|berita)[=.]|/[^?]*\d))|tags?|search|topik|topic|author|penulis|kanal|channel|category|"
    r"kategori|rubrik)\b[^?]*)?(?:\?.*)?|[a-z]{2,20}/?)$"
)
_HOME_PATH = re.compile(r"^https?://[^/]+/?(?:index\.\w+)?(?:[?#].*)?$")
_SERVICE_PATH = re.compile(
    r"^https?://[^/]+/(?:[\w-]+/)?(?:tentang|about|redaksi|kontak|contact|pedoman|disclaimer|privacy|"
    r"kebijakan|terms|syarat|karir|career|login|register)(?:[-_][\w-]+)?/?(?:\.\w+)?(?:\?.*)?$"
)
_MIN_BODY = 100  # characters of prose
_MIN_PROSE = 3  # paragraphs of an article whose stated address is an index
_MIN_LISTED = 3  # linked headlines; an article's body has fewer
_HEADER = 500  # characters of headline, standfirst and byline above a date
_DATE_LINE, _BESIDE_DATE = 120, 40  # characters of a line with a date, and of all else in it
_GUESSED = frozenset({"density", "trafilatura"})


def extract(page: Page, rules: Rules = GENERIC, *, fetched_at: datetime) -> Article:
    """Return the article on `page`, with the body as blocks.

    :raises Rejected: `gallery`, `video`, `not_article`, or a wall's id.
    """
    url = page.url or _stated(page, rules.article_pattern)
    title = find_title(page, rules)
    body = find_body(page, rules, title)
    if body is None and rules.body:  # galleries of the outlet have no body
        _turn_away(page, url, title, body)
    body = body or guess_body(page, rules, title)
    if body:
        _turn_walls_away(page, title, body)
    _turn_away(page, url, title, body)
    if body is None and (body := last_resort(page)):
        _turn_walls_away(page, title, body)
    when = find_when(page, rules, title, fetched_at)
    body = _judged(page, url, title, body, when)
    people = find_people(page, rules, body.blocks, when.printed, title.text if title else "")
    if title:
        _take_header(body, title.text, when.printed)
    canonical = _canonical(page, url, rules.article_pattern)
    return Article(
        outlet=rules.name,
        url=url,
        article_id=article_id(rules.name, url, rules.article_pattern) if url else None,
        canonical_url=canonical,
        title=title.text if title else None,
        description=find_description(page),
        authors=people.authors,
        agencies=people.sources,
        editors=people.editors,
        section=find_section(page, rules),
        tags=find_tags(page, rules, body.text),
        published_at=when.published,
        modified_at=when.modified,
        published_raw=when.raw,
        published_source=when.source,
        zone_assumed=when.zone_assumed,
        images=find_images(page, body.pictures, body.blocks, title.node if title else None),
        language=language_of(" ".join(block.text for block in body.blocks[:30]), page),
        paywalled=is_paywalled(page),
        body_source=body.source,
        fetched_at=fetched_at,
        extractor_version=EXTRACTOR_VERSION,
        blocks=body.blocks,
        contradicted=["published"] if when.contradicted else [],
    )


def _turn_walls_away(page: Page, title: Title | None, body: Body | None) -> None:
    """Turn away a page that the site serves in place of the article, by its own words.

    :raises Rejected: the id of the wall.
    """
    is_body = body is not None and body.size >= _MIN_BODY
    if body and is_body:
        paragraphs = [block.text for block in body.blocks if not block.rule]
    else:
        paragraphs = page.flow.strip(BETWEEN).split(BETWEEN)
    titles = [title.text if title else "", page.title]
    if wall := wall_at(page.url, titles, paragraphs, is_body=is_body):
        raise Rejected(wall, page.title or paragraphs[0])


def _turn_away(page: Page, url: str, title: Title | None, body: Body | None) -> None:
    """Turn galleries and videos with little text away, before the last resort.

    :raises Rejected: `gallery` or `video`.
    """
    size = body.size if body else 0
    if size >= (3 * _GALLERY_TEXT if body and body.source in _GUESSED else _GALLERY_TEXT):
        return
    addresses = [url, *page.own_urls()]
    titles = [title.text if title else "", page.meta.get("og:title", "")]
    for reason, (part, beginning) in (("gallery", _GALLERY), ("video", _VIDEO)):
        named = any(part.search(text) or beginning.match(text) for text in titles)
        addressed = any(part.search(url) or beginning.match(url) for url in addresses)
        if addressed or (named and not _is_long(body)):
            raise Rejected(reason, f"{size} characters of prose")
    if page.meta.get("og:type", "").startswith("video"):
        raise Rejected("video", f"{size} characters of prose")


def _is_long(body: Body | None) -> bool:
    """Return whether `body` has as many paragraphs of prose as an article has."""
    texts = [b.text for b in body.blocks if b.kind == "paragraph" and not b.rule] if body else []
    return sum(map(is_prose_node, texts)) >= _MIN_ARTICLE


def _judged(page: Page, url: str, title: Title | None, body: Body | None, when: When) -> Body:
    """Return `body` if the page is an article.

    :raises Rejected: `not_article`, or a wall's id.
    """
    if body is None or body.size < _MIN_BODY:
        _turn_walls_away(page, title, body)
        raise Rejected("not_article", "no body")
    addresses = [url] if url else page.own_urls()
    if addresses and all(map(_INDEX_PATH.match, addresses)):
        # Some templates state the home page as the address of every article.
        home = not url and all(map(_HOME_PATH.match, addresses))
        if not home or not _tells_a_story(page, title, body, when):
            raise Rejected("not_article", "the address of an index")
        return body
    if not when.timed and any(_SERVICE_PATH.match(address) for address in addresses):
        raise Rejected("not_article", "the address of a page about the outlet")
    if body.source in _GUESSED and not _has_evidence(page, title, body, when):
        raise Rejected("not_article", "nothing says that it is one")
    return body


def _tells_a_story(page: Page, title: Title | None, body: Body, when: When) -> bool:
    """Return whether headline, body and time, or the data, show an article at a wrong address."""
    node = title.node if title else None
    if title is None or node is None or node.css_first("a") is not None:
        return False
    if body.source == "trafilatura" or _linked_headings(body):
        return False
    stated = " ".join(property_text(page.article.get("headline")).split())
    prose = sum(is_prose_node(block.text) for block in body.blocks if not block.rule)
    return stated == title.text or (when.timed and prose >= _MIN_PROSE)


def _has_evidence(page: Page, title: Title | None, body: Body, when: When) -> bool:
    """Return whether two signs show an article, for a guessed body."""
    if _lists_articles(title, body):
        return False
    linked = sum(len(anchor.text) for block in body.blocks for anchor in block.anchors)
    whole = sum(len(block.text) for block in body.blocks)
    if linked > 0.5 * whole:
        return False
    strong = (
        when.timed,
        bool(page.article),
        page.meta.get("og:type") == "article",
    )
    weak = (
        bool(title and title.node is not None),
        sum(len(block.text) > 80 for block in body.blocks if not block.rule) >= 3,
    )
    if body.source == "trafilatura":  # finds prose on any page
        return all(weak) and strong[0]
    return all(weak) or (any(strong) and sum(strong) + sum(weak) >= 2)


def _stated(page: Page, pattern: re.Pattern[str]) -> str:
    """Return the URL that a page of unknown address states, best one to be believed; "" without.

    An index is no article's address.
    """
    stated = [url for url in page.own_urls() if not _INDEX_PATH.match(url)]
    return next((url for url in stated if stated_address(url, "", pattern)), (stated or [""])[0])


def _lists_articles(title: Title | None, body: Body) -> bool:
    """Return whether `body` lists headlines of other articles, on a page without an own headline.

    The headline of a slider is a link.
    """
    node = title.node if title else None
    if node is not None and node.css_first("a") is None:
        return False
    return _linked_headings(body)


def _linked_headings(body: Body) -> bool:
    """Return whether as many headings of `body` are links as an index has."""
    headings = [block for block in body.blocks if block.kind == "heading"]
    linked = [b for b in headings if sum(len(a.text) for a in b.anchors) > 0.8 * len(b.text)]
    return len(linked) >= _MIN_LISTED


def _canonical(page: Page, url: str, pattern: re.Pattern[str]) -> str | None:
    """Return the first address to be believed that the page states, else the address of `url`."""
    for stated in page.own_urls():
        address = stated_address(stated, url, pattern)
        if address and (pattern.pattern or not _INDEX_PATH.match(address)):
            return address
    return article_address(url, pattern) or canonical_url(url)


def _take_header(body: Body, title: str, date: str | None) -> None:
    """Take headline, date and all between out of the body: they are the page's head."""
    headline = None
    top = [block for block in body.blocks[:12] if not block.rule]
    for position, block in enumerate(top):
        if block.text == title:
            above = top[:position]
            for other in above if _heads(block, above) else []:
                other.kind, other.rule = "widget", "markup:header"
            block.kind, block.rule, headline = "widget", "markup:title", position
        elif _is_date_line(block.text, date):
            if headline is not None and sum(len(b.text) for b in top[headline:position]) < _HEADER:
                for other in top[headline + 1 : position]:
                    other.kind, other.rule = "widget", other.rule or "markup:header"
            block.kind, block.rule = "widget", "markup:date"


def _is_date_line(text: str, date: str | None) -> bool:
    """Return whether `text` is a time of publication and little else."""
    if len(text) > _DATE_LINE or text.endswith("."):
        return False
    found = find_date(text)
    shown = found[1] if found else date if date and date in text else None
    return shown is not None and len(text) < len(shown) + _BESIDE_DATE


def _heads(block: Block, above: list[Block]) -> bool:
    """Return whether only the page's head, and no text, is above the title `block`."""
    prose = any(len(b.text) > _MIN_BODY and b.text.endswith(".") for b in above if not b.rule)
    return not block.anchors and (block.kind == "heading" or not prose)
