"""Lines that a word processor saved as paragraphs are paragraphs again; lists and poems stay."""

from __future__ import annotations

from textwrap import wrap

import pytest

from crawler.extraction.rules import Rules
from tests.extraction.pages import html, kept, read

PARAGRAPHS = """
Universitas itu membuka laboratorium baterai natrium di kampus timur pada Kamis pagi. Laboratorium \
itu menempati bekas gudang arsip, dan dilengkapi dua ruang uji kering.
Rektor menuturkan bahwa sel natrium dipilih karena bahan bakunya dapat dibuat dari garam rakyat. \
“Kami mengejar harga yang dapat dibayar nelayan,” ujarnya dalam sambutan pembukaan.
Tahun pertama dipakai untuk menguji umur pakai seratus sel di suhu pesisir. Hasilnya akan dibuka \
untuk umum, termasuk sel yang gagal dan sebab kegagalannya.
Mahasiswa dari tiga fakultas akan bekerja di sana secara bergiliran. Mereka menyiapkan garam, \
menggulung sel, lalu mencatat suhu dan tegangan setiap dua jam selama enam bulan penuh.
""".strip().splitlines()
RULES = Rules(name="contoh", body=".isi")


def page(*lines: str) -> list[str]:
    shown = "".join(f"<p class=MsoNormal>{line}</p>" for line in lines)
    return kept(read(html(f"<div class=isi>{shown}</div>"), RULES))


@pytest.mark.parametrize("width", [48, 66, 90])
@pytest.mark.parametrize("between", [["&nbsp;"], ["<o:p>&nbsp;</o:p>", ""]])
def test_printed_lines_between_empty_paragraphs_are_joined(width: int, between: list[str]) -> None:
    lines = [line for text in PARAGRAPHS for line in [*wrap(text, width), *between]]
    assert page(*lines) == PARAGRAPHS


def test_printed_lines_without_empty_paragraphs_end_at_a_short_line() -> None:
    widths = (w for w in range(50, 90) if all(len(wrap(t, w)[-1]) < 0.6 * w for t in PARAGRAPHS))
    width = next(widths)
    lines = [line for text in PARAGRAPHS for line in wrap(text, width)]
    assert page(*lines) == PARAGRAPHS


def test_links_of_joined_lines_stay_at_their_words() -> None:
    first, *more = wrap(PARAGRAPHS[0], 50)
    lines = [first, more[0].replace("natrium", "<a href=/n>natrium</a>"), *more[1:], "&nbsp;"]
    lines += [line for text in PARAGRAPHS[1:] for line in [*wrap(text, 50), "&nbsp;"]]
    shown = "".join(f"<p>{line}</p>" for line in lines)
    article = read(html(f"<div class=isi>{shown}</div>"), RULES)
    linked = [(b.text[a.start : a.end], a.text) for b in article.blocks for a in b.anchors]
    assert linked == [("natrium", "natrium")]


@pytest.mark.parametrize(
    "lines",
    [
        [f"Kapasitas {n}: {n * 1000} mAh, isi ulang {n * 9} W" for n in range(1, 12)],
        ["Layar 6,7 inci", "Prosesor delapan inti", "Memori 8 GB", "Kamera 50 MP"] * 2,
        ["Di tepi danau kutanam kabel tua", "yang dulu membawa suaramu", "Kini ia diam"] * 4,
        PARAGRAPHS,
    ],
)  # fmt: skip
def test_lists_poems_and_whole_paragraphs_stay_as_they_are(lines: list[str]) -> None:
    lines = [*lines, "&nbsp;", PARAGRAPHS[0]]
    assert page(*lines) == [line for line in lines if line != "&nbsp;"]
