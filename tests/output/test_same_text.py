"""The same text by other rules, and edits."""

import pytest

from output.lifted import Cut, lift
from output.same_text import is_same_text
from tests.output.rows import article

FIRST, NOTICE, LAST = (
    "Gawai itu ringan.",
    "Ikuti kanal kami setiap hari.",
    "Harganya naik 5 persen.",
)


def row(*paragraphs, removed=(), **columns):
    gone = [{"rule": "a-rule", "text": text} for text in removed]
    return article(paragraphs=[*paragraphs], body="\n\n".join(paragraphs), removed=gone, **columns)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (row(FIRST, NOTICE, LAST), row(FIRST, LAST, removed=[NOTICE])),
        (row(f"{FIRST} {NOTICE} {LAST}"), row(f"{FIRST} {LAST}", removed=[NOTICE])),
        (row(FIRST, NOTICE, removed=["Iklan"]), row(FIRST, "Iklan", removed=[NOTICE])),
        (row("JAKARTA - Gawai itu ringan."), row(FIRST, removed=["JAKARTA -"])),
        (
            lift(row(FIRST, NOTICE, LAST), [Cut(1, 0, len(NOTICE), "recurs:3")]),
            row(FIRST, NOTICE, LAST),
        ),
        (row(FIRST, f"{NOTICE} {LAST}"), row(FIRST, removed=[f"{NOTICE} {LAST}"])),
    ],
)
def test_what_only_rules_took_changes_no_text(one, other):
    assert is_same_text(one, other)
    assert is_same_text(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (row(FIRST, LAST), row(FIRST, LAST.replace("5", "7"))),
        (row(FIRST, LAST), row(FIRST)),
        (row(FIRST, NOTICE, LAST), row(FIRST, LAST.replace("5", "7"), removed=[NOTICE])),
        (row(FIRST), row(FIRST, title="Gawai lain meluncur")),
        (row(FIRST, removed=[NOTICE]), row(FIRST, LAST, removed=[NOTICE])),
    ],
)
def test_what_the_outlet_edited_does(one, other):
    assert not is_same_text(one, other)
    assert not is_same_text(other, one)
