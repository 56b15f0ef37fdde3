"""Fingerprints of texts, by which copies of a text are told from look-alikes.

A triple is three words in a row. A copy that was trimmed, given another lead or put into other
words here and there shares most triples of the shorter text. So do a price list and yesterday's:
but these differ just where something is named or counted, copies differ anywhere. Hence triples
with a name or a number in them are counted apart, and each that the other text has with another
name or number in its place speaks against a copy.

Texts worth comparing are found by MinHash and LSH: Broder, "On the resemblance and containment of
documents" (1997); Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import os
import sys
from array import array
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.compute as pc

# To wake a thread for each core costs more than the texts of a call do.
os.environ.setdefault("RAYON_NUM_THREADS", "1")
from rensa import RMinHash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SHARED = 0.5
"""The least share of the shorter text's triples that a copy has in common with the longer."""
NAMED = 0.6
"""The least share of the triples with names and numbers that a copy keeps, for each share of the
plain triples: a template that is filled again keeps about half as much at most."""
FEWEST = 20
"""Triples of the shortest text that can be told from another of its kind."""
BANDS = 40
"""Pairs of minima; two texts are compared when both minima of a pair are equal. A share of 0.3 in
all their triples does that to 98 % of texts, 0.2 to 80 %; 0.01, as of unlike texts, to 0.4 %."""

_MOST_WORDS = 5000
_FLAGS = 2048
"""Bits, of which a text of 300 triples sets an eighth; see `promising`."""
_TRIPLES_AT = 4 + _FLAGS // 8  # bytes of two counts and the flags
_PUNCTUATION = str.maketrans("", "", ".,:;!?()[]\"'“”‘’«»…–—-•*/")
_ENDS_SENTENCE = '.:!?"”'
_OPEN_NUMBER, _OPEN_NAME = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F  # in the place of any
_FACTORS = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93  # of a triple's words
_SEED = 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The triples of a text, each as a hash of 16 bits: two texts of 300 triples share one or two
    by chance.

    :param named: those with a name or number
    :param opened: the same with their names and numbers left open
    :param plain: all others
    """

    named: array[int]
    opened: array[int]
    plain: array[int]
    triples: frozenset[int]

    @classmethod
    def of(cls, named: array[int], opened: array[int], plain: array[int]) -> Self:
        return cls(named, opened, plain, frozenset(named + plain))

    def pack(self) -> bytes:
        """Return two counts, the flags, two bytes for each plain triple, and four for each with a
        name or number."""
        counts = array("H", [len(self.triples), len(self.named)]).tobytes()
        return counts + _flags(self.triples) + (self.named + self.opened + self.plain).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        numbers = array("H", packed[2:4] + packed[_TRIPLES_AT:])
        end = 1 + numbers[0]
        return cls.of(numbers[1:end], numbers[end : 2 * end - 1], numbers[2 * end - 1 :])


def read(bodies: Sequence[str]) -> list[Fingerprint | None]:
    """Return the fingerprint of each body; None for a body that is too short."""
    bodies = [body.encode("utf-8", "replace").decode() for body in bodies]  # no lone surrogates
    texts = [_words(body) for body in bodies]
    numbers = RMinHash.hash_token_sets(texts)
    opened = [_opened(*text) for text in zip(bodies, texts, numbers, strict=True)]
    return _fingerprints(_triples(numbers), _triples(opened), [len(text) for text in texts])


def _words(body: str) -> list[str]:
    return body.replace("Rp ", "Rp").lower().translate(_PUNCTUATION).split()[:_MOST_WORDS]


def _opened(body: str, words: list[str], numbers: list[int]) -> list[int]:
    """Return the hashes of `words`, where all names have the same hash, and all numbers."""
    by_word = dict(zip(words, numbers, strict=True))
    by_word |= {
        word: _OPEN_NUMBER
        for word in by_word
        if not word.isalpha() and (word[0].isdigit() or word[-1].isdigit())
    }
    by_word |= dict.fromkeys(_names(body), _OPEN_NAME)
    return [by_word[word] for word in words]


def _names(body: str) -> list[str]:
    """Return the words with a capital where no sentence begins."""
    printed = body.replace("\n", " . ").split()
    named = [
        word
        for before, word in pairwise(printed)
        if not word.islower() and word[0].isalpha() and before[-1] not in _ENDS_SENTENCE
    ]
    return _words(" ".join(named))


def _triples(texts: list[list[int]]) -> pa.Array[Any]:
    """Return the triple that begins at each word; the last two of a text run on into the next."""
    words = array("Q")
    for text in texts:
        words.fromlist(text)
    count = len(words)
    words.extend((0, 0))
    column = pa.Array.from_buffers(pa.uint64(), count + 2, [None, pa.py_buffer(words)])
    one, two, three = (
        pc.multiply(column.slice(place, count), pa.scalar(factor, pa.uint64()))
        for place, factor in enumerate(_FACTORS)
    )
    mixed = pc.shift_right(pc.add(pc.add(one, two), three), pa.scalar(48, pa.uint64()))
    return mixed.cast(pa.uint16())


def _fingerprints(
    triples: pa.Array[Any], opened: pa.Array[Any], lengths: list[int]
) -> list[Fingerprint | None]:
    """Return the fingerprints of texts of these `lengths`, in words, that follow one another."""
    names = pc.not_equal(triples, opened)
    before = [0, *_numbers("q", pc.cumulative_sum(names.cast(pa.int64())))]  # that name
    named = _numbers("H", triples.filter(names))
    named_opened = _numbers("H", opened.filter(names))
    plain = _numbers("H", triples.filter(pc.invert(names)))
    prints: list[Fingerprint | None] = []
    for end, length in zip(accumulate(lengths), lengths, strict=True):
        start, last = end - length, max(end - 2, end - length)
        ours = slice(before[start], before[last])
        others = slice(start - before[start], last - before[last])
        found = Fingerprint.of(named[ours], named_opened[ours], plain[others])
        prints.append(found if len(found.triples) >= FEWEST else None)
    return prints


def _numbers(code: str, column: pa.Array[Any]) -> array[int]:
    """Return `column`, which has no nulls and begins where its buffer does."""
    _, content = column.buffers()
    return array(code, content.to_pybytes() if content else b"")[: len(column)]


def bands(prints: Iterable[Fingerprint]) -> list[list[int]]:
    """Return the keys, of 32 bits, of each fingerprint: texts that share a key are compared."""
    triples = [found.triples for found in prints]
    minima = RMinHash.digest_matrix_from_token_hash_sets(triples, 2 * BANDS, _SEED).to_rows()
    return [
        [
            (one * _FACTORS[0] + two * _FACTORS[1] + band * _FACTORS[2]) >> 32 & 0xFFFFFFFF
            for band, (one, two) in enumerate(zip(row[::2], row[1::2], strict=True))
        ]
        for row in minima
    ]


def _flags(triples: Iterable[int]) -> bytes:
    """Return `_FLAGS` bits: each triple sets that of its remainder."""
    digits = bytearray(b"0" * _FLAGS)
    for triple in triples:
        digits[triple % _FLAGS] = ord("1")
    return int(digits, 2).to_bytes(_FLAGS // 8, "big")


def promising(packed: bytes, others: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield those of `others`, numbers and packed fingerprints, that can be copies of `packed`.

    A flag that only the shorter text has set is of a triple, or more, that the longer text lacks:
    most texts that share a sentence are found unlike by that. No copy is left out.
    """
    count, flags = _count_and_flags(packed)
    for number, other in others:
        their_count, their_flags = _count_and_flags(other)
        fewer, shorter, longer = min((count, flags, their_flags), (their_count, their_flags, flags))
        if fewer - (shorter & ~longer).bit_count() >= SHARED * fewer:
            yield number, other


