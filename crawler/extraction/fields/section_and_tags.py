"""Section, tags, summary, language and paywall of an article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.page import jsonld
from crawler.extraction.urls import split_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page.page import Page
    from crawler.extraction.rules import Rules

_GENERIC_SECTIONS = frozenset("home beranda news berita article index homepage indonesia".split())
_INDONESIAN = frozenset(
    "yang dan di untuk dengan ini itu dari pada tidak akan dalam oleh juga".split()
)
_ENGLISH = frozenset("the and of to in is for that with on was by from are it".split())
_TAG_LINKS = "a[rel~=tag],a[href*='/tag/'],a[href*='/topik/'],a[href*='/topic/']"
_CRUMB_NAMES = "[itemprop=itemListElement] [itemprop=name]"
_CRUMB_PLACES = (
    "[class*=breadcrumb]",
    "[class*=breadcome],[class^=bread-c],[class*=kanal-map],[class*=upperdeck-kanal]",
)
_PAGES = frozenset({"WebPage"})
_CHANNELS = frozenset(
    "teknologi tekno techno tech inet ototekno otomotif oto nasional internasional global ekonomi "
    "bisnis finance keuangan olahraga sport bola hiburan lifestyle gaya humaniora politik hukum "
    "megapolitan metro nusantara regional sains kesehatan health digital gadget travel wisata "
    "kuliner food properti edukasi pendidikan opini kolom entertainment seleb showbiz hot life "
    "gaming games startup fintech telko cyberlife".split()
)
_TAG_LABEL = re.compile(
    r"(?:more |lihat semua |semua )?(?:tags?|topik|label|kata kunci)"
    r"(?: terkait| terkini| lain(?:nya)?| populer)?"
    r"|tagged|lihat semua|lainnya",
    re.IGNORECASE,
)
_SITE_KEYWORDS = 4  # keywords; so many without any in the article are the site's
_MAX_TAGS = 30
_ITEMS = frozenset("li span h3 h4 h5 strong b p".split())
_LONGEST_TAG = 60
_PROSE = 60  # characters; a longer text around a link is a sentence


def find_section(page: Page, rules: Rules) -> str | None:
    """Return the narrowest section by the outlet's selector, breadcrumbs, metadata or URL."""
    shown = [
        " ".join(node.text().split())
        for selector in rules.selectors("section")
        for node in page.select(selector)
    ]
    if told := _telling(reversed(shown)):
        return told
    crumbs = [name for thing in page.structured for name in _crumbs(thing)]
    crumbs = crumbs or [" ".join(node.text().split()) for node in _crumb_links(page)]
    stated = [
        *jsonld.texts(page.article.get("articleSection"))[:1],
        *(page.meta.get(key, "") for key in ("content_subcategory", "article:section", "section")),
    ]
    return _telling(reversed(crumbs)) or _telling(stated) or _addressed(page)


def _crumb_links(page: Page) -> list[LexborNode]:
    found = page.select(_CRUMB_NAMES)
    for places in _CRUMB_PLACES:  # faster from the few elements than from the many links
        found = found or [link for place in page.select(places) for link in place.css("a")]
    return found


def _addressed(page: Page) -> str | None:
    """Return the channel in the article's URL: in the host or as the first folder."""
    for url in [page.url, *page.own_urls()]:
        parts = split_url(url)
        folder, _, more = parts.path.strip("/").partition("/")
        host = parts.netloc.split(".", 1)[0]
        for name in (folder if more else "", host):
            if name.lower() in _CHANNELS:
                return name.title()
    return None


def _telling(names: Iterable[str]) -> str | None:
    clean = (name.strip(" >/|»") for name in names)
    return next((n for n in clean if 1 < len(n) <= 40 and n.lower() not in _GENERIC_SECTIONS), None)


