"""The recipes of docs/mentions.md run as written, over a dataset whose answers are known."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from crawler.state.mentions import rebuild_mentions
from tests.datasets import row, write
from tests.places import CHECKOUT

BLOCKS = re.findall(
    r"^```python\n(.*?)^```",
    (CHECKOUT / "docs/mentions.md").read_text("utf-8"),
    re.DOTALL | re.MULTILINE,
)


@pytest.fixture
def recipes(tmp_path, monkeypatch):
    folder = tmp_path / "output/data"
    texts = ["GoTo untung Rp 2 juta.", "Telkom rugi Rp 5 juta. Sesudah itu OJK menegur GoTo."]
    write(folder, kontan=[row(n, paragraphs=[text]) for n, text in enumerate(texts)])
    rebuild_mentions(folder, "kontan")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in BLOCKS:
        exec(compile(block, "docs/mentions.md", "exec"), names)
    return names


def test_the_recipes_count_what_the_texts_say(recipes):
    assert recipes["share_of_voice"].fetchall() == [
        ("2026-01", "goto", 2),
        ("2026-01", "telkom", 1),
    ]
    assert set(recipes["together"].fetchall()) == {
        ("goto", "ojk", 1), ("goto", "telkom", 1), ("ojk", "telkom", 1),
    }  # fmt: skip
    [(value, unit, approximate, *_)] = recipes["amounts"].fetchall()
    assert (int(value), unit, approximate) == (2_000_000, "IDR", False)
    for name, labels in {"share_of_voice.svg": {"2026-01"}, "named_together.svg": {"ojk"}}.items():
        drawn = {text.text for text in ET.parse(name).iter("{http://www.w3.org/2000/svg}text")}
        assert labels | {"goto", "telkom"} <= drawn
