"""Pages that a site serves in place of an article: consent, login, maintenance and other walls.

A wall is known by its own words (walls.toml); a wall that no words are known of, by the same
text at several articles' addresses (`shared_text`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.urls import split_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SAME_PAGE = "same_page"
"""The reason of the rejects of pages that have one text at several articles' addresses."""
_PATH = Path(__file__).with_name("walls.toml")
_FIRST = 600  # characters of a text: a wall says so at once
_LONGEST_TITLE = 120  # characters
_SHORT = 700  # characters; a page without a body that shows no more has a wall's signs in all
_SHARE = 0.25  # of a text, in sentences of the wall
_BLOCKS_SHARE = 0.5  # of a text, in paragraphs of the wall
_LONGEST_SAID = 400  # characters; a longer sentence or paragraph has signs by chance
_LISTING = "soft_404"  # the wall that lists popular articles below its own words
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LETTERS = bytes(c if chr(c) in ascii_lowercase + digits else 32 for c in range(256))
_SEPARATOR = re.compile(r"\s+[-–—|•»·:]+\s+|[:|»•·]\s+")
_NO_WORD = re.compile(r"[^\w\s/.]+|\.(?!\w)")


@dataclass(frozen=True)
class _Shown:
    """The text that a page shows at `url`, in lower case; titles as `_parts` gives them."""

    url: str
    titles: list[str]
    paragraphs: list[str]
    is_body: bool

    @cached_property
    def text(self) -> str:
        return " ".join(self.paragraphs)

    @cached_property
    def address(self) -> set[str]:
        """The words of the headline in the address."""
        return _address_words(self.url)

    @cached_property
    def is_about(self) -> bool:
        """True if the text is about the article that the address names."""
        return _is_about(self.text, self.address, None)

    @property
    def is_elsewhere(self) -> bool:
        """True if the address names an article, and the text is about something else."""
        return len(self.address) >= _FEWEST and not self.is_about


@dataclass(frozen=True, slots=True, eq=False)
class Wall:
    """An entry of walls.toml; the head of that file explains the fields."""

    id: str
    longest: int
    titles: re.Pattern[str]
    signs: tuple[tuple[str, ...], ...]
    enough: int
    voice: re.Pattern[str]
    hints: frozenset[str]

    def is_at(self, page: _Shown) -> bool:
        """Return whether `page` is this wall, and no article about such walls."""
        size = len(page.text)
        is_named = any(map(self.titles.fullmatch, page.titles))
        if is_named and (size <= self.longest or self.id == _LISTING):
            return not page.is_about
        if is_named and page.is_elsewhere:  # a list of eight hundred partners, for one
            return True
        if size > self.longest or not self._says(page.text) or page.is_about:
            return False
        if not page.is_body:
            return size <= _SHORT
        if size <= _LONGEST_SAID:  # a form has its signs in lines of a word or two
            return True
        sentences = [s for paragraph in page.paragraphs for s in _SENTENCE.split(paragraph)]
        return self._share(sentences) >= _SHARE or self._share(page.paragraphs) >= _BLOCKS_SHARE

    def _says(self, text: str) -> bool:
        """Return whether `text` has enough signs, and the voice, of the wall."""
        found = 0
        for sign in self.signs:
            found += any(map(text.__contains__, sign))
            if found == self.enough:
                return self.voice.search(text) is not None
        return False

    def _share(self, texts: Sequence[str]) -> float:
        """Return the share, 0 to 1, of those of `texts` that are the wall's."""
        whole = sum(map(len, texts))
        said = [len(text) for text in texts if len(text) <= _LONGEST_SAID and self._says(text)]
        return sum(said) / whole if whole else 0.0


def wall_at(
    url: str, titles: Iterable[str], paragraphs: Sequence[str], *, is_body: bool = True
) -> str | None:
    """Return the id of the wall that the page at `url` is; None for any other page.

    :param titles: the headline and the title element
    :param is_body: `paragraphs` may be an article's; False: they are all that the page shows
    """
    parts = [part for title in titles for part in _parts(title)]
    first = " ".join(paragraphs)[:_FIRST].lower()
    words = _hints().intersection(_words(" ".join([*parts, first])))
    if not words:
        return None
    page = _Shown(url, parts, [_plain(paragraph) for paragraph in paragraphs], is_body)
    likely = (wall for wall in _walls() if not words.isdisjoint(wall.hints))
    return next((wall.id for wall in likely if wall.is_at(page)), None)


def _words(text: str) -> list[str]:
    """Return the runs of a to z and digits in `text`, in a fraction of the time of a regex."""
    return text.encode("ascii", "replace").translate(_LETTERS).decode().split()


