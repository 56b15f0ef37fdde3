"""Verdicts of quality: the same words and sentences, given to datatrove, have the same verdict."""

from __future__ import annotations

import gzip
import importlib
import json
import random
import warnings

import pytest

from output.corpus import quality
from tests.shared import SHARED

FILTERS = {
    "gopher_quality": ("gopher_quality_filter", "GopherQualityFilter"),
    "gopher_repetition": ("gopher_repetition_filter", "GopherRepetitionFilter"),
    "c4": ("c4_filters", "C4QualityFilter"),
    "fineweb": ("fineweb_quality_filter", "FineWebQualityFilter"),
}
PROSE = (
    "Perusahaan itu memperkenalkan ponsel baru dengan layar lipat di Jakarta pada hari Selasa. "
    "Harga ponsel ini mulai dari Rp 12 juta, dan akan dijual untuk pasar Indonesia bulan depan. "
    "Menurut direktur pemasaran, pengguna tidak harus menunggu lama oleh karena stok tersedia. "
    "Baterai yang lebih besar adalah salah satu keunggulan dari seri terbaru ini. "
    "Sementara itu, kamera juga mendapat lensa dengan kemampuan zum optik lima kali."
)
ODD = {
    "nothing": "",
    "spaces": " \n\t\n ",
    "a word": "Kata",
    "a symbol": "•",
    "control characters": "\x01\x02 \x1c \x85",
    "hash marks": "#a #b " * 40,
    "ellipses": "kata… lain... " * 40,
    "lines that end in quotations": "\n".join(
        ['"Kami siap menjual ponsel ini"'] * 3 + [PROSE[:99]]
    ),
    "quoted prose": "\n".join(f'"{each}"' for each in PROSE.split(". ")),
    "Hindi and Chinese ends": "Ponsel ini dijual di Delhi।\nPonsel ini dijual di Beijing。\n" * 3,
    "bullets": "\n".join(f"- butir yang ke-{n} dan untuk layar baru" for n in range(40)),
    "other bullets": "\n".join(f"• butir yang ke-{n} dan untuk layar baru" for n in range(40)),
    "numbers": " ".join(map(str, range(1000, 1200))) + " yang dan",
    "long words": "antarpenyelenggaraan yang dan ketidakberpihakan " * 30,
    "short words": "di ke a i " * 30,
    "emoji": "😀 yang 🎉 dan " * 40,
    "no stop words": "layar ponsel baterai kamera " * 20,
    "Windows lines": PROSE.replace(". ", ".\r\n"),
    "line separators": PROSE.replace(". ", ".\u2028"),
    "a paragraph three times": f"{PROSE}\n\n" * 3,
    "a line three times": f"{PROSE}\n" * 3,
    "blank lines inside": PROSE.replace(". ", ".\n\n\n \n"),
    "curly bracket": f"{PROSE}\nFungsi {{ini}} ada di sini.",
    "lorem ipsum": f"{PROSE}\nTeks Lorem Ipsum ada di sini.",
    "javascript": "\n".join(["Aktifkan JavaScript untuk melihat halaman ini."] * 6),
    "cookies": "\n".join(["Situs ini uses cookies untuk pembaca."] * 6),
    "a citation": "\n".join(f"Ponsel itu dijual {n} kali.[{n}]" for n in range(6)),
    "a word of 1,001 letters": "\n".join([f"Kata {'a' * 1001} di sini."] * 6),
    "100,001 words": "yang di layar baru " * 25_001,
    "short lines": "\n".join(f"Baris {n}." for n in range(60)),
    "two long words a line": "\n".join(f"Keberlangsungan{n} berkesinambungan." for n in range(20)),
    "prose": PROSE,
    "prose in lines": PROSE.replace(". ", ".\n"),
    "prose, said twice": f"{PROSE} {PROSE}",
}


def made_up(number):
    """Return a text of pieces that rules look at, from clean prose to lists of signs."""
    rng = random.Random(number)
    words = PROSE.split()
    ends = ["."] * rng.randint(0, 6) + ["...", "…", '"', "”", "!", "?", "", ":", "۔"]
    lines = []
    for _ in range(rng.choice([1, 4, 12, 40])):
        length = rng.choice([2, 5, 12, 30])
        marks = rng.choice([[], [], [], ["#", "…", "-", "123", "😀", "•"]])
        line = " ".join(rng.choices(words + marks * 9, k=length))
        lines.append(rng.choice(["", "", "", "- ", "• "]) + line.rstrip(".") + rng.choice(ends))
    lines += rng.choices(lines, k=rng.choice([0, 0, 1, 8]))
    return rng.choice(["\n", "\n", "\n\n", " "]).join(lines)


@pytest.fixture(scope="module")
def reference():
    """Return a function that gives the four verdicts of datatrove for a text."""
    pytest.importorskip("datatrove")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {}
        for column, (module, name) in FILTERS.items():
            loaded = importlib.import_module(f"datatrove.pipeline.filters.{module}")
            own = {"stop_words": list(quality.STOP_WORDS)} if column == "gopher_quality" else {}
            made[column] = loaded, getattr(loaded, name)(**own)
        from datatrove.data import Document

    def judged(text):
        with pytest.MonkeyPatch.context() as patch:
            for module, _ in made.values():
                patch.setattr(module, "split_into_words", _words, raising=False)
                patch.setattr(module, "split_into_sentences", _sentences, raising=False)
            found = {}
            for column, (_, its) in made.items():
                answer = its.filter(Document(text=text, id=""))
                found[column] = None if answer is True else answer[1]
            return found

    return judged


def _words(text, language=None):
    return quality.words_of(text)


def _sentences(text, language=None):
    return quality.sentences_of(text)


def ours(text):
    measured = quality.measure(text)._asdict()
    return {column: measured[column] for column in FILTERS}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_text_has_the_verdicts_of_datatrove(reference, name):
    assert ours(ODD[name]) == reference(ODD[name])


def test_texts_of_every_sort_have_the_verdicts_of_datatrove(reference):
    texts = [*ODD.values(), *map(made_up, range(400))]
    mine = list(map(ours, texts))
    assert [text for text, own in zip(texts, mine, strict=True) if own != reference(text)] == []
    met = {(column, own[column]) for own in mine for column in FILTERS}
    rules = {
        "gopher_quality": 11,  # ten reasons, and passing
        "gopher_repetition": 15,
        "c4": 4,
        "fineweb": 6,
    }
    assert {column: sum(column == each for each, _ in met) for column in rules} == rules


@pytest.mark.trial
@pytest.mark.skipif(
    not (SHARED / "many").is_dir(), reason="the thousands of texts (../shared/many) are not here"
)
def test_real_texts_have_the_verdicts_of_datatrove(reference):
    with gzip.open(SHARED / "many" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        many = [json.loads(line) for line in lines]
    differ = {
        each["id"]: (own, theirs)
        for each in many
        if (own := ours(each["text"])) != (theirs := reference(each["text"]))
    }
    assert not differ
    assert len(many) > 2000