def _crumbs(thing: jsonld.Thing) -> list[str]:
    """Return the names in a BreadcrumbList, without the first, which is the home page."""
    if not jsonld.is_a(thing, frozenset({"BreadcrumbList"})):
        return []
    items = thing.get("itemListElement")
    named = [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
    names = [jsonld.text(item.get("name") or item.get("item")) for item in named]
    return [name for name in names[1:] if name and not name.startswith("http")]


def find_tags(page: Page, rules: Rules, text: str = "") -> list[str]:
    """Return the visible tags, else the keywords of metadata.

    :param text: the body, which contains the article's tags rather than trending tags
    """
    for selector in rules.selectors("tags"):
        links = page.select(selector)[: 3 * _MAX_TAGS]
        tags = _clean_tags(link.text() for link in _outside_prose(links))
        if tags:
            return tags
    stated = [] if "tags" in rules.distrust else _keywords(page)
    words = " ".join([page.title, text]).lower()
    if len(stated) >= _SITE_KEYWORDS and not any(tag.lower() in words for tag in stated):
        stated = []
    if rules.tags:
        return stated
    linked, confirmed = _linked_tags(page, " ".join([page.title, *stated, text]).lower())
    return linked if confirmed else stated or linked


def _keywords(page: Page) -> list[str]:
    for key in ("news_keywords", "content_tags", "content_tag", "dtk:keywords", "keywords"):
        if tags := _clean_tags(page.meta.get(key, "").split(",")):
            return tags
    keywords = jsonld.texts(page.article.get("keywords"))
    return _clean_tags(k for text in keywords for k in text.split(",") if ":" not in k)


def _linked_tags(page: Page, text: str) -> tuple[list[str], bool]:
    """Return the list of tags with most tags in `text`, and whether any tag is in `text`."""
    lists: dict[int, list[str]] = {}
    alone: dict[int, bool] = {}
    for link in _outside_prose(page.tree.css(_TAG_LINKS)[: 10 * _MAX_TAGS]):
        box = link.parent
        if box is not None and box.mem_id not in alone:
            alone[box.mem_id] = box.tag in _ITEMS or len(box.css("a")) == 1
        if box is not None and alone[box.mem_id]:
            box = box.parent
        if box is not None:
            lists.setdefault(box.mem_id, []).append(link.text())
    cleaned = [_clean_tags(tags) for tags in lists.values()]
    best = max(
        cleaned,
        key=lambda tags: (sum(tag.lower() in text for tag in tags), len(tags)),
        default=[],
    )
    return best, any(tag.lower() in text for tag in best)


def _outside_prose(links: Iterable[LexborNode]) -> Iterator[LexborNode]:
    """Yield `links` but those in a sentence, whose words are linked to their tags."""
    is_prose: dict[int, bool] = {}
    for link in links:
        around = link.parent
        if around is not None and around.mem_id not in is_prose:
            is_prose[around.mem_id] = len(around.text(deep=False).strip()) > _PROSE
        if around is None or not is_prose[around.mem_id]:
            yield link


def _clean_tags(texts: Iterable[str]) -> list[str]:
    """Return the first _MAX_TAGS tags in `texts`, each once."""
    tags: list[str] = []
    for text in texts:
        if len(tags) == _MAX_TAGS:
            break
        tag = " ".join(text.split()).strip("#, :|")
        known = not tag or tag in tags or _TAG_LABEL.fullmatch(tag)
        if not known and len(tag) <= _LONGEST_TAG:
            tags.append(tag)
    return tags


def find_description(page: Page) -> str | None:
    """Return the summary in metadata."""
    return (
        jsonld.text(page.article.get("description"))
        or page.meta.get("og:description")
        or page.meta.get("description")
        or None
    )


def language_of(text: str, page: Page) -> str | None:
    """Return `id` or `en` by the small words of `text`; without these, the page's claim."""
    words = text[:1000].lower().split()
    indonesian = sum(map(_INDONESIAN.__contains__, words))
    english = sum(map(_ENGLISH.__contains__, words))
    if max(indonesian, english) >= 3:
        return "id" if indonesian >= english else "en"
    root = page.tree.root
    claimed = (root.attributes.get("lang") or "")[:2].lower() if root else ""
    return claimed or None


def is_paywalled(page: Page) -> bool | None:
    """Return whether metadata states a paywall; None without a statement."""
    parts = page.article.get("hasPart")
    stated = [page.article, *(parts if isinstance(parts, list) else [parts])]
    stated += [thing for thing in page.structured if jsonld.is_a(thing, _PAGES)]
    free = [thing.get("isAccessibleForFree") for thing in stated if isinstance(thing, dict)]
    said = [str(value).lower().rpartition("/")[2] for value in free if value is not None]
    if said:
        return any(value in ("false", "0", "no") for value in said)
    tier = page.meta.get("article:content_tier") or page.meta.get("content_tier")
    if tier:
        return tier.lower() != "free"
    if subscription := page.meta.get("subscription"):
        return subscription.lower() in ("true", "1", "yes")
    return None
