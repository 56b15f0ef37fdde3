"""The article's images with captions, and the credit at the end of a caption."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crawler.extraction.page.jsonld import text as property_text
from crawler.extraction.urls import absolute, split_url
from crawler.items import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from selectolax.lexbor import LexborNode

    from crawler.extraction.page.page import Page
    from crawler.items import Block

_CAPTION = re.compile(
    r"caption|photodesc|img-copyright|gallery--item__description|deskripsi|detfoto|photo|foto"
)
_NEAR = 150  # elements behind the headline, searched for the main image's caption
_CREDIT = re.compile(
    r"(?:[(\[](?:(?:foto|photo|sumber|source)\s*[.:]\s*)?(?P<inner>[^()\[\]]{2,100})[)\]]"
    r"|(?<!\w)(?:copyright\s+)?(?:photo|foto|image) by (?P<by>[^:]{2,80})"
    r"|(?P<mark>©[^©]{2,80})|(?:foto|photo|sumber)\s*:\s*(?P<after>[^:]{2,80}))\s*\.?\s*$",
    re.IGNORECASE,
)
_DATE = re.compile(r"[\d/. -]+")
_MAX_CAPTION = 1500


@dataclass(slots=True)
class Picture:
    """An image inside a body, and the number of blocks before that image."""

    url: str
    position: int


def find_images(
    page: Page, pictures: Sequence[Picture], blocks: Sequence[Block], headline: LexborNode | None
) -> list[Image]:
    """Return the main image, then those of `pictures` that a caption among `blocks` follows."""
    images: list[Image] = []
    inside = [
        captioned(picture.url, after.text)
        for picture in pictures
        for after in blocks[picture.position : picture.position + 1]
        if after.kind == "caption"
    ]
    if url := _main_url(page):
        images.append(captioned(url, _main_caption(headline)))
    seen = {image.caption for image in images if image.caption}
    return images + [image for image in inside if image.caption not in seen]


def captioned(url: str | None, caption: str) -> Image:
    """Return an image with the credit at the end of `caption` apart."""
    caption = caption.rstrip(" /|")
    match = _CREDIT.search(caption)
    credit = next(filter(None, match.groups()), "").strip() if match else ""
    if not match or _DATE.fullmatch(credit):  # "..., Jumat (12/2)" ends with a date
        return Image(url=url, caption=caption or None)
    return Image(url=url, caption=caption[: match.start()].strip() or None, credit=credit)


def _main_url(page: Page) -> str | None:
    image = page.article.get("image")
    first = image[0] if isinstance(image, list) and image else image
    url = first.get("url") if isinstance(first, dict) else first
    url = property_text(url) or page.meta.get("og:image") or page.meta.get("twitter:image") or ""
    url = absolute(page.url, url) if url else ""
    return url if any(split_url(url)) else None


def _main_caption(headline: LexborNode | None) -> str:
    """Return the first caption behind the headline, outside links, which are teasers."""
    for node in islice(_following(headline), _NEAR) if headline else ():
        attributes = node.attributes
        named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
        if node.tag in ("figcaption", "figure") or _CAPTION.search(named):
            text = " ".join(node.text().split())
            if 3 < len(text) <= _MAX_CAPTION and node.css_first("a") is None:
                return text
    return ""


def _following(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the elements behind `node` in the order of the page, without links and the inside."""
    cursor: LexborNode | None = node
    while cursor is not None:
        into = cursor.first_child if cursor is not node and cursor.tag != "a" else None
        while into is None and cursor is not None:
            into = cursor.next
            cursor = into or cursor.parent
        cursor = into
        if cursor is not None and cursor.is_element_node and cursor.tag != "a":
            yield cursor
