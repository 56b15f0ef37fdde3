"""The article's images with their captions, and the credit that a caption ends with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.extraction.structured import text as property_text
from crawler.items import Image

if TYPE_CHECKING:
    from crawler.extraction.body import Body
    from crawler.extraction.page import Page

_CAPTIONS = (
    "figcaption,[class*=caption],[id*=caption],[class*=photodesc],[class*=copyright] figcaption,"
    "[class*=img-copyright],.detfoto span"
)
_CREDIT = re.compile(
    r"\s*(?:[(\[](?:(?:foto|photo|dok|sumber|source)\w*\s*[.:]?\s*)?(?P<inner>[^()\[\]]{2,100})[)\]]"
    r"|(?P<mark>©[^©]{2,80})|(?:foto|photo|sumber)\s*:\s*(?P<after>[^:]{2,80}))\s*\.?\s*$",
    re.IGNORECASE,
)
_MAX_CAPTION = 1500


def find_images(page: Page, body: Body) -> list[Image]:
    """The main image, then those inside the body."""
    images: list[Image] = []
    if url := _main_url(page):
        images.append(captioned(url, _main_caption(page)))
    for picture in body.pictures:
        after = body.blocks[picture.position : picture.position + 1]
        caption = after[0].text if after and after[0].kind == "caption" else ""
        if caption:
            images.append(captioned(picture.url, caption))
    return images


def captioned(url: str | None, caption: str) -> Image:
    """An image whose `caption` is parted from the credit at its end."""
    match = _CREDIT.search(caption)
    credit = next(filter(None, match.groups()), None) if match else None
    text = caption[: match.start()] if match and match.start() else caption
    return Image(url=url, caption=text.strip() or None, credit=credit.strip() if credit else None)


def _main_url(page: Page) -> str | None:
    image = page.article.get("image")
    first = image[0] if isinstance(image, list) and image else image
    url = first.get("url") if isinstance(first, dict) else first
    url = property_text(url) or page.meta.get("og:image") or page.meta.get("twitter:image") or ""
    try:
        return urljoin(page.url, url) if url else None
    except ValueError:
        return None


def _main_caption(page: Page) -> str:
    for node in page.tree.css(_CAPTIONS):
        text = " ".join(node.text().split())
        if text:
            return text if len(text) <= _MAX_CAPTION else ""
    return ""