def _plain(text: str) -> str:
    """Return `text` in lower case, with the apostrophe of keyboards."""
    return text.lower().replace("’", "'")


def _parts(title: str) -> list[str]:
    """Return `title` and its parts, of which one is the site's name; lower case, words alone."""
    title = title[:_LONGEST_TITLE]
    parts = [title, *_SEPARATOR.split(title)]
    bare = (" ".join(_NO_WORD.sub("", part.lower()).split()) for part in parts)
    return [part for part in dict.fromkeys(bare) if part]


@cache
def _walls() -> tuple[Wall, ...]:
    return tuple(
        Wall(
            id=entry["id"],
            longest=entry["longest"],
            titles=re.compile(entry["titles"]),
            signs=tuple(map(tuple, entry["signs"])),
            enough=entry["enough"],
            voice=re.compile(entry["voice"]),
            hints=frozenset(entry["hints"]),
        )
        for entry in tomllib.loads(_PATH.read_text("utf-8"))["wall"]
    )


@cache
def _hints() -> frozenset[str]:
    return frozenset(chain.from_iterable(wall.hints for wall in _walls()))


@cache
def wall_ids() -> frozenset[str]:
    """Return the reasons of the rejects of walls, `same_page` too."""
    return frozenset([SAME_PAGE, *(wall.id for wall in _walls())])


# -- walls that no words are known of

ALIKE = 3
"""Articles with one text, from which on the text is a page's and no article's: two may be copies of
an agency's text."""
_ABOUT = 0.5  # share of the words of an address, in a text that is about the article there
_FEWEST = 2  # words of an address, by which a text is known to be about the article there
_TITLE_HEAD = 30  # characters of a headline that a wall may have cut off
_LEAST_WORDS = 5  # of a paragraph that pages can share
_LONGEST = 5  # paragraphs that pages share all of; articles of an outlet may share a notice or two
_WORD = re.compile(r"[^\W\d_]{4,}")
_EVERYWHERE = frozenset(
    "read berita news article artikel html index detail post story teknologi tekno".split()
)
_CALENDAR = frozenset(
    "senin selasa rabu kamis jumat sabtu minggu januari februari maret april juni juli agustus "
    "september oktober november desember monday tuesday wednesday thursday friday saturday sunday "
    "january february march june july august october december mei may jan feb mar apr jun jul agu "
    "aug sep okt oct nov des dec wib wita wit".split()
)


class SharedText(NamedTuple):
    """The text by which a page may be found again at the addresses of other articles.

    `digest` is a hash of the longest paragraphs, without numbers, dates, addresses and headline;
    `text` is the longest.
    """

    digest: bytes
    text: str


def shared_text(
    url: str, stated: Iterable[str | None], listed: str | None, paragraphs: Sequence[str]
) -> SharedText | None:
    """Return the text that a wall would share with other articles' addresses.

    None for a text about the article at `url`: one that has the words of the address or of the
    headline that a list gave. Such texts may be alike, as daily prices and an agency's copies are.

    :param stated: headline and summary, which a wall may repeat
    :param listed: the headline in the list that named the article
    """
    known = [text.lower() for text in (*stated, listed) if text]
    lower = [paragraph.lower() for paragraph in paragraphs]
    own = [text for text in lower if not any(said[:_TITLE_HEAD] in text for said in known)]
    if _is_about(" ".join(own or lower), _address_words(url), listed):
        return None
    masked = [(_masked(text), text) for text in own or lower]
    masked.sort(key=lambda pair: (len(pair[0]), pair[0]), reverse=True)
    longest = [words for words, _ in masked[:_LONGEST] if len(words) >= _LEAST_WORDS]
    if not longest:
        return None
    joined = "\n".join(" ".join(words) for words in longest)
    return SharedText(hashlib.sha256(joined.encode()).digest()[:16], masked[0][1])


def _is_about(text: str, address: set[str], listed: str | None) -> bool:
    words = address if len(address) >= _FEWEST else set(_WORD.findall((listed or "").lower()))
    if len(words) < _FEWEST:
        return False
    return len(words.intersection(_WORD.findall(text))) >= max(_FEWEST, _ABOUT * len(words))


def _address_words(url: str) -> set[str]:
    """Return the words of the headline in `url`: of the part with most words."""
    parts = split_url(url).path.lower().split("/")
    return max((set(_WORD.findall(part)) - _EVERYWHERE for part in parts), key=len, default=set())


def _masked(text: str) -> tuple[str, ...]:
    """Return the words of `text` that do not change with the hour, the article or the reader."""
    bare = (word.strip(".,:;!?()[]\"'“”‘’") for word in text.split())
    return tuple(word for word in bare if word.isalpha() and word not in _CALENDAR)
