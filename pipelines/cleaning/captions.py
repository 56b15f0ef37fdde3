"""Captions printed in a body, and the images that they belong to."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from crawler.items import Image

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST = 200  # captions that are compared with all images; real pages have up to 60
_CREDIT = re.compile(r" ?\(([^()]{2,60})\)$")


def add_captions(images: Sequence[Image], captions: Iterable[str]) -> list[Image]:
    """Return `images` with each new caption at the first image without one, or at a new image.

    A caption that contains that of an image, or is contained in it, is not new.
    """
    captioned = list(images)
    for text in islice(captions, _MOST):
        if any(_is_same(image, text) for image in captioned):
            continue
        free = next((i for i, image in enumerate(captioned) if not image.caption), None)
        if free is None:
            captioned.append(_with(Image(), text))
        else:
            captioned[free] = _with(captioned[free], text)
    return captioned


def _is_same(image: Image, text: str) -> bool:
    return bool(image.caption and (image.caption in text or text in image.caption))


def _with(image: Image, text: str) -> Image:
    """Return `image` with the caption `text`, whose last brackets are the credit."""
    credit = _CREDIT.search(text)
    caption = text[: credit.start()] if credit else text
    return replace(image, caption=caption, credit=image.credit or (credit[1] if credit else None))
