"""Rules take linear time, also on strings made for backtracking."""

from __future__ import annotations

from crawler.items import Block
from pipelines.cleaning.rules import load_rules
from pipelines.cleaning.steps import clean
from tests.patience import ends

SIZE = 100_000
SECONDS = 60  # of a processor; all of them together take one or two
UNITS = [
    "a", " ", "A", "(", ")", "[", '"', "“", ".", "-", "–", ":", "|", "/", "©", "1", "Aa ", "A. ",
    "(a/b) ", "(E-2)", "[Gambas:", "Baca ", "Baca juga: ", "Baca juga: Kota ", "Simak ", "Simak '",
    "Simak Video '", "Editor: A ", "Reporter: A | ", "Jakarta - ", "Jakarta, ", "A.com, ",
    "Follow WhatsApp ", "Simak berita ", "Cek Berita Google ", "Laporan A.com, ", "Foto: ",
    "A (Foto: ", "Scroll untuk ", "1 dari 2 Halaman ", "Halaman 1 2 ", "Diperbarui 1 ",
    "Tags: ", "Regional| 1 Menit ", "***", "Sumber: ", "ILUSTRASI ", "https://a.id/",
]  # fmt: skip


def _clean(texts: list[str]) -> None:
    for text in texts:
        clean([Block("paragraph", text), Block("paragraph", text[: SIZE // 10])])


def test_cleaning_is_linear_in_strings_of_rule_parts() -> None:
    assert ends(SECONDS, _clean, [(unit * SIZE)[:SIZE] + "x" for unit in UNITS])


def test_cleaning_is_linear_in_strings_that_begin_like_examples() -> None:
    examples = [rule.takes for rule in load_rules().rules]
    assert ends(SECONDS, _clean, [f"{text[:-1]} " * (SIZE // 4 // len(text)) for text in examples])


def test_cleaning_is_linear_in_a_block_for_every_word() -> None:
    blocks = [Block("paragraph", unit.strip()) for unit in UNITS * 200 if unit.strip()]
    assert len(clean(blocks).fragments) >= len(blocks)
