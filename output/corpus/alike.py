"""Texts that are nearly the same: candidates by MinHash and LSH, decided by their word triples.

Memory: some 600 bytes a text.
"""

from __future__ import annotations

import re
from array import array
from itertools import groupby
from typing import TYPE_CHECKING

from rensa import RMinHash

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

NEAR = 0.6
"""Share of word triples in common (Jaccard) of texts that are nearly the same."""
LIKELY = 0.45
"""Estimated share from which texts may be nearly the same: NEAR less 3.4 standard deviations."""
_ROWS, _BANDS = 3, 42
"""Minima of a band, and bands: of pairs with NEAR of their triples in common 99.996 % share a band,
of those with LIKELY 98 %."""
_MINIMA = _ROWS * _BANDS
_REACH = 64
"""Texts of a band that each text is compared with; bounds the work where many open alike."""
_WORD = re.compile(r"\w+")


def triples(text: str) -> set[str]:
    """Return each three words in a row of `text`, without case and signs; a shorter text whole."""
    words = _WORD.findall(text.casefold())
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def likeness(one: set[str], other: set[str]) -> float:
    """Return the share of triples in common (Jaccard), from 0 to 1."""
    return len(one & other) / len(one | other)


class Signatures:
    """MinHash signatures of texts, numbered from 0 in the order of `add`."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._bands = array("q")
        self._minima: list[int] = []  # a byte of each minimum: 1 in 256 is equal by chance

    def __len__(self) -> int:
        return len(self._minima)

    def add(self, texts: Sequence[str]) -> None:
        """Add some texts, best hundreds at once."""
        sets = RMinHash.hash_token_sets([sorted(triples(text)) for text in texts])
        matrix = RMinHash.digest_matrix_from_token_hash_sets(sets, _MINIMA, self._seed)
        for minima in matrix.to_rows():
            self._bands.extend(
                hash(tuple(minima[at : at + _ROWS])) for at in range(0, _MINIMA, _ROWS)
            )
            self._minima.append(int.from_bytes(bytes(value & 255 for value in minima), "big"))

    def pairs(self, kin: Callable[[int], Hashable]) -> Iterator[tuple[int, int]]:
        """Yield the numbers of two texts of different kin with LIKELY of their triples in common.

        :param kin: of a number, what it belongs to; may change while pairs are read
        """
        for band in range(_BANDS):
            column = self._bands[band::_BANDS]
            order = sorted(range(len(column)), key=column.__getitem__)
            for _, group in groupby(order, key=column.__getitem__):
                numbers = list(group)
                if len(numbers) > 1 and len(set(map(kin, numbers))) > 1:
                    yield from self._apart(numbers, kin)

    def _apart(
        self, numbers: list[int], kin: Callable[[int], Hashable]
    ) -> Iterator[tuple[int, int]]:
        for at, number in enumerate(numbers):
            for other in numbers[max(0, at - _REACH) : at]:
                if kin(other) != kin(number) and self._share(other, number) >= LIKELY:
                    yield other, number

    def _share(self, one: int, other: int) -> float:
        """Return the share of equal minima, an estimate of `likeness`."""
        different = self._minima[one] ^ self._minima[other]
        return different.to_bytes(_MINIMA, "big").count(0) / _MINIMA
