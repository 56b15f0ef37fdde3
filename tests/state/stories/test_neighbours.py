from __future__ import annotations

import sqlite3
from itertools import combinations
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from crawler.state.schema import MIGRATIONS
from crawler.state.stories import neighbours
from crawler.state.stories.neighbours import DAYS, number_of, reach

HOUR = 3_600_000_000  # microseconds

articles = st.tuples(
    st.integers(0, 12 * 24), st.integers(0, 5), st.frozensets(st.integers(0, 5), min_size=1)
)
"""Hour of publication, a name, and keys."""


def looked_up(texts: dict[int, list[int]], crowd: int) -> set[tuple[int, int]]:
    """The pairs that are to be compared, found by looking at all texts."""
    pairs = set()
    for key in range(6):
        sharing = sorted(number for number, keys in texts.items() if key in keys)
        pairs |= {
            (one, other)
            for (here, one), (there, other) in combinations(enumerate(sharing), 2)
            if there - here <= crowd
            and other - one <= number_of("", DAYS.days * 24 * HOUR) - number_of("", 0)
        }
    return pairs


@given(st.lists(st.tuples(st.booleans(), articles), max_size=30), st.integers(1, 3))
def test_neighbours_depend_only_on_the_texts_held_now(steps, crowd):
    """Whatever came and went before."""
    db = sqlite3.connect(":memory:")
    for script in MIGRATIONS:
        db.executescript(script)
    held: dict[int, list[int]] = {}
    pairs: set[tuple[int, int]] = set()
    with patch.object(neighbours, "CROWD", crowd):
        for leaves, (hour, name, keys) in steps:
            number = number_of(f"kontan:{name}", hour * HOUR)
            if held and (leaves or number in held):
                gone = min(held, key=lambda other: abs(other - number))
                apart = neighbours.remove(db, gone, held.pop(gone))
                db.execute("DELETE FROM fingerprints WHERE text = ?", (gone,))
                pairs = {pair for pair in pairs if gone not in pair} | apart
            else:
                found = neighbours.of(db, number, sorted(keys))
                pairs |= {(min(number, other), max(number, other)) for other, _ in found}
                neighbours.put(db, {number: keys})
                db.execute("INSERT INTO fingerprints VALUES (?, '')", (number,))
                held[number] = sorted(keys)
            compared = reach(db, held.__getitem__)
            assert {pair for pair in pairs if compared(*pair)} == looked_up(held, crowd)
    db.close()


def test_numbers_follow_time_of_any_year():
    moments = [-62_135_596_800, -1, 0, 59, 60, 253_402_300_799]
    numbers = [number_of("kontan:1", 1_000_000 * seconds) for seconds in moments]
    assert numbers == sorted(numbers)
    assert all(abs(number) < 2**63 for number in numbers)
    assert number_of("kontan:1", 0) != number_of("kontan:2", 0)
