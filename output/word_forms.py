"""Forms of Indonesian words: membeli, pembelian and dibeli have one root.

Snowball's stemmer takes particles, suffixes and prefixes off, but a nasal prefix has eaten the
first letter of its root: menulis is men- and tulis, mengirim is meng- and kirim, memakai is mem-
and pakai, while memakan is me- and makan. So such a word has a doubtful root, `n~ulis`, and the
words of the index decide between the roots that it may be: tulis or nulis.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from Stemmer import Stemmer

if TYPE_CHECKING:
    from collections.abc import Callable

_STEMMER = Stemmer("indonesian")
_NASAL = re.compile(r"(?:di|ter|ke)?(?:me|pe)(?P<nasal>ng|m|n)(?=(?P<rest>[aiueo].*))")
"""Prefixes before a vowel; meny- is always of s, which Snowball knows."""
_NO_PREFIX = re.compile(r"ke(?:m[bp]|n[cdjt])")
"""kembang, kendali: no root begins with mb, so Snowball's prefix ke- is of the root."""
_FIRST = {"n": ("t", "n"), "ng": ("k", "", "ng"), "m": ("p", "m")}
"""First letters of the roots that each nasal may hide."""
_SHORTEST = 3
_VOWELS = "aiueo"


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, composed and decomposed letters alike."""
    parted = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


@lru_cache(50_000)
def root_of(word: str) -> str:
    """Return the root of a folded `word`, or a doubtful root: the nasal, `~` and the rest."""
    stem: str = _STEMMER.stemWord(word)
    if _NO_PREFIX.match(word) and not word.startswith(stem):
        stem = _STEMMER.stemWord(f"di{word}")
    nasal = _NASAL.match(word)
    if nasal and not stem.startswith(word[: nasal.start("rest")]):
        rest = stem if stem[:1] in _VOWELS else stem[1:]
        if len(rest) >= _SHORTEST:
            return f"{nasal['nasal']}~{_level(rest)}"
    return _level(stem)


def _level(stem: str) -> str:
    """Return `stem` without a last i: Snowball takes pakai's for a suffix, but not pemakaian's."""
    return stem.removesuffix("i") if len(stem) > _SHORTEST else stem


def roots(doubtful: str) -> list[str]:
    """Return the roots that a doubtful root may be; a root as it is."""
    nasal, mark, rest = doubtful.partition("~")
    return [root_of(f"{first}{rest}") for first in _FIRST[nasal]] if mark else [doubtful]


def _doubtful(word: str) -> list[str]:
    """Return the doubtful roots under which forms of `word` may be."""
    return [
        f"{nasal}~{_level(word.removeprefix(first))}"
        for nasal, letters in _FIRST.items()
        for first in letters
        if word.startswith(first) and word.removeprefix(first)[:1] in tuple(_VOWELS)
    ]


def terms_of(word: str, articles_with: Callable[[str], int]) -> list[str]:
    """Return the roots, also doubtful ones, by which the index finds the forms of a folded `word`.

    :param articles_with: returns the number of articles with a root
    """
    own = root_of(word)
    likely = max(roots(own), key=articles_with)
    if likely != own and not articles_with(likely):
        return [own]  # a doubtful root, between whose meanings no article decides
    doubtful = [
        each
        for each in (*_doubtful(likely), *_doubtful(word))
        # A root that is asked for is a word, if articles have none of the roots.
        if max(roots(each), key=lambda root: (articles_with(root), root == likely)) == likely
    ]
    return [*dict.fromkeys((likely, own, *doubtful))]
