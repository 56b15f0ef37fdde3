"""Pages in the markup of many outlets, systems and years, each with what is true of it."""

from __future__ import annotations

import pytest

from tests.extraction.variants import Variant, read, score

VARIANTS = read()
FEWEST = 427  # of which no class may be dropped quietly
WITH_RULES = [variant for variant in VARIANTS if variant.outlet]


def test_no_variant_was_lost() -> None:
    assert len(VARIANTS) >= FEWEST
    assert len({variant.kind for variant in VARIANTS}) >= 30


def check(variant: Variant, *, generic: bool) -> None:
    found = score(variant, generic=generic)
    known = variant.head.get("known")
    if known:
        assert not found.perfect, f"mended at last, so say so in its file: {known}"
    else:
        assert (found.leaks, found.wrong) == ([], {})


@pytest.mark.parametrize("variant", WITH_RULES, ids=lambda variant: variant.name)
def test_variant_is_read_with_the_outlet_s_rules(variant: Variant) -> None:
    check(variant, generic=False)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_variant_is_read_without_rules(variant: Variant) -> None:
    check(variant, generic=True)
