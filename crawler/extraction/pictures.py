"""The article's images with their captions, and the credit that a caption ends with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.extraction.structured import text as property_text
from crawler.items import Image

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from crawler.extraction.body import Body
    from crawler.extraction.page import Page

_CAPTIONS = (
    "figcaption,[class*=caption],[id*=caption],[class*=photodesc],[class*=img-copyright],"
    "[class*=gallery--item__description],[class*=deskripsi],[class*=detfoto],[class*=photo],"
    "[class*=foto],figure"
)
_CREDIT = re.compile(
    r"\s*(?:[(\[](?:(?:foto|photo|sumber|source)\s*[.:]\s*)?(?P<inner>[^()\[\]]{2,100})[)\]]"
    r"|(?P<mark>©[^©]{2,80})|(?:foto|photo|sumber)\s*:\s*(?P<after>[^:]{2,80}))\s*\.?\s*$",
    re.IGNORECASE,
)
_DATE = re.compile(r"[\d/. -]+")
_MAX_CAPTION = 1500


def find_images(page: Page, body: Body, headline: LexborNode | None) -> list[Image]:
    """The main image, then those inside the body that have a caption."""
    images: list[Image] = []
    inside = [
        captioned(picture.url, after.text)
        for picture in body.pictures
        for after in body.blocks[picture.position : picture.position + 1]
        if after.kind == "caption"
    ]
    if url := _main_url(page):
        images.append(captioned(url, _main_caption(page, headline)))
    seen = {image.caption for image in images if image.caption}
    return images + [image for image in inside if image.caption not in seen]


def captioned(url: str | None, caption: str) -> Image:
    """An image whose `caption` is parted from the credit at its end."""
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
    try:
        return urljoin(page.url, url) if url else None
    except ValueError:
        return None


def _main_caption(page: Page, headline: LexborNode | None) -> str:
    """The first caption behind the headline; teasers, which are links, are none."""
    behind = headline is None
    wanted = "h1,h2," + _CAPTIONS if headline else _CAPTIONS
    for node in page.tree.css(wanted):
        if not behind:
            behind = headline is not None and node.mem_id == headline.mem_id
            continue
        if node.tag in ("h1", "h2"):
            continue
        text = " ".join(node.text().split())
        if len(text) > 3 and not _in_link(node) and node.css_first("a") is None:
            return text if len(text) <= _MAX_CAPTION else ""
    return ""


def _in_link(node: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None:
        if above.tag == "a":
            return True
        above = above.parent
    return False