def _count_and_flags(packed: bytes) -> tuple[int, int]:
    """Return the number of a packed text's triples, and the flags that they set."""
    return int.from_bytes(packed[:2], sys.byteorder), int.from_bytes(packed[4:_TRIPLES_AT], "big")


def are_copies(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether two texts tell one story, the shorter perhaps only a part of it."""
    shorter, longer = sorted((one, other), key=lambda found: len(found.triples))
    common = shorter.triples & longer.triples
    if len(common) < SHARED * len(shorter.triples):
        return False
    alike = _keeps_names(shorter, longer, common)
    if len(shorter.triples) == len(longer.triples):  # neither is the shorter
        alike = alike and _keeps_names(longer, shorter, common)
    return alike


def _keeps_names(shorter: Fingerprint, longer: Fingerprint, common: frozenset[int]) -> bool:
    named = dict(zip(shorter.named, shorter.opened, strict=True))
    plain = len(shorter.triples) - len(named)
    if not named or not plain:
        return True
    lost = named.keys() - common
    kept = len(named) - len(lost)
    against = 0
    if lost:
        others = {
            opened
            for triple, opened in zip(longer.named, longer.opened, strict=True)
            if triple not in common
        } - _ALL_OPEN
        against = sum(named[triple] in others for triple in lost)
    kept_named = (kept - against) / len(named)
    kept_plain = (len(common) - kept) / plain
    return kept_named >= NAMED * kept_plain


_ALL_OPEN = {
    _triples([[_OPEN_NAME if number >> bit & 1 else _OPEN_NUMBER for bit in range(3)]])[0].as_py()
    for number in range(8)
}
"""Triples of nothing but names and numbers: left open, they are equal to any other such."""
