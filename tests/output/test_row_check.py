from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output.row_check import RowCheck, RowError
from output.schema import ARTICLES, RUNS
from tests.output.rows import NOON, article

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters()),  # lone surrogates among them
    st.datetimes(timezones=st.one_of(st.none(), st.timezones())),
    st.binary(max_size=5),
)
VALUES = st.recursive(
    ANYTHING,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["rule", "text", "url", "title"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@settings(deadline=None)  # the first call imports what Arrow needs
@given(column=st.sampled_from(ARTICLES.names), value=VALUES)
def test_a_row_passes_the_check_exactly_if_arrow_takes_it(column, value):
    row = article() | {column: value}
    try:
        RowCheck(ARTICLES).weigh(row)
    except RowError:
        return
    back = pa.Table.from_pylist([row], schema=ARTICLES).to_pylist()[0][column]
    if value is None or isinstance(value, str | bool | int | datetime):
        assert back == value


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"body": None}, "body is missing"),
        ({"titel": "Judul"}, "no such column: titel"),
        ({"title": 7}, "title: not a str: 7"),
        ({"title": "\ud83d"}, "title: .*surrogates not allowed"),
        ({"published_at": NOON.replace(tzinfo=None)}, "published_at: no zone"),
        ({"published_at": datetime(1, 1, 1, tzinfo=UTC)}, "published_at: no day"),
        ({"published_at": "2023-09-01"}, "published_at: not a datetime"),
        ({"word_count": 2**31}, "word_count: not a whole number of 32 bits"),
        ({"word_count": True}, "word_count: not a whole number"),
        ({"tech_score": "tinggi"}, "tech_score: not a float"),
        ({"authors": "Siti Rahma"}, "authors: not a list"),
        ({"authors": [None, 3]}, "authors: not a str"),
        ({"images": [{"src": "x"}]}, "images: no such field: src"),
        ({"paywalled": "ya"}, "paywalled: not a bool"),
    ],
)
def test_a_bad_row_is_named(changes, said):
    with pytest.raises(RowError, match=said):
        RowCheck(ARTICLES).weigh(article(**{"published_at": NOON} | changes))


def test_the_weight_counts_bytes_not_letters():
    check = RowCheck(ARTICLES)
    assert check.weigh(article(title="é" * 100)) - check.weigh(article(title="e" * 100)) == 100


def test_the_row_check_knows_every_type_of_every_table():
    RowCheck(RUNS).weigh(
        {
            "run_id": "run-1",
            "started_at": NOON,
            "seconds": 1.5,
            "rejected_by": [{"reason": "gallery", "count": 2}],
            "fill_rates": [{"field": "title", "rate": 1.0}],
        }
    )
