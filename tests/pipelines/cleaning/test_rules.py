"""Every rule takes its example and leaves its counter-example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.items import Block
from pipelines.cleaning.fragments import PROMO
from pipelines.cleaning.rules import Rule, load_rules
from pipelines.cleaning.steps import clean
from tests.pipelines.cleaning.corpus import AFTER, BEFORE

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules().rules
ABOVE = ("dateline", "byline")  # kinds whose place is the top of a body


def fragments(rule: Rule, text: str) -> list[tuple[str, str]]:
    """Return the rules that took parts of `text`, placed where `rule` looks, and those parts."""
    if rule.kind == "widget":
        blocks = [Block("paragraph", BEFORE, marks=frozenset({text}))]
    elif rule.kind in ABOVE:
        blocks = [Block("paragraph", text), Block("paragraph", AFTER)]
    else:
        blocks = [Block("paragraph", BEFORE), Block("paragraph", text)]
    cleaned = clean(blocks, next(iter(rule.scope), "generic"))
    around = {BEFORE, AFTER} if rule.kind != "widget" else set()
    return [(f.rule, f.text) for f in cleaned.fragments if f.text not in around]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_takes_its_example(rule: Rule) -> None:
    taken = {taken for taken, _ in fragments(rule, rule.takes)}
    assert (f"{rule.id}:{PROMO}" if rule.kind == "label" else rule.id) in taken


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_leaves_its_counter_example(rule: Rule) -> None:
    assert {taken for taken, _ in fragments(rule, rule.leaves)} == {""}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.hint], ids=lambda rule: rule.id)
def test_each_rule_is_tried_on_its_example(rule: Rule) -> None:
    assert any(word in rule.takes.lower() for word in rule.hint)


def test_a_source_alone_is_taken_whatever_other_lines_hold() -> None:
    for other in (AFTER, f"{AFTER} Editor rubrik itu menolak."):
        cleaned = clean([Block("paragraph", other), Block("paragraph", "Sumber: Antara")])
        assert [f.rule for f in cleaned.fragments if f.text.startswith("Sumber")] == ["source-line"]


def test_every_kind_has_rules_and_rule_ids_are_unique() -> None:
    assert len(RULES) >= 40
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_a_rule_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        "[words]\n[agencies]\n"
        '[[rule]]\nid = "x"\nkind = "guess"\npattern = "a"\ntakes = "a"\nleaves = "b"\n'
    )
    with pytest.raises(ValueError, match="x: no such kind of rule: guess"):
        load_rules(path)


def test_a_rule_of_one_outlet_leaves_the_others_alone() -> None:
    blocks = [Block("paragraph", "Jakarta: Pemerintah membuka lelang."), Block("paragraph", AFTER)]
    assert clean(blocks, "metrotvnews").dateline == "Jakarta"
    assert clean(blocks, "detikinet").dateline is None
