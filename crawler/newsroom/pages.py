"""Article pages: a story in the outlet's template, with the junk and weight of a real page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from crawler.newsroom.clock import WIB
from crawler.newsroom.story import Story, is_older, slug
from crawler.newsroom.templates import template

if TYPE_CHECKING:
    from crawler.newsroom.houses import House


@dataclass(slots=True)
class Part:
    """A part of a body, true or junk; each template prints each kind in a way of its own."""

    kind: str
    html: Markup = field(default_factory=Markup)
    items: list[str] = field(default_factory=list)
    title: str = ""
    url: str = ""
    form: int = 0
    """The number of the markup, where a template has several for a kind."""
    carries_ad: bool = False


def parts_of(story: Story, house: House, page: int = 0) -> list[Part]:
    """Return the parts of the body of `story`, or of page 1 or 2 of two; page 0: the whole."""
    rng = Random(f"{story.url}/junk")
    true = _true_parts(story, house, rng)
    parts = _with_junk(true, story, house, rng)
    if page == 0:
        return parts
    half = parts.index(true[len(true) // 2])
    return parts[:half] if page == 1 else parts[half:]


def _true_parts(story: Story, house: House, rng: Random) -> list[Part]:
    parts: list[Part] = []
    for passage in story.passages:
        if passage.kind != "list_item":
            parts.append(Part(passage.kind, _linked(passage.text, story, house, rng)))
        elif parts[-1].kind == "list":
            parts[-1].items.append(passage.text)
        else:
            parts.append(Part("list", items=[passage.text]))
    if story.dateline and house.lead:
        city = story.dateline.rpartition(" - ")[2]
        lead = Markup(house.lead).format(dateline=story.dateline, city=city)
        parts[0].html = lead + parts[0].html
    if story.signoff and house.end:
        parts[-1].html += Markup(house.end).format(signoff=story.signoff)
    return parts


def _linked(text: str, story: Story, house: House, rng: Random) -> Markup:
    """Return `text`, at times with a tag's words linked to the tag's page, as desks do."""
    html = escape(text)
    tag = story.tags[-1]
    if rng.random() < 0.3:
        page = f"https://{house.host}/tag/{slug(tag)}"
        link = Markup('<a href="{0}" title="{1}">{1}</a>').format(page, tag)
        html = html.replace(escape(tag), link, 1)
    return html


def _with_junk(true: list[Part], story: Story, house: House, rng: Random) -> list[Part]:
    parts = list(true)
    for kind in house.junk:
        if kind == "related":
            junk = [
                Part("related", title=t, url=u, form=rng.randrange(12)) for t, u in story.related
            ]
        else:
            junk = [Part(kind, form=rng.randrange(12))] if rng.random() < 0.7 else []
        for part in junk:
            parts.insert(rng.randint(1, max(1, len(parts) - 1)), part)
    for text in story.leaks:
        parts.insert(rng.randint(1, max(1, len(parts) - 1)), Part("paragraph", escape(text)))
    if "ad_inside" in house.junk:
        true[0].carries_ad = True
    return parts


def structured(story: Story, house: House) -> list[dict[str, Any]]:
    """Return the page's JSON-LD, with the outlet's habits, good and bad (`House.jsonld`)."""
    habits = () if is_older(house, story.published_at) else house.jsonld
    kinds = {"gallery": "ImageGallery", "video": "VideoObject"}
    if not habits and story.kind not in kinds:
        return []
    zone = UTC if "utc" in habits else WIB
    published, modified = (t.astimezone(zone) for t in (story.published_at, story.modified_at))
    if "later" in habits:  # the time of upload, later than the visible time
        published += timedelta(minutes=3, seconds=13)
    names = story.editors if "editor_as_author" in habits else story.authors
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kinds.get(story.kind, "NewsArticle"),
        "mainEntityOfPage": {"@type": "WebPage", "@id": story.url},
        "headline": story.title,
        "name": story.title,
        "description": story.description,
        "image": {"@type": "ImageObject", "url": story.image, "width": 1200, "height": 675},
        "datePublished": _stamp(published),
        "dateModified": _stamp(modified, zone="naive_modified" not in habits),
        "author": [{"@type": "Person", "name": name} for name in names],
        "publisher": {"@type": "Organization", "name": house.publisher},
        "keywords": list(story.tags),
        "isAccessibleForFree": True,
    }
    if "no_author" in habits:
        article["author"] = None
    if "body" in habits:  # a single string without paragraphs, as some systems print
        article["articleBody"] = " ".join(story.paragraphs)
    if "breadcrumb" in habits:
        return [article, _breadcrumb(story, house)]
    if "graph" in habits:
        return [{"@context": "https://schema.org", "@graph": [article, _breadcrumb(story, house)]}]
    return [article]


def _breadcrumb(story: Story, house: House) -> dict[str, Any]:
    steps = [("Home", f"https://{house.host}/"), (story.section, story.url.rsplit("/", 1)[0])]
    items = [
        {"@type": "ListItem", "position": n, "name": name, "item": url}
        for n, (name, url) in enumerate(steps, 1)
    ]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def _stamp(moment: datetime, *, zone: bool = True) -> str:
    text = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return text if zone else re.sub(r"[+-]\d\d:\d\d$", "", text)


def template_of(story: Story, house: House) -> str:
    """Return the name of the template of `house` at the time of `story`."""
    if is_older(house, story.published_at):
        return house.older[story.published_at.astimezone(WIB).day % len(house.older)]
    return house.template


def render(story: Story, house: House, page: int = 0) -> bytes:
    """Return the page of `story` without furniture, or page 1 or 2 of two; page 0: the whole."""
    data = [
        Markup('<script type="application/ld+json">\n{}\n</script>\n').format(Markup(text))
        for item in structured(story, house)
        if (text := json.dumps(item, ensure_ascii=False, indent=2).replace("</", "<\\/"))
    ]
    text = template(template_of(story, house)).render(
        story=story,
        house=house,
        structured=Markup().join(data),
        parts=parts_of(story, house, page),
        page=page,
        author=", ".join(story.authors),
        editor=", ".join(story.editors),
    )
    return text.encode()
